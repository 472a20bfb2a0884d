"""Detects that the host's clock differs from the server's."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from clearml_sched_widgets.gateway.present import host_time
from clearml_sched_widgets.records import Present

WRONG = 5.0  # seconds by which the clocks may differ
KNOWN_WITHIN = timedelta(seconds=2)  # how well the server's clock must be known
SETTLED = 12.0  # seconds; after a sleep of the computer, the server's clock is estimated wrongly until its next answer
SAME = 2.0  # seconds; a smaller change of the difference is not told


class HostClock:
    """Compares the host's clock with the server's. `wall` and `steady` are the host's clocks."""

    def __init__(self, wall: Callable[[], datetime] = host_time, steady: Callable[[], float] = time.monotonic) -> None:
        self._wall, self._steady = wall, steady
        self._wrong_since: float | None = None
        self._told = 0

    def seconds_ahead(self, present: Present) -> int:
        """By how many seconds the host's clock is ahead; negative if it is behind, 0 if it is right or not known."""
        ahead = (self._wall() - present.time - present.uncertainty / 2).total_seconds()
        if present.uncertainty > KNOWN_WITHIN or abs(ahead) <= WRONG:
            self._wrong_since, self._told = None, 0
            return 0
        self._wrong_since = self._steady() if self._wrong_since is None else self._wrong_since
        if self._steady() - self._wrong_since >= SETTLED and abs(ahead - self._told) >= SAME:
            self._told = round(ahead) if abs(ahead) < 120 else round(ahead / 60) * 60
        return self._told
