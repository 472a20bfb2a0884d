"""What the parts of one engine share: the definition, the state, the runs and the log, and small questions to them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import attrs

from clearml_sched_widgets.bidi import isolated
from clearml_sched_widgets.definition import Definition, Schedule, Trigger
from clearml_sched_widgets.engine.clock import Clock
from clearml_sched_widgets.engine.following.runs import Runs
from clearml_sched_widgets.engine.instance_task.journal import Journal
from clearml_sched_widgets.engine.instance_task.lease import Lease
from clearml_sched_widgets.engine.launching.batch import BatchProgress
from clearml_sched_widgets.engine.launching.clone import is_launched
from clearml_sched_widgets.engine.launching.functions import Functions
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.policy.agenda import Agenda
from clearml_sched_widgets.policy.decide import next_slot
from clearml_sched_widgets.policy.run import Run
from clearml_sched_widgets.policy.state import Launch, State
from clearml_sched_widgets.sentences import log


class Context:
    """Everything that one instance's engine knows. Used by one thread. Complete once the core has opened."""

    definition: Definition
    state: State
    runs: Runs
    started: datetime

    def __init__(self, instance_id: str, gateway: Gateway, clock: Clock, functions: Functions) -> None:
        self.id = instance_id
        self.gateway, self.clock, self.functions = gateway, clock, functions
        self.lease = Lease(gateway, instance_id, clock)
        self.journal = Journal(clock)
        self.agenda = Agenda()
        self.batch = BatchProgress()
        self.names: Mapping[str, str] = {}  # of the base tasks, by id
        self.from_start = False  # whether the runs are followed from the very first one
        self.changed = True  # since the tables were last reported
        self._run_list: tuple[Run, ...] | None = None

    def item(self, item_id: str) -> Schedule | Trigger | None:
        """The item of that id, if the definition (still) has it."""
        return self.definition.item(item_id)

    def title(self, item_id: str) -> str:
        """What the log calls an item."""
        item = self.item(item_id)
        return isolated(log.title(item, self.names)) if item else item_id

    def plan(self, item: Schedule | Trigger) -> None:
        """Put a schedule's next slot on the agenda, after its state has changed."""
        if isinstance(item, Schedule):
            self.agenda.put(item.id, next_slot(item, self.state.items[item.id]))

    def exists(self, key: str) -> bool:
        """Whether a run key is owed, or that of a run that was launched."""
        return is_launched(self.runs, key) or any(launch.key == key for launch in self.state.pending)

    def owe(self, *launches: Launch) -> None:
        """Owe more launches."""
        self.state = attrs.evolve(self.state, pending=(*self.state.pending, *launches))

    def give_up(self, launch: Launch) -> None:
        """Owe a launch no more; what was never launched does not count for `max_runs`."""
        left = tuple(other for other in self.state.pending if other.key != launch.key)
        self.state = attrs.evolve(self.state, pending=left)
        item, known = self.item(launch.item), self.state.items.get(launch.item)
        if item is not None and known is not None and launch.cause == "schedule":
            self.state = self.state.with_item(launch.item, attrs.evolve(known, runs=max(0, known.runs - 1)))
            self.plan(item)

    def set_error(self, item_id: str, error: str, *, quiet: bool = False) -> None:
        """Set, or with an empty text remove, what is wrong with an item; logged when it is new, unless `quiet`."""
        item = self.state.items[item_id]
        if error and not quiet and error != item.error:
            self.journal.error(f"{self.title(item_id)}: {error}.")
        if error != item.error:
            self.changed = True
            self.state = self.state.with_item(item_id, attrs.evolve(item, error=error))

    def set_note(self, item_id: str, note: str) -> None:
        """Say what was last skipped, or with an empty text nothing; why an item is paused stays."""
        item = self.state.items[item_id]
        if item.note != note and not item.paused:
            self.state = self.state.with_item(item_id, attrs.evolve(item, note=note))

    def run_list(self) -> tuple[Run, ...]:
        """The runs, newest first; the same tuple as long as nothing changed."""
        if self._run_list is None:
            self._run_list = tuple(self.runs)
        return self._run_list

    def runs_changed(self) -> None:
        """Note that the list of runs, and with it what the screen shows, is another one."""
        self._run_list, self.changed = None, True
