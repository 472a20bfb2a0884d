"""Converts local wall-clock times to instants in UTC.

The instant of a wall time is the first one at which the zone's clock has reached it. A time that the clock skips gets
the instant of the clock change; a time that occurs twice gets its first instant. So a later wall time never has an
earlier instant. The searches in this package rely on that.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo

BEGINNING = datetime.min.replace(tzinfo=timezone.utc)
END = datetime.max.replace(tzinfo=timezone.utc)
SECOND = timedelta(seconds=1)


@cache
def zone(name: str) -> ZoneInfo:
    """The time zone of that name. It is read from disk once."""
    return ZoneInfo(name)


def wall(moment: datetime, zone: ZoneInfo) -> datetime:
    """What the zone's clock shows at an instant: a naive time, clamped to the calendar."""
    try:
        return moment.astimezone(zone).replace(tzinfo=None)
    except OverflowError:
        return (BEGINNING if moment.year == 1 else END).replace(tzinfo=None)


def offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    """How far the zone's clock is ahead of UTC at an instant."""
    try:
        return moment.astimezone(zone).utcoffset() or timedelta(0)
    except OverflowError:  # at the calendar's ends, where no clock changes
        return moment.replace(tzinfo=zone).utcoffset() or timedelta(0)


def first_offset_change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The first instant in `before < t <= after` at which the offset differs from that of `before`.

    There must be exactly one change in that range.
    """
    before, known = before.replace(microsecond=0), offset(before, zone)
    after = after.replace(microsecond=0)  # the clocks change on whole seconds
    while after - before > SECOND:
        middle = before + (after - before) // SECOND // 2 * SECOND
        if offset(middle, zone) == known:
            before = middle
        else:
            after = middle
    return after


def instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The first instant, in UTC, at which the zone's clock has reached `clock` on `day`.

    An instant before the calendar's beginning becomes that beginning. Raises OverflowError after the calendar's end.
    """
    local = datetime.combine(day, clock, zone)
    try:
        utc = local.astimezone(timezone.utc)
    except OverflowError:
        if day.year > 1:
            raise
        return BEGINNING
    folded = local.replace(fold=1)
    if folded.utcoffset() == local.utcoffset() or wall(utc, zone) == local.replace(tzinfo=None):
        return utc
    return _clock_change(folded.astimezone(timezone.utc), utc, local.replace(tzinfo=None), zone)


def _clock_change(before: datetime, after: datetime, skipped: datetime, zone: ZoneInfo) -> datetime:
    """The instant in `before < t <= after` at which the clock skips the wall time `skipped`."""
    while after - before > SECOND:
        middle = before + timedelta(seconds=(after - before) // SECOND // 2)
        if wall(middle, zone) < skipped:
            before = middle
        else:
            after = middle
    return after
