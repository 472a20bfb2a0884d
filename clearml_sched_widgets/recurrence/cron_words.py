"""Describes a cron expression in English: how often, on which days, in which months."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time

from clearml_sched_widgets.definition.cron import CronFields
from clearml_sched_widgets.definition.rules import MONTHS
from clearml_sched_widgets.recurrence.words import (
    WORKDAYS,
    clock_text,
    joined,
    nth_weekday,
    ordinal,
    spans_of,
    step_of,
    weekday,
)

MOST_TIMES = 12  # with more times of day, the sentence gives their pattern
MOST_SPANS = 3  # with more spans of hours, the sentence lists the hours
ALL_DAYS = tuple(range(1, 32))
ALL_WEEKDAYS = tuple(range(7))


def cron_clause(fields: CronFields) -> str:
    """The sentence about an expression, without its time zone."""
    count = len(fields.hours) * len(fields.minutes)
    if count > MOST_TIMES or (len(fields.minutes) == 1 and len(fields.hours) > 3 and step_of(fields.hours)):
        days = _days(fields)
        return _frequency(fields) + (f" {days}" if days else "")
    days = _days(fields) or "every day"
    times = joined(clock_text(time(hour, minute)) for hour in fields.hours for minute in fields.minutes)
    return f"{days[0].upper()}{days[1:]}{',' if ', if ' in days else ''} at {times}"


# -- times


def _frequency(fields: CronFields) -> str:
    hours, minutes = fields.hours, fields.minutes
    if len(minutes) == 1:
        if len(hours) == 24:
            return "Every hour" if minutes == (0,) else f"At {_minutes(minutes)} past every hour"
        if step := step_of(hours):
            return f"Every {_every(step, 'hour')} from {_span(hours[0], minutes[0], hours[-1], minutes[0])}"
    if step := _even_step(minutes):
        return f"Every {_every(step, 'minute')}{_in_hours(hours, minutes[-1])}"
    return f"At {_minutes(minutes)} past {_past_hours(hours)}"


def _even_step(minutes: tuple[int, ...]) -> int:
    """The step of minutes that are spread evenly over the hour; 0 for others."""
    step = step_of(minutes)
    return step if step and minutes[0] == 0 and step * len(minutes) == 60 else 0


def _in_hours(hours: tuple[int, ...], last_minute: int) -> str:
    spans = spans_of(hours)
    if len(hours) == 24:
        return ""
    if len(spans) <= MOST_SPANS:
        return f" {joined(f'from {_span(first, 0, last, last_minute)}' for first, last in spans)}"
    return f" in the hours {_numbers(hours)}"


def _past_hours(hours: tuple[int, ...]) -> str:
    if len(hours) == 24:
        return "every hour"
    if len(hours) > 2 and len(spans_of(hours)) == 1:
        return f"every hour from {hours[0]} to {hours[-1]}"
    return f"the hour{'s' if len(hours) > 1 else ''} {_numbers(hours)}"


def _span(hour: int, minute: int, last_hour: int, last_minute: int) -> str:
    return f"{clock_text(time(hour, minute))} to {clock_text(time(last_hour, last_minute))}"


def _every(step: int, unit: str) -> str:
    return unit if step == 1 else f"{step} {unit}s"


def _minutes(minutes: tuple[int, ...]) -> str:
    return f"{_numbers(minutes)} minute{'' if minutes == (1,) else 's'}"


def _numbers(numbers: tuple[int, ...]) -> str:
    return joined(_spans(numbers, str))


def _spans(numbers: tuple[int, ...], word: Callable[[int], str]) -> list[str]:
    """The numbers as words; three or more successive ones as "a to b"."""
    parts = []
    for first, last in spans_of(numbers):
        if last - first > 1:
            parts.append(f"{word(first)} to {word(last)}")
        else:
            parts += [word(number) for number in range(first, last + 1)]
    return parts


# -- days


def _days(fields: CronFields) -> str:
    """The days and months, such as "on weekdays in January"; empty for every day of every month."""
    all_days, all_weekdays = fields.days == ALL_DAYS, fields.weekdays == ALL_WEEKDAYS
    months = _months(fields)
    if (all_days and all_weekdays) or (fields.either_day and (all_days or all_weekdays)):
        return f"every day in {months}" if months else ""
    if all_days:
        return _on_weekdays(fields, months)
    numbered = f"on {joined(_numbered_days(fields))} of {months or 'each month'}"
    if all_weekdays:
        return numbered
    if fields.either_day:
        return f"{numbered} and {_on_weekdays(fields, months)}"
    return f"{numbered}, if that is {joined(_weekdays(fields), 'or')}"


def _months(fields: CronFields) -> str:
    names = [name.capitalize() for name in MONTHS]
    return "" if len(fields.months) == 12 else joined(_spans(fields.months, lambda number: names[number - 1]))


def _on_weekdays(fields: CronFields, months: str) -> str:
    parts = []
    if fields.weekdays:
        names = joined(f"{weekday(number)}s" for number in fields.weekdays)
        parts.append(f"on {'weekdays' if fields.weekdays == WORKDAYS else names}{f' in {months}' if months else ''}")
    if fields.nth_weekdays:
        parts.append(f"on {joined(_nth_weekdays(fields))} of {months or 'each month'}")
    return " and ".join(parts)


def _nth_weekdays(fields: CronFields) -> list[str]:
    ordered = sorted(fields.nth_weekdays, key=lambda pair: (pair[1] < 0, pair[1], pair[0]))
    return [f"the {nth_weekday(number, place)}" for number, place in ordered]


def _numbered_days(fields: CronFields) -> list[str]:
    """The days by number, and the last one: "the 1st", "the 8th to the 14th"."""
    step = step_of(fields.days)
    if step > 1 and len(fields.days) > 4:
        first, last = fields.days[0], fields.days[-1]
        days = [f"every {ordinal(step)} day from the {ordinal(first)} to the {ordinal(last)}"]
    else:
        days = _spans(fields.days, lambda number: f"the {ordinal(number)}")
    return [*days, *(["the last day"] if fields.last_day else [])]


def _weekdays(fields: CronFields) -> list[str]:
    """The days by weekday: "a Monday", "the second Friday"."""
    return [*(f"a {weekday(number)}" for number in fields.weekdays), *_nth_weekdays(fields)]
