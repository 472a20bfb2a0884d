"""Reads a definition's JSON as the judge understands it, with an arithmetic of its own. All rules are in UTC."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

import attrs

from tests.faults.chaos.clocks import START
from tests.faults.chaos.record import loads

UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
FIRST, LAST = -4 * 3600.0, 8 * 3600.0  # seconds since START between which slots are computed


def seconds(text: str | None) -> float | None:
    """A duration such as "90s" or "1h 30m"; None for none."""
    if not text:
        return None
    return sum(float(part[:-1]) * UNITS[part[-1]] for part in text.split())


@attrs.frozen(kw_only=True, eq=False)
class PlainItem:
    """A schedule or a trigger. `slots` is empty for a trigger. What is the same in two definitions is one object."""

    id: str
    trigger: bool
    enabled: bool
    method: str  # clone, reuse or function
    slots: frozenset[float]
    overlap: str
    missed: str
    window: float
    retries: int
    backoff: float
    pauses_itself: bool
    max_runs: int | None
    jitter: float
    time_limit: float | None
    poll_every: float
    kind: str = ""  # of the objects that a trigger watches
    awaits: tuple[str, ...] = ()  # the statuses that it waits for
    tag: str = ""  # the tag that it waits for
    include_existing: bool = False


@lru_cache(maxsize=400)
def items_of(text: str) -> dict[str, PlainItem]:
    """The items of a definition, by id."""
    data = loads(text)
    poll = seconds(data["poll_every"]) or 60.0
    rows = [(row, False) for row in data["schedules"]] + [(row, True) for row in data["triggers"]]
    return {row["id"]: _item(json.dumps({**row, "name": None}), poll, trigger=trigger) for row, trigger in rows}


@lru_cache(maxsize=2000)
def _item(text: str, poll: float, *, trigger: bool) -> PlainItem:
    row = loads(text)
    policies, action = row["policies"], row["action"]
    method = "function" if action["function"] else "reuse" if action["reuse_task"] else "clone"
    usual = "queue" if trigger else "skip" if method == "reuse" else "allow"
    when = row.get("when", {})
    awaits = ("published",) if when.get("type") == "published" else tuple(when.get("to", ()))
    return PlainItem(
        id=row["id"],
        trigger=trigger,
        enabled=row["enabled"],
        method=method,
        slots=frozenset() if trigger else frozenset(_slots(row["recurrence"])),
        overlap=policies["overlap"] or usual,
        missed=policies["missed"],
        window=seconds(policies["catchup_window"]) or 0.0,
        retries=policies["retries"],
        backoff=seconds(policies["retry_backoff"]) or 0.0,
        pauses_itself=policies["pause_after_failures"] is not None,
        max_runs=policies["max_runs"],
        jitter=seconds(policies["jitter"]) or 0.0,
        time_limit=seconds(action["time_limit"]),
        poll_every=poll,
        kind=row.get("entity", ""),
        awaits=awaits,
        tag=(when.get("any") or [""])[0],
        include_existing=row.get("include_existing", False),
    )


def _slots(rule: dict[str, Any]) -> Iterable[float]:
    """The slots of a rule between FIRST and LAST, in seconds since START."""
    kind = rule["type"]
    if kind == "interval":
        every = seconds(rule["every"]) or 1.0
        first = int((START.timestamp() + FIRST) // every) + 1
        last = int((START.timestamp() + LAST) // every)
        return [number * every - START.timestamp() for number in range(first, last + 1)]
    if kind == "cron":
        minutes, hours, *rest = rule["expression"].split()
        assert rest == ["*", "*", "*"], rule
        clocks = [(hour, minute) for hour in _field(hours, 24) for minute in _field(minutes, 60)]
        return _on_days(clocks, _days())
    clocks = [(int(text[:2]), int(text[3:5])) for text in rule["times"]]
    return _on_days(clocks, [date.fromisoformat(rule["date"])] if kind == "once" else _days())


def _days() -> list[date]:
    return [START.date() + timedelta(days=number) for number in (-1, 0, 1)]


def _on_days(clocks: list[tuple[int, int]], days: list[date]) -> list[float]:
    moments = [datetime(day.year, day.month, day.day, *clock, tzinfo=timezone.utc) for day in days for clock in clocks]
    offsets = [(moment - START).total_seconds() for moment in moments]
    return [offset for offset in offsets if FIRST <= offset <= LAST]


def _field(text: str, size: int) -> list[int]:
    """The numbers of a field of a cron expression: `*`, `*/n`, `a-b`, `a-b/n` or `a,b`."""
    numbers: list[int] = []
    for part in text.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        low, high = (0, size - 1) if span == "*" else (int(first), int(last or first))
        numbers += range(low, high + 1, int(step or 1))
    return numbers
