"""Reads a list of tasks that is longer than one answer and may change meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import attrs

from clearml_sched_widgets.errors import Unavailable
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.records import Task, TaskQuery

PAGE = 500  # the server's limit of rows in one answer


def pages(gateway: Gateway, query: TaskQuery) -> Iterator[list[Task]]:
    """Yield all tasks of a query in pages of 500. The query must be ordered by a time, ascending.

    With an offset, rows would be missed when rows before them disappear or move to the end. So each request starts at
    the time of the last row, and uses an offset only within rows of the same time. The last row of a page comes again
    on the next page, as does a task that moves to the end meanwhile.
    Sends at most n / 499 + 1 requests for n rows, and one more for each 500 rows with the same time.
    Raises GatewayError; Unavailable also if the server always sends the same page.
    """
    before: list[Task] = []
    while True:
        tasks = gateway.tasks(query)
        if len(tasks) == PAGE and tasks == before:
            raise Unavailable("The server's list of tasks makes no sense: it sends the same page again and again")
        yield tasks
        if len(tasks) < PAGE:
            return
        before, last = tasks, getattr(tasks[-1], query.order)
        time_advanced = last is not None and (query.since is None or last > query.since)
        query = attrs.evolve(query, since=last, page=0) if time_advanced else attrs.evolve(query, page=query.page + 1)


def absent(gateway: Gateway, ids: Iterable[str]) -> set[str]:
    """Those of the ids whose tasks do not exist (any more). One request per 500 of them. Raises GatewayError.

    Only ids are read. Of a task that is read with its fields, the answer may lack the row because it made no sense.
    """
    wanted = sorted(ids)
    found: set[str] = set()
    for start in range(0, len(wanted), PAGE):
        query = TaskQuery(ids=tuple(wanted[start : start + PAGE]), order="created", bare=True)
        found.update(task.id for task in gateway.tasks(query))
    return set(wanted) - found
