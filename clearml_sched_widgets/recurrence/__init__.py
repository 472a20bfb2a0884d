"""When a rule's occurrences are. Pure: nothing here reads a clock; every moment is an argument.

local      wall clocks to instants, clock changes included      days       which local dates a rule falls on
cron       expressions that name minutes                        sentences  a rule in English
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime, time, timezone
from functools import singledispatch

import attrs

from clearml_sched_widgets.definition.rules import Cron, Daily, Interval, Monthly, Once, Rule, Weekly
from clearml_sched_widgets.recurrence.cron import TICK, shown_after
from clearml_sched_widgets.recurrence.days import days_from
from clearml_sched_widgets.recurrence.local import instant, wall, zone
from clearml_sched_widgets.recurrence.sentences import describe

__all__ = ["describe", "next_after", "occurrences", "per_time"]

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def next_after(rule: Rule, moment: datetime) -> datetime | None:
    """The rule's first occurrence strictly after `moment`, aware and in UTC; None when there is none.

    Raises ValueError for a moment without a zone, TypeError for what is no rule or no datetime.
    """
    _rule(rule)
    after = _utc("moment", moment)
    if rule.start is not None and after < rule.start:
        after = rule.start - TICK
    try:
        found = _following(rule, after)
    except OverflowError:
        return None
    return None if found is None or (rule.end is not None and found > rule.end) else found


def occurrences(rule: Rule, start: datetime, end: datetime) -> Iterator[datetime]:
    """The rule's occurrences after `start` up to and including `end`: aware, in UTC, ascending, each once.

    Raises ValueError for a start or end without a zone, TypeError for what is no rule or no datetime.
    """
    return _walk(_rule(rule), _utc("start", start), _utc("end", end))


def _walk(rule: Rule, start: datetime, end: datetime) -> Iterator[datetime]:
    found = next_after(rule, start)
    while found is not None and found <= end:
        yield found
        found = next_after(rule, found)


def per_time(rule: Rule) -> list[Rule]:
    """The rule as one rule for each of its times of day; a rule without times of day as it is."""
    if isinstance(rule, (Once, Daily, Weekly, Monthly)):
        return [attrs.evolve(rule, times=(clock,)) for clock in rule.times]
    return [rule]


def _rule(rule: Rule) -> Rule:
    if not isinstance(rule, Rule):
        raise TypeError(f"rule: expected Once, Daily, Weekly, Monthly, Interval or Cron, got {rule!r}")
    return rule


def _utc(name: str, moment: datetime) -> datetime:
    if not isinstance(moment, datetime):
        raise TypeError(f"{name}: expected an aware datetime, got {moment!r}")
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ValueError(f"{name}: expected an aware datetime, got {moment!r} without a time zone")
    return moment.astimezone(timezone.utc)


@singledispatch
def _following(rule: Rule, _moment: datetime) -> datetime | None:
    """The first occurrence after a moment in UTC, whatever the rule's start and end. OverflowError: there is none."""
    raise TypeError(f"expected a recurrence rule, got {type(rule).__name__}")


@_following.register(Once)
@_following.register(Daily)
@_following.register(Weekly)
@_following.register(Monthly)
def _following_local(rule: Once | Daily | Weekly | Monthly, moment: datetime) -> datetime | None:
    return _at_times(rule, rule.times, moment)


@_following.register
def _following_cron(rule: Cron, moment: datetime) -> datetime | None:
    return _at_times(rule, rule.fields.clocks, moment) if rule.fields.at_times else shown_after(rule, moment)


def _at_times(rule: Rule, times: tuple[time, ...], moment: datetime) -> datetime | None:
    """The first of the times of day on the rule's dates, after the moment."""
    here = zone(rule.timezone)
    shown = wall(moment, here)
    # What the clock has shown already lies behind, so no earlier date can hold the answer, nor an earlier time of that
    # date. Later ones can lie behind too, where the clock was put back: even the whole date.
    for day in days_from(rule, shown.date()):
        index = bisect_right(times, shown.time()) if day == shown.date() else 0
        if index < len(times) and instant(day, times[index], here) <= moment:
            index = bisect_right(times, moment, lo=index, key=lambda clock: instant(day, clock, here))
        if index < len(times):
            return instant(day, times[index], here)
    return None


@_following.register
def _following_interval(rule: Interval, moment: datetime) -> datetime:
    anchor = rule.anchor or EPOCH
    return anchor + ((moment - anchor) // rule.every + 1) * rule.every
