"""Compares the fast recurrence code with an independent slow one that walks through time step by step."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta, timezone
from typing import NamedTuple
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from clearml_sched_widgets.definition import Cron, Daily, Interval, Monthly, Once, Rule, Weekly
from clearml_sched_widgets.definition.rules import ORDINALS
from clearml_sched_widgets.definition.values import WEEKDAYS
from clearml_sched_widgets.recurrence import next_after, occurrences
from tests.unit.recurrence.cron_expressions import Drawn, near

UTC = timezone.utc
MINUTE = timedelta(minutes=1)


class Change(NamedTuple):
    """A moment at which the clock of a zone changes."""

    zone: str
    moment: str


CHANGES = [
    Change("Europe/Berlin", "2026-03-29T01:00"),
    Change("Europe/Berlin", "2026-10-25T01:00"),
    Change("America/New_York", "2026-03-08T07:00"),
    Change("America/New_York", "2026-11-01T06:00"),
    Change("Australia/Lord_Howe", "2026-10-03T15:30"),  # forward by half an hour
    Change("Australia/Lord_Howe", "2026-04-04T15:00"),
    Change("Antarctica/Troll", "2026-03-29T01:00"),  # forward by two hours
    Change("Antarctica/Troll", "2026-10-25T01:00"),
    Change("America/Sao_Paulo", "2018-11-04T03:00"),  # forward at midnight
    Change("America/Sao_Paulo", "2018-02-18T02:00"),  # back over midnight
    Change("Africa/Cairo", "2024-04-25T22:00"),
    Change("Africa/Cairo", "2024-10-31T21:00"),
    Change("Pacific/Apia", "2011-12-30T10:00"),  # a day is skipped
    Change("Pacific/Kwajalein", "1993-08-21T12:00"),
    Change("Pacific/Kwajalein", "1969-09-30T13:00"),  # a day comes twice
    Change("Asia/Pyongyang", "2018-05-04T15:00"),
    Change("America/Caracas", "2016-05-01T07:00"),
    Change("Asia/Kathmandu", "1985-12-31T18:30"),  # forward by a quarter of an hour
    Change("Africa/Casablanca", "2026-02-15T02:00"),  # winter time in Ramadan
    Change("Asia/Gaza", "2040-10-20T00:00"),  # summer time again for a week, after Ramadan
    Change("America/St_Johns", "2006-10-29T02:31"),  # back at a minute past midnight: the evening before comes twice
    Change("America/Anchorage", "1967-04-01T12:00"),
    Change("UTC", "2028-02-28T12:00"),  # a leap day
]

times_of_day = st.times().map(lambda clock: time(clock.hour, clock.minute))
clocks = st.lists(
    times_of_day | st.times(max_value=time(3)).map(lambda c: time(c.hour, c.minute)), min_size=1, max_size=5
)
month_days = (
    st.integers(1, 31)
    | st.just("last")
    | st.builds("{} {}".format, st.sampled_from(ORDINALS), st.sampled_from(WEEKDAYS))
)


@st.composite
def rules(draw: st.DrawFn, change: Change) -> Rule:
    """A rule of days in the zone of a clock change, that has something to do around it."""
    around = datetime.fromisoformat(change.moment).date()
    times, zone = draw(clocks), change.zone
    kind = draw(st.sampled_from(["once", "daily", "weekly", "monthly"]))
    if kind == "once":
        return Once(date=around + timedelta(days=draw(st.integers(-2, 2))), times=times, timezone=zone)
    if kind == "weekly":
        return Weekly(weekdays=draw(st.sets(st.sampled_from(WEEKDAYS), min_size=1)), times=times, timezone=zone)
    if kind == "monthly":
        near = st.integers(-2, 2).map(lambda days: (around + timedelta(days=days)).day)
        days = draw(st.lists(near | month_days, min_size=1, max_size=4))
        months = draw(st.none() | st.sets(st.sampled_from([around.month, around.month % 12 + 1]), min_size=1))
        return Monthly(days=days, times=times, months=months, timezone=zone)
    return Daily(times=times, timezone=zone)


def falls_on(rule: Rule, day: date) -> bool:
    """Whether a date is one of the rule's, by looking at that date only."""
    if isinstance(rule, Once):
        return day == rule.date
    if isinstance(rule, Weekly):
        return f"{day:%A}".lower() in rule.weekdays
    if isinstance(rule, Monthly):
        return (rule.months is None or day.month in rule.months) and any(_is(day, each) for each in rule.days)
    return True


