"""Estimates what the server's clock shows, from the times in its answers. The host's wall clock is never trusted.

An answer that was sent for at t0 and came at t1 (monotonic) with the `Date` D, which has whole seconds, puts the
server's clock between D - t1 and D + 1 s - t0. The bounds of all answers are intersected, so they get narrower with
every answer. A time that the server put on one of our own writes narrows them to the duration of that request.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from functools import partial

import attrs

from clearml_sched_widgets.records import Present

FRESH = 10.0  # seconds by both clocks of the host after which the last answer is too old to decide anything by it
DRIFT = 2e-4  # how much two clocks may move apart in a second; the bounds get wider by it
UNKNOWN = timedelta(days=1)  # the uncertainty before the first answer
MILLISECOND = 0.001  # seconds: the server stores times in whole milliseconds
PLAUSIBLE_YEARS = range(2020, 2200)  # a date outside is no time of a server, and might overflow


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


steady_seconds = _choose_steady_clock()


def host_time() -> datetime:
    """The time of the host's wall clock, aware, in UTC."""
    return datetime.now(timezone.utc)


@attrs.frozen
class Sent:
    """The two clocks of the host when a request was sent."""

    wall: datetime
    monotonic: float


@attrs.frozen
class _Bounds:
    """Between which values the server's clock minus the monotonic clock is, in seconds, as known at `at`."""

    low: float
    high: float
    at: float

    def narrowed(self, other: _Bounds) -> _Bounds:
        """The intersection with what is known later; that alone if there is none, because then a clock was set."""
        drift = max(0.0, other.at - self.at) * DRIFT
        low, high = max(self.low - drift, other.low), min(self.high + drift, other.high)
        return _Bounds(low, high, other.at) if low <= high else other


class ServerClock:
    """What is known of one server's clock. Thread-safe. Times of requests are those of `monotonic`, in seconds."""

    def __init__(
        self, monotonic: Callable[[], float] = steady_seconds, wall: Callable[[], datetime] = host_time
    ) -> None:
        self.monotonic, self._wall = monotonic, wall
        self._lock = threading.Lock()
        self._bounds: _Bounds | None = None
        self._seen: tuple[datetime, float] = (wall(), float("-inf"))  # both clocks of the host at the last answer
        self.suspended = False  # the machine may have been, while it waited for that answer, which may thus be old

    def sending(self) -> Sent:
        """Both clocks of the host, at the moment when a request is sent."""
        return Sent(self._wall(), self.monotonic())

    def saw_date(self, date: str | None, sent: Sent) -> None:
        """Note the `Date` header of an answer that has just come to a request sent at `sent`."""
        moment, received = _parse_date(date), self.monotonic()
        if moment is not None:
            by_wall, by_monotonic = (self._wall() - sent.wall).total_seconds(), received - sent.monotonic
            self.suspended = abs(by_wall - by_monotonic) > FRESH
            self._note(_Bounds(moment - received, moment + 1.0 - sent.monotonic, received))

    def saw_own_time(self, moment: datetime, sent: float, received: float) -> None:
        """Note the time that the server put on our own write, which it carried out between `sent` and `received`."""
        if moment.year in PLAUSIBLE_YEARS:
            seconds = moment.timestamp()
            self._note(_Bounds(seconds - received, seconds + MILLISECOND - sent, self.monotonic()))

    def fresh(self) -> bool:
        """True if the last answer is young by both clocks of the host: a suspended machine stops one of them."""
        wall, monotonic = self._seen
        young = self.monotonic() - monotonic < FRESH and abs((self._wall() - wall).total_seconds()) < FRESH
        return young and not self.suspended

    def present(self) -> Present:
        """The server's present by all answers so far; before the first one the host's, with `UNKNOWN` uncertainty."""
        with self._lock:
            bounds, now = self._bounds, self.monotonic()
        if bounds is None:
            return Present(time=self._wall(), uncertainty=UNKNOWN)
        drift = max(0.0, now - bounds.at) * DRIFT
        low, high = bounds.low - drift, bounds.high + drift
        return Present(time=datetime.fromtimestamp(now + low, timezone.utc), uncertainty=timedelta(seconds=high - low))

    def _note(self, bounds: _Bounds) -> None:
        with self._lock:
            self._bounds = bounds if self._bounds is None else self._bounds.narrowed(bounds)
            self._seen = (self._wall(), self.monotonic())


def _parse_date(date: str | None) -> float | None:
    """The seconds since 1970 of a `Date` header; None if it has no plausible time."""
    if not date:
        return None
    try:
        moment = parsedate_to_datetime(date)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    if moment.year not in PLAUSIBLE_YEARS:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()
