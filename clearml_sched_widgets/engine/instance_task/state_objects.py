"""Stores the engine's state as JSON in configuration objects of the instance's task.

A launch changes one item of perhaps ten thousand. So the items of a large instance are spread over several objects
("parts"), and only the parts that changed are written. One request writes all objects, so they always fit together.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import compress
from operator import is_not
from typing import Any
from zlib import crc32

import attrs

from clearml_sched_widgets.engine.instance_task import state_values as values
from clearml_sched_widgets.errors import SchedulerError
from clearml_sched_widgets.policy.state import PAST_TIMES, ItemState, Launch, PastRun, ReadPosition, State, iso

VERSION = 1
STATE, PART_PREFIX = "state", "state.items."  # the main object's name, and the prefix of the parts' names
MAX_INLINE = 250  # up to so many items are stored in the main object
ITEMS_PER_PART, MOST_PARTS = 125, 100
# What reading the data of a state may raise if somebody else has written it.
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError)


class NewerState(SchedulerError):
    """A later version of this package has written the state."""


def parts_for(count: int) -> int:
    """The number of parts for `count` items; 0 if they are stored in the main object."""
    return 0 if count <= MAX_INLINE else min(MOST_PARTS, -(-count // ITEMS_PER_PART))


class Writer:
    """Finds the objects that have changed since the last write. Caches each item's JSON text."""

    def __init__(self) -> None:
        self._items: Mapping[str, ItemState] = {}
        self._texts: dict[str, str] = {}
        self._parts: list[list[str]] = []  # item ids by part
        self._part_by_item: dict[str, int] = {}
        self._changed_parts: set[int] = set()

    def changes(self, state: State) -> dict[str, str]:
        """The configuration objects to write: the main object always, and the parts that have changed."""
        self._update_items(state.items)
        parts = {f"{PART_PREFIX}{number}": self._part_text(number) for number in sorted(self._changed_parts)}
        rest = json.dumps({**_data_without_items(state), "parts": len(self._parts)}, separators=(",", ":"))
        items = "" if self._parts else ",".join(self._texts.values())
        return {STATE: f'{{"items":{{{items}}},{rest[1:]}', **parts}

    def written(self) -> None:
        """Note that the objects from `changes` were written."""
        self._changed_parts.clear()

    def _update_items(self, items: Mapping[str, ItemState]) -> None:
        if [*items] != [*self._items]:
            self._assign_parts(items)
        changed = [*self._changed_ids(items)]
        self._texts.update({key: _item_text(key, items[key]) for key in changed})
        self._changed_parts.update(self._part_by_item[key] for key in changed if self._parts)
        self._items = items

    def _assign_parts(self, items: Mapping[str, ItemState]) -> None:
        """Assign every item to a part anew, because the items or their order have changed."""
        self._items, self._texts = {}, {}
        count = parts_for(len(items))
        self._part_by_item = {key: crc32(key.encode()) % count for key in items} if count else {}
        parts = defaultdict[int, list[str]](list)
        for key, number in self._part_by_item.items():
            parts[number].append(key)
        self._parts = [parts[number] for number in range(count)]
        self._changed_parts = set(range(count))

    def _changed_ids(self, items: Mapping[str, ItemState]) -> Iterable[str]:
        """The ids of the items that are not the same objects as before.

        It uses no Python loop, because this is most of the cost of a launch among ten thousand items.
        """
        return compress(items, map(is_not, items.values(), self._items.values())) if self._items else items

    def _part_text(self, number: int) -> str:
        return f"{{{','.join(self._texts[key] for key in self._parts[number])}}}"


def texts(state: State) -> dict[str, str]:
    """The configuration objects that hold a state."""
    return Writer().changes(state)


def is_complete(configuration: Mapping[str, str]) -> bool:
    """True if the configuration has all parts that the main object counts."""
    try:
        count = json.loads(configuration.get(STATE) or "{}").get("parts", 0)
        return all(f"{PART_PREFIX}{number}" in configuration for number in range(count))
    except (ValueError, AttributeError, TypeError, RecursionError):
        return False


