"""Hypothesis strategies for cron expressions with their meaning, without code of the package."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import date, datetime
from typing import NamedTuple

from hypothesis import strategies as st

MONTH_NAMES = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
DAY_NAMES = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

Matcher = Callable[[date], bool]


class Drawn(NamedTuple):
    """A cron expression with its minutes, hours and months, and with functions that match its two day fields."""

    text: str
    minutes: frozenset[int]
    hours: frozenset[int]
    day: Matcher
    month: frozenset[int]
    weekday: Matcher

    @property
    def at_times(self) -> bool:
        minute, hour, *_ = self.text.split()
        return minute[0] != "*" and hour[0] != "*"

    def falls_on(self, day: date) -> bool:
        _, _, dom, _, dow = self.text.split()
        matching = (self.day(day), self.weekday(day))
        both = dom[0] == "*" or dow[0] == "*"
        return day.month in self.month and (all(matching) if both else any(matching))

    def shows(self, reading: datetime) -> bool:
        """True if the expression matches this wall-clock time."""
        return reading.minute in self.minutes and reading.hour in self.hours and self.falls_on(reading.date())


Part = tuple[str, frozenset[int]]


@st.composite
def _part(draw: st.DrawFn, low: int, high: int, names: list[str] | None = None) -> Part:
    """One element: a number, a range or a star, perhaps with a step."""
    shape = draw(st.sampled_from(["number", "number", "range", "star"]))
    first, last = sorted(draw(st.tuples(st.integers(low, high), st.integers(low, high))))
    step = draw(st.integers(1, high - low + 1))
    show = (lambda n: names[n - low]) if names and draw(st.booleans()) else str
    if shape == "number" or (shape == "range" and first == last):
        return show(first), frozenset({first})
    if shape == "star":
        first, last, text = low, high, "*"
    else:
        text = f"{show(first)}-{show(last)}"
    if draw(st.booleans()):
        return text, frozenset(range(first, last + 1))
    return f"{text}/{step}", frozenset(range(first, last + 1, step))


def _numbers(low: int, high: int, names: list[str] | None = None) -> st.SearchStrategy[Part]:
    every = st.just(("*", frozenset(range(low, high + 1))))
    parts = st.lists(_part(low, high, names), min_size=1, max_size=3)
    return every | parts.map(lambda drawn: (",".join(p[0] for p in drawn), frozenset().union(*(p[1] for p in drawn))))


def _length(day: date) -> int:
    return monthrange(day.year, day.month)[1]


@st.composite
def _day(draw: st.DrawFn) -> tuple[str, Matcher]:
    text, numbers = draw(_numbers(1, 31))
    if draw(st.integers(0, 3)):
        return text, lambda day: day.day in numbers
    return f"{text},L", lambda day: day.day in numbers or day.day == _length(day)


@st.composite
def _weekday(draw: st.DrawFn, ordinals: bool) -> tuple[str, Matcher]:
    text, numbers = draw(_numbers(0, 6, DAY_NAMES))
    if not ordinals or draw(st.integers(0, 2)):
        return text, lambda day: day.isoweekday() % 7 in numbers
    wanted, nth = draw(st.integers(0, 6)), draw(st.integers(1, 6))

    def matches(day: date) -> bool:
        if day.isoweekday() % 7 != wanted:
            return False
        return day.day + 7 > _length(day) if nth == 6 else (day.day + 6) // 7 == nth

    return (f"{wanted}L" if nth == 6 else f"{draw(st.sampled_from([str(wanted), DAY_NAMES[wanted]]))}#{nth}"), matches


@st.composite
def expressions(draw: st.DrawFn, ordinals: bool = True, hours: st.SearchStrategy[Part] | None = None) -> Drawn:
    """Expressions of all supported forms. `ordinals` includes weekdays such as `5L` and `mon#2`."""
    minute, minutes = draw(_numbers(0, 59))
    hour, hour_numbers = draw(_numbers(0, 23) if hours is None else hours)
    dom, day = draw(_day())
    month, months = draw(_numbers(1, 12, MONTH_NAMES))
    dow, weekday = draw(_weekday(ordinals))
    return Drawn(f"{minute} {hour} {dom} {month} {dow}", minutes, hour_numbers, day, months, weekday)


def near(around: datetime) -> st.SearchStrategy[Drawn]:
    """Expressions that match the day of a moment or a day beside it, mostly between 0:00 and 5:00."""
    small = st.lists(st.integers(0, 4), min_size=1, max_size=3).map(
        lambda numbers: (",".join(map(str, numbers)), frozenset(numbers))
    )
    return expressions(hours=small | _numbers(0, 23)).filter(
        lambda drawn: any(drawn.falls_on(date.fromordinal(around.toordinal() + days)) for days in (-1, 0, 1))
    )
