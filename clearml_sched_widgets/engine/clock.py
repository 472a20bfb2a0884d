"""The engine's source of time. Functions that need no clock take the time as an argument."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Protocol

from clearml_sched_widgets.gateway.present import host_time, steady_seconds


class Clock(Protocol):
    """A source of time, and a way to wait."""

    def now(self) -> datetime:
        """The time of the wall clock, timezone-aware, in UTC."""

    def monotonic(self) -> float:
        """The seconds of a clock that never goes back."""

    def wait(self, event: threading.Event, seconds: float) -> None:
        """Return when the event is set or the seconds have passed."""


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> datetime:
        return host_time()

    def monotonic(self) -> float:
        return steady_seconds()

    def wait(self, event: threading.Event, seconds: float) -> None:
        event.wait(seconds)
