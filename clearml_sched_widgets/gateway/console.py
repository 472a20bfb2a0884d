"""What of a console is read at once."""

from __future__ import annotations

from collections.abc import Sequence

from clearml_sched_widgets.records import LogLine


def last_lines(lines: Sequence[LogLine], limit: int) -> list[LogLine]:
    """The last lines, oldest first: so many, and all that have the time of the earliest of them."""
    start = max(0, len(lines) - limit)
    while 0 < start < len(lines) and lines[start - 1].time == lines[start].time:
        start -= 1
    return [*lines[start:]]
