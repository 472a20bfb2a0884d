"""The recurrence rules of schedules. Plain data; `clearml_sched_widgets.recurrence` computes with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta, timezone
from functools import cached_property
from zoneinfo import ZoneInfo

import attrs

from clearml_sched_widgets.definition import cron, values
from clearml_sched_widgets.definition.checks import bad, collect, distinct, each
from clearml_sched_widgets.definition.display import Part
from clearml_sched_widgets.errors import Problem

ORDINALS = ("first", "second", "third", "fourth", "last")
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip


def _month_day(value: int | str) -> int | str:
    if isinstance(value, str):
        words = value.strip().lower().split()
        if words == ["last"]:
            return "last"
        if len(words) == 2 and words[0] in ORDINALS and words[1] in values.WEEKDAYS:
            return " ".join(words)
        value = int(words[0]) if len(words) == 1 and words[0].isdecimal() else 0
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 31:
        raise ValueError('expected a day from 1 to 31, "last", or such as "first monday" or "last friday"')
    return value


def month_days(value: int | str | Iterable[int | str]) -> tuple[int | str, ...]:
    """Days of a month: numbers, "last", "first monday", "last friday" …; each once."""
    parts = values.listed(value)
    if not parts:
        return bad(value, 'expected at least one day of the month, such as 1 or "last"')  # type: ignore[no-any-return]
    return distinct(each(_month_day, parts))


def _month(value: int | str) -> int:
    if isinstance(value, str):
        word = value.strip().lower()
        numbers = [index for index, name in enumerate(MONTHS, 1) if word in (name, name[:3], str(index))]
        value = numbers[0] if numbers else 0
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 12:
        raise ValueError('expected a month from 1 to 12, or its English name such as "march"')
    return value


def months(value: int | str | Iterable[int | str] | None) -> tuple[int, ...] | None:
    """Months as numbers, sorted, each once; None for all of them."""
    if value is None:
        return None
    parts = values.listed(value)
    if not parts:
        return bad(value, "expected at least one month, or none given for all")  # type: ignore[no-any-return]
    return distinct(each(_month, parts), int)


def _in_zone(moment: datetime, zone: object) -> str:
    """The moment in the zone, as users wrote it; in UTC if the zone is refused or cannot represent the moment."""
    try:
        return moment.astimezone(ZoneInfo(zone) if isinstance(zone, str) else timezone.utc).isoformat()
    except OverflowError:
        return moment.isoformat()


@attrs.frozen(kw_only=True, repr=False)
class Rule(Part):
    """What all rules share.

    `timezone` is the IANA zone of the times of day. `start` and `end` are aware, inclusive bounds of the occurrences.
    """

    timezone: str = attrs.field(default="UTC", converter=values.zone)
    start: datetime | None = attrs.field(default=None, converter=values.optional_moment)
    end: datetime | None = attrs.field(default=None, converter=values.optional_moment)

    def __attrs_post_init__(self) -> None:
        collect(self, self._bounds, needs=("start", "end"))

    def _bounds(self) -> Iterator[Problem]:
        if self.start and self.end and self.end < self.start:
            start, end = _in_zone(self.start, self.timezone), _in_zone(self.end, self.timezone)
            yield Problem("end", end, f"expected a time after the start, {start}")


@attrs.frozen(repr=False)
class Once(Rule):
    """On one date, at each of the given times of day."""

    date: dt.date = attrs.field(converter=values.day)
    times: tuple[time, ...] = attrs.field(converter=values.times_of_day)


@attrs.frozen(repr=False)
class Daily(Rule):
    """Every day at each of the given times."""

    times: tuple[time, ...] = attrs.field(converter=values.times_of_day)


@attrs.frozen(repr=False)
class Weekly(Rule):
    """On the given weekdays at each of the given times. The weekdays are a set: their order means nothing."""

    weekdays: tuple[str, ...] = attrs.field(converter=values.weekdays)
    times: tuple[time, ...] = attrs.field(converter=values.times_of_day)


@attrs.frozen(repr=False)
class Monthly(Rule):
    """On the given days of the given months (all of them by default). A day that a month lacks is skipped."""

    days: tuple[int | str, ...] = attrs.field(converter=month_days)
    times: tuple[time, ...] = attrs.field(converter=values.times_of_day)
    months: tuple[int, ...] | None = attrs.field(default=None, converter=months)


@attrs.frozen(repr=False)
class Interval(Rule):
    """Repeats after a fixed elapsed time, counted from `anchor` (an aware time; the Unix epoch by default).

    The anchor only says at which times; the first run may be before it. `start` says from when on.
    """

    every: timedelta = attrs.field(converter=values.duration)
    anchor: datetime | None = attrs.field(default=None, converter=values.optional_moment)


@attrs.frozen(repr=False)
class Cron(Rule):
    """At the minutes that a cron expression of five fields names; also @hourly, @daily and the like.

    Fields take names, ranges, steps and lists; the day of month `L` (the last), the day of week `fri#2` (the second of
    the month) and `5L` (the last). If neither day field begins with `*`, one of them must match, else both. If neither
    the minute nor the hour field begins with `*`, clock changes are handled as in the other rules; else it runs at
    every matching minute that the clock shows, twice in an hour that comes twice.
    """

    expression: str = attrs.field(converter=cron.expression)

    @cached_property
    def fields(self) -> cron.CronFields:
        """What the expression means."""
        return cron.parsed(self.expression)


RULES: dict[str, type[Rule]] = {
    "once": Once, "daily": Daily, "weekly": Weekly, "monthly": Monthly, "interval": Interval, "cron": Cron,
}  # fmt: skip
