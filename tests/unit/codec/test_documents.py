"""Invalid documents: all problems are reported at once, each with its path and what would be valid."""

from __future__ import annotations

import json

import pytest

from clearml_sched_widgets.codec import loads
from clearml_sched_widgets.errors import InvalidDefinition


def problems(text: str) -> dict[str, str]:
    with pytest.raises(InvalidDefinition) as caught:
        loads(text)
    found = {problem.path: problem.message for problem in caught.value.problems}
    assert len(found) == len(caught.value.problems)  # no place is told of twice
    return found


def test_all_problems_of_a_document_come_at_once_with_their_paths() -> None:
    found = problems("""
    name: ''
    colour: red
    poll_every: often
    schedules:
    - id: same
      action: {task: a, queu: q, parameters: {lr: 1, A/b: [1]}}
      recurrence: {type: daily, times: ['25:00', '12:00', noon], timezone: Mars}
    - 5
    - id: same
      action: [a]
    - id: other
      action: {task: a}
      recurrence: {type: dayly}
    - id: third
      action: {task: a}
      recurrence: {type: daily, times: 6:20, start: 2026-01-02T00:00Z, end: 2026-01-01T00:00Z}
      policies: {missed: some, max_runs: 0}
    triggers:
    - id: same
      entity: task
      action: {task: a}
      when: {type: status_changed, to: [complete]}
      select: {tags_any: [x, 5], name_regex: '('}
    - id: fifth
      entity: model
      action: {task: a}
      when: {type: status_changed, to: [completed]}
    - id: sixth
      entity: modle
      action: {task: a}
      when: {type: published}
    """)
    assert sorted(found) == sorted(
        [
            "name",
            "colour",
            "poll_every",
            "schedules[0].id",
            "schedules[0].action.queu",
            "schedules[0].action.parameters['lr']",
            "schedules[0].action.parameters['A/b']",
            "schedules[0].recurrence.times[0]",
            "schedules[0].recurrence.times[2]",
            "schedules[0].recurrence.timezone",
            "schedules[1]",
            "schedules[2].id",
            "schedules[2].action",
            "schedules[2].recurrence",
            "schedules[3].recurrence.type",
            "schedules[4].recurrence.end",
            "schedules[4].policies.missed",
            "schedules[4].policies.max_runs",
            "triggers[0].id",
            "triggers[0].when.to[0]",
            "triggers[0].select.tags_any[1]",
            "triggers[0].select.name_regex",
            "triggers[1].when",
            "triggers[2].entity",
        ]
    )
    assert found["colour"].startswith("there is no such key; expected one of name, ")
    assert found["schedules[0].action.queu"] == 'there is no such key; did you mean "queue"?'
    assert found["schedules[2].recurrence"] == "expected a value: this key is required"
    assert found["schedules[3].recurrence.type"].endswith('did you mean "daily"?')
    assert found["triggers[2].entity"].endswith('did you mean "model"?')


@pytest.mark.parametrize(
    ("text", "path", "message"),
    [
        ("[]", "", "expected a mapping with the keys of a definition"),
        ("", "", "expected a mapping with the keys of a definition"),
        ("version: 1", "name", "this key is required"),
        ("version: 3\nname: n\nnew: thing", "version", "made by a newer version of clearml-sched-widgets"),
        ("version: '1'\nname: n", "version", "expected the version of the format, 1 to 2"),
        ("version: true\nname: n", "version", "expected the version of the format, 1 to 2"),
        ("version: 0\nname: n", "version", "expected the version of the format, 1 to 2"),
        ("name: n\nschedules:", "schedules", "expected a list"),
        ("name: n\nschedules: {a: 1}", "schedules", "expected a list"),
        ("name: n\nschedules: abc", "schedules", "expected a list"),
        ("name: n\ntriggers: [[]]", "triggers[0]", 'expected a mapping with the key "entity"'),
        ("name: n\n5: x", "5", "there is no such key"),
        ("name: [n]", "name", "expected some text"),
    ],
)
def test_a_wrong_document_is_refused(text: str, path: str, message: str) -> None:
    assert message in problems(text)[path]


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ('{"name": "nightly",\n "x"}', "line 2, column 5", "this is not JSON: Expecting ':' delimiter"),
        ("name: n\nschedules: [", "line 2, column 13", "this is not YAML: "),
        ("name: \x07", "line 1, column 1", "this is not YAML: "),
        ("name: !!python/object:os.system x", "line 1, column 7", "could not determine a constructor"),
        ('{"a":' * 100_000, "line 1, column 1", "nested too deeply"),
        ("name: " + "[" * 100_000, "line 1, column 1", "nested too deeply"),
        ('{"name": ' + "9" * 5000 + "}", "line 1, column 1", "a number of thousands of digits"),
        ("name: " + "9" * 5000, "line 1, column 1", "a number of thousands of digits"),
    ],
)
def test_a_text_that_cannot_be_read_says_where(text: str, place: str, message: str) -> None:
    with pytest.raises(InvalidDefinition) as caught:
        loads(text)
    (problem,) = caught.value.problems
    assert problem.value == place
    assert message in problem.message


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ({"type": "weekly", "times": ["06:20"]}, ".weekdays"),
        ({"type": "daily", "times": ["06:20", "6"]}, ".times[1]"),
        ({"type": "daily", "times": {"a": 1}}, ".times"),
        ({"type": "daily", "times": None}, ".times"),
        ({"type": ["daily"]}, ".type"),
        ({}, ".type"),
        ("daily", ""),
    ],
)
def test_a_wrong_rule_is_refused(data: object, path: str) -> None:
    text = json.dumps({"name": "nightly", "schedules": [{"action": {"task": "a"}, "recurrence": data}]})
    assert list(problems(text)) == [f"schedules[0].recurrence{path}"]
