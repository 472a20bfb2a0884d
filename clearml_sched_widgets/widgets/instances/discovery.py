"""Which instances the workspace has: all are read once, then only what changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.gateway.paging import PAGE, pages
from clearml_sched_widgets.records import INSTANCE_TAG, LOOKBACK, Task, TaskQuery

MOST_PAGES = 40  # requests of one reading; the next one goes on where it ended
COUNT_EVERY = 60.0  # seconds between two looks at which ones are gone: no change tells of a deletion
ARCHIVED = "archived"


class Discovery:
    """Asks the server which instances there are. `clock` gives monotonic seconds. Used by one thread.

    The first reading takes one request for each 499 instances, and one more; a later one takes one request for each
    499 that changed, at least one. Once a minute all ids are read, in as many requests as there are 499 of them.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._begun = False
        self._cursor: datetime | None = None  # the server's time of the last change that was read
        self._counted_at = clock()

    def changed(self, gateway: Gateway) -> Iterator[list[Task]]:
        """The tasks of instances that are new or changed, page by page; the first time, the latest come first.

        Archived ones may be among them: whoever had one in the list takes it out. Raises GatewayError.
        """
        if not self._begun:
            newest = gateway.tasks(_query("-last_change", without_system_tags=(ARCHIVED,)))
            yield newest
            self._begun = True
            if len(newest) < PAGE:
                self._cursor = newest[0].last_change if newest else None
                return
        # A change gets its time before it can be read, so one with an earlier time may show up after a later one.
        since = None if self._cursor is None else self._cursor - LOOKBACK
        without = (ARCHIVED,) if since is None else ()
        query = _query("last_change", since=since, without_system_tags=without)
        for tasks in islice(pages(gateway, query), MOST_PAGES):
            self._cursor = tasks[-1].last_change if tasks else self._cursor
            yield tasks

    def present(self, gateway: Gateway) -> set[str] | None:
        """The ids of all instances; None unless a minute has gone by since the last time. Raises GatewayError."""
        if self._clock() - self._counted_at < COUNT_EVERY:
            return None
        query = _query("created", without_system_tags=(ARCHIVED,), bare=True)
        found = {task.id for tasks in pages(gateway, query) for task in tasks}
        self._counted_at = self._clock()
        return found


def _query(order: str, **more: Any) -> TaskQuery:
    return TaskQuery(system_tags=(INSTANCE_TAG,), order=order, **more)
