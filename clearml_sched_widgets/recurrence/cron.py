"""The walk of a cron expression that names minutes rather than times of day: each minute that the clock shows."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime, time, timedelta, timezone

from clearml_sched_widgets.definition.cron import CronFields
from clearml_sched_widgets.definition.rules import Cron
from clearml_sched_widgets.recurrence.days import days_from
from clearml_sched_widgets.recurrence.local import first_change, offset, wall, zone

# Far longer than any two offsets of one zone differ, and shorter than any clock goes between two changes.
FAR = timedelta(days=2)
UTC = timezone.utc
TICK = timedelta(microseconds=1)


def shown_after(rule: Cron, moment: datetime) -> datetime | None:
    """The first instant after the moment at which the rule's clock shows one of its minutes beginning.

    Raises OverflowError when the calendar ends before.
    """
    here = zone(rule.timezone)
    local = wall(moment, here)
    while (reading := _reading_after(rule, local)) is not None:
        even = offset(moment, here)
        found = reading - even
        horizon = found if found - moment <= FAR else moment + FAR
        if offset(horizon, here) != even:
            moment = first_change(moment, horizon, here)
            local = wall(moment, here) - TICK  # the change's own instant counts
        elif horizon == found:
            return found
        else:
            # Whatever the clock does on the way, it cannot show that reading, nor a later one, much sooner.
            moment = found - FAR
            local = wall(moment, here)
    return None


def _reading_after(rule: Cron, local: datetime) -> datetime | None:
    """The first matching minute after a reading of the clock, by the calendar alone, as if in UTC."""
    fields = rule.fields
    for day in days_from(rule, local.date()):
        clock = _clock_after(fields, local) if day == local.date() else time(fields.hours[0], fields.minutes[0])
        if clock is not None:
            return datetime.combine(day, clock, UTC)
    return None


def _clock_after(fields: CronFields, local: datetime) -> time | None:
    """The first matching time of day after the one shown, on the same day."""
    hours, minutes = fields.hours, fields.minutes
    place = bisect_right(hours, local.hour)
    if place and hours[place - 1] == local.hour:
        later = bisect_right(minutes, local.minute)
        if later < len(minutes):
            return time(local.hour, minutes[later])
    return time(hours[place], minutes[0]) if place < len(hours) else None
