"""Counts the progress of a batch of launches, for other threads to read."""

from __future__ import annotations

import threading
from collections.abc import Callable

import attrs


@attrs.frozen(kw_only=True)
class Batch:
    """The progress of runs that are launched together. `failed` and `error`, the first error, are set at the end."""

    number: int  # counts the batches from the engine's start
    total: int
    done: int = 0
    over: bool = False
    failed: int = 0
    error: str = ""


class BatchProgress:
    """Counts the runs of a batch as several threads make them. `on_change` is called at every change."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.latest: Batch | None = None
        self.on_change: Callable[[], None] = lambda: None

    def begin(self, total: int) -> None:
        """Start a batch of `total` runs."""
        number = 1 if self.latest is None else self.latest.number + 1
        self.latest = Batch(number=number, total=total)
        self.on_change()

    def count_one(self) -> None:
        """Count one more run that was made or failed."""
        with self._lock:
            if self.latest is not None:
                self.latest = attrs.evolve(self.latest, done=self.latest.done + 1)
        self.on_change()

    def end(self, errors: list[str]) -> None:
        """End the batch. `errors` has one text for each failed run."""
        if self.latest is not None and not self.latest.over:
            error = errors[0] if errors else ""
            self.latest = attrs.evolve(self.latest, over=True, failed=len(errors), error=error)
            self.on_change()
