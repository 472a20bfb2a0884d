"""Reading a list that is longer than one answer, and that changes while it is read."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.records import Task, TaskQuery

PAGE = 500  # rows of one answer: the server gives no more


def pages(gateway: Gateway, query: TaskQuery) -> Iterator[list[Task]]:
    """All tasks of a query that is ordered by a time, ascending: an answer of 500 after the other, the last is shorter.

    An offset would skip rows where others before them go or move to the end. So each request begins at the time of the
    last row seen, which comes again; an offset counts only within one identical time. What moves to the end comes
    twice. For n rows at most n / 499 + 1 requests, and one more for each 500 of the same time. Raises GatewayError.
    """
    while True:
        tasks = gateway.tasks(query)
        yield tasks
        if len(tasks) < PAGE:
            return
        last = getattr(tasks[-1], query.order)
        moved = last is not None and last != query.since
        query = attrs.evolve(query, since=last, page=0) if moved else attrs.evolve(query, page=query.page + 1)