def _is(day: date, wanted: int | str) -> bool:
    length = monthrange(day.year, day.month)[1]
    if wanted in (day.day, "last"):
        return wanted == day.day or day.day == length
    names = {ORDINALS[(day.day - 1) // 7]} if day.day <= 28 else set()
    names |= {"last"} if day.day + 7 > length else set()
    return any(wanted == f"{name} {day:%A}".lower() for name in names)


def walked(rule: Daily | Once | Weekly | Monthly, start: datetime, end: datetime, step: timedelta) -> list[datetime]:
    """The instants at which the wall clock first reached each of the rule's local times, by watching the clock."""
    dates = [start.date() + timedelta(days=days) for days in range(-3, (end - start).days + 5)]
    due = [datetime.combine(day, clock) for day in dates if falls_on(rule, day) for clock in rule.times]
    return reached(due, ZoneInfo(rule.timezone), start, end, step)


def reached(due: list[datetime], zone: ZoneInfo, start: datetime, end: datetime, step: timedelta) -> list[datetime]:
    """The instants at which the zone's clock first reached each of the readings, by watching it."""
    due = sorted(due)
    found: list[datetime] = []
    shown = datetime.min  # noqa: DTZ901 - the furthest that the clock has shown so far
    moment = start - timedelta(days=2)  # no zone's clock was ever put back by more
    while moment <= end:
        shown = max(shown, moment.astimezone(zone).replace(tzinfo=None))
        passed = [wall for wall in due if wall <= shown]
        due = due[len(passed) :]
        if passed and moment > start:
            found.append(moment)
        moment += step
    return found


def within(rule: Rule, moments: list[datetime]) -> list[datetime]:
    start, end = rule.start, rule.end
    return [moment for moment in moments if (not start or start <= moment) and (not end or moment <= end)]


def stepped(rule: Rule, start: datetime, end: datetime) -> Iterator[datetime]:
    found = next_after(rule, start)
    while found is not None and found <= end:
        yield found
        found = next_after(rule, found)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Rule, datetime, datetime]:
    change = draw(st.sampled_from(CHANGES))
    centre = datetime.fromisoformat(change.moment).replace(tzinfo=UTC)
    start = centre + draw(st.integers(-2 * 24 * 60, 24 * 60)) * MINUTE
    end = start + draw(st.integers(0, 3 * 24 * 60)) * MINUTE
    rule = draw(rules(change))
    if draw(st.booleans()):
        first = start + draw(st.integers(-60, 24 * 60)) * MINUTE
        rule = attrs.evolve(rule, start=first, end=first + draw(st.integers(0, 2 * 24 * 60)) * MINUTE)
    return rule, start, end


@settings(max_examples=150, deadline=None)
@given(cases())
@example(
    (
        Daily(times="00:00,23:59", timezone="Pacific/Apia"),
        datetime(2011, 12, 29, 0, 0, tzinfo=UTC),
        datetime(2012, 1, 1, 0, 0, tzinfo=UTC),
    )
)
def test_occurrences_are_what_a_walk_by_the_minute_finds(case: tuple[Rule, datetime, datetime]) -> None:
    rule, start, end = case
    assert isinstance(rule, (Daily, Once, Weekly, Monthly))
    found = list(occurrences(rule, start, end))
    assert found == within(rule, walked(rule, start, end, MINUTE))
    assert found == list(stepped(rule, start, end))


def walked_cron(drawn: Drawn, zone: ZoneInfo, start: datetime, end: datetime) -> list[datetime]:
    """The occurrences of an expression, by watching the clock minute by minute."""
    if drawn.at_times:
        dates = [start.date() + timedelta(days=days) for days in range(-3, (end - start).days + 5)]
        clocks = [time(hour, minute) for hour in drawn.hours for minute in drawn.minutes]
        due = [datetime.combine(day, clock) for day in dates if drawn.falls_on(day) for clock in clocks]
        return reached(due, zone, start, end, MINUTE)
    minutes = int((end - start) / MINUTE)
    moments = [start + number * MINUTE for number in range(1, minutes + 1)]
    return [moment for moment in moments if drawn.shows(moment.astimezone(zone))]


@st.composite
def cron_cases(draw: st.DrawFn) -> tuple[Drawn, str, datetime, datetime]:
    change = draw(st.sampled_from(CHANGES))
    centre = datetime.fromisoformat(change.moment).replace(tzinfo=UTC)
    drawn = draw(near(centre.astimezone(ZoneInfo(change.zone))))
    start = centre + draw(st.integers(-30 * 60, 6 * 60)) * MINUTE
    return drawn, change.zone, start, start + draw(st.integers(0, 2 * 24 * 60)) * MINUTE


def drawn_as(text: str, minutes: Iterable[int], hours: Iterable[int]) -> Drawn:
    """An expression for every day, for an example."""
    every = frozenset(range(1, 13))
    return Drawn(text, frozenset(minutes), frozenset(hours), lambda _: True, every, lambda _: True)


@settings(max_examples=60, deadline=None)
@given(cron_cases(), st.booleans())
@example(
    (
        drawn_as("*/30 * * * *", (0, 30), range(24)),
        "Antarctica/Troll",
        datetime(2026, 10, 24, tzinfo=UTC),
        datetime(2026, 10, 26, tzinfo=UTC),
    ),
    False,
)
@example(
    (
        drawn_as("30 0,2,23 * * *", (30,), (0, 2, 23)),
        "Pacific/Apia",
        datetime(2011, 12, 29, tzinfo=UTC),
        datetime(2012, 1, 1, tzinfo=UTC),
    ),
    True,
)
def test_cron_occurs_when_a_walk_by_the_minute_finds(case: tuple[Drawn, str, datetime, datetime], bound: bool) -> None:
    drawn, zone, start, end = case
    third = (end - start) / 3
    limits = {"start": start + third, "end": end - third} if bound else {}
    rule = Cron(drawn.text, timezone=zone, **limits)
    found = list(occurrences(rule, start, end))
    assert found == within(rule, walked_cron(drawn, ZoneInfo(zone), start, end))
    assert found == list(stepped(rule, start, end))


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Africa/Casablanca", "Australia/Lord_Howe", "Asia/Gaza"])
@pytest.mark.parametrize("text", ["*/30 2 29 2,3 *", "* 2 25 10 *", "15 */3 L 2 *"])
def test_cron_finds_its_rare_days_through_years_of_clock_changes(zone: str, text: str) -> None:
    start, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
    minutes, hours = (
        {"*/30": {0, 30}, "*": set(range(60)), "15": {15}},
        {"2": {2}, "*/3": set(range(0, 24, 3))},
    )
    minute, hour, dom, month, _ = text.split()
    days = {"29": lambda day: day.day == 29, "25": lambda day: day.day == 25, "L": lambda day: _is(day, "last")}
    months = frozenset(map(int, month.split(",")))
    drawn = Drawn(text, frozenset(minutes[minute]), frozenset(hours[hour]), days[dom], months, lambda _: True)
    wide = [
        datetime(year, each, 1, tzinfo=UTC) - timedelta(days=1)
        for year in (2026, 2027, 2028)
        for each in sorted(months)
    ]
    expected = [at for first in wide for at in walked_cron(drawn, ZoneInfo(zone), first, first + timedelta(days=33))]
    assert list(occurrences(Cron(text, timezone=zone), start, end)) == sorted(set(expected))


@pytest.mark.parametrize("times", ["00:00,00:44:29,00:44:30,00:44:31", "00:00:01", "23:59:59"])
def test_a_change_by_seconds_is_found_to_the_second(times: str) -> None:
    rule = Daily(times=times, timezone="Africa/Monrovia")  # 44 minutes and 30 seconds forward
    change = datetime(1972, 1, 7, 0, 44, 30, tzinfo=UTC)
    start, end = change - timedelta(minutes=90), change + timedelta(minutes=90)
    assert list(occurrences(rule, start, end)) == walked(rule, start, end, timedelta(seconds=1))


@given(
    every=st.integers(1, 10_000),
    anchor=st.none() | st.integers(-(10**6), 10**6),
    start=st.integers(-(10**6), 10**6),
    length=st.integers(0, 3_000),
    bounds=st.none() | st.tuples(st.integers(-1_000, 4_000), st.integers(0, 4_000)),
)
def test_intervals_are_what_a_walk_by_the_second_finds(
    every: int, anchor: int | None, start: int, length: int, bounds: tuple[int, int] | None
) -> None:
    at: Callable[[int], datetime] = lambda second: datetime.fromtimestamp(second, UTC)  # noqa: E731
    rule = Interval(timedelta(seconds=every), anchor=None if anchor is None else at(anchor))
    if bounds:
        rule = attrs.evolve(rule, start=at(start + bounds[0]), end=at(start + sum(bounds)))
    found = list(occurrences(rule, at(start), at(start + length)))
    due = [at(t) for t in range(start + 1, start + length + 1) if (t - (anchor or 0)) % every == 0]
    assert found == within(rule, due)
    assert found == list(stepped(rule, at(start), at(start + length)))
