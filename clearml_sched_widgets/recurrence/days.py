"""Computes the local dates of a rule."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from functools import singledispatch

from clearml_sched_widgets.definition.rules import ORDINALS, Cron, Daily, Monthly, Once, Rule, Weekly
from clearml_sched_widgets.definition.values import WEEKDAYS

MAX_MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)  # January to December


@singledispatch
def days_from(rule: Rule, _first: date) -> Iterator[date]:
    """The rule's dates from the given one on, ascending. Raises OverflowError at the calendar's end."""
    raise TypeError(f"{type(rule).__name__} is not a rule of days")


@days_from.register
def _once(rule: Once, first: date) -> Iterator[date]:
    if rule.date >= first:
        yield rule.date


@days_from.register
def _daily(rule: Daily, first: date) -> Iterator[date]:  # noqa: ARG001 - a daily rule has every date
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
    year, month = first.year, first.month
    has_days = _has_days(rule)
    while has_days:  # the next day is at most eight years away: a 29 February
        if rule.months is None or month in rule.months:
            for day in _days_of_month(rule.days, year, month):
                if (found := date(year, month, day)) >= first:
                    yield found
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        if year > date.max.year:
            raise OverflowError("after the calendar's end")


def _has_days(rule: Monthly) -> bool:
    """False if none of the rule's months ever has one of its days, such as the 30th of February."""
    longest = max(MAX_MONTH_DAYS[month - 1] for month in rule.months or range(1, 13))
    return any(isinstance(day, str) or day <= longest for day in rule.days)


def _days_of_month(days: tuple[int | str, ...], year: int, month: int) -> list[int]:
    first_weekday, length = monthrange(year, month)
    return sorted({day for day in (_day_of_month(each, first_weekday, length) for each in days) if day <= length})


def _day_of_month(day: int | str, first_weekday: int, length: int) -> int:
    """The day's number in a month that begins on `first_weekday` (Monday is 0) and has `length` days."""
    if isinstance(day, int):
        return day
    if day == "last":
        return length
    ordinal, weekday = day.split()
    earliest = 1 + (WEEKDAYS.index(weekday) - first_weekday) % 7
    if ordinal == "last":
        return earliest + (length - earliest) // 7 * 7
    return earliest + 7 * ORDINALS.index(ordinal)


@days_from.register
def _cron(rule: Cron, first: date) -> Iterator[date]:
    fields = rule.fields
    if not fields.possible:
        return
    for year in range(first.year, date.max.year + 1):  # the next day is at most forty years away: a Friday, 29 February
        for month in fields.months:
            if year > first.year or month >= first.month:
                days = fields.days_of(*monthrange(year, month))
                if (year, month) == (first.year, first.month):
                    days = days >> first.day << first.day
                while days:
                    yield date(year, month, (days & -days).bit_length() - 1)
                    days &= days - 1
    raise OverflowError("after the calendar's end")
