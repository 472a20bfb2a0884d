"""The one thread of a kernel that writes to the widgets' traits."""

from __future__ import annotations

import logging
import threading
import time
import weakref
from typing import Protocol

from clearml_sched_widgets.instances import running


class Source(Protocol):
    """A widget that the publisher updates."""

    def publish(self) -> bool | None:
        """Set the traits that changed, and return whether any did. None when the widget is closed."""


class Publisher:
    """Publishes every open widget a few times a second, and at once when it is woken after a quiet time.

    `interval` is the time between two rounds, in seconds. Widgets are held weakly and removed when they are closed.
    The thread ends when none is left.
    """

    def __init__(self, interval: float = 0.25) -> None:
        self.interval = interval
        self._wake_event = threading.Event()
        self._sources: weakref.WeakSet[Source] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def add(self, source: Source) -> None:
        """Publish this widget from now on. Adding it twice has no effect."""
        with self._lock:
            self._sources.add(source)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="clearml-sched-publisher", daemon=True)
                self._thread.start()

    @property
    def running(self) -> bool:
        """Whether the thread exists."""
        return self._thread is not None

    def wake(self) -> None:
        """Publish at once, or after `interval` if something was just sent. Safe from any thread."""
        self._wake_event.set()

    def _run(self) -> None:
        while (sent := self._publish_all()) is not None:
            if sent:  # several changes in a short time are sent together
                time.sleep(self.interval)
            self._wake_event.wait(self.interval)
            self._wake_event.clear()

    def _publish_all(self) -> bool | None:
        """Publish every widget once and return whether anything was sent. None ends the thread: no widget is left."""
        with self._lock:
            sources = list(self._sources)
            if not sources:
                self._thread = None
                return None
        results = {source: _try_publish(source) for source in sources}
        with self._lock:
            for source in sources:
                if results[source] is None:
                    self._sources.discard(source)
        return any(results.values())


def _try_publish(source: Source) -> bool | None:
    try:
        return source.publish()
    except Exception:
        logging.getLogger(__name__).exception("a widget could not be updated")
        return False


PUBLISHER = Publisher()
running.on_change(PUBLISHER.wake)
