"""What users may write in a definition, what is kept of it, and what is refused, all at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest

from clearml_sched_widgets.definition import (
    Action,
    AllOf,
    AnyOf,
    Archived,
    Created,
    Cron,
    Daily,
    Definition,
    Interval,
    Latest,
    ModelTrigger,
    Monthly,
    Not,
    Once,
    Policies,
    Published,
    Rule,
    Schedule,
    Select,
    StatusChanged,
    Tagged,
    TaskTrigger,
    Untagged,
    Weekly,
)
from clearml_sched_widgets.definition.values import duration_text
from clearml_sched_widgets.errors import InvalidDefinition

ACTION = Action("abc")


async def waits() -> None: ...


def takes_none() -> None: ...


def takes_one(object_id: str) -> None: ...


HOURLY = Interval("1h")
DONE = StatusChanged(to=["completed"])
TAGGED = Tagged(any="x")


def problems(make: Callable[[], object]) -> dict[str, str]:
    """The messages of what is refused, by path."""
    with pytest.raises(InvalidDefinition) as caught:
        make()
    return {problem.path: problem.message for problem in caught.value.problems}


# -- what may be written


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("6:20", [time(6, 20)]),
        ("18:20, 06:20", [time(6, 20), time(18, 20)]),
        (["18:20:30", time(6, 20, 0, 500), "06:20"], [time(6, 20), time(18, 20, 30)]),
        (time(6, 20, fold=1), [time(6, 20)]),
        (("00:00", "23:59:59"), [time(0), time(23, 59, 59)]),
    ],
)
def test_times_of_day_are_sorted_and_each_once(given: Any, kept: list[time]) -> None:
    assert Daily(times=given).times == tuple(kept)


@pytest.mark.parametrize("given", ["monday,fri", ["fri", "Mon", "MONDAY"], ("friday", "monday")])
def test_weekdays_are_a_set(given: Any) -> None:
    assert Weekly(weekdays=given, times="6:00").weekdays == ("monday", "friday")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (15, (15,)),
        ("1, 15, last", (1, 15, "last")),
        (["Last  Friday", "31", 31], ("last friday", 31)),
        (["first monday", "last"], ("first monday", "last")),
    ],
)
def test_days_of_the_month(given: Any, kept: tuple[int | str, ...]) -> None:
    assert Monthly(days=given, times="6:00").days == kept


def test_months_are_numbers_in_order() -> None:
    assert Monthly(days=1, times="6:00", months=["dec", "March", 1, "12"]).months == (1, 3, 12)
    assert Monthly(days=1, times="6:00").months is None


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("90s", timedelta(seconds=90)),
        ("15m", timedelta(minutes=15)),
        ("1h30m", timedelta(minutes=90)),
        ("1d 2 h", timedelta(hours=26)),
        ("1w", timedelta(days=7)),
        (timedelta(minutes=5), timedelta(minutes=5)),
    ],
)
def test_durations(given: Any, kept: timedelta) -> None:
    assert Interval(given).every == kept


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(), "0s"),
        (timedelta(seconds=90), "90s"),
        (timedelta(minutes=90), "90m"),
        (timedelta(hours=48), "2d"),
        (timedelta(hours=25), "25h"),
    ],
)
def test_durations_are_shown_in_their_largest_whole_unit(length: timedelta, text: str) -> None:
    assert duration_text(length) == text
    assert Policies(catchup_window=text).catchup_window == length


def test_moments_are_kept_in_utc_and_zones_by_name() -> None:
    rule = Daily(
        times="6:00", start=datetime(2026, 7, 1, tzinfo=ZoneInfo("Europe/Berlin")), timezone=ZoneInfo("Asia/Tokyo")
    )
    assert rule.start == datetime(2026, 6, 30, 22, tzinfo=timezone.utc)
    assert rule.start.tzinfo is timezone.utc
    assert rule.timezone == "Asia/Tokyo"


def test_dates() -> None:
    assert Once(date="2026-12-01", times="6:00").date == Once(date=date(2026, 12, 1), times="6:00").date


def test_parameters_become_the_text_that_clearml_keeps() -> None:
    action = Action("a", parameters={"Args/lr": 0.1, "Args/n": 3, "Args/on": True, "Args/x/y": None, "Args/s": "t"})
    assert action.parameters == {"Args/lr": "0.1", "Args/n": "3", "Args/on": "True", "Args/x/y": "", "Args/s": "t"}


def test_blank_names_are_none_and_lone_texts_are_lists() -> None:
    assert Schedule(ACTION, HOURLY, name="  ").name is None
    assert Action("a", tags="x, y,x").tags == ("x", "y")
    assert Action("a", tags=["x, y", "x, y"]).tags == ("x, y",)


def test_items_have_ids_of_their_own_and_names_may_repeat() -> None:
    definition = Definition("nightly", [Schedule(ACTION, HOURLY, name="same") for _ in range(50)])
    assert len({item.id for item in definition.items}) == 50
    chosen = definition.schedules[7]
    assert definition.item(chosen.id) is chosen
    assert definition.item("none") is None
    assert chosen.title == "same"
    assert attrs.evolve(chosen, name=None).title == f"Schedule {chosen.id}"


# -- what is refused


REFUSED: list[tuple[Callable[[], object], str, str]] = [
    (lambda: Action(""), "task", "expected the id of a task (or a Python function"),
    (Action, "task", "expected the id of a task"),
    (lambda: Action(" "), "task", "must not be empty"),
    (lambda: Action(5), "task", "expected some text"),  # type: ignore[arg-type]
    (lambda: Action("a", queue=" "), "queue", "must not be empty"),
    (lambda: Action("a" * 201), "task", "at most 200 characters, got 201"),
    (lambda: Action("a", parameters={"lr": 1}), "parameters['lr']", 'named "Section/name"'),
    (lambda: Action("a", parameters={"Scheduler/key": 1}), "parameters['Scheduler/key']", "by the scheduler itself"),
    (lambda: Action("a", parameters={"A/b": [1]}), "parameters['A/b']", "expected text, a number"),
    (lambda: Action("a", parameters=[1]), "parameters", "expected a mapping"),  # type: ignore[arg-type]
    (lambda: Action("a", tags=["x", "x", 5]), "tags[2]", "expected some text"),  # type: ignore[list-item]
    (lambda: Action("a", tags=5), "tags[0]", "expected some text"),  # type: ignore[arg-type]
    (lambda: Action("a", tags={"x": 1}), "tags", "expected a list"),
    (lambda: Daily(times=[]), "times", "at least one time"),
    (lambda: Daily(times=["6:00", "24:00"]), "times[1]", 'from "00:00" to "23:59"'),
    (lambda: Daily(times=time(6, tzinfo=timezone.utc)), "times[0]", "no zone of its own"),  # type: ignore[arg-type]
    (lambda: Daily(times="6:00", timezone="Europe/Atlantis"), "timezone", "IANA"),
    (lambda: Daily(times="6:00", timezone="../etc/passwd"), "timezone", "IANA"),
    (lambda: Daily(times="6:00", start="2026-12-01T00:00"), "start", "with its offset"),
    (lambda: Daily(times="6:00", start="2026-13-01T00:00Z"), "start", "with its offset"),
    (lambda: Daily(times="6:00", start="0001-01-01T00:00+14:00"), "start", "out of range"),
    (lambda: Daily(times="6:00", start="2026-01-02T00:00Z", end="2026-01-01T00:00Z"), "end", "after the start"),
    (lambda: Once(date="2026-02-30", times="6:00"), "date", "a date that exists"),
    (lambda: Once(date=datetime(2026, 1, 1, tzinfo=timezone.utc), times="6:00"), "date", "expected a date"),
    (lambda: Weekly(weekdays=["mo"], times="6:00"), "weekdays[0]", "expected a weekday"),
    (lambda: Weekly(weekdays=[], times="6:00"), "weekdays", "at least one weekday"),
    (lambda: Monthly(days=[0], times="6:00"), "days[0]", "from 1 to 31"),
    (lambda: Monthly(days=[1, "fifth monday"], times="6:00"), "days[1]", "from 1 to 31"),
    (lambda: Monthly(days=[True], times="6:00"), "days[0]", "from 1 to 31"),
    (lambda: Monthly(days=[], times="6:00"), "days", "at least one day"),
    (lambda: Monthly(days=1, times="6:00", months=[13]), "months[0]", "from 1 to 12"),
    (lambda: Monthly(days=1, times="6:00", months=[]), "months", "at least one month"),
    (lambda: Interval("15"), "every", 'such as "90s"'),
    (lambda: Interval("15 minutes"), "every", 'such as "90s"'),
    (lambda: Interval(timedelta(seconds=1.5)), "every", "whole seconds"),
    (lambda: Interval(f"{10**12}d"), "every", "less than a million years"),
    (lambda: Policies(catchup_window="-1h"), "catchup_window", "expected a duration"),
    (lambda: Policies(overlap="wait"), "overlap", "expected one of allow, skip, queue, cancel_previous"),
    (lambda: Policies(retries=-1), "retries", "from 0 to 100"),
    (lambda: Policies(retries=True), "retries", "from 0 to 100"),
    (lambda: Policies(retry_backoff="0s"), "retry_backoff", "longer than zero"),
    (lambda: Policies(pause_after_failures=0), "pause_after_failures", "1 or more"),
    (lambda: Policies(jitter="-5m"), "jitter", "expected a duration"),
    (lambda: Action("a", container={"arguments": "-v"}), "container", "the name of an image"),
    (lambda: Action("a", container={"image": "x", "size": "1"}), "container", "there is no key 'size'"),
    (lambda: Action("a", overrides={"script.colour": "x"}), "overrides['script.colour']", "expected one of script."),
    (lambda: Action("a", overrides={"container.image": "x"}), "overrides['container.image']", "action's `container`"),
    (lambda: Action("a", overrides={"execution.queue": "x"}), "overrides['execution.queue']", "cannot be set"),
    (lambda: Action("a", overrides={"script.branch": 5}), "overrides['script.branch']", "expected text"),
    (lambda: Action("a", function=print), "task", "not both"),
    (lambda: Action("a", latest=Latest(name="train")), "latest", "a task or the latest of several, not both"),
    (lambda: Action(latest=Latest(name="train"), function=print), "latest", "a task or a function, not both"),
    (lambda: Action(latest=Latest(name="train"), reuse_task=True), "reuse_task", "would erase the results"),
    (lambda: Action(latest="train"), "latest", "expected a Latest, such as"),  # type: ignore[arg-type]
    (Latest, "name", "expected at least one of project, name and tags"),
    (lambda: Latest(name=" ", project="", tags=[]), "name", "expected at least one of project, name and tags"),
    (lambda: Latest(name="train", status="failed"), "status", "expected one of completed, published"),
    (lambda: Latest(project="A"), "project", "at least 3 characters in each part"),
    (lambda: Latest(tags=["x", ""]), "tags[1]", "must not be empty"),
    (lambda: Action(function=5), "function", "expected a Python function"),  # type: ignore[arg-type]
    (lambda: Action(function=waits), "function", "never be awaited"),
    (lambda: Action("", "gpu", function=print), "queue", "on no queue"),
    (lambda: Action(function=print, time_limit="1h"), "time_limit", "cannot be stopped from outside"),
    (lambda: Action(function=print, parameters={"Args/a": 1}), "parameters", "functools.partial"),
    (lambda: Action(function=print, project="Vision"), "project", "makes no task"),
    (lambda: Schedule(Action(function=takes_one), HOURLY), "action.function", "called with no argument"),
    (lambda: TaskTrigger(Action(function=takes_none), DONE), "action.function", "one argument, the id of the object"),
    (
        lambda: Schedule(Action(function=print), HOURLY, Policies(overlap="cancel_previous")),
        "policies.overlap",
        "a function cannot be stopped",
    ),
    (lambda: Action("a", reuse_task=1), "reuse_task", "true or false"),  # type: ignore[arg-type]
    (lambda: Action("a", reuse_task=True, project="Vision"), "project", "stays in its project"),
    (lambda: Action("a", reuse_task=True, name="nightly"), "name", "keeps its name"),
    (lambda: Action(function=print, reuse_task=True), "reuse_task", "a function is no task"),
    (
        lambda: Schedule(Action("a", reuse_task=True), HOURLY, Policies(overlap="allow")),
        "policies.overlap",
        "cannot run twice at once",
    ),
    (lambda: Action("a", time_limit="0s"), "time_limit", "longer than zero"),
    (lambda: Policies(missed="none"), "missed", "expected one of skip, latest, all"),
    (lambda: Policies(max_runs=0), "max_runs", "1 or more"),
    (lambda: Policies(max_runs=True), "max_runs", "1 or more"),
    (lambda: StatusChanged(to=["done"]), "to[0]", "expected one of created, queued"),
    (lambda: StatusChanged(to=[]), "to", "at least one"),
    (lambda: Tagged(none=["x"]), "any", "at least one tag"),
    (lambda: Select(name_regex="("), "name_regex", "regular expression"),
    (lambda: Select(subprojects="yes"), "subprojects", "true or false"),  # type: ignore[arg-type]
    (lambda: Schedule("abc", HOURLY), "action", "expected an Action"),  # type: ignore[arg-type]
    (lambda: Schedule(ACTION, Rule()), "recurrence", "expected a recurrence"),
    (lambda: TaskTrigger(ACTION, HOURLY), "when", "expected a condition"),  # type: ignore[arg-type]
    (lambda: ModelTrigger(ACTION, StatusChanged(to="failed")), "when", "for a model, one of Published, Archived"),
    (lambda: ModelTrigger(ACTION, AllOf(TAGGED, Not(DONE))), "when.parts[1].condition", "for a model, one of"),
    (Untagged, "any", "at least one tag"),
    (AllOf, "parts", "at least one condition"),
    (lambda: AnyOf([TAGGED, "x"]), "parts[1]", "expected a condition"),  # type: ignore[list-item]
    (lambda: AllOf("x"), "parts", "expected a list"),  # type: ignore[arg-type]
    (lambda: AllOf(Not(TAGGED), Not(DONE)), "parts", "beside what is waited for"),
    (lambda: AnyOf(TAGGED, Not(DONE)), "parts[1]", "put it into an AllOf"),
    (lambda: TaskTrigger(ACTION, Not(TAGGED)), "when", "put it into an AllOf"),
    (lambda: Not(Not(TAGGED)), "condition", "no Not in a Not"),
    (lambda: Not("x"), "condition", "expected a condition"),  # type: ignore[arg-type]
    (lambda: Not(Created()), "condition", "one moment"),
    (lambda: AllOf(TAGGED, Created()), "parts[1]", "as the first part of an AllOf"),
    (lambda: AnyOf(StatusChanged("failed", from_="queued")), "parts[0]", "one moment"),
    (lambda: AllOf(AllOf(Created(), TAGGED), DONE), "parts[0]", "no part itself"),
    (lambda: AllOf([TAGGED] * 30), "parts", "at most 30 conditions"),
    (lambda: AllOf(TAGGED, AnyOf([TAGGED] * 28)), "parts", "at most 30 conditions"),
    (lambda: Definition("nightly", Schedule(ACTION, HOURLY)), "schedules", "expected a list"),  # type: ignore[arg-type]
    (lambda: Definition("nightly", [ACTION]), "schedules[0]", "expected a Schedule"),  # type: ignore[list-item]
    (lambda: Definition("nightly", triggers=[Schedule(ACTION, HOURLY)]), "triggers[0]", "a TaskTrigger"),  # type: ignore[list-item]
    (lambda: Definition("nightly", poll_every="0s"), "poll_every", "longer than zero"),
    (lambda: Definition("nightly", description="x" * 10_001), "description", "at most 10,000"),
]


@pytest.mark.parametrize(("make", "path", "message"), REFUSED, ids=[f"{row[1]}: {row[2]}" for row in REFUSED])
def test_what_is_wrong_is_refused_with_its_place_and_what_would_be_right(
    make: Callable[[], object], path: str, message: str
) -> None:
    found = problems(make)
    assert list(found) == [path]
    assert message in found[path]


@pytest.mark.parametrize(
    ("zone", "start", "told"),
    [
        ("Asia/Tokyo", "2026-01-02T00:00Z", "2026-01-02T09:00:00+09:00"),
        ("Asia/Tokyo", "9999-12-31T23:00Z", "9999-12-31T23:00:00+00:00"),  # in Tokyo no calendar has that day
        ("no zone", "2026-01-02T00:00Z", "2026-01-02T00:00:00+00:00"),
    ],
)
def test_an_end_before_the_start_is_told_on_the_clock_of_the_rule(zone: str, start: str, told: str) -> None:
    with pytest.raises(InvalidDefinition) as caught:
        Daily("6:00", timezone=zone, start=start, end="2025-01-01T00:00Z")
    [message] = [problem.message for problem in caught.value.problems if problem.path == "end"]
    assert message == f"expected a time after the start, {told}"


def test_all_problems_of_an_object_come_at_once() -> None:
    found = problems(lambda: Monthly(days=[0, 40], times=["x", "6:00", "25:00"], months="foo", timezone="Mars"))
    assert list(found) == ["timezone", "days[0]", "days[1]", "times[0]", "times[2]", "months[0]"]


def test_two_items_with_one_id_are_refused_by_name() -> None:
    def make() -> Definition:
        first, second = Schedule(ACTION, HOURLY, id="x"), Schedule(ACTION, HOURLY, id="y")
        return Definition("nightly", [first, second], [TaskTrigger(ACTION, Published(), id="x")])

    assert list(problems(make)) == ["schedules[0].id", "triggers[0].id"]


@pytest.mark.parametrize(
    "kind",
    [
        Action,
        Policies,
        Select,
        Once,
        Daily,
        Weekly,
        Monthly,
        Interval,
        Cron,
        StatusChanged,
        Created,
        Archived,
        Tagged,
        Untagged,
        Not,
        AllOf,
        AnyOf,
        Schedule,
        Definition,
    ],
)
def test_a_keyword_that_does_not_exist_is_refused(kind: type) -> None:
    with pytest.raises(TypeError, match="colour"):
        kind(colour="red")


def test_the_message_of_the_error_names_place_value_and_what_is_right() -> None:
    expected = re.escape("""times[0] = '25:00': expected a time from "00:00" to "23:59\"""")
    with pytest.raises(ValueError, match=f"^{expected}$"):
        Daily(times="25:00")


