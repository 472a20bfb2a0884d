"""One step of the engine: commands, due schedules, triggers, launches, and what became of the runs."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

import attrs

from clearml_sched_widgets.definition import Schedule, Trigger
from clearml_sched_widgets.engine import controls, launches, limits, polling, retries, words
from clearml_sched_widgets.engine import pending as owed
from clearml_sched_widgets.engine.agenda import Agenda
from clearml_sched_widgets.engine.clock import Clock
from clearml_sched_widgets.engine.commands import Command
from clearml_sched_widgets.engine.decide import Decision, admit, adopted, decide, next_slot
from clearml_sched_widgets.engine.journal import Journal
from clearml_sched_widgets.engine.launch import Launcher, launched
from clearml_sched_widgets.engine.lease import Lease
from clearml_sched_widgets.engine.own import WATCHDOG, Own, OwnTask, read
from clearml_sched_widgets.engine.pending import Outcome
from clearml_sched_widgets.engine.runs import Run, Runs, launched_since
from clearml_sched_widgets.engine.state import EntityState, Launch, State, parse, slot_text
from clearml_sched_widgets.engine.stops import Stops
from clearml_sched_widgets.engine.turns import Turns
from clearml_sched_widgets.errors import InvalidDefinition, NotFound
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.records import TaskQuery

OWN_EVERY = timedelta(seconds=2)  # how often the own task is read for commands and for its status
FOLLOW_BUSY = timedelta(seconds=2)  # how often the runs are followed while some are unfinished
FOLLOW_IDLE = timedelta(seconds=30)
DELETED_EVERY = timedelta(seconds=60)
LONG_AGO = timedelta(days=1)


class Core:
    """Everything that one instance's engine knows and does. Used by one thread."""

    def __init__(self, instance_id: str, gateway: Gateway, own: OwnTask, clock: Clock) -> None:
        self.id = instance_id
        self._gateway, self._own, self._clock = gateway, own, clock
        self.lease = Lease(gateway, instance_id, clock)
        self.journal = Journal(clock)
        self.inbox: deque[Command] = deque()
        self.ended = ""  # why the engine has to end
        self.asked_to_stop = False
        self.changed = True
        self.names: Mapping[str, str] = {}

    def open(self) -> None:
        """Read what there is, as the holder of the lease. Raises GatewayError, InvalidDefinition."""
        own = self._own.take()
        now = self._clock.now()
        self.started, self.definition, self.state = now, own.definition, own.state
        fresh = not own.state.items
        self.runs = Runs(self.id, since=self.state.runs_since or own.task.created)
        self._settled = self.runs.cursor
        self._run_list: tuple[Run, ...] | None = None
        self._launcher = Launcher(self._gateway, self.id, self.runs, self.lease.keep)
        self.agenda = Agenda()
        self._own_read = self._followed = self._checked_deleted = now
        self._polled = now - LONG_AGO
        self.journal.remember(self._gateway.log(self.id))
        self.runs.load(self._gateway, now)
        self._ahead = (own.task.last_change or now) - now  # of the server's clock
        self._stops = Stops(self._gateway, self.journal)
        self._turns = Turns(self.runs, self._stops, self.journal)
        self._adopt(own, now)
        if self.state.ends is None:
            self.state = attrs.evolve(self.state, ends=EntityState(cursor=self._settled))
        self._after_ends(tuple(reversed(self.run_list())), now)  # what ended while no engine worked
        self.journal.info(f"{'Started' if fresh else 'Resumed'}: {words.counted(self.definition)}.")
        self.save()

    def step(self, now: datetime) -> None:
        """Do what is due. Raises GatewayError; what was not done then is still owed, and done by a later step.

        Raises LeaseLost when another engine has taken over: then this one must not touch anything any more.
        """
        self.lease.keep()
        if now < self._own_read:
            self._clock_went_back(now)
        self._hear(now)
        if self.ended:
            return
        if not self.runs.news and self._turns.all_held(self.state):
            self._settled = self.runs.cursor  # every run made up to here is dealt with
        if not self.state.paused:
            self._decide(now)
            self._poll(now)
            self._launch(now)
        self._follow(now)
        self._tell(now)
        self.save()

    def _clock_went_back(self, now: datetime) -> None:
        """Nothing waits for the clock to get where it was, but the slots: those it passes again were dealt with."""
        self.journal.warning("The clock of this machine went back.")
        self._own_read = self._followed = self._checked_deleted = self._polled = now - LONG_AGO
        pending = [attrs.evolve(one, not_before=None) if one.tries else one for one in self.state.pending]
        self.state = attrs.evolve(self.state, pending=tuple(pending))

    def save(self) -> None:
        """Write the state, unless the lease is lost: a successor's state must not be overwritten."""
        self.lease.keep()
        self._own.save(self.state, self._settled)

    def idle_seconds(self, now: datetime, longest: float) -> float:
        """How long nothing is due."""
        first = self.agenda.first()
        if first is None or self.state.paused:
            return longest
        return min(longest, max(0.0, (first - now).total_seconds()))

    def run_list(self) -> tuple[Run, ...]:
        """The runs, newest first; the same tuple as long as nothing changed."""
        if self._run_list is None:
            self._run_list = tuple(self.runs)
        return self._run_list

    # -- the definition
    def _adopt(self, own: Own, now: datetime) -> None:
        """Take over a definition: known items keep their watermark, new ones begin now, removed ones go."""
        before, self.definition = self.definition, own.definition
        known = self.state.items
        items = {
            item.id: adopted(item, before.item(item.id), known.get(item.id), now) for item in self.definition.items
        }
        pending = [launch for launch in self.state.pending if not owed.dropped(launch, self.definition)]
        pending += [
            launches.at_start(item, now)
            for item in self.definition.schedules
            if item.run_at_start and item.id not in known
        ]
        self.state = attrs.evolve(self.state, items=items, pending=tuple(pending))
        self.agenda = Agenda()
        for schedule in self.definition.schedules:
            self.agenda.put(schedule.id, next_slot(schedule, items[schedule.id]))
        server_now = own.task.last_change or now
        self.state = polling.watch(self.definition, self.state, server_now)
        self.names = self._read_names()
        self.changed = True

    def _read_names(self) -> dict[str, str]:
        """The base tasks' names, for the tables; an item whose task is gone is reported at once."""
        ids = sorted({item.action.task for item in self.definition.items})
        names: dict[str, str] = {}
        for start in range(0, len(ids), 500):
            tasks = self._gateway.tasks(TaskQuery(ids=tuple(ids[start : start + 500]), order="created"))
            names.update((task.id, task.name) for task in tasks)
        for item in self.definition.items:
            if item.action.task not in names:
                self._set_error(item.id, f"its base task {item.action.task} does not exist (any more)")
        return names

    # -- commands
    def _hear(self, now: datetime) -> None:
        while self.inbox:
            self._obey(self.inbox.popleft(), now)
        if now - self._own_read < OWN_EVERY:
            return
        self._own_read = now
        try:
            own = read(self._gateway, self.id)
        except NotFound:
            self.ended = "its task was deleted in ClearML"
            return
        why = self._own.lost(own)
        if why and WATCHDOG in f"{own.task.status_reason} {own.task.status_message}".lower():
            self.journal.warning("The server's watchdog had stopped this instance; it goes on.")
            self._own.take()
            return
        self.ended = why
        self.asked_to_stop = bool(why) and own.task.status == "in_progress"
        if not why:
            for command in own.commands:
                self._obey(command, now)
            if own.commands:
                self.save()  # before they are removed: a command must not be lost
                self._own.done(own.commands)

    def _obey(self, command: Command, now: datetime) -> None:
        self.changed = True
        if command.item:
            self._obey_for_item(command, now)
        elif command.do == "pause":
            self.state = attrs.evolve(self.state, paused=True, note=command.note)
            self.journal.info(f"Paused{': ' + command.note if command.note else ''}.")
        elif command.do == "resume" and self.state.paused:
            self._unpause(now)
        elif command.do == "reload":
            self._reload(now)
        elif command.do != "resume":
            self.journal.error(f"A command could not be read and was dropped ({command.id}).")

    def _reload(self, now: datetime) -> None:
        own = read(self._gateway, self.id)
        try:
            self._adopt(own, now)
        except InvalidDefinition as error:
            self.journal.error(f"The new definition was refused, the one before it goes on: {error}")
            return
        self.journal.info(f"The definition was updated: {words.counted(self.definition)}.")

    def _unpause(self, now: datetime) -> None:
        """Slots and events of a pause are left out: that is what pausing is for."""
        items = {key: attrs.evolve(item, watermark=max(item.watermark, now)) for key, item in self.state.items.items()}
        self.state = attrs.evolve(self.state, paused=False, note="", items=items)
        for schedule in self.definition.schedules:
            self.agenda.put(schedule.id, next_slot(schedule, items[schedule.id]))
        self._gateway.ping(self.id)  # a write: the task's last change is the server's present time then
        server_now = read(self._gateway, self.id).task.last_change or now
        self.state = polling.skip_to(self.definition, self.state, server_now)
        self.journal.info("Goes on after the pause.")

    def _obey_for_item(self, command: Command, now: datetime) -> None:
        item, text = self.definition.item(command.item), ""
        if item is None:
            self.journal.error(f"{command.do}: there is no item {command.item}.")
            return
        if command.do == "pause":
            self.state, text = controls.pause(item, self.state, command.note)
        elif command.do == "resume":
            self.state, text = controls.resume(item, self.state, now)
        elif command.do == "run_now":
            self.state = controls.run_now(item, self.state, command.id, now, self._exists)
        elif command.do == "backfill":
            text = self._backfill(item, command, now)
        if text:
            self.journal.info(f"{item.title}: {text}")
        self._plan(item)

    def _plan(self, item: Schedule | Trigger) -> None:
        if isinstance(item, Schedule):
            self.agenda.put(item.id, next_slot(item, self.state.items[item.id]))

    def _backfill(self, item: Schedule | Trigger, command: Command, now: datetime) -> str:
        start, end = parse(command.start), parse(command.end)
        if not isinstance(item, Schedule) or start is None or end is None:
            return "nothing is backfilled: it takes a schedule and a period."
        if not self.state.paused:
            self._decide(now)  # what is due by now is decided by the schedule itself
        done = launched_since(self._gateway, self.id, start)
        try:
            self.state, text = controls.backfill(
                item, self.state, start, end, now, lambda key: key in done or self._exists(key)
            )
        except ValueError as error:
            return f"nothing is backfilled: {error}."
        return text

    # -- schedules and triggers
    def _decide(self, now: datetime) -> None:
        due = {item_id: self.definition.item(item_id) for item_id in self.agenda.due(now)}
        active, waiting = self._unfinished(due.values())
        for item_id, schedule in due.items():
            if not isinstance(schedule, Schedule):
                self.agenda.put(item_id, None)
                continue
            try:
                self._apply(decide(schedule, self.state.items[item_id], now, active[item_id], waiting[item_id]))
            except Exception as error:  # noqa: BLE001 - one item must never stop the others
                self.agenda.put(item_id, None)
                self._set_error(item_id, f"it was set aside, its next run could not be computed: {error!r}")

    def _unfinished(self, items: Iterable[Schedule | Trigger | None]) -> tuple[Counter[str], Counter[str]]:
        """How many runs of each item are queued or running, and how many are owed; empty if these do not ask."""
        if not any(item and item.overlap in ("skip", "queue") for item in items):
            return Counter(), Counter()
        active = Counter(run.item for run in self.runs.active_runs() if not self._undecided(run))
        return active, Counter(launch.item for launch in self.state.pending)

    def _undecided(self, run: Run) -> bool:
        """Whether a process that was killed launched it and could not say so: its slot is decided about again, and
        it must not stand in its own way."""
        known = self.state.items.get(run.item)
        return bool(known and run.cause == "schedule" and run.nominal and run.nominal > known.watermark)

    def _exists(self, key: str) -> bool:
        """Whether a run key is owed, or that of a run that was launched."""
        return launched(self.runs, key) or any(launch.key == key for launch in self.state.pending)

    def _apply(self, decision: Decision) -> None:
        after = decision.state
        for skip in decision.skips:
            text = words.skipped(skip)
            self.journal.warning(f"{self._title(skip.item)}: {text}")
            after = attrs.evolve(after, note=text)
        self.changed = True
        pending = (*self.state.pending, *decision.launches)
        self.state = attrs.evolve(self.state.with_item(decision.item, after), pending=pending)
        self.agenda.put(decision.item, decision.next_slot)
        item = self.definition.item(decision.item)
        if decision.launches and isinstance(item, Schedule):
            self._supersede(item)

    def _supersede(self, schedule: Schedule) -> None:
        """Slots that could not be launched so far fall under the missed-run policy: they do not pile up."""
        for launch in owed.superseded(schedule, self.state.pending):
            self.journal.warning(
                f"{schedule.title}: gave up the run of {slot_text(launch.nominal)}: a later one is due."
            )
            left = tuple(other for other in self.state.pending if other.key != launch.key)
            self.state = attrs.evolve(self._uncounted(launch), pending=left)

    def _poll(self, now: datetime) -> None:
        triggers = [trigger for trigger in self.definition.triggers if trigger.enabled]
        if not triggers or now - self._polled < self.definition.poll_every:
            return
        self._polled = now
        self.state, events = polling.poll(self._gateway, triggers, self.state)
        if not events:
            return
        self.changed = True
        for trigger in triggers:
            self._admit(trigger, [event for event in events if event.item == trigger.id])
        self.save()  # the cursor has passed these events: they must not be lost

    def _admit(self, trigger: Trigger, events: Sequence[Launch]) -> None:
        active, waiting = self._unfinished([trigger])
        admission = admit(trigger, self.state.items[trigger.id], events, active[trigger.id], waiting[trigger.id])
        for launch in admission.launches:
            self.journal.info(f"{trigger.title}: {launch.what}.")
        after = admission.state
        for launch, reason in admission.refused:
            after = attrs.evolve(after, note=after.note if after.paused else f"skipped {launch.what}: {reason}.")
            self.journal.warning(f"{trigger.title}: {launch.what}, but it was skipped: {reason}.")
        pending = (*self.state.pending, *admission.launches)
        self.state = attrs.evolve(self.state.with_item(trigger.id, after), pending=pending)

    # -- launching
    def _launch(self, now: datetime) -> None:
        self._give_up(now)
        batch = []
        turn, self.state = self._turns.take(self.definition, self.state, now)
        for launch in owed.ready(turn, now):
            item = self.definition.item(launch.item)
            if item is not None:
                batch.append((launch, launches.named(item)))
        if not batch:
            return
        outcomes = self._launcher.launch(batch, now)
        for outcome in outcomes:
            self._note(outcome, now)
        self.state = attrs.evolve(self.state, pending=owed.after(self.state.pending, outcomes, now))
        self._run_list = None
        self.changed = True

    def _give_up(self, now: datetime) -> None:
        for launch in self.state.pending:
            why = owed.expired(launch, self.definition, now)
            if why:
                self.journal.error(
                    f"{self._title(launch.item)}: gave up the run of {slot_text(launch.nominal)}: {why}."
                )
                left = tuple(other for other in self.state.pending if other.key != launch.key)
                self.state = attrs.evolve(self._uncounted(launch), pending=left)

    def _uncounted(self, launch: Launch) -> State:
        """What was never launched does not count for `max_runs`."""
        item, known = self.definition.item(launch.item), self.state.items.get(launch.item)
        if item is None or known is None or launch.cause != "schedule":
            return self.state
        state = self.state.with_item(launch.item, attrs.evolve(known, runs=max(0, known.runs - 1)))
        if isinstance(item, Schedule):
            self.agenda.put(item.id, next_slot(item, state.items[item.id]))
        return state

    def _note(self, outcome: Outcome, now: datetime) -> None:
        title, launch = self._title(outcome.launch.item), outcome.launch
        if outcome.error:
            if launch.tries == 0 or outcome.error != self.state.items[launch.item].error:
                self.journal.error(f"{title}: not launched: {outcome.error}. It is tried again later.")
            self._set_error(launch.item, outcome.error, quiet=True)
            return
        self.journal.info(f"{title}: {words.launched(outcome, now, self.definition.item(launch.item))}")
        if outcome.watched is False:
            self.journal.warning(f"{title}: no agent serves its queue; the run waits until one does.")
        self._set_error(launch.item, "")
        known = self.state.items[launch.item]
        if known.note and not known.paused:
            self.state = self.state.with_item(launch.item, attrs.evolve(known, note=""))

    # -- runs
    def _follow(self, now: datetime) -> None:
        pause = FOLLOW_BUSY if self.runs.unfinished else FOLLOW_IDLE
        if now - self._followed < pause:
            return
        self._followed = now
        self.runs.refresh(self._gateway, now)
        if self.runs.unfinished and now - self._checked_deleted >= DELETED_EVERY:
            self._checked_deleted = now
            self.runs.find_deleted(self._gateway)
        for run, reason in limits.overdue(self.runs.active_runs(), self.definition.item, now + self._ahead):
            self._stops.ask(run, self._title(run.item), reason)

    def _tell(self, now: datetime) -> None:
        """Log what became of the runs, whichever request it was that showed it, and see to what follows from it."""
        news = list(self.runs.news)
        self.runs.news.clear()
        for run in news:
            self._run_list, self.changed = None, True
            if not run.active and run.status != "created":
                self.journal.info(f"{self._title(run.item)}: task {run.task.id} is {run.status}.")
                self._stops.forget(run)
        self._after_ends(news, now)

    def _after_ends(self, runs: Sequence[Run], now: datetime) -> None:
        """Retries, and pauses after failures."""
        before = self.state
        self.state, lines = retries.follow(self.definition, before, runs, partial(launched, self.runs), now)
        for item_id, text in lines:
            self.journal.warning(f"{self._title(item_id)}: {text}.")
        for item_id in {run.item for run in runs}:
            item = self.definition.item(item_id)
            if item is not None and self.state.items[item_id] is not before.items[item_id]:
                self._plan(item)

    # -- words
    def _title(self, item_id: str) -> str:
        return words.title(self.definition, item_id)

    def _set_error(self, item_id: str, error: str, *, quiet: bool = False) -> None:
        item = self.state.items[item_id]
        if error and not quiet and error != item.error:
            self.journal.error(f"{self._title(item_id)}: {error}.")
        if error != item.error:
            self.changed = True
            self.state = self.state.with_item(item_id, attrs.evolve(item, error=error))
