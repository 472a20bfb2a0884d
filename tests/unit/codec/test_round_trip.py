"""Definitions as JSON and YAML: the round trip, and every way in which a document can be wrong."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, Literal

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearml_sched_widgets.codec import dumps, from_data, loads, needed_version, to_data
from clearml_sched_widgets.definition import (
    Action,
    AllOf,
    AnyOf,
    Archived,
    Condition,
    Created,
    Cron,
    Daily,
    DatasetTrigger,
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
    Trigger,
    Untagged,
    Weekly,
)
from clearml_sched_widgets.definition.latest import STATUSES as STATUSES_OF_LATEST
from clearml_sched_widgets.definition.policies import MISSED, OVERLAP
from clearml_sched_widgets.definition.rules import MONTHS, ORDINALS
from clearml_sched_widgets.definition.values import WEEKDAYS
from clearml_sched_widgets.definition.when import STATUSES
from clearml_sched_widgets.errors import InvalidDefinition
from tests.unit.recurrence.cron_expressions import expressions

# -- strategies for anything that a definition can hold

names = st.text(min_size=1, max_size=12).filter(lambda text: text.strip() != "")
task_names = st.text(min_size=3, max_size=12).filter(lambda text: len(text.strip()) >= 3)
optional_task_names = st.none() | st.just("") | task_names
project_names = (
    st.none()
    | st.just("")
    | st.lists(task_names.filter(lambda text: "/" not in text), min_size=1, max_size=4).map("/".join)
)
optional_names = st.none() | st.text(max_size=12)
name_lists = st.lists(names, max_size=3)
seconds = st.integers(1, 10**7).map(lambda number: timedelta(seconds=number))
moments = st.none() | st.datetimes(timezones=st.timezones(), allow_imaginary=False).filter(
    lambda moment: 2 < moment.year < 9990
)
times = st.lists(st.times(), min_size=1, max_size=4)
days = (
    st.integers(1, 31)
    | st.just("last")
    | st.builds("{} {}".format, st.sampled_from(ORDINALS), st.sampled_from(WEEKDAYS))
)
parameters = st.dictionaries(
    st.builds("A{}/{}".format, st.text(alphabet="bc d", max_size=4), names),
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    max_size=3,
)


def with_bounds(rules: st.SearchStrategy[Any]) -> st.SearchStrategy[Rule]:
    def bounded(rule: dict[str, Any], low: Any, high: Any) -> Rule:
        if low and high and high < low:
            low, high = high, low
        kind = rule.pop("kind")
        made: Rule = kind(**rule, start=low, end=high)
        return made

    return st.builds(bounded, rules, moments, moments)


zones = st.sampled_from(["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"])
rules = with_bounds(
    st.fixed_dictionaries({"kind": st.just(Once), "date": st.dates(), "times": times, "timezone": zones})
    | st.fixed_dictionaries({"kind": st.just(Daily), "times": times, "timezone": zones})
    | st.fixed_dictionaries(
        {"kind": st.just(Weekly), "weekdays": st.lists(st.sampled_from(WEEKDAYS), min_size=1), "times": times}
    )
    | st.fixed_dictionaries(
        {
            "kind": st.just(Monthly),
            "days": st.lists(days, min_size=1, max_size=4),
            "times": times,
            "months": st.none() | st.lists(st.sampled_from(MONTHS), min_size=1),
        }
    )
    | st.fixed_dictionaries({"kind": st.just(Interval), "every": seconds, "anchor": moments})
    | st.fixed_dictionaries({"kind": st.just(Cron), "expression": expressions().map(lambda drawn: drawn.text)})
)
given_names = task_names.filter(lambda text: "/" not in text)
latest = (
    st.builds(
        Latest, name=given_names, project=project_names, tags=name_lists, status=st.sampled_from(STATUSES_OF_LATEST)
    )
    | st.builds(Latest, project=given_names)
    | st.builds(Latest, tags=st.lists(names, min_size=1, max_size=3))
)
launched = st.fixed_dictionaries({"task": names}) | st.fixed_dictionaries({"latest": latest})
actions = st.builds(
    lambda what, **more: Action(**what, **more),
    launched,
    queue=names,
    project=project_names,
    name=optional_task_names,
    parameters=parameters,
    tags=name_lists,
    container=st.none()
    | st.sampled_from(["python:3.11", {"image": "a", "arguments": "-v", "setup_shell_script": "x"}]),
    overrides=st.dictionaries(st.sampled_from(["script.branch", "script.requirements.pip"]), st.text(max_size=9)),
    time_limit=st.none() | seconds,
)
policies = st.builds(
    Policies,
    overlap=st.none() | st.sampled_from(OVERLAP),
    missed=st.sampled_from(MISSED),
    catchup_window=st.just(timedelta()) | seconds,
    retries=st.integers(0, 100),
    retry_backoff=seconds,
    pause_after_failures=st.none() | st.integers(1),
    max_runs=st.none() | st.integers(1),
    jitter=st.none() | seconds,
)
selects = st.builds(
    Select,
    projects=name_lists,
    subprojects=st.booleans(),
    name=optional_names,
    name_regex=st.sampled_from([None, "", "^a.*", r"\d+\s", 'x"y']),
    tags_any=name_lists,
    tags_all=name_lists,
    tags_none=name_lists,
    users=name_lists,
    exclude_development=st.booleans(),
)
statuses = st.lists(st.sampled_from(STATUSES), max_size=3)
some_names = st.lists(names, min_size=1, max_size=2)
leaves = (
    st.sampled_from([Published(), Archived()])
    | st.builds(Tagged, any=some_names, all=name_lists, none=name_lists)
    | st.builds(Untagged, any=some_names, all=name_lists)
)


def combined(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    some = st.lists(parts, min_size=1, max_size=3)
    return st.builds(AnyOf, some) | st.builds(
        lambda some, no: AllOf([*some, *map(Not, no)]), some, st.lists(parts, max_size=2)
    )


def with_created(states: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    return states | st.just(Created()) | st.lists(states, max_size=2).map(lambda parts: AllOf(Created(), *parts))


edges = with_created(st.recursive(leaves, combined, max_leaves=6))
in_status = st.builds(StatusChanged, to=statuses.filter(bool))
changes = st.builds(StatusChanged, to=statuses.filter(bool), from_=statuses)
conditions = with_created(st.recursive(leaves | in_status, combined, max_leaves=6)) | changes
options = {"name": optional_names, "enabled": st.booleans(), "policies": policies}
schedules = st.builds(Schedule, actions, rules, run_at_start=st.booleans(), **options)
watching = {**options, "select": selects, "include_existing": st.booleans(), "include_own": st.booleans()}
triggers: st.SearchStrategy[Trigger] = (
    st.builds(TaskTrigger, actions, conditions, **watching)
    | st.builds(DatasetTrigger, actions, conditions, **watching)
    | st.builds(ModelTrigger, actions, edges, **watching)
)
definitions = st.builds(
    Definition,
    task_names,
    st.lists(schedules, max_size=3),
    st.lists(triggers, max_size=3),
    poll_every=seconds,
    description=st.text(max_size=40),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(definition=definitions)
def test_what_is_written_is_read_back_the_same(definition: Definition) -> None:
    assert loads(dumps(definition, "json")) == definition
    assert loads(dumps(definition, "yaml")) == definition
    assert from_data(json.loads(json.dumps(to_data(definition)))) == definition


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(deadline=None)
@given(path=st.integers(0, 10**6), value=junk)
def test_any_value_in_any_place_is_read_or_refused_and_never_a_crash(path: int, value: Any) -> None:
    data = to_data(loads(WHOLE))
    places = list(_places(data))
    holder, key = places[path % len(places)]
    holder[key] = value
    try:
        definition = from_data(data)
    except InvalidDefinition:
        return
    assert from_data(json.loads(json.dumps(to_data(definition)))) == definition


def _places(data: Any) -> Any:
    entries = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in list(entries):
        yield data, key
        yield from _places(value)


WHOLE = """
version: 1
name: Nightly
description: What runs at night
poll_every: 1m
schedules:
- id: s1
  name: Backup
  enabled: true
  run_at_start: false
  action: {task: abc, name: backup, queue: default, project: null, parameters: {Args/lr: '0.1'}, tags: [x],
    container: {image: 'python:3.11'}, overrides: {script.branch: main}, time_limit: 2h,
    reuse_task: false, function: null}
  recurrence: {type: daily, times: ['06:20'], timezone: UTC, start: null, end: null}
  policies: {overlap: null, missed: latest, catchup_window: 1h, retries: 0, retry_backoff: 1m,
    pause_after_failures: null, max_runs: null, jitter: 5m}
