"""Applies the overlap policies to the owed launches: lets them start, holds them back, replaces them, and logs it."""

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
    """Applies the overlap policies. Remembers which launches are held back, so that each is logged once."""

    def __init__(self, runs: Runs, stops: StopRequests, journal: Journal, title: Callable[[str], str]) -> None:
        self._runs, self._stops, self._journal, self._title = runs, stops, journal, title
        self._held: frozenset[str] = frozenset()

    def all_held(self, state: State) -> bool:
        """True if every owed launch is held back, and none of them has a task, so none can have been launched."""
        return all(launch.key in self._held and not self._runs.of_key(launch.key) for launch in state.pending)

    def admit(self, definition: Definition, state: State, now: datetime) -> tuple[list[Launch], State]:
        """The launches that may start now, and the state without those that were replaced. Raises RetryableError."""
        admitted: list[Launch] = []
        held, replaced = set[str](), set[str]()
        owed_by_item = by_item(state.pending)
        active = self._active_by_item(definition, owed_by_item)
        for item_id, owed in owed_by_item.items():
            item = definition.item(item_id)
            if item is None:
                continue
            paused = state.paused or state.items[item_id].paused
            decision = apply_overlap(item, paused, owed, active.get(item_id, ()), partial(is_launched, self._runs), now)
            self._apply(item, decision, paused)
            admitted += decision.go
            held.update(launch.key for launch in decision.hold)
            replaced.update(launch.key for launch in decision.replaced)
        self._held = frozenset(held)
        if replaced:
            state = attrs.evolve(state, pending=tuple(launch for launch in state.pending if launch.key not in replaced))
        return admitted, state

    def _active_by_item(self, definition: Definition, item_ids: Iterable[str]) -> dict[str, list[Run]]:
        """The unfinished runs by item; empty if no item's overlap policy needs them."""
        active: dict[str, list[Run]] = {}
        if any(item and item.overlap != "allow" for item in map(definition.item, item_ids)):
            for run in self._runs.active_runs():
                active.setdefault(run.item, []).append(run)
        return active

    def _apply(self, item: Schedule | Trigger, decision: OverlapDecision, paused: bool) -> None:
        for run in decision.stop:
            self._stops.request(run, self._title(item.id), "a later run takes its place")
        for launch in decision.replaced:
            self._journal.warning(f"{self._title(item.id)}: {log.replaced(launch)}")
        newly_held = [launch for launch in decision.hold if launch.key not in self._held and launch.cause != "retry"]
        if newly_held and item.enabled and not paused:
            self._journal.info(f"{self._title(item.id)}: {log.held(newly_held)}")