@pytest.mark.parametrize(
    ("make", "path"),
    [
        (lambda: Definition("ab"), "name"),
        (lambda: Action("task", name="ab"), "name"),
        (lambda: Action("task", project="Vision/ab"), "project"),
    ],
)
def test_names_that_the_server_would_refuse_are_refused_when_they_are_configured(
    make: Callable[[], object], path: str
) -> None:
    with pytest.raises(InvalidDefinition, match="at least 3 characters") as caught:
        make()
    assert [problem.path for problem in caught.value.problems] == [path]


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-01T01:00:00.5+01:00",
        "2026-01-01T00:00:00.500Z",
        "2026-01-01T01:00:00,5+01",
        "2026-01-01 01:00:00.5+0100",
    ],
)
def test_a_time_may_be_written_in_any_way_of_iso_8601(text: str) -> None:
    half_past = datetime(2026, 1, 1, 0, 0, 0, 500_000, tzinfo=timezone.utc)
    assert Interval("1h", start=text).start == half_past


@pytest.mark.parametrize("tags", [["__$all"], ["__$not", "b"]])
def test_a_tag_that_the_server_reads_as_an_operator_is_refused(tags: list[str]) -> None:
    with pytest.raises(InvalidDefinition, match=r"tags = .*the server reads what begins with __\$ as an operator"):
        Latest(tags=tags)
