"""From local wall clocks to instants.

The instant of a wall time is the first one at which the zone's clock has reached it. So a time that the clock jumps
over falls on the jump itself, and a time that comes twice falls on its first coming. It follows that a later wall time
never has an earlier instant, which is what the searches here and in the rest of the package rely on.
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
    """The zone of that name, read from disk once."""
    return ZoneInfo(name)


def wall(moment: datetime, zone: ZoneInfo) -> datetime:
    """What the zone's clock shows at an instant, without a zone, kept within the calendar's ends."""
    try:
        return moment.astimezone(zone).replace(tzinfo=None)
    except OverflowError:
        return (BEGINNING if moment.year == 1 else END).replace(tzinfo=None)


def offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    """How far the zone's clock is ahead of UTC at an instant."""
    try:
        return moment.astimezone(zone).utcoffset() or timedelta(0)
    except OverflowError:  # at the calendar's ends, where the clocks run evenly
        return moment.replace(tzinfo=zone).utcoffset() or timedelta(0)


def first_change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The first instant after `before`, and not after `after`, at which the offset is not that of `before`.

    There must be just one change between the two.
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

    It is the beginning of the calendar if it would be before that. Raises OverflowError after the calendar's end.
    """
    local = datetime.combine(day, clock, zone)
    try:
        found = local.astimezone(timezone.utc)
    except OverflowError:
        if day.year > 1:
            raise
        return BEGINNING
    late = local.replace(fold=1)
    if late.utcoffset() == local.utcoffset() or wall(found, zone) == local.replace(tzinfo=None):
        return found
    return _jump(late.astimezone(timezone.utc), found, local.replace(tzinfo=None), zone)


def _jump(before: datetime, after: datetime, skipped: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which the clock jumps over `skipped`: it is after `before` and not after `after`."""
    while after - before > SECOND:
        middle = before + timedelta(seconds=(after - before) // SECOND // 2)
        if wall(middle, zone) < skipped:
            before = middle
        else:
            after = middle
    return after
