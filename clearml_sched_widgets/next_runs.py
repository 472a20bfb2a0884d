"""The next runs of a definition, from now on.

All that `simulation` does takes the time as an argument; whoever gives none means the present, and that is read here.
"""

from __future__ import annotations

from datetime import datetime, timezone

from clearml_sched_widgets.definition import Definition, Schedule
from clearml_sched_widgets.simulation import upcoming


def preview(definition: Definition, n: int = 10, now: str | datetime | None = None) -> list[tuple[datetime, Schedule]]:
    """The next `n` slots of all enabled schedules after `now`, with their schedules. Times in UTC.

    `now` is aware, or ISO 8601 with an offset; the present by default. Policies do not matter here. Raises
    InvalidDefinition for what is no definition, no time and no number of slots.
    """
    return upcoming(definition, n, datetime.now(timezone.utc) if now is None else now)
