"""Waits for another thread, process or server."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

SPARE = timedelta(minutes=2)  # that a test which needs the same date throughout may take


def until(condition: Callable[[], object], seconds: float = 60, what: str = "it to happen") -> None:
    """Wait until a condition holds. Checks often at first, then five times a second.

    Raises AssertionError after `seconds`.
    """
    end, pause = time.monotonic() + seconds, 0.01
    while not condition():
        assert time.monotonic() < end, f"waited {seconds:.0f} s for {what}"
        time.sleep(pause)
        pause = min(2 * pause, 0.2)


def today() -> datetime:
    """The current time (UTC). Waits for the next day just before midnight, so that the date stays the same."""
    tomorrow = datetime.now(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    until(
        lambda: not tomorrow - SPARE < datetime.now(timezone.utc) < tomorrow, 2 * SPARE.total_seconds(), "the next day"
    )
    return datetime.now(timezone.utc)
