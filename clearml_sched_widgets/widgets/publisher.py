"""The one thread of a kernel that writes to the widgets' traits."""

from __future__ import annotations

import logging
import threading
import weakref
from typing import Protocol


class Source(Protocol):
    """A widget, as the publisher sees it."""

    def publish(self) -> bool:
        """Set the traits that changed since the last time; False when the widget is closed for good."""


class Publisher:
    """Asks every live widget to publish, a few times a second.

    Widgets are held weakly, and dropped when they are closed; when none is left, the thread ends.
    """

    def __init__(self, interval: float = 0.25) -> None:
        self._interval = interval
        self._sources: weakref.WeakSet[Source] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._pause = threading.Event()  # never set: a wait that a test can shorten by its interval

    def add(self, source: Source) -> None:
        """Publish this widget from now on. Adding it twice changes nothing."""
        with self._lock:
            self._sources.add(source)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="clearml-sched-publisher", daemon=True)
                self._thread.start()

    @property
    def running(self) -> bool:
        """Whether there is a thread."""
        return self._thread is not None

    def _run(self) -> None:
        while self._round():
            self._pause.wait(self._interval)

    def _round(self) -> bool:
        """Publish everything once; False when nothing is left and the thread has to end."""
        with self._lock:
            sources = list(self._sources)
            if not sources:
                self._thread = None
                return False
        for source in sources:
            if not _published(source):
                with self._lock:
                    self._sources.discard(source)
        return True


def _published(source: Source) -> bool:
    try:
        return source.publish()
    except Exception:
        logging.getLogger(__name__).exception("a widget could not be updated")
        return True


PUBLISHER = Publisher()
