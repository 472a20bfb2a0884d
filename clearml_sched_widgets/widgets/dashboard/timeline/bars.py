"""PURE: groups runs into the bars of the timeline. Runs of one lane that start in the same time bucket share a bar.

The size of the message is therefore bounded by the width of the page, however many runs there are. No run is lost: the
counts of all bars add up to the runs that touch the window. Times are milliseconds since the epoch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

import attrs

from clearml_sched_widgets.records import ACTIVE
from clearml_sched_widgets.views.history import ExecutedRow
from clearml_sched_widgets.widgets.host.page_values import millis

MOST_BARS = 1500  # in one message; with more, the buckets get wider
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


@attrs.frozen(kw_only=True)
class RunSpan:
    """The times of one run: its launch, its begin on an agent, and its end. None if that has not happened."""

    run: str
    item: str
    status: str
    start: int
    began: int | None
    end: int | None
    task: str = ""  # the task's id; empty for a function call

    @property
    def active(self) -> bool:
        return self.status in ACTIVE

    def touches(self, start: int, end: int) -> bool:
        """Whether the run overlaps a window. An active run has no end yet."""
        return self.start <= end and (self.active or (self.end or self.start) >= start)


@attrs.frozen(kw_only=True)
class Bar:
    """One run, or several that start in the same bucket. `end` is None while one of them is active."""

    item: str
    start: int
    began: int | None
    end: int | None
    counts: Mapping[str, int]  # runs by status
    run: str = ""  # the id, if it is a single run
    task: str = ""  # the task of that run

    def data(self) -> list[Any]:
        """For the page: `[item, start, began, end, status, run]`, or `[item, start, null, end, {status: count}]`.

        The task id follows if it differs from the run: a reused task has several runs, and a function call no task.
        """
        if self.run:
            task = [] if self.task == self.run else [self.task]
            return [self.item, self.start, self.began, self.end, next(iter(self.counts)), self.run, *task]
        return [self.item, self.start, None, self.end, dict(self.counts)]


def run_span(row: ExecutedRow) -> RunSpan | None:
    """The times of a run; None if it has neither a launch nor a scheduled time."""
    start = millis(row.started or row.scheduled)
    if start is None:
        return None
    end = None if row.status in ACTIVE else max(start, millis(row.finished) or start)
    return RunSpan(
        run=row.run, item=row.item, status=row.status, start=start, began=millis(row.began), end=end, task=row.task
    )


def run_spans(rows: Iterable[ExecutedRow], start: int, end: int) -> list[RunSpan]:
    """The times of the runs that touch a window. Other rows are skipped early, because there may be very many."""
    first, last = EPOCH + timedelta(milliseconds=start), EPOCH + timedelta(milliseconds=end + 1)
    candidates = (row for row in rows if _may_touch(row, first, last))
    return [span for row in candidates if (span := run_span(row)) is not None and span.touches(start, end)]


def _may_touch(row: ExecutedRow, first: datetime, last: datetime) -> bool:
    """Whether a run may touch a window."""
    begin = row.started or row.scheduled
    if begin is None or begin >= last:
        return False
    return begin >= first or row.status in ACTIVE or (row.finished is not None and row.finished >= first)


def bars(spans: Iterable[RunSpan], bucket: int, most: int = MOST_BARS) -> list[Bar]:
    """The bars of these runs, sorted by item and time. The bucket is doubled until there are at most `most` bars."""
    listed = list(spans)
    while True:
        groups = _grouped(listed, bucket)
        lanes = len({span.item for span in listed})
        if len(groups) <= max(most, lanes):
            return [_bar(group) for group in groups]
        bucket *= 2


def _grouped(spans: Sequence[RunSpan], bucket: int) -> list[list[RunSpan]]:
    groups: dict[tuple[str, int], list[RunSpan]] = {}
    for span in spans:
        groups.setdefault((span.item, span.start // bucket), []).append(span)
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
    for span in group:
        counts[span.status] = counts.get(span.status, 0) + 1
    ends = [span.end for span in group if span.end is not None]
    end = max(ends) if len(ends) == len(group) else None
    return Bar(item=first.item, start=min(span.start for span in group), began=None, end=end, counts=counts)
