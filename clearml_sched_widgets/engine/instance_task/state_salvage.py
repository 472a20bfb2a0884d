"""Reads as much as possible of a state that was damaged, so that the instance can go on."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from clearml_sched_widgets.engine.instance_task import state_objects
from clearml_sched_widgets.engine.instance_task import state_values as values
from clearml_sched_widgets.engine.instance_task.state_objects import PART_PREFIX, STATE, UNREADABLE, NewerState
from clearml_sched_widgets.errors import SchedulerError
from clearml_sched_widgets.policy.state import ItemState, State

T = TypeVar("T")
DAMAGED = "The saved state was damaged"
LONGEST_ID = 60  # characters of a key in a message


def salvage(configuration: Mapping[str, str], now: datetime) -> tuple[State, list[str]]:
    """The state in a task's configuration objects, and a sentence for each part that could not be read.

    An item whose state is lost goes on from `now` (server time). Raises NewerState.
    """
    try:
        return state_objects.loads(configuration), []
    except NewerState:
        raise
    except SchedulerError:
        reader = _Reader(now)
        return reader.state(configuration), reader.problems


class _Reader:
    """Reads one damaged state and collects the problems."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self.problems: list[str] = []

    def state(self, configuration: Mapping[str, str]) -> State:
        main = self._main(configuration.get(STATE, ""))
        return State(
            items=self._items(main, configuration),
            pending=self._list(main, "pending", values.launch, "a run that was pending"),
            entities=self._dict(main, "entities", values.read_position, "how far the changes were read of"),
            ends=self._one(main, "ends", values.read_position),
            past=self._dict(main, "past", _past_runs, "the past runs of"),
            memory=self._dict(main, "memory", values.memory, "what is known of the objects of"),
            watching=self._dict(main, "watching", values.time, "since when events count for"),
            baseline=self._list(main, "baseline", values.text, "a trigger's first look"),
            handled=self._list(main, "handled", values.text, "a command that was carried out"),
            runs_since=self._one(main, "runs_since", values.time),
            paused=self._one(main, "paused", values.flag) or False,
            note=self._one(main, "note", values.text) or "",
        )

    def _main(self, text: str) -> dict[str, Any]:
        data = self._json(text, "it")
        if not data:
            self.problems.append(f"{DAMAGED}: schedules go on from now, and what was pending is lost.")
        try:
            state_objects.refuse_newer(data)
        except UNREADABLE as error:
            self.problems.append(f"{DAMAGED}: {error}.")
        return data

    def _json(self, text: str, what: str) -> dict[str, Any]:
        try:
            data = json.loads(text)
        except UNREADABLE:
            data = None
        if isinstance(data, dict):
            return data
        self.problems.append(f"{DAMAGED}: {what} is no JSON object.")
        return {}

    def _items(self, main: Mapping[str, Any], configuration: Mapping[str, str]) -> dict[str, ItemState]:
        inline = main.get("items")
        if not isinstance(inline, dict):
            self.problems.append(f"{DAMAGED}: there are no items.")
        data = dict(inline) if isinstance(inline, dict) else {}
        for name, text in sorted(configuration.items()):
            if name.startswith(PART_PREFIX):
                data |= self._json(text, f'the part "{name[:LONGEST_ID]}"')
        return {key: self._item(key, item) for key, item in data.items()}

    def _item(self, key: str, data: object) -> ItemState:
        try:
            return values.item_state(data)
        except UNREADABLE as error:
            self.problems.append(f"{DAMAGED}: the item {key[:LONGEST_ID]} goes on from now ({error}).")
            return ItemState(watermark=self._now)

    def _one(self, main: Mapping[str, Any], name: str, read: Callable[[Any], T]) -> T | None:
        try:
            return None if main.get(name) is None else read(main[name])
        except UNREADABLE as error:
            self.problems.append(f'{DAMAGED}: "{name}" is lost ({error}).')
            return None

    def _list(self, main: Mapping[str, Any], name: str, read: Callable[[Any], T], what: str) -> tuple[T, ...]:
        rows = main.get(name) or []
        found = []
        for row in rows if isinstance(rows, list) else [rows]:
            try:
                found.append(read(row))
            except UNREADABLE as error:
                self.problems.append(f"{DAMAGED}: {what} is lost ({error}).")
        return tuple(found)

    def _dict(self, main: Mapping[str, Any], name: str, read: Callable[[Any], T], what: str) -> dict[str, T]:
        rows = main.get(name) or {}
        if not isinstance(rows, dict):
            self.problems.append(f'{DAMAGED}: "{name}" is lost.')
            return {}
        found = {}
        for key, row in rows.items():
            try:
                found[key] = read(row)
            except UNREADABLE as error:
                self.problems.append(f"{DAMAGED}: {what} {key[:LONGEST_ID]} is lost ({error}).")
        return found


def _past_runs(rows: Any) -> tuple[Any, ...]:
    return tuple(values.past_run(row) for row in rows)