def loads(configuration: Mapping[str, str], *, items: bool = True) -> State:
    """The state in a task's configuration objects; an empty state if there is none. `items=False` leaves the items out.

    Raises SchedulerError for a state of another version, or one that cannot be read.
    """
    try:
        return _loads(configuration, items)
    except UNREADABLE as error:
        raise SchedulerError(
            f"This instance's state cannot be read: {error!r}. Clone it and launch the copy."
        ) from None


def refuse_newer(data: Mapping[str, Any]) -> None:
    """Raise NewerState for the state of a later version of this package."""
    version = data.get("version")
    if isinstance(version, int) and version > VERSION:
        raise NewerState(
            f"This instance's state has version {version}; this version of the package reads {VERSION}. "
            "Upgrade clearml-sched-widgets."
        )
    if version != VERSION or isinstance(version, bool):
        raise ValueError(f"its version is {version!r:.80}")


def _loads(configuration: Mapping[str, str], items: bool) -> State:
    text = configuration.get(STATE)
    data = json.loads(text) if text else {}
    if not data:
        return State()
    refuse_newer(data)
    items_data = dict(data["items"])
    for number in range(data.get("parts", 0) if items else 0):
        items_data.update(json.loads(configuration[f"{PART_PREFIX}{number}"]))
    return State(
        items={key: values.item_state(item) for key, item in items_data.items()} if items else {},
        pending=tuple(values.launch(launch) for launch in data["pending"]),
        entities={key: values.read_position(entity) for key, entity in data["entities"].items()},
        ends=values.read_position(data["ends"]) if data.get("ends") else None,
        past={key: tuple(values.past_run(run) for run in runs) for key, runs in data.get("past", {}).items()},
        memory={key: values.memory(memory) for key, memory in data["memory"].items()},
        watching={key: values.time(moment) for key, moment in data["watching"].items()},
        baseline=tuple(values.text(trigger) for trigger in data["baseline"]),
        handled=tuple(values.text(command) for command in data.get("handled", ())),
        runs_since=values.optional_time(data["runs_since"]),
        paused=values.flag(data["paused"]),
        note=values.text(data["note"]),
    )


def _launch_data(launch: Launch) -> dict[str, Any]:
    data = attrs.asdict(launch, recurse=False)
    if not launch.begun:
        del data["begun"]
    return {**data, "nominal": iso(launch.nominal), "not_before": iso(launch.not_before), "lineage": [*launch.lineage]}


def _item_text(key: str, item: ItemState) -> str:
    data = {"watermark": iso(item.watermark), "runs": item.runs, "error": item.error}
    optional: dict[str, Any] = {"failures": item.failures, "paused": item.paused, "note": item.note}
    data |= {name: value for name, value in optional.items() if value}
    return f"{json.dumps(key)}:{json.dumps(data, separators=(',', ':'))}"


def _data_without_items(state: State) -> dict[str, Any]:
    return {
        "version": VERSION,
        "pending": [_launch_data(launch) for launch in state.pending],
        "entities": {key: _read_position_data(entity) for key, entity in state.entities.items()},
        "ends": _read_position_data(state.ends) if state.ends else None,
        "past": {key: [_past_run_data(run) for run in runs] for key, runs in state.past.items()},
        "memory": state.memory,
        "watching": {key: iso(moment) for key, moment in state.watching.items()},
        "baseline": [*state.baseline],
        "handled": [*state.handled],
        "runs_since": iso(state.runs_since),
        "paused": state.paused,
        "note": state.note,
    }


def _read_position_data(entity: ReadPosition) -> dict[str, Any]:
    ahead = {"ahead": iso(entity.ahead)} if entity.ahead else {}
    return {"cursor": iso(entity.cursor), "seen": dict(entity.seen), **ahead}


def _past_run_data(run: PastRun) -> dict[str, Any]:
    data = attrs.asdict(run) | {name: iso(getattr(run, name)) for name in PAST_TIMES}
    return {name: value for name, value in data.items() if value}
