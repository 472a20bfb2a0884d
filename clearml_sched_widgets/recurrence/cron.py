"""Computes the occurrences of a cron expression that names minutes rather than times of day.

Each minute that the local clock shows and that matches is an occurrence, also when the clock shows it twice.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime, time, timedelta, timezone

from clearml_sched_widgets.definition.cron import CronFields
from clearml_sched_widgets.definition.rules import Cron
from clearml_sched_widgets.recurrence.days import days_from
from clearml_sched_widgets.recurrence.local import first_offset_change, offset, wall, zone

# Longer than the difference between any two offsets of a zone, and shorter than the time between two clock changes.
SAFE_SPAN = timedelta(days=2)
UTC = timezone.utc
TICK = timedelta(microseconds=1)


def next_matching_minute(rule: Cron, moment: datetime) -> datetime | None:
    """The first instant after the moment at which a minute begins on the local clock that matches the rule.

    None if no date ever matches. Raises OverflowError if the calendar ends before.
    """
    tz = zone(rule.timezone)
    local = wall(moment, tz)
    while (wall_time := _next_wall_time(rule, local)) is not None:
        current_offset = offset(moment, tz)
        candidate = wall_time - current_offset
        horizon = candidate if candidate - moment <= SAFE_SPAN else moment + SAFE_SPAN
        if offset(horizon, tz) != current_offset:
            moment = first_offset_change(moment, horizon, tz)
            local = wall(moment, tz) - TICK  # so that the instant of the change can match
        elif horizon == candidate:
            return candidate
        else:
            # Clock changes shift the candidate by less than SAFE_SPAN, so no minute before that span can match.
            moment = candidate - SAFE_SPAN
            local = wall(moment, tz)
    return None


def _next_wall_time(rule: Cron, local: datetime) -> datetime | None:
    """The first matching minute after a wall time, by the calendar alone. The result is a wall time marked as UTC."""
    fields = rule.fields
    for day in days_from(rule, local.date()):
        clock = _next_time_of_day(fields, local) if day == local.date() else time(fields.hours[0], fields.minutes[0])
        if clock is not None:
            return datetime.combine(day, clock, UTC)
    return None


def _next_time_of_day(fields: CronFields, local: datetime) -> time | None:
    """The first matching time of day after that of `local`, on the same day; None if there is none."""
    hours, minutes = fields.hours, fields.minutes
    index = bisect_right(hours, local.hour)
    if index and hours[index - 1] == local.hour:
        later = bisect_right(minutes, local.minute)
        if later < len(minutes):
            return time(local.hour, minutes[later])
    return time(hours[index], minutes[0]) if index < len(hours) else None
