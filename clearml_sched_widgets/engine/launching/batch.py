"""How far the launching of a batch is, for other threads to see."""

from __future__ import annotations

import threading
from collections.abc import Callable

import attrs


@attrs.frozen(kw_only=True)
class Batch:
    """Runs that are launched together: how many of them were made so far, and in the end how many failed, and why."""

    number: int  # of the batch, counted from the engine's start
    total: int
    done: int = 0
    over: bool = False
    failed: int = 0
    error: str = ""


class BatchProgress:
    """Counts the runs of a batch as they are made, by several threads. `on_change` is called with each of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.latest: Batch | None = None
        self.on_change: Callable[[], None] = lambda: None

    def begin(self, total: int) -> None:
        """A batch of so many runs begins."""
        number = 1 if self.latest is None else self.latest.number + 1
        self.latest = Batch(number=number, total=total)
        self.on_change()

    def one(self) -> None:
        """One more was made, or failed."""
        with self._lock:
            if self.latest is not None:
                self.latest = attrs.evolve(self.latest, done=self.latest.done + 1)
        self.on_change()

    def end(self, errors: list[str]) -> None:
        """The batch is over; of these errors each is one run's."""
        if self.latest is not None and not self.latest.over:
            error = errors[0] if errors else ""
            self.latest = attrs.evolve(self.latest, over=True, failed=len(errors), error=error)
            self.on_change()
