"""When rules occur: tables of ISO times, each case named after the clock rule that it shows."""

from __future__ import annotations

import statistics
from datetime import datetime, timedelta, timezone
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from clearml_sched_widgets.definition import Cron, Daily, Interval, Monthly, Once, Rule, Weekly
from clearml_sched_widgets.recurrence import next_after, occurrences, per_time
from tests.steps import MOST_STEPS, USUAL_STEPS, steps

UTC = timezone.utc
LAST = datetime.max.replace(tzinfo=UTC)
FIRST = datetime.min.replace(tzinfo=UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def local(rule: Rule, start: str, end: str) -> list[str]:
    """The occurrences in a span, as the rule's zone shows them."""
    zone = ZoneInfo(rule.timezone)
    return [found.astimezone(zone).isoformat() for found in occurrences(rule, utc(start), utc(end))]


def daily(times: str, zone: str) -> Daily:
    return Daily(times=times, timezone=zone)


# name, rule, after start, up to end, the occurrences in local time with their offsets
CLOCK_CHANGES: list[tuple[str, Rule, str, str, list[str]]] = [
    (
        "forward: a time in the gap runs at the first instant after it",
        daily("02:30", "Europe/Berlin"), "2026-03-28T12:00+01:00", "2026-03-30T12:00+02:00",
        ["2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"],
    ),
    (
        "forward: the gap's first and last minute run after it, the minutes around it as they are",
        daily("01:59,02:00,02:59,03:00,03:01", "Europe/Berlin"), "2026-03-29T00:00+01:00", "2026-03-29T23:00+02:00",
        ["2026-03-29T01:59:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-29T03:01:00+02:00"],
    ),
    (
        "forward: two times in one gap are one occurrence",
        daily("02:10,02:50", "America/New_York"), "2026-03-08T00:00-05:00", "2026-03-09T00:00-04:00",
        ["2026-03-08T03:00:00-04:00"],
    ),
    (
        "back: a repeated time runs once, at the first pass",
        daily("02:30", "Europe/Berlin"), "2026-10-24T12:00+02:00", "2026-10-26T12:00+01:00",
        ["2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"],
    ),
    (
        "back: seen from between the passes, and from the second pass, the repeated time is over",
        daily("02:30", "Europe/Berlin"), "2026-10-25T02:10+01:00", "2026-10-26T12:00+01:00",
        ["2026-10-26T02:30:00+01:00"],
    ),
    (
        "back: the repeated hour's bounds",
        daily("01:59,02:00,02:59,03:00", "Europe/Berlin"), "2026-10-25T00:00+02:00", "2026-10-25T12:00+01:00",
        [
            "2026-10-25T01:59:00+02:00", "2026-10-25T02:00:00+02:00",
            "2026-10-25T02:59:00+02:00", "2026-10-25T03:00:00+01:00",
        ],
    ),
    (
        "a gap of half an hour",
        daily("02:15,02:30", "Australia/Lord_Howe"), "2026-10-04T00:00+10:30", "2026-10-05T00:00+11:00",
        ["2026-10-04T02:30:00+11:00"],
    ),
    (
        "half an hour comes twice",
        daily("01:45", "Australia/Lord_Howe"), "2026-04-05T00:00+11:00", "2026-04-06T00:00+10:30",
        ["2026-04-05T01:45:00+11:00"],
    ),
    (
        "a gap of two hours",
        daily("01:30,02:30", "Antarctica/Troll"), "2026-03-29T00:00+00:00", "2026-03-30T00:00+02:00",
        ["2026-03-29T03:00:00+02:00"],
    ),
    (
        "two hours come twice",
        daily("01:30,02:30", "Antarctica/Troll"), "2026-10-25T00:00+02:00", "2026-10-26T00:00+00:00",
        ["2026-10-25T01:30:00+02:00", "2026-10-25T02:30:00+02:00"],
    ),
    (
        "a gap at midnight: the day begins at one",
        daily("00:00,00:30,01:00", "America/Sao_Paulo"), "2018-11-03T12:00-03:00", "2018-11-04T12:00-02:00",
        ["2018-11-04T01:00:00-02:00"],
    ),
    (
        "back over midnight: the evening before comes twice, midnight once",
        daily("00:00,23:30", "America/Sao_Paulo"), "2018-02-17T12:00-02:00", "2018-02-18T12:00-03:00",
        ["2018-02-17T23:30:00-02:00", "2018-02-18T00:00:00-03:00"],
    ),
    (
        "a gap at midnight in Cairo",
        daily("00:15", "Africa/Cairo"), "2024-04-25T12:00+02:00", "2024-04-27T12:00+03:00",
        ["2024-04-26T01:00:00+03:00", "2024-04-27T00:15:00+03:00"],
    ),
    (
        "a day skipped whole: its times run when it would have ended",
        daily("06:20,18:20", "Pacific/Apia"), "2011-12-29T12:00-10:00", "2011-12-31T23:00+14:00",
        [
            "2011-12-29T18:20:00-10:00",
            "2011-12-31T00:00:00+14:00", "2011-12-31T06:20:00+14:00", "2011-12-31T18:20:00+14:00",
        ],
    ),
    (
        "a day skipped whole: midnights of both days are one occurrence",
        daily("00:00", "Pacific/Apia"), "2011-12-29T12:00-10:00", "2012-01-01T12:00+14:00",
        ["2011-12-31T00:00:00+14:00", "2012-01-01T00:00:00+14:00"],
    ),
    (
        "a one-off on the day skipped whole",
        Once(date="1993-08-21", times=["09:00"], timezone="Pacific/Kwajalein"),
        "1993-08-01T00:00+00:00", "1993-09-01T00:00+00:00",
        ["1993-08-22T00:00:00+12:00"],
    ),
    (
        "a day that comes twice",
        daily("09:00", "Pacific/Kwajalein"), "1969-09-29T23:00+11:00", "1969-10-01T12:00-12:00",
        ["1969-09-30T09:00:00+11:00", "1969-10-01T09:00:00-12:00"],
    ),
    (
        "forward from summer time to double summer time",
        daily("01:30,02:30", "Europe/London"), "1941-05-03T12:00+01:00", "1941-05-04T12:00+02:00",
        ["1941-05-04T01:30:00+01:00", "1941-05-04T03:00:00+02:00"],
    ),
    (
        "weekly, on the weekday whose time is in the gap",
        Weekly(weekdays="sun", times="02:30", timezone="Europe/Berlin"),
        "2026-03-23T00:00+01:00", "2026-04-06T00:00+02:00",
        ["2026-03-29T03:00:00+02:00", "2026-04-05T02:30:00+02:00"],
    ),
    (
        "monthly, on the day whose time is in the gap",
        Monthly(days=29, times="02:30", timezone="Europe/Berlin"),
        "2026-03-01T00:00+01:00", "2026-05-01T00:00+02:00",
        ["2026-03-29T03:00:00+02:00", "2026-04-29T02:30:00+02:00"],
    ),
    (
        "intervals follow elapsed time through a clock change",
        Interval("1h", timezone="Europe/Berlin"), "2026-03-29T00:30+01:00", "2026-03-29T04:30+02:00",
        ["2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-29T04:00:00+02:00"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "start", "end", "expected"), [row[1:] for row in CLOCK_CHANGES], ids=[row[0] for row in CLOCK_CHANGES]
)
def test_clock_changes(rule: Rule, start: str, end: str, expected: list[str]) -> None:
    assert local(rule, start, end) == expected


CALENDAR: list[tuple[str, Rule, str, str, list[str]]] = [
    (
        "weekdays",
        Weekly(weekdays=["monday", "friday"], times=["08:00"]), "2026-11-22T00:00Z", "2026-12-01T00:00Z",
        ["2026-11-23T08:00:00+00:00", "2026-11-27T08:00:00+00:00", "2026-11-30T08:00:00+00:00"],
    ),
    (
        "a month's 31st is skipped where there is none",
        Monthly(days=[31], times="12:00"), "2026-01-01T00:00Z", "2026-06-01T00:00Z",
        ["2026-01-31T12:00:00+00:00", "2026-03-31T12:00:00+00:00", "2026-05-31T12:00:00+00:00"],
    ),
    (
        "a month's last day",
        Monthly(days="last", times="12:00"), "2024-01-31T12:00Z", "2024-04-30T12:00Z",
        ["2024-02-29T12:00:00+00:00", "2024-03-31T12:00:00+00:00", "2024-04-30T12:00:00+00:00"],
    ),
    (
        "the last day and the 30th are one in a month of 30 days",
        Monthly(days=["last", 30], times="12:00", months=[3, 4]), "2026-03-01T00:00Z", "2026-05-01T00:00Z",
        ["2026-03-30T12:00:00+00:00", "2026-03-31T12:00:00+00:00", "2026-04-30T12:00:00+00:00"],
    ),
    (
        "the first Monday and the last Friday",
        Monthly(days=["last friday", "first monday"], times="12:00"), "2026-02-01T00:00Z", "2026-03-31T00:00Z",
        [
            "2026-02-02T12:00:00+00:00", "2026-02-27T12:00:00+00:00",
            "2026-03-02T12:00:00+00:00", "2026-03-27T12:00:00+00:00",
        ],
    ),
    (
        "every ordinal of a weekday in a month with five of it",
        Monthly(days=[f"{ordinal} sunday" for ordinal in ("first", "second", "third", "fourth", "last")], times="0:00"),
        "2026-03-01T00:00-01:00", "2026-04-01T00:00Z",
        [f"2026-03-{day:02}T00:00:00+00:00" for day in (8, 15, 22, 29)],
    ),
    (
        "29 February",
        Monthly(days=29, months="february", times="12:00"), "2095-01-01T00:00Z", "2105-01-01T00:00Z",
        ["2096-02-29T12:00:00+00:00", "2104-02-29T12:00:00+00:00"],
    ),
    (
        "start and end are inclusive",
        Daily(times="06:00", start="2026-01-02T06:00Z", end="2026-01-03T06:00Z"),
        "2026-01-01T00:00Z", "2027-01-01T00:00Z",
        ["2026-01-02T06:00:00+00:00", "2026-01-03T06:00:00+00:00"],
    ),
    (
        "a second inside of start and end",
        Daily(times="06:00", start="2026-01-02T06:00:01Z", end="2026-01-04T05:59:59Z"),
        "2026-01-01T00:00Z", "2027-01-01T00:00Z",
        ["2026-01-03T06:00:00+00:00"],
    ),
    (
        "intervals are counted from the epoch",
        Interval("7h"), "1970-01-01T00:00Z", "1970-01-01T15:00Z",
        ["1970-01-01T07:00:00+00:00", "1970-01-01T14:00:00+00:00"],
    ),
    (
        "intervals are counted from the anchor, backwards too",
        Interval("7h", anchor="2026-01-01T03:00Z"), "2025-12-31T19:59Z", "2026-01-01T10:00Z",
        ["2025-12-31T20:00:00+00:00", "2026-01-01T03:00:00+00:00", "2026-01-01T10:00:00+00:00"],
    ),
    (
        "a one-off with two times",
        Once(date="2026-12-01", times=["18:20", "06:20"]), "2026-01-01T00:00Z", "2027-01-01T00:00Z",
        ["2026-12-01T06:20:00+00:00", "2026-12-01T18:20:00+00:00"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "start", "end", "expected"), [row[1:] for row in CALENDAR], ids=[row[0] for row in CALENDAR]
)
def test_the_calendar(rule: Rule, start: str, end: str, expected: list[str]) -> None:
    assert local(rule, start.replace("Z", "+00:00"), end.replace("Z", "+00:00")) == expected


def test_the_result_is_in_utc_whatever_the_zones_of_rule_and_moment() -> None:
    found = next_after(daily("06:20", "Asia/Tokyo"), datetime(2026, 1, 1, tzinfo=ZoneInfo("America/New_York")))
    assert found == utc("2026-01-02T06:20+09:00")
    assert found is not None
    assert found.tzinfo is UTC


def test_next_is_strictly_after_the_moment() -> None:
    rule = Daily(times="06:20")
    assert next_after(rule, utc("2026-01-01T06:20+00:00")) == utc("2026-01-02T06:20+00:00")
    assert next_after(rule, utc("2026-01-01T06:19:59.999999+00:00")) == utc("2026-01-01T06:20+00:00")


def test_a_naive_moment_is_refused_by_its_name() -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - the point
    aware = naive.replace(tzinfo=UTC)
    with pytest.raises(ValueError, match="moment: expected an aware datetime"):
        next_after(Daily(times="06:20"), naive)
    with pytest.raises(ValueError, match="start: expected an aware datetime"):
        occurrences(Daily(times="06:20"), naive, aware)
    with pytest.raises(ValueError, match="end: expected an aware datetime"):
        occurrences(Daily(times="06:20"), aware, naive)


RULES: list[Rule] = [
    Once(date="2026-12-01", times="06:20", timezone="Europe/Berlin"),
    Daily(times="00:00,06:20,18:20", timezone="America/St_Johns"),
    Weekly(weekdays=["friday"], times="08:00", timezone="Australia/Lord_Howe"),
    Monthly(days=[1, 15, "last", "first monday", "last friday"], times="12:00", timezone="Pacific/Chatham"),
    Monthly(days=[29], months=[2], times="02:30", timezone="Europe/Berlin"),
    Monthly(days=[31], months=[2, 4, 6, 9, 11], times="12:00"),
    Daily(times=[f"{hour:02}:{minute:02}" for hour in range(24) for minute in range(60)], timezone="Europe/Berlin"),
    Cron("30 2 * * *", timezone="Europe/Berlin"),
    Cron("*/5 8-18 * * mon-fri", timezone="America/St_Johns"),
    Interval("15m"),
    Interval("1s", anchor="2026-01-01T00:00:00.5Z"),
]


@pytest.mark.parametrize("rule", RULES, ids=repr)
def test_at_the_calendars_end_there_is_none(rule: Rule) -> None:
    assert next_after(rule, LAST) is None
    assert next_after(rule, LAST.astimezone(timezone(timedelta(hours=-12)))) is None


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC", "Europe/Berlin"])
def test_the_calendars_ends_are_reached_in_every_zone(zone: str) -> None:
    for rule in (Daily(times="12:00", timezone=zone), Cron("0 12 * * *", timezone=zone), Cron("0 */12 * * *")):
        _reaches_the_ends(rule)


def _reaches_the_ends(rule: Rule) -> None:
    after, before = FIRST + timedelta(days=2), LAST - timedelta(days=3)
    first, later = next_after(rule, FIRST), next_after(rule, before)
    assert first is not None
    assert later is not None
    assert FIRST < first < after
    assert len(list(occurrences(rule, before, LAST))) in (2, 3, 6)


@pytest.mark.parametrize("months", [[2], [2, 4], [4, 6, 9, 11]])
def test_a_rule_that_can_never_be_satisfied_has_no_occurrence(months: list[int]) -> None:
    assert next_after(Monthly(days=[31], months=months, times="12:00"), utc("2026-01-01T00:00+00:00")) is None


@pytest.mark.parametrize("rule", RULES, ids=repr)
def test_the_next_occurrence_takes_few_steps_from_wherever_one_looks(rule: Rule) -> None:
    moments = [utc("2026-01-01T00:00+00:00") + timedelta(hours=37 * step) for step in range(400)]
    taken = [steps(lambda: next_after(rule, moment)) for moment in moments]  # noqa: B023
    assert statistics.median(taken) <= USUAL_STEPS
    assert max(taken) <= MOST_STEPS


def test_one_rule_per_time_of_day() -> None:
    rule = Weekly(weekdays="mon", times="06:20,18:20", timezone="Europe/Berlin", end="2027-01-01T00:00Z")
    parts = per_time(rule)
    assert parts == [
        Weekly(weekdays="mon", times=clock, timezone="Europe/Berlin", end="2027-01-01T00:00Z")
        for clock in ("06:20", "18:20")
    ]
    assert per_time(Interval("15m")) == [Interval("15m")]


def test_a_year_of_every_minute_is_walked_without_gaps() -> None:
    rule = RULES[6]  # every minute of a day in Berlin
    found = list(islice(occurrences(rule, utc("2026-03-28T22:00+00:00"), LAST), 60 * 24))
    assert found == [utc("2026-03-28T22:01+00:00") + timedelta(minutes=step) for step in range(60 * 24)]
