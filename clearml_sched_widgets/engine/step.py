"""Does one step of the engine: commands, due schedules, triggers, launches, and the runs' changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone
from functools import partial

import attrs

from clearml_sched_widgets.engine.apply_definition import apply_definition
from clearml_sched_widgets.engine.command_handler import CommandHandler
from clearml_sched_widgets.engine.command_queue import CommandQueue
from clearml_sched_widgets.engine.context import Context, Lasting
from clearml_sched_widgets.engine.following import polling
from clearml_sched_widgets.engine.following.runs import CLOCK_TOLERANCE, Runs
from clearml_sched_widgets.engine.following.unlogged import unlogged_runs
from clearml_sched_widgets.engine.instance_task.task import WATCHDOG, EngineTask
from clearml_sched_widgets.engine.launching.call import FunctionLauncher
from clearml_sched_widgets.engine.launching.clone import CloneLauncher, is_launched
from clearml_sched_widgets.engine.launching.outcomes import OutcomeRecorder
from clearml_sched_widgets.engine.launching.overlap import OverlapGate
from clearml_sched_widgets.engine.launching.reuse import ReuseLauncher
from clearml_sched_widgets.engine.launching.stops import StopRequests
from clearml_sched_widgets.engine.planner import Planner
from clearml_sched_widgets.errors import GatewayError, NotFound, PermanentError, Unavailable
from clearml_sched_widgets.policy import clamp, owed, requested, retries, time_limits
from clearml_sched_widgets.policy.run import Run
from clearml_sched_widgets.policy.state import ReadPosition, slot_text
from clearml_sched_widgets.sentences import log

TASK_POLL_EVERY = 2.0  # seconds between two readings of the instance's task, for its status and commands
RUNS_EVERY_BUSY = 2.0  # seconds between two readings of the runs while some are unfinished
RUNS_EVERY_IDLE = 30.0  # seconds between them otherwise
UNFINISHED_EVERY = 60.0  # seconds between two readings of all unfinished runs by their ids
LOG_LINES_AT_START = 200  # lines of the log that are read at the start
LONG_AGO = float("-inf")  # the time of what is due at once
REREAD_AFTER_SET_BACK = timedelta(minutes=20)  # longer than a poll looks back for events after the clock was set back
LONGEST_SET_BACK = timedelta(days=366)  # slots further ahead were written by hand
EARLIEST = datetime.min.replace(tzinfo=timezone.utc)


class Stepper:
    """Does the work of one instance's engine. Used by one thread only."""

    def __init__(self, lasting: Lasting) -> None:
        self.context, self._lasting = Context(lasting), lasting
        self._gateway, self._clock = lasting.gateway, lasting.clock
        self._task = EngineTask(lasting.gateway, lasting.id)
        self._planner = Planner(self.context, lasting.polled_at)
        handler = CommandHandler(
            self.context,
            plan_schedules=self._planner.plan_schedules,
            launch_until=self._launch_until,
            look=self._look,
        )
        self.inbox = lasting.inbox
        self._commands = CommandQueue(
            self.context,
            self._task,
            self.inbox,
            carry_out=lambda command: handler.carry_out(command, self._read_clock()),
            save=self.save,
        )
        self._functions = FunctionLauncher(self.context, self.save)
        self._outcomes = OutcomeRecorder(self.context)
        self._look_refused = False  # whether the server has refused the last look for events before or after a pause
        self.ended = ""  # why the engine has to end; empty while it goes on
        self.asked_to_stop = False
        self.refresh_now = False  # read the runs in the next step, however recently they were read

    def open(self, *, again: bool = False) -> None:
        """Read the definition, the state, the log and the runs. The lease must be held.

        `again` says that this process has worked on the instance before and does so after an error.
        Raises GatewayError, InvalidDefinition.
        """
        instance, context = self._task.start(), self.context
        now = self._gateway.present(context.id).time
        context.started, context.definition = now, instance.definition
        context.state, problems = instance.read_state(now)
        self._latest_now = max(now, clamp.latest(context.state))
        fresh = not context.state.items and not problems
        context.runs = Runs(context.id, since=context.state.runs_since or instance.task.created)
        context.followed_from_start = context.state.runs_since is None
        self._handled_cursor = context.runs.cursor  # stored with the state; runs up to here have been handled
        self._clones = CloneLauncher(
            self._gateway, context.id, context.runs, context.lease, context.batch, self._clock.monotonic
        )
        self._task_polled_at = self._runs_read_at = self._unfinished_read_at = self._clock.monotonic()
        self._triggers_polled_at = LONG_AGO
        self._read_log()
        for problem in problems:
            context.journal.error(problem)
        self._functions.open()
        counted = context.state.items
        if now < self._latest_now - CLOCK_TOLERANCE:
            self._take_back(now)
        context.runs.load(self._gateway, now)
        self._note_future_slots(now)
        context.note_launched_slots(counted)
        context.mark_runs_changed()
        self._stops = StopRequests(self._gateway, context.journal, context.lease)
        self._reuse = ReuseLauncher(context, self._stops, self.save)
        self._overlap_gate = OverlapGate(context.runs, self._stops, context.journal, context.title)
        context.launched = instance.launched(now) if fresh else None
        apply_definition(context, instance, context.launched or now)
        if context.state.ends is None:
            context.state = attrs.evolve(context.state, ends=ReadPosition(cursor=self._handled_cursor))
        self._apply_failure_policies(tuple(reversed(context.run_list())), now)  # runs that ended while no engine ran
        self._tell_unlogged_launches()
        if not again:
            context.journal.info(f"{'Started' if fresh else 'Resumed'}: {log.counted(context.definition)}.")
        self.save()

    def _tell_unlogged_launches(self) -> None:
        """Log what an earlier process has launched without a line in the log, because it was killed."""
        context = self.context
        for run in unlogged_runs(self._gateway, context.id, context.run_list(), context.journal.lines):
            context.journal.info(f"{context.title(run.item)}: {log.launched_earlier(run)}")
            self._outcomes.told.add(run.task.id)

    def _read_log(self) -> None:
        """Read the last lines of the log, unless this process has read them before."""
        context = self.context
        if not context.journal.has_earlier_lines:
            lines = self._gateway.log(context.id, LOG_LINES_AT_START)
            context.journal.remember(lines, whole=len(lines) < LOG_LINES_AT_START)

    def step(self) -> None:
        """Do everything that is due at the server's present.

        After a GatewayError, what was not done stays owed for a later step. After any other error this object must not
        be used any more: what it knows may not fit together.
        Raises LeaseLost if another engine has taken over; this one must not change anything after that.
        """
        context = self.context
        context.lease.ensure_held()
        self._read_commands()
        if self.ended:
            return
        now = self._read_clock()
        if not context.state.paused:
            self._planner.plan_schedules(now)
        self._advance_handled_cursor(now)
        self._poll_triggers()
        if not context.state.paused:
            self._give_up_expired(now)
        self._launch(now)
        self._refresh_runs()
        self._functions.collect()
        self._handle_changed_runs(self._read_clock())
        self.save()

    def _read_clock(self) -> datetime:
        """The server's present, read anew where what was done before may have taken long.

        If the server's clock was set back, first takes back what lies in its future.
        """
        now = self._gateway.present(self.context.id).time
        if now < self._latest_now - CLOCK_TOLERANCE:
            self._server_clock_went_back(now)
        self._latest_now = now
        return now

    def _advance_handled_cursor(self, now: datetime) -> None:
        """Note that every run up to the cursor has been handled, if nothing is owed that may have been launched.

        Call this after all due slots are decided: a process that was killed may have launched one without saving that.
        After the server's clock was set back, the runs of slots that are still to come have to be read by a successor.
        """
        context = self.context
        if now < self._future_until:
            return
        if not context.runs.changed_runs and self._overlap_gate.all_held(context.state):
            self._handled_cursor = context.runs.cursor

    def _server_clock_went_back(self, now: datetime) -> None:
        """Take back what lies in the server's future. Slots that come up a second time are found to be launched."""
        context = self.context
        self._task_polled_at = self._runs_read_at = self._unfinished_read_at = self._triggers_polled_at = LONG_AGO
        counted = self.context.state.items
        self._take_back(now)
        self._note_future_slots(now)
        self.context.note_launched_slots(counted)
        for schedule in context.definition.schedules:
            context.update_agenda(schedule)

    def _take_back(self, now: datetime) -> None:
        """Take back the state and the cursor of the runs. The runs of slots and events that come up again are read."""
        context = self.context
        context.journal.warning("The server's clock went back.")
        context.state = polling.within(clamp.within(context.state, now), now + CLOCK_TOLERANCE, self._planner.poll_gap)
        context.runs.take_back(now - REREAD_AFTER_SET_BACK)
        self._handled_cursor, self._latest_now = context.runs.cursor, now

    def _note_future_slots(self, now: datetime) -> None:
        """Note up to when slots come up that were launched before the server's clock was set back."""
        slots = (run.nominal for run in self.context.runs if run.cause == "schedule" and run.nominal is not None)
        self._future_until = max((slot for slot in slots if slot < now + LONGEST_SET_BACK), default=now)

    def save(self) -> None:
        """Write the state. Raises GatewayError, or LeaseLost: a successor's state must not be overwritten."""
        self.context.lease.ensure_held()
        self.context.count_launched_slots()
        self._task.save(self.context.state, self._handled_cursor)
        self._lasting.polled_at = self._planner.polled_at

    def idle_seconds(self, now: datetime, longest: float) -> float:
        """The seconds until the next slot is due, at most `longest`."""
        if self._planner.polling:
            return 0.0
        first = self.context.agenda.first()
        if first is None or self.context.state.paused:
            return longest
        return min(longest, max(0.0, (first - now).total_seconds()))

    # -- commands
    def _read_commands(self) -> None:
        if self.inbox or self._clock.monotonic() - self._task_polled_at >= TASK_POLL_EVERY:
            self._poll_task()  # first: an instance that was stopped elsewhere carries out no command
        if self.inbox and not self.ended:
            self._commands.carry_out_inbox()

    def _poll_task(self) -> None:
        """Read the instance's task: find out whether the engine has to end, and carry out commands from elsewhere."""
        self._task_polled_at = self._clock.monotonic()
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
            self._commands.carry_out_from_elsewhere(poll.commands)

    def _poll_triggers(self, *, at_once: bool = False) -> None:
        """Poll if it is time to, or go on with a poll. With `at_once`, everything is read before this returns."""
        definition, tick = self.context.definition, self._clock.monotonic()
        triggers = polling.polled(definition, self.context.state)
        due = tick - self._triggers_polled_at >= definition.poll_every.total_seconds()
        goes_on = self._planner.polling
        if not triggers or not (due or goes_on or at_once):
            return
        if not goes_on:
            self._triggers_polled_at = tick
        try:
            found = self._planner.plan_triggers(triggers, whole=at_once)
        except GatewayError:
            self._triggers_polled_at = self._clock.monotonic()  # this ends the step: the next ones must get to launch
            raise
        if found:
            self.save()  # the cursor has moved past these events, so they must not be lost

    def _look(self) -> None:
        """Look for all events so far, as a pause begins or ends. It does so, too, if the server refuses this twice."""
        try:
            self._poll_triggers(at_once=True)
            self._look_refused = False
        except PermanentError as error:
            if not self._look_refused:
                self._look_refused = True
                raise Unavailable(f"The events up to now cannot be looked for: {error}") from None
            self.context.journal.warning(f"The events up to now cannot be looked for, and may be missed: {error}")

    # -- launching
    def _launch_until(self, now: datetime) -> None:
        """Decide about all slots and events up to `now`, and launch what they lead to."""
        self._planner.plan_schedules(now)
        self._look()
        self.save()  # commands before this one may owe launches, and are carried out again if this process is killed
        self._launch(now)

    def _launch(self, now: datetime) -> None:
        context = self.context
        admitted, context.state = self._overlap_gate.admit(context.definition, context.state, now)
        due = [
            (launch, item) for launch in owed.ready(admitted, now) if (item := context.item(launch.item)) is not None
        ]
        clones = [(launch, requested.with_run_name(item)) for launch, item in due if item.action.method == "clone"]
        self._outcomes.record(self._clones.launch(clones, now), now)
        self._outcomes.record(self._reuse.launch([pair for pair in due if pair[1].action.method == "reuse"]), now)
        self._outcomes.record(
            self._functions.launch([pair for pair in due if pair[1].action.method == "function"], now), now
        )

    def _give_up_expired(self, now: datetime) -> None:
        context = self.context
        for launch in context.state.pending:
            why = owed.expired(launch, context.definition, now)
            if why and not is_launched(context.runs, launch.key):  # a killed process may have launched it
                context.journal.error(
                    f"{context.title(launch.item)}: gave up the run of {slot_text(launch.nominal)}: {why}."
                )
                context.give_up(launch)

    # -- runs
    def _refresh_runs(self) -> None:
        context, tick = self.context, self._clock.monotonic()
        pause = RUNS_EVERY_BUSY if context.runs.unfinished else RUNS_EVERY_IDLE
        if tick - self._runs_read_at < pause and not self.refresh_now:
            return
        self._runs_read_at, self.refresh_now = tick, False
        context.runs.refresh(self._gateway, self._read_clock())
        if context.runs.unfinished and tick - self._unfinished_read_at >= UNFINISHED_EVERY:
            self._unfinished_read_at = tick
            context.runs.read_unfinished(self._gateway)
        for run, reason in time_limits.overdue(context.runs.active_runs(), context.item, self._read_clock()):
            self._guard_run(run, partial(self._stops.request, run, context.title(run.item), reason))

    def _handle_changed_runs(self, now: datetime) -> None:
        """Log the runs that have ended since the last step, and apply the failure policies to them."""
        context = self.context
        changed = list(context.runs.changed_runs)
        context.runs.changed_runs.clear()
        for run in changed:
            context.mark_runs_changed()
            self._guard_run(run, partial(self._log_end, run))
        self._apply_failure_policies(changed, now)

    def _guard_run(self, run: Run, work: Callable[[], None]) -> None:
        self.context.guard.run(f"run {run.id}", f"{self.context.title(run.item)}: task {run.task.id}", work)

    def _log_end(self, run: Run) -> None:
        if not run.active and run.status != "created":
            write = self.context.journal.warning if run.status == "failed" else self.context.journal.info
            write(f"{self.context.title(run.item)}: {log.ended(run)}.")
            self._stops.forget(run)

    def _apply_failure_policies(self, runs: Sequence[Run], now: datetime) -> None:
        """Add retries of failed runs, and pause items after repeated failures."""
        for run in sorted(runs, key=_status_change):  # in the order in which `retries` notes them as handled
            self._guard_run(run, partial(self._apply_failure_policy, run, now))

    def _apply_failure_policy(self, run: Run, now: datetime) -> None:
        context = self.context
        before = context.state
        context.state, consequences = retries.follow(
            context.definition, before, [run], partial(is_launched, context.runs), now
        )
        for consequence in consequences:
            context.journal.warning(f"{context.title(run.item)}: {log.consequence(consequence)}")
        item = context.item(run.item)
        if item is not None and context.state is not before:
            context.update_agenda(item)


def _status_change(run: Run) -> datetime:
    return run.task.status_changed or EARLIEST
