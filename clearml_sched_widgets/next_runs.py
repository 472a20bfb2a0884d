"""Previews the next runs of a definition.

`simulation` takes the time as an argument; this module reads the clock when the caller gives none.
"""

from __future__ import annotations

from datetime import datetime, timezone

from clearml_sched_widgets.definition import Definition, Schedule
from clearml_sched_widgets.simulation import upcoming


def preview(definition: Definition, n: int = 10, now: str | datetime | None = None) -> list[tuple[datetime, Schedule]]:
    """The next `n` slots of all enabled schedules after `now`, with their schedules. Times in UTC.

    `now` is aware, or ISO 8601 with an offset; the current time by default. Of the policies only `max_runs` counts.
    Raises InvalidDefinition for an invalid argument.
    """
    return upcoming(definition, n, datetime.now(timezone.utc) if now is None else now)
