"""Remembers what goes wrong from one step of an engine to the next: what users are told, and how long to wait."""

from __future__ import annotations

import traceback

from clearml_sched_widgets.engine.clock import Clock
from clearml_sched_widgets.engine.instance_task.journal import Journal
from clearml_sched_widgets.errors import GatewayError, RetryableError

LONGEST_BACKOFF = 60.0  # seconds between two steps while they fail
CALM_AFTER = 120.0  # seconds without another unforeseen error after which it counts as over
LONGEST_PROBLEM, LONGEST_TRACE = 500, 4000  # characters of an unforeseen error and of its traceback


class Failures:
    """The failures in a row of one engine. Each problem is logged once. Used by one thread only."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal, self._clock = journal, clock
        self.problem = ""  # what is wrong now; empty if nothing is
        self.count = 0  # of failures in a row
        self._server_failed = False  # the last failure was a request's
        self._calm_from = 0.0  # monotonic: until then the last unforeseen error may come again

    @property
    def backoff_seconds(self) -> float:
        """How long to wait before the next try. Doubles with each failure, from 2 s to LONGEST_BACKOFF."""
        return min(LONGEST_BACKOFF, 2.0 ** min(self.count, 6))

    def record(self, error: GatewayError) -> None:
        """Record a request that failed."""
        self.count += 1
        self._server_failed = True
        if str(error) != self.problem:
            advice = "trying again" if isinstance(error, RetryableError) else "trying again every minute"
            self._journal.warning(f"{error} ({advice})")
        self.problem = str(error)

    def record_unforeseen(self, error: Exception) -> None:
        """Record an error that nobody foresaw."""
        self.count += 1
        self._server_failed = False
        self._calm_from = self._clock.monotonic() + CALM_AFTER
        problem = f"An unforeseen error: {type(error).__name__}: {error}"[:LONGEST_PROBLEM]
        if problem != self.problem:
            trace = "".join(traceback.format_exception(error))[-LONGEST_TRACE:]
            self._journal.error(f"{problem}. The step is undone and tried again.\n{trace}")
        self.problem = problem

    def record_success(self) -> None:
        """Record a step without a failure. An unforeseen error is over only if it has not come again for a while."""
        if self._clock.monotonic() < self._calm_from:
            return
        if self.count:
            text = "The server answers again." if self._server_failed else "It goes on after the error."
            self._journal.info(text)
        self.count, self.problem = 0, ""
