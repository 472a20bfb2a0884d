"""PURE: runs as the bars of the timeline. Runs of one lane that begin within one bucket of time become one bar.

So the size of what the page gets is bounded by its width, whatever the number of runs; and no run is lost: the counts
of all bars add up to the runs that touch the window. Times are milliseconds since the epoch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

import attrs

from clearml_sched_widgets.records import ACTIVE
from clearml_sched_widgets.views.history import ExecutedRow
from clearml_sched_widgets.widgets.host.page_values import millis

MOST_BARS = 1500  # of one message; with more, the buckets get wider
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


@attrs.frozen(kw_only=True)
class RunSpan:
    """One run's time: from its launch over its begin on an agent to its end; None for what has not happened."""

    run: str
    item: str
    status: str
    start: int
    began: int | None
    end: int | None
    task: str = ""  # of the run; none for the call of a function

    @property
    def active(self) -> bool:
        return self.status in ACTIVE

    def touches(self, start: int, end: int) -> bool:
        """Whether some of it lies in a window. What is active goes on."""
        return self.start <= end and (self.active or (self.end or self.start) >= start)


@attrs.frozen(kw_only=True)
class Bar:
    """One run, or several that begin too close together to be told apart. `end` is None while one of them is active."""

    item: str
    start: int
    began: int | None
    end: int | None
    counts: Mapping[str, int]  # runs by status
    run: str = ""  # its id, if it is a single one
    task: str = ""  # of that run

    def data(self) -> list[Any]:
        """For the page: `[item, start, began, end, status, run]`, or `[item, start, null, end, {status: count}]`.

        The task follows where it is not the run itself: a task that is used again has several runs, a call none.
        """
        if self.run:
            own = [] if self.task == self.run else [self.task]
            return [self.item, self.start, self.began, self.end, next(iter(self.counts)), self.run, *own]
        return [self.item, self.start, None, self.end, dict(self.counts)]


def run_span(row: ExecutedRow) -> RunSpan | None:
    """A run's time; None for one that has no time at all."""
    start = millis(row.started or row.scheduled)
    if start is None:
        return None
    end = None if row.status in ACTIVE else max(start, millis(row.finished) or start)
    return RunSpan(
        run=row.run, item=row.item, status=row.status, start=start, began=millis(row.began), end=end, task=row.task
    )


def run_spans(rows: Iterable[ExecutedRow], start: int, end: int) -> list[RunSpan]:
    """The times of the runs that touch a window. Nothing is made of the others: a year has very many of them."""
    first, last = EPOCH + timedelta(milliseconds=start), EPOCH + timedelta(milliseconds=end + 1)
    near = (row for row in rows if _near(row, first, last))
    return [one for row in near if (one := run_span(row)) is not None and one.touches(start, end)]


def _near(row: ExecutedRow, first: datetime, last: datetime) -> bool:
    """Whether a run may touch a window."""
    begin = row.started or row.scheduled
    if begin is None or begin >= last:
        return False
    return begin >= first or row.status in ACTIVE or (row.finished is not None and row.finished >= first)


def bars(stays: Iterable[RunSpan], bucket: int, most: int = MOST_BARS) -> list[Bar]:
    """The bars of these runs, by item and time; the bucket is doubled until there are not too many."""
    listed = list(stays)
    while True:
        found = _grouped(listed, bucket)
        lanes = len({one.item for one in listed})
        if len(found) <= max(most, lanes):
            return [_bar(group) for group in found]
        bucket *= 2


def _grouped(stays: Sequence[RunSpan], bucket: int) -> list[list[RunSpan]]:
    groups: dict[tuple[str, int], list[RunSpan]] = {}
    for one in stays:
        groups.setdefault((one.item, one.start // bucket), []).append(one)
    return [groups[key] for key in sorted(groups)]


def _bar(group: Sequence[RunSpan]) -> Bar:
    first = group[0]
    if len(group) == 1:
        return Bar(
            item=first.item,
            start=first.start,
            began=first.began,
            end=first.end,
            counts={first.status: 1},
            run=first.run,
            task=first.task,
        )
    counts: dict[str, int] = {}
    for one in group:
        counts[one.status] = counts.get(one.status, 0) + 1
    ends = [one.end for one in group if one.end is not None]
    end = max(ends) if len(ends) == len(group) else None
    return Bar(item=first.item, start=min(one.start for one in group), began=None, end=end, counts=counts)
