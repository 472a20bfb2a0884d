"""PURE: finds the runs that exceed their time limit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from clearml_sched_widgets.definition import Schedule, Trigger
from clearml_sched_widgets.definition.values import duration_text
from clearml_sched_widgets.policy.run import Run


def overdue(
    runs: Iterable[Run], item_of: Callable[[str], Schedule | Trigger | None], now: datetime
) -> Iterator[tuple[Run, str]]:
    """The unfinished runs that exceed the time limit of their item, each with the reason. `now` is the server's time.

    The time of a running run counts from its start, that of a queued run from when it was enqueued.
    """
    for run in runs:
        item = item_of(run.item)
        limit = item.action.time_limit if item else None
        if limit is None:
            continue
        if run.status == "in_progress" and _older(run.task.started, limit, now):
            yield run, f"it ran longer than its time limit of {duration_text(limit)}"
        elif run.status == "queued" and _older(run.task.status_changed, limit, now):
            yield run, f"it had not started within its time limit of {duration_text(limit)}"


def _older(moment: datetime | None, limit: timedelta, now: datetime) -> bool:
    return moment is not None and now - moment > limit
