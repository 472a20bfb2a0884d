"""The engine's source of time. Functions that need no clock take the time as an argument."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timezone
from functools import partial
from typing import Protocol


class Clock(Protocol):
    """A source of time, and a way to wait."""

    def now(self) -> datetime:
        """The time of the wall clock, timezone-aware, in UTC."""

    def monotonic(self) -> float:
        """The seconds of a clock that never goes back."""

    def wait(self, event: threading.Event, seconds: float) -> None:
        """Return when the event is set or the seconds have passed."""


def _choose_steady_clock() -> Callable[[], float]:
    """The clock that goes on while the machine is suspended, where there is one: on Linux."""
    boot_time: int | None = getattr(time, "CLOCK_BOOTTIME", None)
    if boot_time is None:
        return time.monotonic
    try:
        time.clock_gettime(boot_time)
    except OSError:
        return time.monotonic
    return partial(time.clock_gettime, boot_time)


_steady_seconds = _choose_steady_clock()


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> datetime:
        return datetime.now(timezone.utc)

    def monotonic(self) -> float:
        return _steady_seconds()

    def wait(self, event: threading.Event, seconds: float) -> None:
        event.wait(seconds)
