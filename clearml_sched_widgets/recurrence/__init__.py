"""PURE: computes the occurrences of recurrence rules. No clock: every time is an argument.

local       converts wall-clock times to UTC, across clock changes
days        the local dates of a rule
cron        occurrences of cron expressions that name minutes
jitter      the delay of a slot
sentences   a rule in English
cron_words  a cron expression in English
words       the words of these sentences
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime, time, timezone
from functools import singledispatch

import attrs

from clearml_sched_widgets.definition.rules import Cron, Daily, Interval, Monthly, Once, Rule, Weekly
from clearml_sched_widgets.recurrence.cron import TICK, next_matching_minute
from clearml_sched_widgets.recurrence.days import days_from
from clearml_sched_widgets.recurrence.local import instant, wall, zone
from clearml_sched_widgets.recurrence.sentences import describe

__all__ = ["describe", "next_after", "occurrences", "per_time"]

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def next_after(rule: Rule, moment: datetime) -> datetime | None:
    """The rule's first occurrence strictly after `moment`, aware and in UTC; None when there is none.

    Raises ValueError for a moment without a time zone, TypeError for an argument of a wrong type.
    """
    _checked_rule(rule)
    after = _checked_utc("moment", moment)
    if rule.start is not None and after < rule.start:
        after = rule.start - TICK
    try:
        occurrence = _next_unbounded(rule, after)
    except OverflowError:
        return None
    return None if occurrence is None or (rule.end is not None and occurrence > rule.end) else occurrence


def occurrences(rule: Rule, start: datetime, end: datetime) -> Iterator[datetime]:
    """The rule's occurrences after `start` up to and including `end`: aware, in UTC, ascending, each once.

    Raises ValueError for a time without a time zone, TypeError for an argument of a wrong type.
    """
    return _iterate(_checked_rule(rule), _checked_utc("start", start), _checked_utc("end", end))


def _iterate(rule: Rule, start: datetime, end: datetime) -> Iterator[datetime]:
    occurrence = next_after(rule, start)
    while occurrence is not None and occurrence <= end:
        yield occurrence
        occurrence = next_after(rule, occurrence)


def per_time(rule: Rule) -> list[Rule]:
    """Split the rule into one rule for each of its times of day. A rule without times of day stays whole."""
    if isinstance(rule, (Once, Daily, Weekly, Monthly)):
        return [attrs.evolve(rule, times=(clock,)) for clock in rule.times]
    return [rule]


def _checked_rule(rule: Rule) -> Rule:
    if not isinstance(rule, Rule):
        raise TypeError(f"rule: expected Once, Daily, Weekly, Monthly, Interval or Cron, got {rule!r}")
    return rule


def _checked_utc(name: str, moment: datetime) -> datetime:
    if not isinstance(moment, datetime):
        raise TypeError(f"{name}: expected an aware datetime, got {moment!r}")
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ValueError(f"{name}: expected an aware datetime, got {moment!r} without a time zone")
    return moment.astimezone(timezone.utc)


@singledispatch
def _next_unbounded(rule: Rule, _moment: datetime) -> datetime | None:
    """The first occurrence after a moment in UTC, regardless of the rule's start and end.

    None if there is none. Raises OverflowError if the calendar ends before it.
    """
    raise TypeError(f"expected a recurrence rule, got {type(rule).__name__}")


@_next_unbounded.register(Once)
@_next_unbounded.register(Daily)
@_next_unbounded.register(Weekly)
@_next_unbounded.register(Monthly)
def _next_local(rule: Once | Daily | Weekly | Monthly, moment: datetime) -> datetime | None:
    return _next_at_times(rule, rule.times, moment)


@_next_unbounded.register
def _next_cron(rule: Cron, moment: datetime) -> datetime | None:
    if rule.fields.at_times:
        return _next_at_times(rule, rule.fields.clocks, moment)
    return next_matching_minute(rule, moment)


def _next_at_times(rule: Rule, times: tuple[time, ...], moment: datetime) -> datetime | None:
    """The first occurrence after the moment, of a rule that has `times` of day on its dates."""
    tz = zone(rule.timezone)
    shown = wall(moment, tz)
    # Wall times up to the one shown have passed, so the search starts at that date and time. If the clock was put back,
    # later wall times can have passed too, even all of that date; so their instants are compared with the moment.
    for day in days_from(rule, shown.date()):
        index = bisect_right(times, shown.time()) if day == shown.date() else 0
        if index < len(times) and instant(day, times[index], tz) <= moment:
            index = bisect_right(times, moment, lo=index, key=lambda clock: instant(day, clock, tz))
        if index < len(times):
            return instant(day, times[index], tz)
    return None


@_next_unbounded.register
def _next_interval(rule: Interval, moment: datetime) -> datetime:
    anchor = rule.anchor or EPOCH
    return anchor + ((moment - anchor) // rule.every + 1) * rule.every
