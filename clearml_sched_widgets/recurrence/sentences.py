"""Describes a rule in one English sentence."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import singledispatch

from clearml_sched_widgets.definition.rules import MONTHS, ORDINALS, Cron, Daily, Interval, Monthly, Once, Rule, Weekly
from clearml_sched_widgets.definition.values import WEEKDAYS
from clearml_sched_widgets.recurrence.cron_words import cron_clause
from clearml_sched_widgets.recurrence.local import wall, zone
from clearml_sched_widgets.recurrence.words import clock_text, joined, ordinal

UNITS = (("hour", 3600), ("minute", 60), ("second", 1))
COUNTS = {1: "Once", 2: "Twice"}
WORKDAYS = WEEKDAYS[:5]
MOST_TIMES = 12  # with more times of day, the sentence gives their number


def describe(rule: Rule) -> str:
    """One sentence that says when the rule runs, such as "Every day at 06:20 and 18:20 (Europe/Berlin)."."""
    return f"{_when(rule)}{_bounds(rule)}."


@singledispatch
def _when(rule: Rule) -> str:
    raise TypeError(f"expected a recurrence rule, got {type(rule).__name__}")


@_when.register
def _once(rule: Once) -> str:
    count = len(rule.times)
    return f"{COUNTS.get(count, f'{count} times')}, on {_date(rule.date)} {_at(rule)}"


@_when.register
def _daily(rule: Daily) -> str:
    return f"Every day {_at(rule)}"


@_when.register
def _weekly(rule: Weekly) -> str:
    if rule.weekdays == WEEKDAYS:
        return f"Every day {_at(rule)}"
    if rule.weekdays == WORKDAYS:
        return f"From Monday to Friday {_at(rule)}"
    return f"On {joined(f'{name.capitalize()}s' for name in rule.weekdays)} {_at(rule)}"


@_when.register
def _monthly(rule: Monthly) -> str:
    days = joined(f"the {_day(day)}" for day in sorted(rule.days, key=_day_order))
    if rule.months is None or len(rule.months) == 12:
        months = "each month"
    else:
        months = joined(MONTHS[number - 1].capitalize() for number in rule.months)
    return f"On {days} of {months} {_at(rule)}"


@_when.register
def _interval(rule: Interval) -> str:
    anchor = "" if rule.anchor is None else f", counted from {_moment(rule.anchor, rule)}"
    zoned = "" if rule.anchor is None and rule.start is None and rule.end is None else f" ({rule.timezone})"
    return f"Every {_interval_text(rule.every)}{anchor}{zoned}"


@_when.register
def _cron(rule: Cron) -> str:
    return f"{cron_clause(rule.fields)} ({rule.timezone})"


def _at(rule: Once | Daily | Weekly | Monthly) -> str:
    if len(rule.times) > MOST_TIMES:
        times = f"{len(rule.times):,} times from {clock_text(rule.times[0])} to {clock_text(rule.times[-1])}"
    else:
        times = joined(clock_text(clock) for clock in rule.times)
    return f"at {times} ({rule.timezone})"


def _bounds(rule: Rule) -> str:
    start = "" if rule.start is None else f" from {_moment(rule.start, rule)}"
    end = "" if rule.end is None else f" until {_moment(rule.end, rule)}"
    return f",{start}{end}" if start or end else ""


def _moment(moment: datetime, rule: Rule) -> str:
    """A moment in the rule's time zone. The sentence names the zone elsewhere."""
    local = wall(moment, zone(rule.timezone))
    return f"{_date(local.date())} at {clock_text(local.time())}"


def _date(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1].capitalize()} {day.year}"


def _day_order(day: int | str) -> tuple[int, int, int]:
    """The sort key of a day: numbers first, then weekdays by their ordinal, then the last day."""
    if isinstance(day, int):
        return (0, day, 0)
    if day == "last":
        return (2, 0, 0)
    place, weekday = day.split()
    return (1, ORDINALS.index(place), WEEKDAYS.index(weekday))


def _day(day: int | str) -> str:
    if isinstance(day, int):
        return ordinal(day)
    if day == "last":
        return "last day"
    place, weekday = day.split()
    return f"{place} {weekday.capitalize()}"


def _interval_text(length: timedelta) -> str:
    """The interval in its largest whole unit: "15 minutes", "hour". Never in days: some have 23 or 25 hours."""
    seconds = int(length.total_seconds())
    unit, size = next((unit, size) for unit, size in UNITS if seconds % size == 0)
    return unit if seconds == size else f"{seconds // size:,} {unit}s"
