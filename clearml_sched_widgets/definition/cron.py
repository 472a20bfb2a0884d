"""Parses cron expressions into the minutes, hours, days and months that their five fields name.

croniter parses one element of a field at a time, so that a message can name the element that is wrong. Only syntax that
means the same to every cron is accepted: no seconds, no years, no `?`, `W`, random or hashed values.
"""

from __future__ import annotations

import re
from datetime import time
from functools import cached_property, lru_cache

import attrs

from clearml_sched_widgets.definition.checks import guarded

NICKNAMES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
MAX_EXPRESSION = 1000
LAST = -1  # as the ordinal of a weekday: the last one of the month
EVERY_WEEK = sum(1 << 7 * week for week in range(5))  # bits of days that are a whole number of weeks apart


@attrs.frozen
class _Field:
    name: str
    low: int
    high: int
    expected: str
    names: tuple[str, ...] = ()

    def number(self, text: str) -> int:
        """The number that the text is, or that its name stands for. Raises ValueError if it is neither."""
        return self.names.index(text) + self.low if text in self.names else int(text)

    @property
    def count(self) -> int:
        return self.high - self.low + 1


MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAY_NAMES = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
MINUTE, HOUR, DAY, MONTH, WEEKDAY = range(5)
FIELDS = (
    _Field("minute", 0, 59, 'numbers from 0 to 59, such as "5", "0,30", "10-20" or "*/15"'),
    _Field("hour", 0, 23, 'numbers from 0 to 23, such as "8", "8,18", "8-18" or "*/2"'),
    _Field("day of month", 1, 31, 'numbers from 1 to 31 or L for the last day, such as "1", "1-7" or "15,L"'),
    _Field("month", 1, 12, 'numbers from 1 to 12 or names, such as "3", "jan-jun" or "*/3"', MONTH_NAMES),
    _Field(
        "day of week",
        0,
        6,
        'numbers from 0 (Sunday) to 7 (Sunday too) or names, such as "mon-fri", "fri#2" (second) or "5L" (last)',
        DAY_NAMES,
    ),
)

_VALUE = "[0-9]{1,4}|[a-z]{3}"
_PLAIN = re.compile(rf"(\*|(?P<low>{_VALUE})(-(?P<high>{_VALUE}))?)(/(?P<step>[0-9]{{1,4}}))?")
_NTH = re.compile(rf"({_VALUE})(-({_VALUE}))?#[1-5]")
_LAST_WEEKDAY = re.compile(rf"l({_VALUE})|({_VALUE})l")


@attrs.frozen
class CronFields:
    """What an expression's fields mean. Weekdays count from Monday = 0; an ordinal is 1 to 5, or LAST.

    `either_day` (Vixie's rule): a day matches if its number or its weekday matches; without it, both must match.
    `at_times`: the expression names times of day, for which clock changes are handled as in the other rules; without
    it, the expression matches each minute that the clock shows.
    """

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    last_day: bool
    months: tuple[int, ...]
    weekdays: tuple[int, ...]
    nth_weekdays: tuple[tuple[int, int], ...]
    either_day: bool
    at_times: bool

    @cached_property
    def clocks(self) -> tuple[time, ...]:
        """All times of day, ascending."""
        return tuple(time(hour, minute) for hour in self.hours for minute in self.minutes)

    @cached_property
    def possible(self) -> bool:
        """Whether any month ever has a matching day. In some year, each kind of month begins on each weekday."""
        lengths = {2: (28, 29), 4: (30,), 6: (30,), 9: (30,), 11: (30,)}
        return any(
            self.days_of(first, length)
            for month in self.months
            for length in lengths.get(month, (31,))
            for first in range(7)
        )

    def days_of(self, first_weekday: int, length: int) -> int:
        """The matching days of a month that begins on `first_weekday` and has `length` days: bit n stands for day n."""
        days = self._day_bits | (self.last_day << length)
        weekdays = 0
        for weekday in self.weekdays:
            weekdays |= EVERY_WEEK << 1 + (weekday - first_weekday) % 7
        for weekday, ordinal in self.nth_weekdays:
            earliest = 1 + (weekday - first_weekday) % 7
            weeks = (length - earliest) // 7 if ordinal == LAST else ordinal - 1
            weekdays |= 1 << earliest + 7 * weeks
        matching = days | weekdays if self.either_day else days & weekdays
        return matching & ((2 << length) - 2)

    @cached_property
    def _day_bits(self) -> int:
        return sum(1 << day for day in self.days)


def expression(value: str) -> str:
    """A cron expression of five fields, or a nickname such as @daily; several blanks between fields become one."""
    return guarded(_expression, value)


