"""Cron expressions: what their fields mean, what is refused, and what they do when the clock changes."""

from __future__ import annotations

import pickle
import statistics
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from clearml_sched_widgets.definition import Cron
from clearml_sched_widgets.errors import InvalidDefinition
from clearml_sched_widgets.recurrence import next_after, occurrences, per_time
from tests.steps import MOST_STEPS, USUAL_STEPS, steps

UTC = timezone.utc
START = datetime(2026, 1, 1, tzinfo=UTC)
END = datetime.max.replace(tzinfo=UTC)


def local(rule: Cron, start: str, end: str) -> list[str]:
    """The occurrences in a span, as the rule's zone shows them."""
    zone = ZoneInfo(rule.timezone)
    span = [datetime.fromisoformat(moment).astimezone(UTC) for moment in (start, end)]
    return [found.astimezone(zone).isoformat(timespec="minutes") for found in occurrences(rule, *span)]


CLOCK_CHANGES: list[tuple[str, str, str, str, str, list[str]]] = [
    (
        "forward: a time of day in the gap runs at the first instant after it",
        "30 2 * * *", "Europe/Berlin", "2026-03-28T12:00+01:00", "2026-03-30T12:00+02:00",
        ["2026-03-29T03:00+02:00", "2026-03-30T02:30+02:00"],
    ),
    (
        "forward: two times of day in the gap are one occurrence",
        "10,50 2 * * *", "Europe/Berlin", "2026-03-29T00:00+01:00", "2026-03-29T12:00+02:00",
        ["2026-03-29T03:00+02:00"],
    ),
    (
        "forward: a minute of any hour is not made up for",
        "30 * * * *", "Europe/Berlin", "2026-03-29T00:00+01:00", "2026-03-29T04:00+02:00",
        ["2026-03-29T00:30+01:00", "2026-03-29T01:30+01:00", "2026-03-29T03:30+02:00"],
    ),
    (
        "forward: any minute of an hour that does not exist is left out",
        "*/20 2 * * *", "Europe/Berlin", "2026-03-28T12:00+01:00", "2026-03-30T02:20+02:00",
        ["2026-03-30T02:00+02:00", "2026-03-30T02:20+02:00"],
    ),
    (
        "forward: the first minute after the gap counts",
        "0 */3 * * *", "Europe/Berlin", "2026-03-29T00:00+01:00", "2026-03-29T06:00+02:00",
        ["2026-03-29T03:00+02:00", "2026-03-29T06:00+02:00"],
    ),
    (
        "back: a time of day runs at the first pass only",
        "30 2 * * *", "Europe/Berlin", "2026-10-24T12:00+02:00", "2026-10-26T12:00+01:00",
        ["2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00"],
    ),
    (
        "back: a minute of any hour runs at both passes",
        "30 * * * *", "Europe/Berlin", "2026-10-25T01:00+02:00", "2026-10-25T04:00+01:00",
        ["2026-10-25T01:30+02:00", "2026-10-25T02:30+02:00", "2026-10-25T02:30+01:00", "2026-10-25T03:30+01:00"],
    ),
    (
        "back: any minute of the hour that comes twice runs at both passes",
        "*/30 2 * * *", "Europe/Berlin", "2026-10-25T01:00+02:00", "2026-10-26T01:00+01:00",
        ["2026-10-25T02:00+02:00", "2026-10-25T02:30+02:00", "2026-10-25T02:00+01:00", "2026-10-25T02:30+01:00"],
    ),
    (
        "back: seen from the second pass, from long before, and once a year",
        "* 2 25 10 *", "Europe/Berlin", "2026-10-25T02:57+02:00", "2026-10-25T02:02+01:00",
        [
            "2026-10-25T02:58+02:00", "2026-10-25T02:59+02:00",
            "2026-10-25T02:00+01:00", "2026-10-25T02:01+01:00", "2026-10-25T02:02+01:00",
        ],
    ),
    (
        "half an hour comes twice",
        "*/15 1 * * *", "Australia/Lord_Howe", "2026-04-05T01:20+11:00", "2026-04-05T12:00+10:30",
        ["2026-04-05T01:30+11:00", "2026-04-05T01:45+11:00", "2026-04-05T01:30+10:30", "2026-04-05T01:45+10:30"],
    ),
    (
        "two hours come twice",
        "30 */1 * * *", "Antarctica/Troll", "2026-10-25T01:00+02:00", "2026-10-25T03:00+00:00",
        [
            "2026-10-25T01:30+02:00", "2026-10-25T02:30+02:00",
            "2026-10-25T01:30+00:00", "2026-10-25T02:30+00:00",
        ],
    ),
    (
        "a day skipped whole: its times of day run when it would have ended",
        "0 9 * * *", "Pacific/Apia", "2011-12-29T00:00-10:00", "2011-12-31T12:00+14:00",
        ["2011-12-29T09:00-10:00", "2011-12-31T00:00+14:00", "2011-12-31T09:00+14:00"],
    ),
    (
        "a day skipped whole: its minutes do not exist",
        "0 */12 * * *", "Pacific/Apia", "2011-12-29T00:00-10:00", "2011-12-31T12:00+14:00",
        ["2011-12-29T12:00-10:00", "2011-12-31T00:00+14:00", "2011-12-31T12:00+14:00"],
    ),
    (
        "a day that comes twice",
        "0 */12 * * *", "Pacific/Kwajalein", "1969-09-30T00:00+11:00", "1969-10-01T00:00-12:00",
        [
            "1969-09-30T12:00+11:00", "1969-09-30T12:00-12:00", "1969-10-01T00:00-12:00",
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "zone", "start", "end", "expected"),
    [row[1:] for row in CLOCK_CHANGES],
    ids=[row[0] for row in CLOCK_CHANGES],
)
def test_clock_changes(text: str, zone: str, start: str, end: str, expected: list[str]) -> None:
    assert local(Cron(text, timezone=zone), start, end) == expected


def test_from_any_moment_of_the_years_before_the_next_rare_minute_is_the_same() -> None:
    rule = Cron("* 2 25 10 *", timezone="Europe/Berlin")  # comes twice in 2026, with the clock change
    first = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)
    moments = [first - timedelta(hours=1 + 31 * step) for step in range(280)]
    assert {next_after(rule, moment) for moment in moments if moment.year == 2026} == {first}


