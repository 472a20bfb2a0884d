"""How a draft's runs spread over the days, and which of them meet on one queue."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest

from clearml_sched_widgets import Action, Cron, Daily, Interval, Monthly, Once, Policies, Schedule, Weekly, Wizard
from clearml_sched_widgets.definition import Rule
from clearml_sched_widgets.recurrence import occurrences
from clearml_sched_widgets.recurrence.local import zone
from clearml_sched_widgets.widgets.wizard.outlook import MOST_LISTED, clashes, days, runs_of_day
from clearml_sched_widgets.widgets.wizard.previews import outlook_data
from tests.steps import steps
from tests.unit.widgets.page import Page, memory_manager, schedule_data

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)
UTC = zone("UTC")
FIRST, LAST = date(2026, 11, 1), date(2026, 12, 31)
TWO_WEEKS = timedelta(days=14)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}:00+00:00")


def schedule(rule: Rule, item_id: str = "a", queue: str = "default", **policies: Any) -> Schedule:
    return Schedule(Action("t1", queue), rule, Policies(**policies), id=item_id)


@pytest.mark.parametrize(
    "rule",
    [
        Daily(["06:20", "18:20"], timezone="Europe/Berlin"),
        Weekly(["monday", "sunday"], ["00:00", "23:59"], timezone="Asia/Kolkata"),
        Monthly(["last friday", 1, "last"], ["12:00"]),
        Once("2026-12-24", ["18:00"]),
        Interval("7h", anchor="2026-11-01T00:30:00Z"),
        Interval("40m", start="2026-11-25T10:05:00Z", end="2026-12-02T09:59:59Z"),
        Cron("0 8-18 * * mon-fri", timezone="America/New_York"),
    ],
    ids=repr,
)
@pytest.mark.parametrize("place", ["UTC", "Europe/Berlin", "America/Los_Angeles"])
def test_each_day_has_as_many_runs_as_a_walk_through_all_of_them_finds(rule: Rule, place: str) -> None:
    here = zone(place)
    walked: dict[date, int] = {}
    for moment in occurrences(rule, NOW, at("2027-01-03T00:00")):
        day = moment.astimezone(here).date()
        if FIRST <= day <= LAST:
            walked[day] = walked.get(day, 0) + 1
    found = days([schedule(rule)], FIRST, LAST, here, NOW)
    assert found.counts == walked
    assert not found.dense


def test_a_day_of_a_clock_change_has_the_runs_that_its_clock_shows() -> None:
    # Berlin's 29 March 2026 has 23 hours, its 25 October 25.
    found = days(
        [schedule(Interval("1h"))], date(2026, 3, 29), date(2026, 3, 29), zone("Europe/Berlin"), at("2026-03-01T00:00")
    )
    assert found.counts == {date(2026, 3, 29): 23}
    found = days(
        [schedule(Interval("1h"))],
        date(2026, 10, 25),
        date(2026, 10, 25),
        zone("Europe/Berlin"),
        at("2026-10-01T00:00"),
    )
    assert found.counts == {date(2026, 10, 25): 25}


def test_what_lies_behind_and_what_is_disabled_has_no_runs() -> None:
    off = Schedule(Action("t1"), Daily(["15:00"]), enabled=False)
    found = days([schedule(Daily(["11:00", "13:00"])), off], date(2026, 11, 21), date(2026, 11, 23), UTC, NOW)
    assert found.counts == {date(2026, 11, 22): 1, date(2026, 11, 23): 2}


def test_a_schedule_ends_after_its_maximum_number_of_runs() -> None:
    found = days([schedule(Daily(["13:00"]), max_runs=3)], FIRST, LAST, UTC, NOW)
    assert list(found.counts) == [date(2026, 11, 22), date(2026, 11, 23), date(2026, 11, 24)]
    found = days([schedule(Interval("10s"), max_runs=4)], FIRST, LAST, UTC, NOW)
    assert found.counts == {date(2026, 11, 22): 4}


def test_an_interval_of_a_second_is_counted_and_not_walked_through() -> None:
    found = days([schedule(Interval("1s"))], FIRST, LAST, UTC, NOW)
    assert found.counts[date(2026, 12, 1)] == 86_400
    assert not found.dense
    assert steps(lambda: days([schedule(Interval("1s"))], FIRST, LAST, UTC, NOW)) < 10_000


def test_of_other_dense_rules_it_says_at_least_how_many_there_are() -> None:
    found = days([schedule(Cron("* * * * *")), schedule(Daily(["23:59"]))], FIRST, LAST, UTC, NOW)
    assert date(2026, 12, 1) in found.dense
    assert 10 <= found.counts[date(2026, 12, 1)] < 1440


def test_too_many_schedules_are_left_out_and_told() -> None:
    many = [schedule(Cron("*/2 * * * *"), str(number)) for number in range(500)]
    found = days(many, FIRST, LAST, UTC, NOW)
    assert 0 < found.left_out < 500
    assert steps(lambda: days(many, FIRST, LAST, UTC, NOW)) < 2_000_000


def test_the_runs_of_a_day_are_those_of_all_schedules_by_time() -> None:
    late, early = schedule(Daily(["18:20"]), "late"), schedule(Daily(["06:20"], timezone="Europe/Berlin"), "early")
    runs, more = runs_of_day([late, early], date(2026, 11, 23), UTC, NOW)
    assert [(moment, each.id) for moment, each in runs] == [
        (at("2026-11-23T05:20"), "early"),
        (at("2026-11-23T18:20"), "late"),
    ]
    assert not more


def test_of_a_full_day_the_first_runs_are_listed() -> None:
    runs, more = runs_of_day([schedule(Interval("1s"))], date(2026, 11, 23), UTC, NOW)
    assert (len(runs), more) == (MOST_LISTED, True)
    assert runs[0][0] == at("2026-11-23T00:00")


def test_schedules_due_in_one_minute_on_one_queue_clash() -> None:
    daily = schedule(Daily(["06:20"]), "daily")
    weekly = schedule(Weekly(["monday"], ["06:20:30"]), "weekly")
    elsewhere = schedule(Daily(["06:20"]), "elsewhere", queue="gpu")
    found = clashes([daily, weekly, elsewhere], NOW, TWO_WEEKS)
    assert [(clash.queue, clash.items, clash.count) for clash in found.clashes] == [("default", ("daily", "weekly"), 2)]
    assert found.clashes[0].first == (at("2026-11-23T06:20"), at("2026-11-30T06:20"))
    assert found.until == NOW + TWO_WEEKS


@pytest.mark.parametrize(
    "others",
    [
        [],
        [schedule(Daily(["06:21"]), "b")],
        [schedule(Daily(["06:20"]), "b", jitter="5m")],
        [Schedule(Action("t1"), Daily(["06:20"]), enabled=False)],
        [schedule(Once("2026-12-24", ["06:20"]), "b")],
    ],
    ids=["alone", "another minute", "spread by jitter", "disabled", "too far away"],
)
def test_what_does_not_meet_does_not_clash(others: list[Schedule]) -> None:
    assert clashes([schedule(Daily(["06:20"])), *others], NOW, TWO_WEEKS).clashes == ()


@pytest.mark.parametrize(
    "rules",
    [
        [Interval("7m"), Interval("11m"), Daily(["06:20", "18:20"])],
        [Interval("10s"), Weekly(["monday", "friday"], ["06:20"], timezone="Europe/Berlin")],
        [Cron("*/30 * * * *"), Cron("0 */6 * * *"), Daily(["12:00"])],
    ],
)
def test_leaping_finds_the_clashes_that_a_walk_through_all_runs_finds(rules: list[Rule]) -> None:
    end = NOW + timedelta(days=3)
    due: dict[datetime, set[str]] = {}
    for number, rule in enumerate(rules):
        for moment in occurrences(rule, NOW, end):
            due.setdefault(moment.replace(second=0), set()).add(str(number))
    walked: dict[tuple[str, ...], int] = {}
    for items in due.values():
        if len(items) > 1:
            walked[tuple(sorted(items))] = walked.get(tuple(sorted(items)), 0) + 1
    found = clashes([schedule(rule, str(number)) for number, rule in enumerate(rules)], NOW, timedelta(days=3))
    assert {clash.items: clash.count for clash in found.clashes} == walked
    assert found.until == end


def test_two_dense_schedules_are_looked_at_as_far_as_the_work_is_bounded() -> None:
    dense = [schedule(Interval("1s"), "a"), schedule(Cron("* * * * *"), "b")]
    found = clashes(dense, NOW, TWO_WEEKS)
    assert found.clashes[0].count > 100
    assert NOW < found.until < NOW + TWO_WEEKS
    assert steps(lambda: clashes(dense, NOW, TWO_WEEKS)) < 1_000_000


def test_what_the_page_gets_is_plain_data() -> None:
    both = [schedule(Daily(["06:20"]), "a"), schedule(Once("2026-11-24", ["06:20"]), "b")]
    found = outlook_data(both, FIRST, zone("Europe/Berlin"), NOW)
    assert found["today"] == "2026-11-22"
    assert found["days"][:2] == [
        {"date": "2026-11-23", "count": 1, "more": False},
        {"date": "2026-11-24", "count": 2, "more": False},
    ]
    assert found["days"][-1]["date"] == "2026-12-31"
    first = [int(at("2026-11-24T06:20").timestamp() * 1000)]
    assert found["clashes"] == [{"queue": "default", "items": ["a", "b"], "count": 1, "first": first}]
    assert found["left_out"] == 0


def test_the_page_asks_for_a_month_and_for_a_day_of_a_draft_that_has_no_base_task_yet() -> None:
    manager, _ = memory_manager()
    page = Page(Wizard(manager=manager))
    data = {**schedule_data(""), "name": ""}
    found = page.ask("outlook", data=data, month="2031-05-01", zone="UTC")["result"]
    assert [day["count"] for day in found["days"]] == [2] * 61
    runs = page.ask("day", data=data, date="2031-05-01", zone="UTC")["result"]["runs"]
    assert [run["item"] for run in runs] == ["a1", "a1"]
    for wrong in ({"zone": "Mars/Olympus"}, {"month": "soon"}, {"month": "9999-12-01"}):
        refused = page.ask("outlook", data=data, **{"month": "2031-05-01", "zone": "UTC", **wrong})
        assert not refused["ok"]
