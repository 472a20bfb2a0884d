"""The background threads that talk to the server, so that message handlers return at once."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

from clearml_sched_widgets.widgets.host.publisher import PUBLISHER

Job = Callable[[], None]


class Worker:
    """Runs jobs one after the other in one daemon thread, which starts with the first job.

    `done` is called after each job, in that thread.
    """

    def __init__(self, name: str, done: Callable[[], None]) -> None:
        self._name = name
        self._done = done
        self._jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def submit(self, job: Job) -> None:
        """Run the job after those submitted before it. Safe from any thread; returns at once."""
        self._jobs.put(job)
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            job = self._jobs.get()
            try:
                job()
            except Exception:
                logging.getLogger(__name__).exception("a job of %s failed", self._name)
            del job  # frees its objects while the thread waits for the next job
            self._done()


# Two threads, so that a user's command never waits for a slow background reading.
COMMANDS = Worker("clearml-sched-commands", PUBLISHER.wake)
READINGS = Worker("clearml-sched-readings", PUBLISHER.wake)
