"""The one thread of a kernel that writes to the widgets' traits."""

from __future__ import annotations

import logging
import threading
import time
import weakref
from typing import Protocol

from clearml_sched_widgets.instances import running


class Source(Protocol):
    """A widget, as the publisher sees it."""

    def publish(self) -> bool | None:
        """Set the traits that changed since the last time: whether any did. None when the widget is closed for good."""


class Publisher:
    """Asks every live widget to publish, a few times a second, and at once when it is woken after some quiet.

    `interval`: seconds between two rounds. Widgets are held weakly, and dropped when they are closed; when none is
    left, the thread ends.
    """

    def __init__(self, interval: float = 0.25) -> None:
        self.interval = interval
        self._woken = threading.Event()
        self._sources: weakref.WeakSet[Source] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

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

    def wake(self) -> None:
        """Something happened: publish now, unless something was sent a moment ago. Safe from any thread."""
        self._woken.set()

    def _run(self) -> None:
        while (sent := self._round()) is not None:
            if sent:  # what happens in a burst is sent together
                time.sleep(self.interval)
            self._woken.wait(self.interval)
            self._woken.clear()

    def _round(self) -> bool | None:
        """Publish everything once: whether anything was sent. None when nothing is left and the thread has to end."""
        with self._lock:
            sources = list(self._sources)
            if not sources:
                self._thread = None
                return None
        told = {source: _published(source) for source in sources}
        with self._lock:
            for source in sources:
                if told[source] is None:
                    self._sources.discard(source)
        return any(told.values())


def _published(source: Source) -> bool | None:
    try:
        return source.publish()
    except Exception:
        logging.getLogger(__name__).exception("a widget could not be updated")
        return False


PUBLISHER = Publisher()
running.on_change(PUBLISHER.wake)
