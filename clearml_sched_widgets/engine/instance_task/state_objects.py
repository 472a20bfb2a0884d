"""The engine's state as configuration objects of the instance's task: JSON, in parts where there are many items.

A launch changes one item of perhaps ten thousand, so the items of a large instance are spread over objects of their
own, and only those that changed are written. One request writes them all, so they always belong together.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import compress
from operator import is_not
from typing import Any
from zlib import crc32

import attrs

from clearml_sched_widgets.errors import SchedulerError
from clearml_sched_widgets.policy.state import PAST_TIMES, ItemState, Launch, PastRun, ReadPosition, State, iso, parse

VERSION = 1
STATE, PART = "state", "state.items."  # the names of the objects
INLINE = 250  # items that stand in the state itself
PER_PART, MOST_PARTS = 125, 100


def parts_for(count: int) -> int:
    """Over how many objects so many items are spread; 0 if they stand in the state itself."""
    return 0 if count <= INLINE else min(MOST_PARTS, -(-count // PER_PART))


class Writer:
    """Knows what was written, and keeps each item's text."""

    def __init__(self) -> None:
        self._items: Mapping[str, ItemState] = {}
        self._texts: dict[str, str] = {}
        self._parts: list[list[str]] = []  # the items of each part
        self._part_of: dict[str, int] = {}
        self._changed_parts: set[int] = set()

    def changes(self, state: State) -> dict[str, str]:
        """The configuration objects that differ from what was written; the state's own always does."""
        self._take(state.items)
        parts = {f"{PART}{number}": self._part(number) for number in sorted(self._changed_parts)}
        head = json.dumps({**_without_items(state), "parts": len(self._parts)}, separators=(",", ":"))
        items = "" if self._parts else ",".join(self._texts.values())
        return {STATE: f'{{"items":{{{items}}},{head[1:]}', **parts}

    def written(self) -> None:
        """Note that the last changes were written."""
        self._changed_parts.clear()

    def _take(self, items: Mapping[str, ItemState]) -> None:
        if [*items] != [*self._items]:
            self._arrange(items)
        changed = [*self._changed(items)]
        self._texts.update({key: _item_text(key, items[key]) for key in changed})
        self._changed_parts.update(self._part_of[key] for key in changed if self._parts)
        self._items = items

    def _arrange(self, items: Mapping[str, ItemState]) -> None:
        """Other items than before, or in another order: their places are given anew."""
        self._items, self._texts = {}, {}
        count = parts_for(len(items))
        self._part_of = {key: crc32(key.encode()) % count for key in items} if count else {}
        places = defaultdict[int, list[str]](list)
        for key, number in self._part_of.items():
            places[number].append(key)
        self._parts = [places[number] for number in range(count)]
        self._changed_parts = set(range(count))

    def _changed(self, items: Mapping[str, ItemState]) -> Iterable[str]:
        """The keys of the items that are new or other objects than before. Without a loop of our own: it is the most
        of what a launch costs among ten thousand items."""
        return compress(items, map(is_not, items.values(), self._items.values())) if self._items else items

    def _part(self, number: int) -> str:
        return f"{{{','.join(self._texts[key] for key in self._parts[number])}}}"


def texts(state: State) -> dict[str, str]:
    """The configuration objects that hold a state."""
    return Writer().changes(state)


def is_complete(configuration: Mapping[str, str]) -> bool:
    """Whether all objects are there that the state's own names."""
    try:
        count = json.loads(configuration.get(STATE) or "{}").get("parts", 0)
        return all(f"{PART}{number}" in configuration for number in range(count))
    except (ValueError, AttributeError, TypeError, RecursionError):
        return False


def loads(configuration: Mapping[str, str], *, items: bool = True) -> State:
    """The state in the configuration objects of a task; an empty one if there is none. Without `items`, the rest of it.

    Raises SchedulerError for a state of a newer version, and for one that somebody broke by hand.
    """
    try:
        return _loads(configuration, items)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise SchedulerError(
            f"This instance's state cannot be read: {error!r}. Clone it and launch the copy."
        ) from None


def _loads(configuration: Mapping[str, str], items: bool) -> State:
    text = configuration.get(STATE)
    data = json.loads(text) if text else {}
    if not data:
        return State()
    if data.get("version") != VERSION:
        raise SchedulerError(
            f"This instance's state has version {data.get('version')}; this version of the package reads {VERSION}. "
            "Upgrade clearml-sched-widgets."
        )
    known = dict(data["items"])
    for number in range(data.get("parts", 0) if items else 0):
        known.update(json.loads(configuration[f"{PART}{number}"]))
    return State(
        items={key: _item(item) for key, item in known.items()} if items else {},
        pending=tuple(_launch(launch) for launch in data["pending"]),
        entities={key: _entity(entity) for key, entity in data["entities"].items()},
        ends=_entity(data["ends"]) if data.get("ends") else None,
        past={key: tuple(_past(run) for run in runs) for key, runs in data.get("past", {}).items()},
        memory=data["memory"],
        watching={key: datetime.fromisoformat(moment) for key, moment in data["watching"].items()},
        baseline=tuple(data["baseline"]),
        runs_since=parse(data["runs_since"]),
        paused=data["paused"],
        note=data["note"],
    )


def _launch_data(launch: Launch) -> dict[str, Any]:
    data = attrs.asdict(launch, recurse=False)
    if not launch.begun:
        del data["begun"]
    return {**data, "nominal": iso(launch.nominal), "not_before": iso(launch.not_before), "lineage": [*launch.lineage]}


def _launch(data: Mapping[str, Any]) -> Launch:
    nominal = datetime.fromisoformat(data["nominal"])
    known = {**data, "nominal": nominal, "not_before": parse(data["not_before"]), "lineage": tuple(data["lineage"])}
    return Launch(**known)


def _item_text(key: str, item: ItemState) -> str:
    data = {"watermark": iso(item.watermark), "runs": item.runs, "error": item.error}
    rare: dict[str, Any] = {"failures": item.failures, "paused": item.paused, "note": item.note}
    data |= {name: value for name, value in rare.items() if value}
    return f"{json.dumps(key)}:{json.dumps(data, separators=(',', ':'))}"


def _without_items(state: State) -> dict[str, Any]:
    return {
        "version": VERSION,
        "pending": [_launch_data(launch) for launch in state.pending],
        "entities": {key: _entity_data(entity) for key, entity in state.entities.items()},
        "ends": _entity_data(state.ends) if state.ends else None,
        "past": {key: [_past_data(run) for run in runs] for key, runs in state.past.items()},
        "memory": state.memory,
        "watching": {key: iso(moment) for key, moment in state.watching.items()},
        "baseline": [*state.baseline],
        "runs_since": iso(state.runs_since),
        "paused": state.paused,
        "note": state.note,
    }


def _entity_data(entity: ReadPosition) -> dict[str, Any]:
    return {"cursor": iso(entity.cursor), "seen": dict(entity.seen)}


def _past_data(run: PastRun) -> dict[str, Any]:
    data = attrs.asdict(run) | {name: iso(getattr(run, name)) for name in PAST_TIMES}
    return {name: value for name, value in data.items() if value}


def _past(data: Mapping[str, Any]) -> PastRun:
    return PastRun(**{**data, **{name: parse(data.get(name)) for name in PAST_TIMES}})


def _entity(data: Mapping[str, Any]) -> ReadPosition:
    return ReadPosition(cursor=parse(data["cursor"]), seen=data["seen"])


def _item(data: Mapping[str, Any]) -> ItemState:
    return ItemState(**{**data, "watermark": datetime.fromisoformat(data["watermark"])})
