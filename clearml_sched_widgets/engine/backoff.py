"""PURE: how long to wait after a failure, and which pending launches are tried now, later or never."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import attrs

from clearml_sched_widgets.definition import Definition, Schedule
from clearml_sched_widgets.engine.state import Launch

SOON = timedelta(seconds=2)
PATIENT = timedelta(seconds=15)
LONGEST_SOON = timedelta(minutes=1)
LONGEST_PATIENT = timedelta(minutes=15)


def delay(tries: int, *, retryable: bool) -> timedelta:
    """Doubles with every try: from 2 s to a minute if the server may take it later, else from 15 s to 15 minutes."""
    first, longest = (SOON, LONGEST_SOON) if retryable else (PATIENT, LONGEST_PATIENT)
    return min(longest, first * (1 << min(tries, 10)))


def later(launch: Launch, now: datetime, *, retryable: bool) -> Launch:
    """The launch after one more failed try."""
    return attrs.evolve(launch, tries=launch.tries + 1, not_before=now + delay(launch.tries, retryable=retryable))


def ready(pending: Iterable[Launch], now: datetime) -> list[Launch]:
    """What may be tried now."""
    return [launch for launch in pending if launch.not_before is None or launch.not_before <= now]


def expired(launch: Launch, definition: Definition, now: datetime) -> str:
    """Why a pending launch is given up; empty if it is not. An event stays pending however long it takes."""
    item = definition.item(launch.item)
    if item is None:
        return "its item was removed"
    if not isinstance(item, Schedule) or launch.cause != "schedule" or not launch.tries:
        return ""
    if now - launch.nominal > item.policies.catchup_window:
        return f"it is later than the catch-up window of {item.policies.catchup_window}"
    return ""
