"""What the engine must remember across a restart. Everything else is on the server already, as runs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs


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
class PastRun:
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
class ReadPosition:
    """How far the changes of one kind of object were read. Server time."""

    cursor: datetime | None = None
    seen: Mapping[str, str] = attrs.field(factory=dict)  # id -> change already handled, shortly before the cursor


@attrs.frozen(kw_only=True)
class State:
    """The engine's memory. Immutable: every change is a new one, and is written to the instance's task as a whole."""

    items: Mapping[str, ItemState] = attrs.field(factory=dict)
    pending: tuple[Launch, ...] = ()
    entities: Mapping[str, ReadPosition] = attrs.field(factory=dict)
    memory: Mapping[str, Mapping[str, Any]] = attrs.field(factory=dict)  # per trigger: what its conditions remember
    watching: Mapping[str, datetime] = attrs.field(factory=dict)  # per trigger: since when (server time)
    baseline: tuple[str, ...] = ()  # triggers that have had their first look
    past: Mapping[str, tuple[PastRun, ...]] = attrs.field(factory=dict)  # per item: the last runs that only we know of
    ends: ReadPosition | None = None  # how far the ends of runs were dealt with, for retries (server time)
    runs_since: datetime | None = None  # the runs' cursor when all before it had been dealt with (server time)
    paused: bool = False
    note: str = ""

    def with_item(self, item_id: str, value: ItemState) -> State:
        return attrs.evolve(self, items={**self.items, item_id: value})

    def with_past(self, item_id: str, run: PastRun) -> State:
        """With a run of an item: in the place of what was known of it, else as the newest."""
        known = self.past.get(item_id, ())
        if any(one.key == run.key for one in known):
            runs = tuple(run if one.key == run.key else one for one in known)
        else:
            runs = (*known, run)[-KEEP_PAST:]
        return attrs.evolve(self, past={**self.past, item_id: runs})
