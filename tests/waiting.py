"""Waiting for what another thread, process or server does."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

SPARE = timedelta(minutes=2)  # that a test of today's date needs before the day ends


def until(condition: Callable[[], object], seconds: float = 60, what: str = "it to happen") -> None:
    """Wait until a condition holds: looks often at first, then five times a second. Fails if that takes too long."""
    end, pause = time.monotonic() + seconds, 0.01
    while not condition():
        assert time.monotonic() < end, f"waited {seconds:.0f} s for {what}"
        time.sleep(pause)
        pause = min(2 * pause, 0.2)


def today() -> datetime:
    """The present time (UTC), with some minutes to go until the date changes: waits for the next day if it must."""
    tomorrow = datetime.now(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    until(
        lambda: not tomorrow - SPARE < datetime.now(timezone.utc) < tomorrow, 2 * SPARE.total_seconds(), "the next day"
    )
    return datetime.now(timezone.utc)
