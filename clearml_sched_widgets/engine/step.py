"""One step of the engine: commands, due schedules, triggers, launches, and what became of the runs."""

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

OWN_EVERY = timedelta(seconds=2)  # how often the own task is read for commands and for its status
FOLLOW_BUSY = timedelta(seconds=2)  # how often the runs are followed while some are unfinished
FOLLOW_IDLE = timedelta(seconds=30)
DELETED_EVERY = timedelta(seconds=60)
REMEMBERED = 200  # lines of the log that are read at the start
LONG_AGO = timedelta(days=1)


class Stepper:
    """Everything that one instance's engine does. Used by one thread."""

    def __init__(
        self, instance_id: str, gateway: Gateway, task: EngineTask, clock: Clock, functions: Functions | None = None
    ) -> None:
        self.context = Context(instance_id, gateway, clock, functions or Functions())
        self._gateway, self._task, self._clock = gateway, task, clock
        self._planner = Planner(self.context)
        self._handler = CommandHandler(self.context, self._planner.plan_schedules)
        self._functions = FunctionLauncher(self.context, self.save)
        self._unwatched: set[str] = set()  # queues that no agent served when last launched on
        self.inbox: deque[Command] = deque()
        self.ended = ""  # why the engine has to end
        self.asked_to_stop = False
        self.look = False  # follow the runs in the next step, whenever that was done last

    def open(self) -> None:
        """Read what there is, as the holder of the lease. Raises GatewayError, InvalidDefinition."""
        own, context = self._task.start(), self.context
        now = self._clock.now()
        context.started, context.definition, context.state = now, own.definition, own.state
        fresh = not own.state.items
        context.runs = Runs(context.id, since=own.state.runs_since or own.task.created)
        context.from_start = own.state.runs_since is None
        self._settled = context.runs.cursor
        self._clones = CloneLauncher(self._gateway, context.id, context.runs, context.lease.ensure_held, context.batch)
        self._own_read = self._followed = self._checked_deleted = now
        self._polled = now - LONG_AGO
        lines = self._gateway.log(context.id, REMEMBERED)
        context.journal.remember(lines, whole=len(lines) < REMEMBERED)
        self._functions.open()
        context.runs.load(self._gateway, now)
        context.runs_changed()
        self._ahead = (own.task.last_change or now) - now  # of the server's clock
        self._stops = StopRequests(self._gateway, context.journal)
        self._reuse = ReuseLauncher(context, self._stops, self.save)
        self._gate = OverlapGate(context.runs, self._stops, context.journal, context.title)
        apply_definition(context, own, now)
        if context.state.ends is None:
            context.state = attrs.evolve(context.state, ends=ReadPosition(cursor=self._settled))
        self._after_ends(tuple(reversed(context.run_list())), now)  # what ended while no engine worked
        context.journal.info(f"{'Started' if fresh else 'Resumed'}: {log.counted(context.definition)}.")
        self.save()

    def step(self, now: datetime) -> None:
        """Do what is due. Raises GatewayError; what was not done then is still owed, and done by a later step.

        Raises LeaseLost when another engine has taken over: then this one must not touch anything any more.
        """
        context = self.context
        context.lease.ensure_held()
        if now < self._own_read:
            self._clock_went_back(now)
        self._hear(now)
        if self.ended:
            return
        if not context.runs.news and self._gate.all_held(context.state):
            self._settled = context.runs.cursor  # every run made up to here is dealt with
        if not context.state.paused:
            self._planner.plan_schedules(now)
            self._poll(now)
            self._give_up(now)
        self._launch(now)
        self._follow(now)
        self._functions.collect()
        self._tell(now)
        self.save()

    def _clock_went_back(self, now: datetime) -> None:
        """Nothing waits for the clock to get where it was, but the slots: those it passes again were dealt with."""
        context = self.context
        context.journal.warning("The clock of this machine went back.")
        self._own_read = self._followed = self._checked_deleted = self._polled = now - LONG_AGO
        pending = [attrs.evolve(one, not_before=None) if one.tries else one for one in context.state.pending]
        context.state = attrs.evolve(context.state, pending=tuple(pending))

    def save(self) -> None:
        """Write the state, unless the lease is lost: a successor's state must not be overwritten."""
        self.context.lease.ensure_held()
        self._task.save(self.context.state, self._settled)

    def idle_seconds(self, now: datetime, longest: float) -> float:
        """How long nothing is due."""
        first = self.context.agenda.first()
        if first is None or self.context.state.paused:
            return longest
        return min(longest, max(0.0, (first - now).total_seconds()))

    # -- commands
    def _hear(self, now: datetime) -> None:
        if self.inbox or now - self._own_read >= OWN_EVERY:
            self._listen(now)  # before any command: what was stopped elsewhere obeys none, and who sent it is told
        if self.inbox and not self.ended:
            while self.inbox:
                self._obey_first(now)
            self.save()  # a process that is killed while it launches many runs leaves none of them out

    def _listen(self, now: datetime) -> None:
        """Look at the own task: whether it goes on, and the commands from elsewhere."""
        self._own_read = now
        try:
            heard = self._task.poll()
        except NotFound:
            self.ended = "its task was deleted in ClearML"
            return
        why = self._task.why_ended(heard)
        if why and WATCHDOG in f"{heard.task.status_reason} {heard.task.status_message}".lower():
            self.context.journal.warning("The server's watchdog had stopped this instance; it goes on.")
            self._task.start()
            return
        self.ended = why
        self.asked_to_stop = bool(why) and heard.task.status == "in_progress"
        if not why:
            for command in heard.commands:
                self._handler.carry_out(command, now)
            if heard.commands:
                self.save()  # before they are removed: a command must not be lost
                self._task.remove_commands(heard.commands)

    def _obey_first(self, now: datetime) -> None:
        """One that a server that is away kept from being carried out stays where it is, for the next step."""
        try:
            self._handler.carry_out(self.inbox[0], now)
        except RetryableError:
            raise
        except GatewayError:
            self.inbox.popleft()
            raise
        self.inbox.popleft()

    def _poll(self, now: datetime) -> None:
        definition = self.context.definition
        triggers = [trigger for trigger in definition.triggers if trigger.enabled]
        if not triggers or now - self._polled < definition.poll_every:
            return
        self._polled = now
        if self._planner.plan_triggers(triggers):
            self.save()  # the cursor has passed these events: they must not be lost

    # -- launching
    def _launch(self, now: datetime) -> None:
        context = self.context
        turn, context.state = self._gate.admit(context.definition, context.state, now)
        due = [(launch, item) for launch in owed.ready(turn, now) if (item := context.item(launch.item)) is not None]
        clones = [(launch, requested.with_run_name(item)) for launch, item in due if item.action.method == "clone"]
        self._noted(self._clones.launch(clones, now), now)
        self._noted(self._reuse.launch([pair for pair in due if pair[1].action.method == "reuse"]), now)
        self._noted(self._functions.launch([pair for pair in due if pair[1].action.method == "function"], now), now)

    def _noted(self, outcomes: Sequence[Outcome], now: datetime) -> None:
        if not outcomes:
            return
        context = self.context
        for outcome in outcomes:
            self._note(outcome, now)
        context.state = attrs.evolve(context.state, pending=owed.after(context.state.pending, outcomes, now))
        context.runs_changed()

    def _give_up(self, now: datetime) -> None:
        context = self.context
        for launch in context.state.pending:
            why = owed.expired(launch, context.definition, now)
            if why:
                context.journal.error(
                    f"{context.title(launch.item)}: gave up the run of {slot_text(launch.nominal)}: {why}."
                )
                context.give_up(launch)

    def _note(self, outcome: Outcome, now: datetime) -> None:
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
        self._note_agents(launch.item, outcome.watched)
        context.set_error(launch.item, "")
        context.set_note(launch.item, "")

    def _note_agents(self, item_id: str, watched: bool | None) -> None:
        """Whether an agent serves an item's queue is told once, and again when it has changed."""
        item = self.context.item(item_id)
        if item is None or watched is None or watched == (item.action.queue not in self._unwatched):
            return
        queue = isolated(item.action.queue)
        if watched:
            self._unwatched.discard(item.action.queue)
            self.context.journal.info(f'An agent serves the queue "{queue}" again.')
        else:
            self._unwatched.add(item.action.queue)
            self.context.journal.warning(f'No agent serves the queue "{queue}"; runs wait until one does.')

    # -- runs
    def _follow(self, now: datetime) -> None:
        context = self.context
        pause = FOLLOW_BUSY if context.runs.unfinished else FOLLOW_IDLE
        if now - self._followed < pause and not self.look:
            return
        self._followed, self.look = now, False
        context.runs.refresh(self._gateway, now)
        if context.runs.unfinished and now - self._checked_deleted >= DELETED_EVERY:
            self._checked_deleted = now
            context.runs.find_deleted(self._gateway)
        for run, reason in time_limits.overdue(context.runs.active_runs(), context.item, now + self._ahead):
            self._stops.request(run, context.title(run.item), reason)

    def _tell(self, now: datetime) -> None:
        """Log what became of the runs, whichever request it was that showed it, and see to what follows from it."""
        context = self.context
        news = list(context.runs.news)
        context.runs.news.clear()
        for run in news:
            context.runs_changed()
            if not run.active and run.status != "created":
                tell = context.journal.warning if run.status == "failed" else context.journal.info
                tell(f"{context.title(run.item)}: {log.ended(run)}.")
                self._stops.forget(run)
        self._after_ends(news, now)

    def _after_ends(self, runs: Sequence[Run], now: datetime) -> None:
        """Retries, and pauses after failures."""
        context = self.context
        before = context.state
        context.state, found = retries.follow(context.definition, before, runs, partial(is_launched, context.runs), now)
        for one in found:
            context.journal.warning(f"{context.title(one.run.item)}: {log.consequence(one)}")
        for item_id in {run.item for run in runs}:
            item = context.item(item_id)
            if item is not None and context.state.items[item_id] is not before.items[item_id]:
                context.plan(item)
