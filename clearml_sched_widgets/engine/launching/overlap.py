"""Whose turn it is among the owed launches; carries out, and logs, what the overlap policies say about the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial

import attrs

from clearml_sched_widgets.definition import Definition, Schedule, Trigger
from clearml_sched_widgets.engine.following.runs import Runs
from clearml_sched_widgets.engine.instance_task.journal import Journal
from clearml_sched_widgets.engine.launching.clone import is_launched
from clearml_sched_widgets.engine.launching.stops import StopRequests
from clearml_sched_widgets.policy.overlap import OverlapDecision, apply_overlap
from clearml_sched_widgets.policy.owed import by_item
from clearml_sched_widgets.policy.run import Run
from clearml_sched_widgets.policy.state import Launch, State
from clearml_sched_widgets.sentences import log


class OverlapGate:
    """Remembers which launches are held, so that each is logged once."""

    def __init__(self, runs: Runs, stops: StopRequests, journal: Journal, title: Callable[[str], str]) -> None:
        self._runs, self._stops, self._journal, self._title = runs, stops, journal, title
        self._held: frozenset[str] = frozenset()

    def all_held(self, state: State) -> bool:
        """Whether everything that is owed waits for another run: then none of it can have been launched."""
        return all(launch.key in self._held for launch in state.pending)

    def admit(self, definition: Definition, state: State, now: datetime) -> tuple[list[Launch], State]:
        """The launches that need not wait, and the state without those that were replaced. Raises RetryableError."""
        go: list[Launch] = []
        held, gone = set[str](), set[str]()
        owed_by_item = by_item(state.pending)
        active = self._active(definition, owed_by_item)
        for item_id, owed in owed_by_item.items():
            item = definition.item(item_id)
            if item is None:
                continue
            paused = state.paused or state.items[item_id].paused
            found = apply_overlap(item, paused, owed, active.get(item_id, ()), partial(is_launched, self._runs), now)
            self._carry_out(item, found, paused)
            go += found.go
            held.update(launch.key for launch in found.hold)
            gone.update(launch.key for launch in found.replaced)
        self._held = frozenset(held)
        if gone:
            state = attrs.evolve(state, pending=tuple(one for one in state.pending if one.key not in gone))
        return go, state

    def _active(self, definition: Definition, item_ids: Iterable[str]) -> dict[str, list[Run]]:
        """The unfinished runs by item; none if no item asks."""
        found: dict[str, list[Run]] = {}
        if any(item and item.overlap != "allow" for item in map(definition.item, item_ids)):
            for run in self._runs.active_runs():
                found.setdefault(run.item, []).append(run)
        return found

    def _carry_out(self, item: Schedule | Trigger, found: OverlapDecision, paused: bool) -> None:
        for run in found.stop:
            self._stops.request(run, self._title(item.id), "a later run takes its place")
        for launch in found.replaced:
            self._journal.warning(f"{self._title(item.id)}: {log.replaced(launch)}")
        new = [launch for launch in found.hold if launch.key not in self._held and launch.cause != "retry"]
        if new and item.enabled and not paused:
            self._journal.info(f"{self._title(item.id)}: {log.held(new)}")
