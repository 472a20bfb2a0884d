"""Selects the last lines of a task's console."""

from __future__ import annotations

from collections.abc import Sequence

from clearml_sched_widgets.records import LogLine


def last_lines(lines: Sequence[LogLine], limit: int) -> list[LogLine]:
    """Return the last `limit` lines, and any earlier lines with the same time as the first of them."""
    start = max(0, len(lines) - limit)
    while 0 < start < len(lines) and lines[start - 1].time == lines[start].time:
        start -= 1
    return [*lines[start:]]
