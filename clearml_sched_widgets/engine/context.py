"""Holds what the modules of one engine share: the definition, the state, the runs and the log."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from datetime import datetime

import attrs

from clearml_sched_widgets.bidi import isolated
from clearml_sched_widgets.definition import Definition, Schedule, Trigger
from clearml_sched_widgets.engine.clock import Clock
from clearml_sched_widgets.engine.following.runs import Runs
from clearml_sched_widgets.engine.guard import Guard, item_subject
from clearml_sched_widgets.engine.instance_task.commands import Command
from clearml_sched_widgets.engine.instance_task.journal import Journal
from clearml_sched_widgets.engine.instance_task.lease import Lease
from clearml_sched_widgets.engine.launching.batch import BatchProgress
from clearml_sched_widgets.engine.launching.clone import is_draft, is_launched
from clearml_sched_widgets.engine.launching.functions import Functions
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.policy.agenda import Agenda
from clearml_sched_widgets.policy.decide import next_slot
from clearml_sched_widgets.policy.run import Run
from clearml_sched_widgets.policy.state import ItemState, Launch, State
from clearml_sched_widgets.sentences import log


class Lasting:
    """What outlives the core of an engine, which is thrown away and opened anew after an unforeseen error."""

    def __init__(self, instance_id: str, gateway: Gateway, clock: Clock, functions: Functions) -> None:
        self.id, self.gateway, self.clock, self.functions = instance_id, gateway, clock, functions
        self.lease = Lease(gateway, instance_id, clock)
        self.journal = Journal(self.server_time)
        self.guard = Guard(self.journal)
        self.batch = BatchProgress()
        self.inbox: deque[Command] = deque()
        self.polled_at: float | None = None  # monotonic time at which the last poll began whose end is saved
        self._left_out_told = 0  # of what the gateway left out

    def tell_notes(self) -> None:
        """Log what the lease's thread has to say, and which rows of answers made no sense."""
        while self.lease.notes:
            self.journal.warning(self.lease.notes.pop(0))
        left_out = self.gateway.left_out()
        for text in left_out[self._left_out_told :]:
            self.journal.warning(text)
        self._left_out_told = len(left_out)

    def server_time(self) -> datetime:
        """The server's present as last known, without a request."""
        return self.gateway.present(ask=False).time


