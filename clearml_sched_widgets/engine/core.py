"""One step of the engine: commands, due schedules, triggers, launches, and what became of the runs."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import attrs

from clearml_sched_widgets.definition import Action, Schedule, Trigger
from clearml_sched_widgets.definition.values import SHORTEST_NAME
from clearml_sched_widgets.engine import pending as owed
from clearml_sched_widgets.engine import polling, words
from clearml_sched_widgets.engine.agenda import Agenda
from clearml_sched_widgets.engine.clock import Clock
from clearml_sched_widgets.engine.commands import Command
from clearml_sched_widgets.engine.decide import Decision, admit, decide, next_slot
from clearml_sched_widgets.engine.journal import Journal
from clearml_sched_widgets.engine.launch import Launcher
from clearml_sched_widgets.engine.own import WATCHDOG, Own, OwnTask, read
from clearml_sched_widgets.engine.pending import Outcome
from clearml_sched_widgets.engine.runs import Run, Runs
from clearml_sched_widgets.engine.state import ItemState, Launch, slot_text
from clearml_sched_widgets.errors import NotFound
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
        self.journal = Journal(clock)
        self.inbox: deque[Command] = deque()
        self.ended = ""  # why the engine has to end
        self.asked_to_stop = False
        self.changed = True
        self.names: Mapping[str, str] = {}

    def open(self) -> None:
        """Take the instance and read what there is. Raises GatewayError, InvalidDefinition."""
        own = self._own.take()
        now = self._clock.now()
        self.started, self.definition, self.state = now, own.definition, own.state
        fresh = not own.state.items
        self.runs = Runs(self.id, since=self.state.runs_since or own.task.created)
        self._settled = self.runs.cursor
        self._run_list: tuple[Run, ...] | None = None
        self._launcher = Launcher(self._gateway, self.id, self.runs)
        self.agenda = Agenda()
        self._own_read = self._followed = self._checked_deleted = now
        self._polled = now - LONG_AGO
        self.journal.remember(self._gateway.log(self.id))
        self.runs.load(self._gateway, now)
        self._adopt(own, now)
        self.journal.info(f"{'Started' if fresh else 'Resumed'}: {words.counted(self.definition)}.")
        self.save()

    def step(self, now: datetime) -> None:
        """Do what is due. Raises GatewayError; what was not done then is still owed, and done by a later step."""
        self._hear(now)
        if self.ended:
            return
        if not self.state.pending:
            self._settled = self.runs.cursor  # every run made up to here is dealt with
        if not self.state.paused:
            self._decide(now)
            self._poll(now)
            self._launch(now)
        self._follow(now)
        self._tell()
        self.save()

    def save(self) -> None:
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
        self.definition = own.definition
        known = self.state.items
        items = {item.id: known.get(item.id) or ItemState(watermark=now) for item in self.definition.items}
        pending = [launch for launch in self.state.pending if launch.item in items]
        pending += [
            _at_start(item, now) for item in self.definition.schedules if item.run_at_start and item.id not in known
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
        self.asked_to_stop = own.task.status == "in_progress" and "taken" not in why
        if not why:
            for command in own.commands:
                self._obey(command, now)
            self._own.done(own.commands)

    def _obey(self, command: Command, now: datetime) -> None:
        self.changed = True
        if command.do == "pause":
            self.state = attrs.evolve(self.state, paused=True, note=command.note)
            self.journal.info(f"Paused{': ' + command.note if command.note else ''}.")
        elif command.do == "resume" and self.state.paused:
            self._unpause(now)
        elif command.do == "run_now":
            self._run_now(command, now)
        elif command.do == "reload":
            own = read(self._gateway, self.id)
            self._adopt(own, now)
            self.journal.info(f"The definition was updated: {words.counted(self.definition)}.")
        elif command.do != "resume":
            self.journal.error(f"A command could not be read and was dropped ({command.id}).")

    def _unpause(self, now: datetime) -> None:
        """Slots and events of a pause are left out: that is what pausing is for."""
        items = {key: attrs.evolve(item, watermark=now) for key, item in self.state.items.items()}
        self.state = attrs.evolve(self.state, paused=False, note="", items=items)
        for schedule in self.definition.schedules:
            self.agenda.put(schedule.id, next_slot(schedule, items[schedule.id]))
        server_now = read(self._gateway, self.id).task.last_change or now
        self.state = polling.skip_to(self.definition, self.state, server_now)
        self.journal.info("Goes on after the pause.")

    def _run_now(self, command: Command, now: datetime) -> None:
        item = self.definition.item(command.item)
        if item is None:
            self.journal.error(f"Run now: there is no item {command.item}.")
            return
        launch = Launch(
            key=f"{item.id}*{command.id}",
            item=item.id,
            cause="manual",
            nominal=now,
            values={"scheduled": slot_text(now)},
            lineage=(item.id,),
        )
        self.state = attrs.evolve(self.state, pending=(*self.state.pending, launch))

    # -- schedules and triggers
    def _decide(self, now: datetime) -> None:
        for item_id in self.agenda.due(now):
            schedule = self.definition.item(item_id)
            if not isinstance(schedule, Schedule):
                self.agenda.put(item_id, None)
                continue
            try:
                self._apply(decide(schedule, self.state.items[item_id], now, self._active(item_id)))
            except Exception as error:  # noqa: BLE001 - one item must never stop the others
                self.agenda.put(item_id, None)
                self._set_error(item_id, f"it was set aside, its next run could not be computed: {error!r}")

    def _active(self, item_id: str) -> int:
        owed = sum(1 for launch in self.state.pending if launch.item == item_id)
        return self.runs.active(item_id) + owed

    def _apply(self, decision: Decision) -> None:
        for skip in decision.skips:
            self.journal.warning(f"{self._title(skip.item)}: {words.skipped(skip)}")
        self.changed = True
        pending = (*self.state.pending, *decision.launches)
        self.state = attrs.evolve(self.state.with_item(decision.item, decision.state), pending=pending)
        self.agenda.put(decision.item, decision.next_slot)

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
        admission = admit(trigger, self.state.items[trigger.id], events, self._active(trigger.id))
        for launch in admission.launches:
            self.journal.info(f"{trigger.title}: {launch.what}.")
        for launch, reason in admission.refused:
            self.journal.warning(f"{trigger.title}: {launch.what}, but it was skipped: {reason}.")
        pending = (*self.state.pending, *admission.launches)
        self.state = attrs.evolve(self.state.with_item(trigger.id, admission.state), pending=pending)

    # -- launching
    def _launch(self, now: datetime) -> None:
        self._give_up(now)
        batch = []
        for launch in owed.ready(self.state.pending, now):
            item = self.definition.item(launch.item)
            if item is not None:
                batch.append((launch, named(item)))
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
                self.state = attrs.evolve(self.state, pending=left)

    def _note(self, outcome: Outcome, now: datetime) -> None:
        title, launch = self._title(outcome.launch.item), outcome.launch
        if outcome.error:
            if launch.tries == 0 or outcome.error != self.state.items[launch.item].error:
                self.journal.error(f"{title}: not launched: {outcome.error}. It is tried again later.")
            self._set_error(launch.item, outcome.error, quiet=True)
            return
        self.journal.info(f"{title}: {words.launched(outcome, now)}")
        if outcome.watched is False:
            self.journal.warning(f"{title}: no agent serves its queue; the run waits until one does.")
        self._set_error(launch.item, "")

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

    def _tell(self) -> None:
        """Log what became of the runs, whichever request it was that showed it."""
        while self.runs.news:
            run = self.runs.news.popleft()
            self._run_list, self.changed = None, True
            if not run.active and run.status != "created":
                self.journal.info(f"{self._title(run.item)}: task {run.task.id} is {run.status}.")

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


def named(item: Schedule | Trigger) -> Action:
    """The item's action, with the name that its runs get: the action's, else the item's, else the base task's."""
    usable = item.name if item.name and len(item.name) >= SHORTEST_NAME else None
    return attrs.evolve(item.action, name=item.action.name or usable)


def _at_start(schedule: Schedule, now: datetime) -> Launch:
    return Launch(
        key=f"{schedule.id}@start",
        item=schedule.id,
        cause="start",
        nominal=now,
        values={"scheduled": slot_text(now)},
        lineage=(schedule.id,),
    )