triggers:
- entity: task
  id: t1
  name: null
  enabled: true
  action: {task: abc, name: null, queue: default, project: null, parameters: {}, tags: [],
    container: {}, overrides: {}, time_limit: null, reuse_task: false, function: null}
  when: {type: status_changed, to: [completed], from: [queued]}
  select:
    projects: [p]
    subprojects: true
    name: null
    name_regex: null
    tags_any: []
    tags_all: []
    tags_none: []
    users: []
    exclude_development: true
  policies: {overlap: skip, missed: latest, catchup_window: 1h, retries: 3, retry_backoff: 2m, pause_after_failures: 2,
    max_runs: 5, jitter: null}
  include_existing: false
  include_own: false
"""


def test_the_format_is_as_it_is_documented() -> None:
    data = to_data(loads(WHOLE))
    assert data == yaml.safe_load(WHOLE)
    assert list(data) == ["version", "name", "description", "poll_every", "schedules", "triggers"]
    assert list(data["schedules"][0])[:4] == ["id", "name", "enabled", "run_at_start"]
    assert list(data["schedules"][0]["recurrence"]) == ["type", "times", "timezone", "start", "end"]


def test_a_reused_task_and_the_name_of_a_function_survive() -> None:
    reused = Schedule(Action("a", reuse_task=True), Interval("1h"), Policies(overlap="queue"), id="r")
    called = Schedule(Action(function=print), Interval("1h"), id="f")
    copy = from_data(json.loads(json.dumps(to_data(Definition("nightly", [reused, called])))))
    assert copy.schedules[0] == reused
    assert repr(copy.schedules[1].action) == "Action(function=builtins.print)"
    assert from_data(to_data(copy)) == copy


LATEST = """
version: 2
name: Nightly
schedules:
- action: {latest: {name: train, project: Research, tags: [prod], status: published}}
  recurrence: {type: daily, times: ['06:20']}
