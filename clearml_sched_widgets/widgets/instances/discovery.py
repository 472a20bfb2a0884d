"""Finds the instances of the workspace: reads all of them once, then only those that changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.gateway.paging import PAGE, pages
from clearml_sched_widgets.records import INSTANCE_TAG, LOOKBACK, Task, TaskQuery

MOST_PAGES = 40  # requests of one reading; the next reading continues from there
ALL_IDS_EVERY = 60.0  # seconds between two readings of all ids, which alone show that an instance was deleted
ARCHIVED = "archived"


class Discovery:
    """Asks the server which instances exist. `clock` gives monotonic seconds. Only one thread may use it.

    The first reading sends one request per 499 instances, and one more. A later reading sends one request per 499
    changed instances, at least one. Once a minute all ids are read, with one request per 499 instances.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._newest_read = False
        self._cursor: datetime | None = None  # the server's time of the last change that was read
        self._ids_read_at = clock()

    def changed(self, gateway: Gateway) -> Iterator[list[Task]]:
        """The instance tasks that are new or changed, page by page. The first reading begins with the latest ones.

        Archived tasks may be among them; the caller removes them from its list. Raises GatewayError.
        """
        if not self._newest_read:
            newest = gateway.tasks(_query("-last_change", without_system_tags=(ARCHIVED,)))
            yield newest
            self._newest_read = True
            if len(newest) < PAGE:
                self._cursor = newest[0].last_change if newest else None
                return
        # The server stamps a change before it can be read, so a change with an earlier time may appear later.
        since = None if self._cursor is None else self._cursor - LOOKBACK
        without = (ARCHIVED,) if since is None else ()
        query = _query("last_change", since=since, without_system_tags=without)
        for tasks in islice(pages(gateway, query), MOST_PAGES):
            self._cursor = tasks[-1].last_change if tasks else self._cursor
            yield tasks

    def present(self, gateway: Gateway) -> set[str] | None:
        """The ids of all instances; None if they were read less than a minute ago. Raises GatewayError."""
        if self._clock() - self._ids_read_at < ALL_IDS_EVERY:
            return None
        query = _query("created", without_system_tags=(ARCHIVED,), bare=True)
        ids = {task.id for tasks in pages(gateway, query) for task in tasks}
        self._ids_read_at = self._clock()
        return ids


def _query(order: str, **more: Any) -> TaskQuery:
    return TaskQuery(system_tags=(INSTANCE_TAG,), order=order, **more)
