"""Typical mistakes in documents: each error has the path, the value and what would be valid, all at once."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from clearml_sched_widgets.codec import loads
from clearml_sched_widgets.codec.texts import REPEATED_KEY
from clearml_sched_widgets.errors import InvalidDefinition, Problem

RULE = {"type": "daily", "times": ["06:20"]}
LONG = "n" * 10_000


def schedule(**changes: Any) -> dict[str, Any]:
    return {"id": "s1", "action": {"task": "abc"}, "recurrence": RULE, **changes}


def document(**changes: Any) -> dict[str, Any]:
    return {"name": "nightly", "schedules": [schedule()], **changes}


def with_rule(**rule: Any) -> dict[str, Any]:
    return document(schedules=[schedule(recurrence=rule)])


def with_action(**action: Any) -> dict[str, Any]:
    return document(schedules=[schedule(action={"task": "abc", **action})])


def refused(text: str) -> list[Problem]:
    with pytest.raises(InvalidDefinition) as caught:
        loads(text)
    return list(caught.value.problems)


# what is written, the path of the one problem, the value there, a part of what is right
IN_RECURRENCE: list[tuple[dict[str, Any], str, Any, str]] = [
    ({"type": "daily", "times": ["25:00"]}, "times[0]", "25:00", 'from "00:00" to "23:59"'),
    ({"type": "daily", "times": ["06:20", "12:75"]}, "times[1]", "12:75", 'from "00:00" to "23:59"'),
    ({"type": "daily", "times": []}, "times", [], "at least one time of day"),
    ({"type": "daily", "times": ""}, "times", "", "at least one time of day"),
    ({"type": "daily", "times": " , "}, "times", " , ", "at least one time of day"),
    ({"type": "daily", "times": None}, "times", None, "at least one time of day"),
    ({"type": "daily", "times": [6.2]}, "times[0]", 6.2, "expected a time of day"),
    ({"type": "weekly", "times": ["25:00"], "weekdays": ["mon"]}, "times[0]", "25:00", 'from "00:00" to "23:59"'),
    ({"type": "monthly", "times": ["06:75"], "days": [1]}, "times[0]", "06:75", 'from "00:00" to "23:59"'),
    ({"type": "once", "times": ["24:00"], "date": "2026-12-01"}, "times[0]", "24:00", 'from "00:00" to "23:59"'),
    ({"type": "once", "times": ["06:20"], "date": "2026-02-30"}, "date", "2026-02-30", "a date that exists"),
    ({"type": "interval", "every": "-5m"}, "every", "-5m", "expected a duration"),
    ({"type": "interval", "every": "0s"}, "every", "0s", "longer than zero"),
    ({"type": "interval", "every": 0}, "every", 0, 'such as "90s"'),
    ({"type": "interval", "every": -300}, "every", -300, 'such as "90s"'),
    ({"type": "interval", "every": "0.5s"}, "every", "0.5s", 'such as "90s"'),
    ({**RULE, "timezone": "Mars/Olympus"}, "timezone", "Mars/Olympus", "IANA time zone"),
    ({**RULE, "timezone": None}, "timezone", None, "IANA time zone"),
    ({**RULE, "timezone": LONG}, "timezone", LONG, "IANA time zone"),
    ({**RULE, "start": "tomorrow"}, "start", "tomorrow", "with its offset"),
    ({**RULE, "end": "2026-12-01T06:20"}, "end", "2026-12-01T06:20", "with its offset"),
    (
        {**RULE, "start": "2026-01-02T00:00Z", "end": "2026-01-01T00:00Z"},
        "end", "2026-01-01T00:00:00+00:00", "a time after the start, 2026-01-02T00:00:00+00:00",
    ),
    ({"type": "cron", "expression": "0 0 0 * * *"}, "expression", "0 0 0 * * *", "expected five fields"),
    ({"type": "cron", "expression": "0 25 * * *"}, "expression", "0 25 * * *", 'hour "25": expected numbers'),
    ({"type": "cron", "expression": "75 * * * *"}, "expression", "75 * * * *", 'minute "75": expected numbers'),
    ({"type": "cron", "expression": "@reboot"}, "expression", "@reboot", "one of @yearly"),
    ({"type": "cron"}, "expression", None, "this key is required"),
    ({"type": "cron", "expression": LONG}, "expression", LONG, "at most 1,000 characters, got 10,000"),
    ({"type": "cron", "expression": "@daily", "times": ["06:20"]}, "times", ["06:20"], "no such key"),
]  # fmt: skip


def _id(row: tuple[Any, ...]) -> str:
    return f"{str(row[0])[:50]}: {row[1]}"


@pytest.mark.parametrize(("rule", "path", "value", "right"), IN_RECURRENCE, ids=map(_id, IN_RECURRENCE))
@pytest.mark.parametrize("write", [json.dumps, yaml.safe_dump])
def test_a_wrong_recurrence_is_refused(write: Any, rule: dict[str, Any], path: str, value: Any, right: str) -> None:
    (problem,) = refused(write(with_rule(**rule)))
    assert problem.path == f"schedules[0].recurrence.{path}"
    assert problem.value == value
    assert right in problem.message
    assert len(str(problem)) < 600


NAMES: list[tuple[dict[str, Any], str]] = [
    (document(name=LONG), "name"),
    (document(schedules=[schedule(name=LONG)]), "schedules[0].name"),
    (document(schedules=[schedule(id=LONG)]), "schedules[0].id"),
    (with_action(task=LONG), "schedules[0].action.task"),
    (with_action(queue=LONG), "schedules[0].action.queue"),
    (with_action(name=LONG), "schedules[0].action.name"),
    (with_action(project=LONG), "schedules[0].action.project"),
    (with_action(tags=["a", LONG]), "schedules[0].action.tags[1]"),
]


@pytest.mark.parametrize(("data", "path"), NAMES, ids=[path for _, path in NAMES])
def test_a_name_of_10000_characters_is_refused_and_shown_shortened(data: dict[str, Any], path: str) -> None:
    (problem,) = refused(json.dumps(data))
    assert problem.path == path
    assert problem.message == "expected at most 200 characters, got 10000"
    assert len(str(problem)) < 200
    assert "nnn...: expected" in str(problem)


# what is written, the path of the one problem, the value there, a part of what is right
IN_LATEST: list[tuple[Any, str, Any, str]] = [
    ({}, "latest.name", None, "expected at least one of project, name and tags"),
    ({"status": "published"}, "latest.name", None, "expected at least one of project, name and tags"),
    ({"name": "train", "status": "finished"}, "latest.status", "finished", "expected one of completed, published"),
    ({"name": "train", "status": None}, "latest.status", None, "expected one of completed, published"),
    ({"name": "ab"}, "latest.name", "ab", "at least 3 characters"),
    ({"name": 5}, "latest.name", 5, "expected some text"),
    ({"project": "Research/x"}, "latest.project", "Research/x", "at least 3 characters in each part"),
    ({"tags": ["prod", 1]}, "latest.tags[1]", 1, "expected some text"),
    ({"tags": {"all": "prod"}}, "latest.tags", {"all": "prod"}, "expected a list"),
    ({"name": LONG}, "latest.name", LONG, "at most 200 characters"),
    ({"name": "train", "projct": "x"}, "latest.projct", "x", 'did you mean "project"?'),
    ("train", "latest", "train", "expected a mapping with the keys of a Latest"),
    ([], "latest", [], "expected a mapping with the keys of a Latest"),
]


@pytest.mark.parametrize(("latest", "path", "value", "right"), IN_LATEST, ids=map(_id, IN_LATEST))
@pytest.mark.parametrize("write", [json.dumps, yaml.safe_dump])
def test_a_wrong_latest_task_is_refused(write: Any, latest: Any, path: str, value: Any, right: str) -> None:
    action = {"latest": latest}
    (problem,) = refused(write({"version": 2, **document(schedules=[schedule(action=action)])}))
    assert (problem.path, problem.value) == (f"schedules[0].action.{path}", value)
    assert right in problem.message


def test_a_null_latest_is_none() -> None:
    assert loads(json.dumps(with_action(latest=None))).schedules[0].action.latest is None


def test_problems_of_fields_and_those_between_fields_come_together() -> None:
    bounds = {"start": "2026-01-02T00:00Z", "end": "2026-01-01T00:00Z"}
    data = {
        "name": LONG,
        "poll_every": "0s",
        "schedules": [
            schedule(recurrence={"type": "daily", "times": ["25:00", "6:75"], "timezone": "Mars", **bounds}),
            schedule(id="s2", recurrence={"type": "interval", "every": "-1h", **bounds}),
            schedule(id="s2", recurrence={"type": "cron", "expression": "0 0 0 * * *", **bounds, "end": "never"}),
            schedule(id="s3", recurrence={"type": "monthly", "days": [], "times": [], **bounds, "colour": "red"}),
        ],
        "triggers": [
            {
                "entity": "model", "id": "s1", "name": 5, "action": {"task": "a"}, "enabled": "yes",
                "when": {"type": "status_changed", "to": [], "from": ["gone"]},
            },
            {
                "entity": "model", "id": "t2", "name": 5, "action": {"task": ""},
                "when": {"type": "status_changed", "to": ["failed"]},
            },
            {"entity": "task", "id": "t3", "action": {"task": "a"}, "when": {"type": "tagged", "none": [5]}},
        ],
    }  # fmt: skip
    rules = "schedules[{}].recurrence.{}".format
    assert sorted(problem.path for problem in refused(json.dumps(data))) == sorted(
        [
            "name", "poll_every", "schedules[0].id", "schedules[1].id", "schedules[2].id", "triggers[0].id",
            rules(0, "times[0]"), rules(0, "times[1]"), rules(0, "timezone"), rules(0, "end"),
            rules(1, "every"), rules(1, "end"),
            rules(2, "expression"), rules(2, "end"),
            rules(3, "days"), rules(3, "times"), rules(3, "end"), rules(3, "colour"),
            "triggers[0].name", "triggers[0].enabled", "triggers[0].when.to", "triggers[0].when.from[0]",
            "triggers[1].name", "triggers[1].action.task", "triggers[1].when",
            "triggers[2].when.any", "triggers[2].when.none[0]",
        ]
    )  # fmt: skip


# -- keys that stand twice

JSON_TWICE = """
{"name": "nightly", "name": "daily", "schedules": [
    {"id": "s1", "action": {"task": "a", "task": "b", "parameters": {"Args/lr": 1, "Args/lr": 2}},
     "recurrence": {"type": "daily", "times": ["06:20"], "times": ["25:00"], "timezone": "Mars"}}
]}
"""
YAML_TWICE = """
name: nightly
"name": daily
schedules:
- id: s1
  action: {task: a, task: b, parameters: {Args/lr: 1, Args/lr: 2}}
  recurrence:
    type: daily
    times: ['06:20']
    timezone: Mars
    times: ['25:00']