def _expression(value: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError('expected a cron expression such as "*/5 8-18 * * mon-fri"')
    if len(value) > MAX_EXPRESSION:
        raise ValueError(f"expected at most {MAX_EXPRESSION:,} characters, got {len(value):,}")
    text = " ".join(value.split())
    parsed(text)
    return text


@lru_cache(maxsize=1024)
def parsed(text: str) -> CronFields:
    """The fields of an expression. Raises a ValueError that names every wrong element."""
    texts = _split_fields(text.lower())
    fields = [[_parsed_element(index, each) for each in text.split(",")] for index, text in enumerate(texts)]
    wrong = dict.fromkeys(element for field in fields for element in field if isinstance(element, str))
    if wrong:
        raise ValueError("; ".join(wrong))
    valid = [[element for element in field if isinstance(element, _Element)] for field in fields]
    numbers = [tuple(sorted({number for element in field for number in element.numbers})) for field in valid]
    return CronFields(
        minutes=numbers[MINUTE],
        hours=numbers[HOUR],
        days=numbers[DAY],
        last_day="l" in texts[DAY].split(","),
        months=numbers[MONTH],
        weekdays=tuple(sorted((number - 1) % 7 for number in numbers[WEEKDAY])),
        nth_weekdays=tuple(sorted({pair for element in valid[WEEKDAY] for pair in element.nth_weekdays})),
        either_day=not (texts[DAY].startswith("*") or texts[WEEKDAY].startswith("*")),
        at_times=not (texts[MINUTE].startswith("*") or texts[HOUR].startswith("*")),
    )


def _split_fields(text: str) -> list[str]:
    if text.startswith("@"):
        if text not in NICKNAMES:
            instead = {"@reboot": "; set the schedule's run_at_start", "@every": "; use an Interval"}
            hint = instead.get(text.split(maxsplit=1)[0], "")
            raise ValueError(f"expected five fields or one of {', '.join(NICKNAMES)}{hint}")
        text = NICKNAMES[text]
    fields = text.split(" ")
    if len(fields) != len(FIELDS):
        names = ", ".join(field.name for field in FIELDS)
        raise ValueError(f"expected five fields ({names}), got {len(fields)}; there is none for seconds or years")
    return fields


@attrs.frozen
class _Element:
    numbers: tuple[int, ...] = ()
    nth_weekdays: tuple[tuple[int, int], ...] = ()


@lru_cache(maxsize=4096)
def _parsed_element(index: int, text: str) -> _Element | str:
    """The meaning of one element of a field's list, or a message that says what is wrong with it."""
    field = FIELDS[index]
    try:
        return _parsed_by_croniter(index, _normalized(index, text))
    except _WrongElement as error:
        right = str(error)
    except ValueError:
        right = field.expected
    shown = text if len(text) <= 20 else f"{text[:17]}..."
    return f'{field.name} "{shown}": expected {right}'


class _WrongElement(ValueError):
    """A wrong element. Its message is a more exact `expected` than that of its field."""


def _normalized(index: int, text: str) -> str:
    """The element in a form that all versions of croniter read alike. Raises ValueError for a wrong element."""
    field = FIELDS[index]
    if index == DAY and text == "l":
        return text
    if index == WEEKDAY and _NTH.fullmatch(text):
        return text
    if index == WEEKDAY and (last := _LAST_WEEKDAY.fullmatch(text)):
        return f"l{field.number(last[1] or last[2])}"
    match = _PLAIN.fullmatch(text)
    if not match:
        raise ValueError(text)
    step = int(match["step"] or 1)
    if not 1 <= step <= field.count:
        raise _WrongElement(f"a step from 1 to {field.count}; for other distances use an Interval")
    if not match["low"]:
        return text
    low = field.number(match["low"])
    if match["high"]:
        high = field.number(match["high"])
        if low == high or (index, low, high) == (WEEKDAY, 7, 0):
            # croniter reads 5-5 as all values, other crons as 5 only.
            raise _WrongElement(f'a range of two values, or "{match["low"]}" alone, or "*" for all')
        return f"{low}-{high}/{step}"
    return f"{low}-{field.high}/{step}" if match["step"] and low < field.high else str(low)


def _parsed_by_croniter(index: int, plain: str) -> _Element:
    from croniter import croniter  # imported on first use, because it loads dateutil

    texts = ["*"] * len(FIELDS)
    texts[index] = plain
    expanded, nth = croniter.expand(" ".join(texts))
    if nth:
        ordinals = {"l": LAST}
        pairs = [
            ((int(day) - 1) % 7, ordinals.get(str(week)) or int(week)) for day, weeks in nth.items() for week in weeks
        ]
        return _Element(nth_weekdays=tuple(pairs))
    if expanded[index] == ["*"]:
        return _Element(tuple(range(FIELDS[index].low, FIELDS[index].high + 1)))
    return _Element(tuple(int(number) for number in expanded[index] if number != "l"))
