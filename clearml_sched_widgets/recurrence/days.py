"""Which local dates a rule of days falls on."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from functools import singledispatch

from clearml_sched_widgets.definition.rules import ORDINALS, Daily, Monthly, Once, Rule, Weekly
from clearml_sched_widgets.definition.values import WEEKDAYS

# The longest time from one 29 February to the next is eight years (1896 to 1904, 2096 to 2104): a rule that has no day
# in so many months in a row has none at all.
BARREN_MONTHS = 8 * 12 + 1


@singledispatch
def days_from(rule: Rule, _first: date) -> Iterator[date]:
    """The rule's dates that are not before the given one, ascending. Raises OverflowError at the calendar's end."""
    raise TypeError(f"{type(rule).__name__} is not a rule of days")


@days_from.register
def _once(rule: Once, first: date) -> Iterator[date]:
    if rule.date >= first:
        yield rule.date


@days_from.register
def _daily(rule: Daily, first: date) -> Iterator[date]:  # noqa: ARG001 - every day is one of a daily rule's
    while True:
        yield first
        first += timedelta(days=1)


@days_from.register
def _weekly(rule: Weekly, first: date) -> Iterator[date]:
    wanted = sorted(WEEKDAYS.index(name) for name in rule.weekdays)
    monday = first.toordinal() - first.weekday()
    while True:
        for number in wanted:
            if monday + number >= first.toordinal():
                yield _from_ordinal(monday + number)
        monday += 7


def _from_ordinal(number: int) -> date:
    if number > date.max.toordinal():
        raise OverflowError("after the calendar's end")
    return date.fromordinal(number)


@days_from.register
def _monthly(rule: Monthly, first: date) -> Iterator[date]:
    barren = 0
    year, month = first.year, first.month
    while barren < BARREN_MONTHS:
        barren += 1
        if rule.months is None or month in rule.months:
            for day in _days_of_month(rule.days, year, month):
                if (found := date(year, month, day)) >= first:
                    barren = 0
                    yield found
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        if year > date.max.year:
            raise OverflowError("after the calendar's end")


def _days_of_month(days: tuple[int | str, ...], year: int, month: int) -> list[int]:
    first_weekday, length = monthrange(year, month)
    return sorted({day for day in (_day_of_month(each, first_weekday, length) for each in days) if day <= length})


def _day_of_month(day: int | str, first_weekday: int, length: int) -> int:
    """The number of the day: of a month that begins on `first_weekday` (Monday is 0) and has `length` days."""
    if isinstance(day, int):
        return day
    if day == "last":
        return length
    ordinal, weekday = day.split()
    earliest = 1 + (WEEKDAYS.index(weekday) - first_weekday) % 7
    if ordinal == "last":
        return earliest + (length - earliest) // 7 * 7
    return earliest + 7 * ORDINALS.index(ordinal)
