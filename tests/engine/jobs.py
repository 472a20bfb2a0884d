"""Python functions for schedules to call."""

from __future__ import annotations

import threading
from typing import Any


class Job:
    """A function that blocks until `go` is set, then returns or raises `error`."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.threads: list[str] = []
        self.go = threading.Event()
        self.blocked_threads: set[int] = set()  # ids of the threads that wait for `go`
        self._error = error

    def __call__(self, *arguments: Any) -> None:
        self.calls.append(arguments)
        self.threads.append(threading.current_thread().name)
        if not self.go.is_set():
            self.blocked_threads.add(threading.get_ident())
            assert self.go.wait(20)
            self.blocked_threads.discard(threading.get_ident())
        if self._error is not None:
            raise self._error


def quick(error: BaseException | None = None) -> Job:
    """A function that returns or raises at once."""
    job = Job(error)
    job.go.set()
    return job
