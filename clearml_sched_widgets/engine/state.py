"""What the engine must remember across a restart. Everything else is on the server already, as runs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import compress
from operator import is_not
from typing import Any

import attrs

from clearml_sched_widgets.errors import SchedulerError

VERSION = 1


def iso(moment: datetime | None) -> str | None:
    """ISO 8601 with microseconds left out where they are zero; None stays None."""
    return None if moment is None else moment.isoformat()


def parse(text: str | None) -> datetime | None:
    """What `iso` wrote."""
    return None if not text else datetime.fromisoformat(text)


def slot_text(moment: datetime) -> str:
    """A nominal time as it stands in run keys and in the Scheduler section: UTC, seconds, Z."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@attrs.frozen(kw_only=True)
class Launch:
    """One run that is owed. `key` makes it recognisable: the same cause always has the same key."""

    key: str
    item: str
    cause: str  # schedule, trigger, manual, start, backfill or retry
    nominal: datetime
    object: str = ""  # id of the object that triggered it
    values: Mapping[str, str] = attrs.field(factory=dict)  # what ${…} in the action stands for
    lineage: tuple[str, ...] = ()  # the items that led to it
    what: str = ""  # the event in words
    tries: int = 0
    not_before: datetime | None = None  # after a failure: when to try again
    begun: bool = False  # of a reused task: whether it may have been reset for this already


@attrs.frozen(kw_only=True)
class ItemState:
    """One item. `watermark` is the last slot dealt with (schedules); `runs` counts what was launched.

    `failures` counts the runs that failed since the last one that did not. `note` says why it is paused, else what was
    last skipped.
    """

    watermark: datetime
    runs: int = 0
    error: str = ""
    failures: int = 0
    paused: bool = False
    note: str = ""


@attrs.frozen(kw_only=True)
class Past:
    """One run that the server does not keep: the call of a function, or what a reused task did before it was reset.

    `status` is a task's; `started` is when it was launched.
    """

    key: str
    name: str
    cause: str
    nominal: datetime
    status: str
    started: datetime
    finished: datetime | None = None
    object: str = ""
    note: str = ""
    task: str = ""  # the reused one; empty for a function


KEEP_PAST = 10  # runs of one item that the server does not keep
LONGEST_NOTE = 200
PAST_TIMES = ("nominal", "started", "finished")


@attrs.frozen(kw_only=True)
class EntityState:
    """How far the changes of one kind of object were read. Server time."""

    cursor: datetime | None = None
    seen: Mapping[str, str] = attrs.field(factory=dict)  # id -> change already handled, shortly before the cursor


@attrs.frozen(kw_only=True)
class State:
    """The engine's memory. Immutable: every change is a new one, and is written to the instance's task as a whole."""

    items: Mapping[str, ItemState] = attrs.field(factory=dict)
    pending: tuple[Launch, ...] = ()
    entities: Mapping[str, EntityState] = attrs.field(factory=dict)
    memory: Mapping[str, Mapping[str, Any]] = attrs.field(factory=dict)  # per trigger: what its conditions remember
    watching: Mapping[str, datetime] = attrs.field(factory=dict)  # per trigger: since when (server time)
    baseline: tuple[str, ...] = ()  # triggers that have had their first look
    past: Mapping[str, tuple[Past, ...]] = attrs.field(factory=dict)  # per item: the last runs that only we know of
    ends: EntityState | None = None  # how far the ends of runs were dealt with, for retries (server time)
    runs_since: datetime | None = None  # the runs' cursor when all before it had been dealt with (server time)
    paused: bool = False
    note: str = ""

    def with_item(self, item_id: str, value: ItemState) -> State:
        return attrs.evolve(self, items={**self.items, item_id: value})

    def with_past(self, item_id: str, run: Past) -> State:
        """With a run of an item: in the place of what was known of it, else as the newest."""
        known = self.past.get(item_id, ())
        if any(one.key == run.key for one in known):
            runs = tuple(run if one.key == run.key else one for one in known)
        else:
            runs = (*known, run)[-KEEP_PAST:]
        return attrs.evolve(self, past={**self.past, item_id: runs})


def _launch_data(launch: Launch) -> dict[str, Any]:
    data = attrs.asdict(launch, recurse=False)
    if not launch.begun:
        del data["begun"]
    return {**data, "nominal": iso(launch.nominal), "not_before": iso(launch.not_before), "lineage": [*launch.lineage]}


def _launch(data: Mapping[str, Any]) -> Launch:
    nominal = datetime.fromisoformat(data["nominal"])
    known = {**data, "nominal": nominal, "not_before": parse(data["not_before"]), "lineage": tuple(data["lineage"])}
    return Launch(**known)


class Writer:
    """Writes states as JSON. Keeps each item's text, as one step changes few of ten thousand items."""

    def __init__(self) -> None:
        self._items: Mapping[str, ItemState] = {}
        self._texts: dict[str, str] = {}

    def dumps(self, state: State) -> str:
        """The state as JSON."""
        rest = json.dumps(_without_items(state), separators=(",", ":"))
        return f'{{"items":{{{self._item_texts(state.items)}}},{rest[1:]}'

    def _item_texts(self, items: Mapping[str, ItemState]) -> str:
        self._texts.update({key: _item_text(key, items[key]) for key in self._changed(items)})
        if len(self._texts) != len(items):  # some were removed
            self._texts = {key: self._texts[key] for key in items}
        self._items = items
        return ",".join(self._texts.values())

    def _changed(self, items: Mapping[str, ItemState]) -> Iterable[str]:
        """The keys of the items that are new or other objects than before. Without a loop of our own: it is the most
        of what a launch costs among ten thousand items."""
        if [*items] != [*self._items]:
            return [key for key, item in items.items() if self._items.get(key) is not item]
        return compress(items, map(is_not, items.values(), self._items.values()))


def dumps(state: State) -> str:
    """The state as JSON."""
    return Writer().dumps(state)


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


def _entity_data(entity: EntityState) -> dict[str, Any]:
    return {"cursor": iso(entity.cursor), "seen": dict(entity.seen)}


def _past_data(run: Past) -> dict[str, Any]:
    data = attrs.asdict(run) | {name: iso(getattr(run, name)) for name in PAST_TIMES}
    return {name: value for name, value in data.items() if value}


def _past(data: Mapping[str, Any]) -> Past:
    return Past(**{**data, **{name: parse(data.get(name)) for name in PAST_TIMES}})


def _entity(data: Mapping[str, Any]) -> EntityState:
    return EntityState(cursor=parse(data["cursor"]), seen=data["seen"])


def _item(data: Mapping[str, Any]) -> ItemState:
    return ItemState(**{**data, "watermark": datetime.fromisoformat(data["watermark"])})


def loads(text: str | None) -> State:
    """What `dumps` wrote; an empty state for an empty text.

    Raises SchedulerError for a state of a newer version, and for one that somebody broke by hand.
    """
    try:
        return _loads(text)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SchedulerError(
            f"This instance's state cannot be read: {error!r}. Clone it and launch the copy."
        ) from None


def _loads(text: str | None) -> State:
    data = json.loads(text) if text else {}
    if not data:
        return State()
    if data.get("version") != VERSION:
        raise SchedulerError(
            f"This instance's state has version {data.get('version')}; this version of the package reads {VERSION}. "
            "Upgrade clearml-sched-widgets."
        )
    return State(
        items={key: _item(item) for key, item in data["items"].items()},
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
