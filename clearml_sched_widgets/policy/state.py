"""PURE: the data that an engine keeps across a restart. Everything else is on the server, as runs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs


def iso(moment: datetime | None) -> str | None:
    """ISO 8601, with microseconds only if they are not zero; None stays None."""
    return None if moment is None else moment.isoformat()


def parse(text: str | None) -> datetime | None:
    """Read a time that `iso` wrote; None for an empty text. Raises ValueError for anything else."""
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"expected a time with an offset, not {text[:80]!r}")
    return moment


def slot_text(moment: datetime) -> str:
    """A nominal time in UTC as run keys and the Scheduler section have it: ISO 8601 with seconds and Z."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@attrs.frozen(kw_only=True)
class Launch:
    """One pending launch. The same slot, event or command always has the same `key`."""

    key: str
    item: str
    cause: str  # schedule, trigger, manual, start, backfill or retry
    nominal: datetime
    object: str = ""  # id of the object that triggered it
    values: Mapping[str, str] = attrs.field(factory=dict)  # the values of the ${…} placeholders in the action
    lineage: tuple[str, ...] = ()  # ids of the items that led to it
    what: str = ""  # the event in words
    tries: int = 0
    not_before: datetime | None = None  # when to try again after a failure
    begun: bool = False  # whether a reused task may already have been reset for this


@attrs.frozen(kw_only=True)
class ItemState:
    """The state of one item. `watermark` is the time up to which slots are decided; `runs` counts the launches.

    `failures` counts the failed runs since the last one that succeeded. `note` says why the item is paused, or what
    was skipped last.
    """

    watermark: datetime
    runs: int = 0
    error: str = ""
    failures: int = 0
    paused: bool = False
    note: str = ""


@attrs.frozen(kw_only=True)
class PastRun:
    """One run that the server does not keep: a function call, or a run of a reused task before its last reset.

    `status` is a task status; `started` is the time of the launch.
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
    task: str = ""  # id of the reused task; empty for a function


KEEP_PAST = 10  # how many past runs of one item are kept
LONGEST_NOTE = 200  # characters
PAST_TIMES = ("nominal", "started", "finished")  # the fields of a PastRun that are times


@attrs.frozen(kw_only=True)
class ReadPosition:
    """How far the changes of one kind of object were read. All times are the server's.

    If the server's clock was set back, `ahead` is the cursor before that: what changed in the future, up to it, was
    handled.
    """

    cursor: datetime | None = None
    seen: Mapping[str, str] = attrs.field(factory=dict)  # id -> time of a handled change shortly before the cursor
    ahead: datetime | None = None


@attrs.frozen(kw_only=True)
class State:
    """The state of one engine. It is immutable, and is written to the instance task as a whole."""

    items: Mapping[str, ItemState] = attrs.field(factory=dict)
    pending: tuple[Launch, ...] = ()
    entities: Mapping[str, ReadPosition] = attrs.field(factory=dict)
    memory: Mapping[str, Mapping[str, Any]] = attrs.field(factory=dict)  # by trigger id: see `conditions.memory`
    watching: Mapping[str, datetime] = attrs.field(factory=dict)  # by trigger id: since when (server time)
    baseline: tuple[str, ...] = ()  # ids of the triggers that have had their first look
    past: Mapping[str, tuple[PastRun, ...]] = attrs.field(factory=dict)  # by item id: runs the server does not keep
    ends: ReadPosition | None = None  # how far the ends of runs were handled, for retries (server time)
    handled: tuple[str, ...] = ()  # ids of the last commands that are carried out: a successor must not repeat them
    runs_since: datetime | None = None  # all runs before this time are settled (server time)
    paused: bool = False
    note: str = ""

    def with_item(self, item_id: str, value: ItemState) -> State:
        return attrs.evolve(self, items={**self.items, item_id: value})

    def with_handled(self, command: str, most: int) -> State:
        """Note that a command is carried out, by its id. The last `most` of them are kept."""
        return attrs.evolve(self, handled=(*self.handled, command)[-most:])

    def with_past(self, item_id: str, run: PastRun) -> State:
        """Add a past run of an item, or replace the one with the same key."""
        past_runs = self.past.get(item_id, ())
        if any(one.key == run.key for one in past_runs):
            runs = tuple(run if one.key == run.key else one for one in past_runs)
        else:
            runs = (*past_runs, run)[-KEEP_PAST:]
        return attrs.evolve(self, past={**self.past, item_id: runs})
