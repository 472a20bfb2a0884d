"""Does one step of the engine: commands, due schedules, triggers, launches, and the runs' changes."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

import attrs

from clearml_sched_widgets.bidi import isolated
from clearml_sched_widgets.engine.apply_definition import apply_definition
from clearml_sched_widgets.engine.clock import Clock
from clearml_sched_widgets.engine.command_handler import CommandHandler
from clearml_sched_widgets.engine.context import Context
from clearml_sched_widgets.engine.following.runs import Runs
from clearml_sched_widgets.engine.instance_task.commands import Command
from clearml_sched_widgets.engine.instance_task.task import WATCHDOG, EngineTask
from clearml_sched_widgets.engine.launching.call import FunctionLauncher
from clearml_sched_widgets.engine.launching.clone import CloneLauncher, is_launched
from clearml_sched_widgets.engine.launching.functions import Functions
from clearml_sched_widgets.engine.launching.overlap import OverlapGate
from clearml_sched_widgets.engine.launching.reuse import ReuseLauncher
from clearml_sched_widgets.engine.launching.stops import StopRequests
from clearml_sched_widgets.engine.planner import Planner
from clearml_sched_widgets.errors import GatewayError, NotFound, RetryableError
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.policy import owed, requested, retries, time_limits
from clearml_sched_widgets.policy.owed import Outcome
from clearml_sched_widgets.policy.run import Run
from clearml_sched_widgets.policy.state import ReadPosition, slot_text
from clearml_sched_widgets.sentences import log

TASK_POLL_EVERY = timedelta(seconds=2)  # how often the instance's task is read for its status and commands
RUNS_EVERY_BUSY = timedelta(seconds=2)  # how often the runs are read while some are unfinished
RUNS_EVERY_IDLE = timedelta(seconds=30)  # how often they are read otherwise
DELETED_CHECK_EVERY = timedelta(seconds=60)  # how often unfinished runs are checked for deletion
LOG_LINES_AT_START = 200  # lines of the log that are read at the start
LONG_AGO = timedelta(days=1)  # longer than every interval: a timer set back by it is due at once


class Stepper:
    """Does the work of one instance's engine. Used by one thread only."""

    def __init__(
        self, instance_id: str, gateway: Gateway, task: EngineTask, clock: Clock, functions: Functions | None = None
    ) -> None:
        self.context = Context(instance_id, gateway, clock, functions or Functions())
        self._gateway, self._task, self._clock = gateway, task, clock
        self._planner = Planner(self.context)
        self._handler = CommandHandler(self.context, self._planner.plan_schedules)
        self._functions = FunctionLauncher(self.context, self.save)
        self._queues_without_agent: set[str] = set()  # queues that no agent served at the last launch
        self.inbox: deque[Command] = deque()
        self.ended = ""  # why the engine has to end; empty while it goes on
        self.asked_to_stop = False
        self.refresh_now = False  # read the runs in the next step, however recently they were read

    def open(self) -> None:
        """Read the definition, the state, the log and the runs. The lease must be held.

        Raises GatewayError, InvalidDefinition.
        """
        instance, context = self._task.start(), self.context
        now = self._clock.now()
        context.started, context.definition, context.state = now, instance.definition, instance.state
        fresh = not instance.state.items
        context.runs = Runs(context.id, since=instance.state.runs_since or instance.task.created)
        context.followed_from_start = instance.state.runs_since is None
        self._handled_cursor = context.runs.cursor  # stored with the state; runs up to here have been handled
        self._clones = CloneLauncher(self._gateway, context.id, context.runs, context.lease.ensure_held, context.batch)
        self._task_polled_at = self._runs_read_at = self._deleted_checked_at = now
        self._triggers_polled_at = now - LONG_AGO
        lines = self._gateway.log(context.id, LOG_LINES_AT_START)
        context.journal.remember(lines, whole=len(lines) < LOG_LINES_AT_START)
        self._functions.open()
        context.runs.load(self._gateway, now)
        context.mark_runs_changed()
        self._server_ahead = (instance.task.last_change or now) - now  # how far the server's clock is ahead of ours
        self._stops = StopRequests(self._gateway, context.journal)
        self._reuse = ReuseLauncher(context, self._stops, self.save)
        self._overlap_gate = OverlapGate(context.runs, self._stops, context.journal, context.title)
        apply_definition(context, instance, now)
        if context.state.ends is None:
            context.state = attrs.evolve(context.state, ends=ReadPosition(cursor=self._handled_cursor))
        self._apply_failure_policies(tuple(reversed(context.run_list())), now)  # runs that ended while no engine ran
        context.journal.info(f"{'Started' if fresh else 'Resumed'}: {log.counted(context.definition)}.")
        self.save()

    def step(self, now: datetime) -> None:
        """Do everything that is due. After a GatewayError, what was not done stays owed for a later step.

        Raises LeaseLost if another engine has taken over; this one must not change anything after that.
        """
        context = self.context
        context.lease.ensure_held()
        if now < self._task_polled_at:
            self._clock_went_back(now)
        self._read_commands(now)
        if self.ended:
            return
        if not context.runs.changed_runs and self._overlap_gate.all_held(context.state):
            self._handled_cursor = context.runs.cursor  # every run up to here has been handled
        if not context.state.paused:
            self._planner.plan_schedules(now)
            self._poll_triggers(now)
            self._give_up_expired(now)
        self._launch(now)
        self._refresh_runs(now)
        self._functions.collect()
        self._handle_changed_runs(now)
        self.save()

    def _clock_went_back(self, now: datetime) -> None:
        """Restart the timers after the clock went back. Slots that come up a second time were already decided."""
        context = self.context
        context.journal.warning("The clock of this machine went back.")
        self._task_polled_at = self._runs_read_at = self._deleted_checked_at = self._triggers_polled_at = now - LONG_AGO
        pending = [
            attrs.evolve(launch, not_before=None) if launch.tries else launch for launch in context.state.pending
        ]
        context.state = attrs.evolve(context.state, pending=tuple(pending))

    def save(self) -> None:
        """Write the state. Raises GatewayError, or LeaseLost: a successor's state must not be overwritten."""
        self.context.lease.ensure_held()
        self._task.save(self.context.state, self._handled_cursor)

    def idle_seconds(self, now: datetime, longest: float) -> float:
        """The seconds until the next slot is due, at most `longest`."""
        first = self.context.agenda.first()
        if first is None or self.context.state.paused:
            return longest
        return min(longest, max(0.0, (first - now).total_seconds()))

    # -- commands
    def _read_commands(self, now: datetime) -> None:
        if self.inbox or now - self._task_polled_at >= TASK_POLL_EVERY:
            self._poll_task(now)  # first: an instance that was stopped elsewhere carries out no command
        if self.inbox and not self.ended:
            while self.inbox:
                self._carry_out_first(now)
            self.save()  # a process that is killed while it launches many runs must not lose any

    def _poll_task(self, now: datetime) -> None:
        """Read the instance's task: find out whether the engine has to end, and carry out commands from elsewhere."""
        self._task_polled_at = now
        try:
            poll = self._task.poll()
        except NotFound:
            self.ended = "its task was deleted in ClearML"
            return
        why = self._task.why_ended(poll)
        if why and WATCHDOG in f"{poll.task.status_reason} {poll.task.status_message}".lower():
            self.context.journal.warning("The server's watchdog had stopped this instance; it goes on.")
            self._task.start()
            return
        self.ended = why
        self.asked_to_stop = bool(why) and poll.task.status == "in_progress"
        if not why:
            for command in poll.commands:
                self._handler.carry_out(command, now)
            if poll.commands:
                self.save()  # before they are removed: a command must not be lost
                self._task.remove_commands(poll.commands)

    def _carry_out_first(self, now: datetime) -> None:
        """Carry out the first command of the inbox. If the server is away it stays there for the next step."""
        try:
            self._handler.carry_out(self.inbox[0], now)
        except RetryableError:
            raise
        except GatewayError:
            self.inbox.popleft()
            raise
        self.inbox.popleft()

    def _poll_triggers(self, now: datetime) -> None:
        definition = self.context.definition
        triggers = [trigger for trigger in definition.triggers if trigger.enabled]
        if not triggers or now - self._triggers_polled_at < definition.poll_every:
            return
        self._triggers_polled_at = now
        if self._planner.plan_triggers(triggers):
            self.save()  # the cursor has moved past these events, so they must not be lost

    # -- launching
    def _launch(self, now: datetime) -> None:
        context = self.context
        admitted, context.state = self._overlap_gate.admit(context.definition, context.state, now)
        due = [
            (launch, item) for launch in owed.ready(admitted, now) if (item := context.item(launch.item)) is not None
        ]
        clones = [(launch, requested.with_run_name(item)) for launch, item in due if item.action.method == "clone"]
        self._record_outcomes(self._clones.launch(clones, now), now)
        self._record_outcomes(self._reuse.launch([pair for pair in due if pair[1].action.method == "reuse"]), now)
        self._record_outcomes(
            self._functions.launch([pair for pair in due if pair[1].action.method == "function"], now), now
        )

    def _record_outcomes(self, outcomes: Sequence[Outcome], now: datetime) -> None:
        if not outcomes:
            return
        context = self.context
        for outcome in outcomes:
            self._record_outcome(outcome, now)
        context.state = attrs.evolve(context.state, pending=owed.after(context.state.pending, outcomes, now))
        context.mark_runs_changed()

    def _give_up_expired(self, now: datetime) -> None:
        context = self.context
        for launch in context.state.pending:
            why = owed.expired(launch, context.definition, now)
            if why:
                context.journal.error(
                    f"{context.title(launch.item)}: gave up the run of {slot_text(launch.nominal)}: {why}."
                )
                context.give_up(launch)

    def _record_outcome(self, outcome: Outcome, now: datetime) -> None:
        context, launch = self.context, outcome.launch
        title = context.title(launch.item)
        if outcome.error:
            if launch.tries == 0 or outcome.error != context.state.items[launch.item].error:
                context.journal.error(f"{title}: not launched: {outcome.error}. It is tried again later.")
            context.set_error(launch.item, outcome.error, quiet=True)
            return
        if outcome.given_up:
            text = log.given_up(outcome)
            context.journal.warning(f"{title}: {text}")
            context.set_note(launch.item, text)
            return
        context.journal.info(f"{title}: {log.launched(outcome, now, context.item(launch.item))}")
        self._log_agent_changes(launch.item, outcome.watched)
        context.set_error(launch.item, "")
        context.set_note(launch.item, "")

    def _log_agent_changes(self, item_id: str, watched: bool | None) -> None:
        """Log once that no agent serves an item's queue, and once that one serves it again."""
        item = self.context.item(item_id)
        if item is None or watched is None or watched == (item.action.queue not in self._queues_without_agent):
            return
        queue = isolated(item.action.queue)
        if watched:
            self._queues_without_agent.discard(item.action.queue)
            self.context.journal.info(f'An agent serves the queue "{queue}" again.')
        else:
            self._queues_without_agent.add(item.action.queue)
            self.context.journal.warning(f'No agent serves the queue "{queue}"; runs wait until one does.')

    # -- runs
    def _refresh_runs(self, now: datetime) -> None:
        context = self.context
        pause = RUNS_EVERY_BUSY if context.runs.unfinished else RUNS_EVERY_IDLE
        if now - self._runs_read_at < pause and not self.refresh_now:
            return
        self._runs_read_at, self.refresh_now = now, False
        context.runs.refresh(self._gateway, now)
        if context.runs.unfinished and now - self._deleted_checked_at >= DELETED_CHECK_EVERY:
            self._deleted_checked_at = now
            context.runs.find_deleted(self._gateway)
        for run, reason in time_limits.overdue(context.runs.active_runs(), context.item, now + self._server_ahead):
            self._stops.request(run, context.title(run.item), reason)

    def _handle_changed_runs(self, now: datetime) -> None:
        """Log the runs that have ended since the last step, and apply the failure policies to them."""
        context = self.context
        changed = list(context.runs.changed_runs)
        context.runs.changed_runs.clear()
        for run in changed:
            context.mark_runs_changed()
            if not run.active and run.status != "created":
                write = context.journal.warning if run.status == "failed" else context.journal.info
                write(f"{context.title(run.item)}: {log.ended(run)}.")
                self._stops.forget(run)
        self._apply_failure_policies(changed, now)

    def _apply_failure_policies(self, runs: Sequence[Run], now: datetime) -> None:
        """Add retries of failed runs, and pause items after repeated failures."""
        context = self.context
        before = context.state
        context.state, consequences = retries.follow(
            context.definition, before, runs, partial(is_launched, context.runs), now
        )
        for consequence in consequences:
            context.journal.warning(f"{context.title(consequence.run.item)}: {log.consequence(consequence)}")
        for item_id in {run.item for run in runs}:
            item = context.item(item_id)
            if item is not None and context.state.items[item_id] is not before.items[item_id]:
                context.update_agenda(item)