"""


@pytest.mark.parametrize("text", [JSON_TWICE, YAML_TWICE], ids=["json", "yaml"])
def test_a_key_that_stands_twice_in_one_mapping_is_refused_with_all_else(text: str) -> None:
    found = {problem.path: problem for problem in refused(text)}
    assert {path for path, problem in found.items() if problem.message == REPEATED_KEY} == {
        "name",
        "schedules[0].action.task",
        "schedules[0].action.parameters['Args/lr']",
        "schedules[0].recurrence.times",
    }
    assert set(found) - {path for path, problem in found.items() if problem.message == REPEATED_KEY} == {
        "schedules[0].recurrence.times[0]",
        "schedules[0].recurrence.timezone",
    }
    assert found["name"].value == "daily"


@pytest.mark.parametrize("text", ['{"name": "a", "name": "nightly"}', "name: a\nname: nightly"])
def test_a_key_that_stands_twice_is_refused_even_if_all_else_is_right(text: str) -> None:
    assert [(problem.path, problem.message) for problem in refused(text)] == [("name", REPEATED_KEY)]


def test_a_key_of_a_merge_that_is_written_again_is_no_repetition() -> None:
    text = """
    name: nightly
    schedules:
    - &first {id: s1, action: {task: a}, recurrence: {type: interval, every: 1h}}
    - {<<: *first, id: s2}
    """
    assert [item.id for item in loads(text).schedules] == ["s1", "s2"]


def test_a_key_that_stands_in_two_mappings_is_no_repetition() -> None:
    assert loads(
        "name: nightly\nschedules:\n- {id: a, action: {task: a}, recurrence: {type: cron, expression: '@daily'}}"
    )


@pytest.mark.parametrize("text", ["&a {name: *a}", "name: nightly\nschedules: &s\n- *s", "? [a]\n: b"])
def test_a_document_that_holds_itself_or_has_odd_keys_is_refused(text: str) -> None:
    assert refused(text)
