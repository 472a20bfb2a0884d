"""The clocks of a chaotic world: the true time, the two clocks of each host, and the server's clock.

All times are seconds of true time since START, unless they are datetimes.
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta, timezone

START = datetime(2026, 11, 23, 12, 0, tzinfo=timezone.utc)  # a Monday
TICK = 0.000_1  # seconds that pass with each reading of the server's clock, so that its times are in order


class TrueTime:
    """The time that no clock has to show. It only moves forward."""

    def __init__(self) -> None:
        self.now = 0.0

    def advance_to(self, moment: float) -> None:
        self.now = max(self.now, moment)


class Host:
    """A machine's two clocks. `wall_ahead` is how far its wall clock is ahead of true time, in seconds."""

    def __init__(self, name: str, time: TrueTime) -> None:
        self.name, self._time = name, time
        self.wall_ahead = 0.0
        self.asleep_until = 0.0
        self._slept = 0.0  # seconds of sleep, in which the monotonic clock stands

    def sleep(self, seconds: float) -> None:
        """Suspend the machine. Nothing on it may read a clock before it wakes."""
        self.asleep_until = self._time.now + seconds
        self._slept += seconds

    def wake(self) -> None:
        """End a sleep at once."""
        self._slept -= max(0.0, self.asleep_until - self._time.now)
        self.asleep_until = self._time.now

    @property
    def awake(self) -> bool:
        return self._time.now >= self.asleep_until

    def now(self) -> datetime:
        return START + timedelta(seconds=self._time.now + self.wall_ahead)

    def monotonic(self) -> float:
        return 1000.0 + self._time.now - self._slept

    def wait(self, event: threading.Event, seconds: float) -> None:  # noqa: ARG002 - no other thread sets it
        self._time.now += seconds


class ServerTime:
    """The server's clock. `offsets` says since when it was how far ahead of true time."""

    def __init__(self, time: TrueTime, ahead: float) -> None:
        self._time = time
        self.offsets: list[tuple[float, float]] = [(0.0, ahead)]

    @property
    def ahead(self) -> float:
        return self.offsets[-1][1]

    def jump(self, ahead: float) -> None:
        """Set the clock, so that it is `ahead` seconds ahead of true time."""
        self.offsets.append((self._time.now, ahead))

    def read(self) -> datetime:
        self._time.now += TICK
        return START + timedelta(seconds=self._time.now + self.ahead)