"""


def test_a_definition_is_written_in_the_oldest_version_that_can_hold_it() -> None:
    old, new = loads(WHOLE), loads(LATEST)
    assert (needed_version(old), needed_version(new)) == (1, 2)
    data = to_data(new)
    assert data["version"] == 2
    assert data["schedules"][0]["action"]["latest"] == {
        **{"name": "train", "project": "Research", "tags": ["prod"], "status": "published"}
    }
    assert list(data["schedules"][0]["action"])[:2] == ["task", "latest"]
    assert "latest" not in to_data(old)["schedules"][0]["action"], "older versions of this package refuse the key"
    assert loads(dumps(new, "yaml")) == new
    assert from_data({**data, "version": 1}) == new, "what somebody wrote by hand"
    assert from_data({**to_data(old), "version": 2}) == old


COMBINED = """
version: 2
name: Nightly
triggers:
- entity: task
  action: {task: abc}
  when:
    type: all_of
    parts:
    - {type: status_changed, to: [completed], from: []}
    - {type: not, condition: {type: untagged, any: [x], all: []}}
    - {type: any_of, parts: [{type: archived}, {type: published}]}
"""


def test_a_condition_that_is_new_in_version_2_is_written_in_it() -> None:
    definition = loads(COMBINED)
    data = to_data(definition)
    assert data["version"] == 2
    assert data["triggers"][0]["when"] == yaml.safe_load(COMBINED)["triggers"][0]["when"]
    action = definition.triggers[0].action
    old = (StatusChanged("failed", from_="queued"), Published(), Tagged("x", none="y"))
    new = (Archived(), Created(), Untagged("x"), AllOf(Published()), AnyOf(Published(), Tagged("x")))
    versions = [
        [needed_version(Definition("nightly", triggers=[TaskTrigger(action, when)])) for when in conditions]
        for conditions in (old, new)
    ]
    assert versions == [[1, 1, 1], [2, 2, 2, 2, 2]]


def nested(levels: int) -> dict[str, Any]:
    when: dict[str, Any] = {"type": "archived"}
    for _ in range(levels):
        when = {"type": "all_of", "parts": [when]}
    return when


def test_conditions_that_are_too_many_are_refused_before_they_are_read() -> None:
    itself: dict[str, Any] = {"type": "all_of", "parts": []}
    itself["parts"] += [itself, itself]
    for when in (nested(30), nested(10_000), itself):
        with pytest.raises(InvalidDefinition, match=r"triggers\[0\].when .*at most 30 conditions"):
            from_data({"name": "nightly", "triggers": [{"entity": "task", "action": {"task": "a"}, "when": when}]})
    from_data({"name": "nightly", "triggers": [{"entity": "task", "action": {"task": "a"}, "when": nested(29)}]})


def test_what_is_left_out_takes_its_default_and_an_id_of_its_own() -> None:
    text = """
    {"name": "nightly", "schedules": [
        {"action": {"task": "a"}, "recurrence": {"type": "interval", "every": "1h30m"}},
        {"action": {"task": "a"}, "recurrence": {"type": "interval", "every": "1h30m"}}
    ]}"""
    first, second = loads(text).schedules
    assert first.id != second.id
    assert first == Schedule(Action("a"), Interval("90m"), id=first.id)


def test_yaml_reads_times_and_dates_without_quotes_as_what_they_look_like() -> None:
    text = """
    name: nightly
    schedules:
    - action: {task: 12, parameters: {A/octal: 010, A/number: 10, A/float: 1.5}}
      recurrence: {type: once, date: 2026-12-01, times: [06:20, 18:20, 18:20:30], start: 2026-01-01T00:00:00+01:00}
    """.replace("task: 12", "task: '12'")
    (schedule,) = loads(text).schedules
    assert schedule.recurrence == Once(
        date="2026-12-01", times=["06:20", "18:20", "18:20:30"], start="2026-01-01T00:00:00+01:00"
    )
    assert schedule.action.parameters == {"A/octal": "010", "A/number": "10", "A/float": "1.5"}


def test_what_is_written_as_yaml_means_the_same_to_other_readers() -> None:
    definition = Definition(
        "nightly", [Schedule(Action("a"), Once(date="2026-12-01", times="18:20", start="2026-01-01T00:00Z"))]
    )
    assert yaml.safe_load(dumps(definition, "yaml")) == to_data(definition)


@pytest.mark.parametrize(
    "text", ["ü \U0001f600", "a\x85b", "a\u2028b", "\ufeff", "\x00\x1b", "#x: [", "yes", "1e3", "'"]
)
def test_no_text_is_changed_by_a_format(text: str) -> None:
    definition = Definition(
        "nightly", [Schedule(Action("a", parameters={"A/b": text}), Interval("1m"))], description=text
    )
    assert loads(dumps(definition, "yaml")) == definition
    assert loads(dumps(definition, "json")) == definition


def test_another_format_is_refused() -> None:
    with pytest.raises(ValueError, match='expected "json" or "yaml", got \'toml\''):
        dumps(Definition("nightly"), "toml")  # type: ignore[arg-type]


@pytest.mark.parametrize("format", ["json", "yaml"])
def test_a_long_document_is_read(format: Literal["json", "yaml"]) -> None:
    definition = Definition("nightly", [Schedule(Action("a"), Daily(times="06:20")) for _ in range(200)])
    assert loads(dumps(definition, format)) == definition