# expression, the days and months as "MM-DD" of the first occurrences in 2026
DAYS: list[tuple[str, list[str]]] = [
    ("0 0 31 * *", ["01-31", "03-31", "05-31", "07-31"]),
    ("0 0 L * *", ["01-31", "02-28", "03-31", "04-30"]),
    ("0 0 15,l * *", ["01-15", "01-31", "02-15", "02-28"]),
    ("0 0 * * fri#2", ["01-09", "02-13", "03-13", "04-10"]),
    ("0 0 * * FRI#5", ["01-30", "05-29", "07-31", "10-30"]),
    ("0 0 * * mon-tue#1", ["01-05", "01-06", "02-02", "02-03"]),
    ("0 0 * * 5L", ["01-30", "02-27", "03-27", "04-24"]),
    ("0 0 * * L5", ["01-30", "02-27", "03-27", "04-24"]),
    ("0 0 * * friL", ["01-30", "02-27", "03-27", "04-24"]),
    ("0 0 * * sun,5L", ["01-04", "01-11", "01-18", "01-25", "01-30"]),
    ("0 0 * * 0", ["01-04", "01-11"]),
    ("0 0 * * 7", ["01-04", "01-11"]),
    ("0 0 * * fri-mon", ["01-02", "01-03", "01-04", "01-05", "01-09"]),
    ("0 0 * * 5-7", ["01-02", "01-03", "01-04", "01-09"]),
    ("0 0 13 * fri", ["01-02", "01-09", "01-13", "01-16"]),  # either
    ("0 0 13 * */5", ["02-13", "03-13", "09-13", "11-13"]),  # both: Sundays and Fridays
    ("0 0 */10 * mon", ["05-11", "06-01", "08-31", "09-21"]),  # both
    ("0 0 * 2 mon", ["02-02", "02-09"]),
    ("0 0 1 jan-mar,Dec *", ["02-01", "03-01", "12-01"]),
    ("0 0 1 */6 *", ["07-01"]),
    ("0 0 1 11-2 *", ["02-01", "11-01", "12-01"]),
    ("0 0 5/10 1 *", ["01-05", "01-15", "01-25"]),
    ("@monthly", ["02-01", "03-01"]),
    ("@weekly", ["01-04", "01-11"]),
    ("@daily", ["01-02", "01-03"]),
    ("@midnight", ["01-02", "01-03"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), DAYS, ids=[row[0] for row in DAYS])
def test_days_and_months(text: str, expected: list[str]) -> None:
    found = islice(occurrences(Cron(text), START, END), len(expected))
    assert [moment.strftime("%Y-%m-%d %H:%M") for moment in found] == [f"2026-{day} 00:00" for day in expected]


@pytest.mark.parametrize("text", ["@yearly", "@annually", "0 0 1 1 *", "0 0 1 jan *"])
def test_once_a_year(text: str) -> None:
    found = islice(occurrences(Cron(text), START, END), 2)
    assert list(found) == [START.replace(year=2027), START.replace(year=2028)]


@pytest.mark.parametrize(
    ("text", "minutes", "hours"),
    [
        ("* * 1 1 *", range(60), range(24)),
        ("*/25 */9 1 1 *", (0, 25, 50), (0, 9, 18)),
        ("5/20 1 1 1 *", (5, 25, 45), (1,)),
        ("59/15 23/2 1 1 *", (59,), (23,)),
        ("10-20/5,3 22-1 1 1 *", (3, 10, 15, 20), (0, 1, 22, 23)),
        ("*/60 */24 1 1 *", (0,), (0,)),
        ("07 08 1 1 *", (7,), (8,)),
    ],
)
def test_minutes_and_hours(text: str, minutes: tuple[int, ...], hours: tuple[int, ...]) -> None:
    found = list(occurrences(Cron(text), START - timedelta(minutes=1), START + timedelta(days=2)))
    assert found == [START.replace(hour=hour, minute=minute) for hour in hours for minute in minutes]


def test_blanks_between_fields_and_case_do_not_matter() -> None:
    rule = Cron("  */5\t8-18  * *   MON-Fri ", timezone="Europe/Berlin")
    assert rule.expression == "*/5 8-18 * * MON-Fri"
    assert next_after(rule, START) == datetime(2026, 1, 1, 7, tzinfo=UTC)  # a Thursday


REFUSED: list[tuple[object, str]] = [
    ("0 0 * *", "expected five fields (minute, hour, day of month, month, day of week), got 4"),
    ("0 0 0 * * *", "got 6; there is none for seconds or years"),
    ("0 0 0 * * * 2026", "got 7; there is none for seconds or years"),
    ("@reboot", "expected five fields or one of @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly; "),
    ("@reboot", "set the schedule's run_at_start"),
    ("@every 5m", "use an Interval"),
    ("75 * * * *", 'minute "75": expected numbers from 0 to 59'),
    ("* 25 * * *", 'hour "25": expected numbers from 0 to 23'),
    ("* * 0 * *", 'day of month "0": expected numbers from 1 to 31 or L for the last day'),
    ("* * 32 * *", 'day of month "32": expected numbers from 1 to 31'),
    ("* * * 0 *", 'month "0": expected numbers from 1 to 12 or names'),
    ("* * * mars *", 'month "mars": expected'),
    ("* * * mon *", 'month "mon": expected'),
    ("* * * * 8", 'day of week "8": expected numbers from 0 (Sunday) to 7'),
    ("* * * * fri#6", 'day of week "fri#6": expected'),
    ("* * * * fri#0", 'day of week "fri#0": expected'),
    ("* * * * L", 'day of week "l": expected'),
    ("* * 15W * *", 'day of month "15w": expected'),
    ("* * L-3 * *", 'day of month "l-3": expected'),
    ("? * * * *", 'minute "?": expected'),
    ("* * ? * *", 'day of month "?": expected'),
    ("h * * * *", 'minute "h": expected'),
    ("r * * * *", 'minute "r": expected'),
    ("-5 * * * *", 'minute "-5": expected'),
    ("1- * * * *", 'minute "1-": expected'),
    ("1, * * * *", 'minute "": expected'),
    ("1.5 * * * *", 'minute "1.5": expected'),
    ("٣ * * * *", 'minute "٣": expected'),
    ("*/0 * * * *", 'minute "*/0": expected a step from 1 to 60'),
    ("*/75 * * * *", 'minute "*/75": expected a step from 1 to 60; for other distances use an Interval'),
    ("5-5 * * * *", 'minute "5-5": expected a range of two values, or "5" alone, or "*" for all'),
    ("* * * * 7-sun", 'day of week "7-sun": expected a range of two values'),
    ("* * * jan-1 *", 'month "jan-1": expected a range of two values'),
    ("1,61,62 24 * * *", '"61": expected numbers from 0 to 59, such as "5", "0,30", "10-20" or "*/15"; minute "62": '),
    ("1,61,62 24 * * *", 'hour "24": expected'),
    ("9" * 500 + " * * * *", 'minute "99999999999999999...": expected'),
    ("* " * 2000, "expected at most 1,000 characters, got 4,000"),
    ("", 'expected a cron expression such as "*/5 8-18 * * mon-fri"'),
    (None, "expected a cron expression"),
    (5, "expected a cron expression"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "message"), REFUSED, ids=[f"{str(row[0])[:20]}: {row[1][:20]}" for row in REFUSED])
def test_what_is_wrong_in_an_expression_is_refused_by_element(value: str, message: str) -> None:
    with pytest.raises(InvalidDefinition) as caught:
        Cron(value)
    (problem,) = caught.value.problems
    assert problem.path == "expression"
    assert problem.value == value
    assert message in problem.message
    assert len(str(problem).split(": expected")[0]) < 130  # the value is shortened where it is shown


UNSATISFIABLE = [
    "0 0 30 2 *",
    "* * 30 feb *",
    "*/5 * 31 2,4,6,9,11 *",
    "0 0 30,31 2 */2",
    "0 0 */31 * mon#2",  # a first that is the second Monday
    "*/7 * */30 2 0L",
]
RARE = {  # the first occurrence after the beginning of 2026
    "0 0 29 2 *": "2028-02-29T00:00",
    "* * 29 2 *": "2028-02-29T00:00",
    "0 0 29 2 */6": "2032-02-29T00:00",  # both: a Saturday or a Sunday
    "30 2 */28 2 wed#5": "2040-02-29T02:30",
    "* 2 */28 2 mon#5": "2044-02-29T02:00",
    "0 0 30 2 mon#5": "2044-02-29T00:00",  # either
    "0 0 13 10 *": "2026-10-13T00:00",
}


@pytest.mark.parametrize("text", UNSATISFIABLE)
def test_what_no_month_ever_has_has_no_occurrence(text: str) -> None:
    for year in (1, 1970, 2026, 9999):
        assert next_after(Cron(text, timezone="Europe/Berlin"), datetime(year, 1, 2, tzinfo=UTC)) is None


@pytest.mark.parametrize("text", RARE)
def test_rare_days_are_found(text: str) -> None:
    assert next_after(Cron(text), START) == datetime.fromisoformat(RARE[text]).replace(tzinfo=UTC)


SLOWEST = [*UNSATISFIABLE, *RARE, "* * * * *", "0-59 0-23 * * *", "*/5 8-18 * * mon-fri", "0 0 L * 5L", "59 23 31 12 *"]


@pytest.mark.parametrize("text", SLOWEST)
def test_the_next_occurrence_takes_few_steps_from_wherever_one_looks(text: str) -> None:
    moments = [START + timedelta(hours=37 * step) for step in range(400)]
    rule = Cron(text, timezone="Europe/Berlin")
    assert steps(lambda: next_after(rule, START)) <= MOST_STEPS  # the first time, what is known of the rule is made
    taken = [steps(lambda: next_after(rule, moment)) for moment in moments]  # noqa: B023
    assert statistics.median(taken) <= USUAL_STEPS
    assert max(taken) <= MOST_STEPS


def test_the_first_call_of_all_loads_nothing() -> None:
    """The fields are parsed, and croniter is loaded, when a rule is made."""
    code = """
import sys
from datetime import datetime, timezone
from clearml_sched_widgets.definition import Cron
from clearml_sched_widgets.recurrence import next_after
rule, moment = Cron("0 0 30 2 *"), datetime(2026, 1, 1, tzinfo=timezone.utc)
before = set(sys.modules)
next_after(rule, moment)
print(sorted(set(sys.modules) - before))
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


def test_an_expression_is_one_rule_whatever_its_times() -> None:
    rule = Cron("0 8,18 * * *")
    assert per_time(rule) == [rule]


def test_a_rule_is_shown_as_the_call_that_makes_it() -> None:
    rule = Cron("0  8 * * MON", timezone="Europe/Berlin")
    assert repr(rule) == "Cron(timezone='Europe/Berlin', expression='0 8 * * MON')"
    assert eval(repr(rule)) == rule
    assert Cron(expression="0 8 * * MON", timezone="Europe/Berlin") == rule
    assert len({rule, Cron("@daily"), eval(repr(rule))}) == 2
    assert next_after(pickle.loads(pickle.dumps(rule)), START) == next_after(rule, START)


def test_start_and_end_are_inclusive() -> None:
    bounds = {"start": "2026-01-01T08:00Z", "end": "2026-01-01T08:10Z"}
    found = local(Cron("*/5 * * * *", **bounds), "2025-01-01T00:00+00:00", "2027-01-01T00:00+00:00")
    assert found == [f"2026-01-01T08:{minute}+00:00" for minute in ("00", "05", "10")]