class Context:
    """Everything that one instance's engine knows. Used by one thread only. Complete after `Stepper.open`."""

    definition: Definition
    state: State
    runs: Runs
    started: datetime

    def __init__(self, lasting: Lasting) -> None:
        self.id, self.gateway, self.clock, self.functions = (
            lasting.id,
            lasting.gateway,
            lasting.clock,
            lasting.functions,
        )
        self.lease, self.journal, self.guard, self.batch = lasting.lease, lasting.journal, lasting.guard, lasting.batch
        self.server_time = lasting.server_time
        self.agenda = Agenda()
        self.base_names: Mapping[str, str] = {}  # by task id
        self.followed_from_start = False  # True if `runs` was read from the very first run on
        self.tables_outdated = True  # True if something has changed since the tables were last reported
        self.left_out: dict[str, deque[str]] = {}  # by trigger id: the last objects that it could not look at
        self.launched: datetime | None = None  # when a user called for the start, if this is the first one
        self.launched_slots: dict[str, frozenset[datetime]] = {}  # see `note_launched_slots`
        self._run_list: tuple[Run, ...] | None = None
        self._told: set[str] = set()

    def item(self, item_id: str) -> Schedule | Trigger | None:
        """The item with this id; None if the definition does not have it (any more)."""
        return self.definition.item(item_id)

    def title(self, item_id: str) -> str:
        """The name of an item in the log."""
        item = self.item(item_id)
        return isolated(log.title(item, self.base_names)) if item else item_id

    def update_agenda(self, item: Schedule | Trigger) -> None:
        """Put a schedule's next slot on the agenda. Call this after its state has changed."""
        if isinstance(item, Schedule):
            subject, known = item_subject(item.id), self.state.items[item.id]
            slot = self.guard.run(subject, self.title(item.id), lambda: next_slot(item, known))
            self.agenda.put(item.id, known.watermark if self.guard.is_failing(subject) else slot)

    def note_launched_slots(self, counted: Mapping[str, ItemState]) -> None:
        """Note, by item id, the slots after the watermark that have runs. They count when the watermark passes them.

        Either a process was killed before it saved, or the watermark was taken back, because the server's clock was.
        Then they have been counted: `counted` are the items before that.
        """
        found: dict[str, set[datetime]] = {}
        for run in self.runs:
            known = self.state.items.get(run.item)
            of_slot = run.nominal if run.cause == "schedule" and not is_draft(run) else None
            if known and of_slot and of_slot > known.watermark:
                found.setdefault(run.item, set()).add(of_slot)
        self.launched_slots = {item_id: frozenset(slots) for item_id, slots in found.items()}
        for item_id, slots in found.items():
            known, again = self.state.items[item_id], sum(slot <= counted[item_id].watermark for slot in slots)
            if again:
                self.state = self.state.with_item(item_id, attrs.evolve(known, runs=max(0, known.runs - again)))

    def count_launched_slots(self) -> None:
        """Count those slots for `max_runs` that the watermark has passed without a decision, as after an edit."""
        for item_id in list(self.launched_slots):
            known = self.state.items.get(item_id)
            passed = self.pass_launched_slots(item_id, known.watermark) if known else 0
            if known and passed:
                self.state = self.state.with_item(item_id, attrs.evolve(known, runs=known.runs + passed))

    def pass_launched_slots(self, item_id: str, watermark: datetime) -> int:
        """Forget the noted slots up to the watermark, because they are counted. Returns their number."""
        slots = self.launched_slots.get(item_id, frozenset())
        ahead = frozenset(slot for slot in slots if slot > watermark)
        if slots:
            self.launched_slots[item_id] = ahead
        return len(slots) - len(ahead)

    def key_exists(self, key: str) -> bool:
        """True if a launch with this run key is owed or was made."""
        return is_launched(self.runs, key) or any(launch.key == key for launch in self.state.pending)

    def add_pending(self, *launches: Launch) -> None:
        """Add owed launches to the state."""
        self.state = attrs.evolve(self.state, pending=(*self.state.pending, *launches))

    def give_up(self, launch: Launch) -> None:
        """Remove an owed launch from the state. A slot that was never launched does not count for `max_runs`."""
        pending = tuple(other for other in self.state.pending if other.key != launch.key)
        self.state = attrs.evolve(self.state, pending=pending)
        item, known = self.item(launch.item), self.state.items.get(launch.item)
        if item is not None and known is not None and launch.cause == "schedule":
            self.state = self.state.with_item(launch.item, attrs.evolve(known, runs=max(0, known.runs - 1)))
            self.update_agenda(item)

    def set_error(self, item_id: str, error: str, *, quiet: bool = False) -> None:
        """Set an item's error, or clear it with an empty text. A new error is logged, unless `quiet`."""
        item = self.state.items[item_id]
        if error and not quiet and error != item.error:
            self.journal.error(f"{self.title(item_id)}: {error}.")
        if error != item.error:
            self.tables_outdated = True
            self.state = self.state.with_item(item_id, attrs.evolve(item, error=error))

    def set_note(self, item_id: str, note: str) -> None:
        """Set the note that says what was last skipped, or clear it. The note of a paused item stays: it says why."""
        item = self.state.items[item_id]
        if item.note != note and not item.paused:
            self.state = self.state.with_item(item_id, attrs.evolve(item, note=note))

    def tell_once(self, text: str) -> None:
        """Log a warning, unless it was logged before."""
        if text not in self._told:
            self._told.add(text)
            self.journal.warning(text)

    def run_list(self) -> tuple[Run, ...]:
        """The runs, newest first; the same tuple as long as they have not changed."""
        if self._run_list is None:
            self._run_list = tuple(self.runs)
        return self._run_list

    def mark_runs_changed(self) -> None:
        """Drop the cached list of runs, and mark the tables as outdated."""
        self._run_list, self.tables_outdated = None, True
