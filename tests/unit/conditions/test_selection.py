"""Which objects a trigger looks at, and what stands for ${…}."""

from __future__ import annotations

import re
from typing import Any

import pytest

from clearml_sched_widgets.conditions import SlowPattern, selects, substitute, values_of
from clearml_sched_widgets.conditions.selection import search_name
from clearml_sched_widgets.definition import Select
from clearml_sched_widgets.records import Entity


def task(**fields: Any) -> Entity:
    return Entity(**{"entity": "task", "id": "t1", "name": "Train net", "project": "vision/cars", **fields})


DATASET = Entity(entity="dataset", id="d1", name="v2 of cars", project="vision/.datasets/cars")
ROOTLESS = Entity(entity="dataset", id="d2", name="x", project=".datasets/faces")

CASES: list[tuple[Select, Entity, bool]] = [
    (Select(), task(), True),
    (Select(projects="vision/cars"), task(), True),
    (Select(projects="vision"), task(), True),
    (Select(projects="vision", subprojects=False), task(), False),
    (Select(projects="vision/cars", subprojects=False), task(), True),
    (Select(projects="visi"), task(), False),
    (Select(projects="vision/cars/new"), task(), False),
    (Select(projects=["other", "vision"]), task(), True),
    (Select(projects="vision/"), task(), True),
    (Select(projects="vision"), task(project=""), False),
    (Select(name="TRAIN"), task(), True),
    (Select(name="test"), task(), False),
    (Select(name="train"), task(name=""), False),
    (Select(name_regex="^Train .*t$"), task(), True),
    (Select(name_regex="^train"), task(), False),
    (Select(name_regex="(?i)^train"), task(), True),
    (Select(name="train", name_regex="car"), task(), False),
    (Select(tags_any="a,b"), task(tags=("b",)), True),
    (Select(tags_any="a,b"), task(tags=("c",)), False),
    (Select(tags_all="a,b"), task(tags=("b", "a", "c")), True),
    (Select(tags_all="a,b"), task(tags=("b",)), False),
    (Select(tags_none="a,b"), task(tags=("b",)), False),
    (Select(tags_none="a,b"), task(tags=("c",)), True),
    (Select(users="u1,u2"), task(user_id="u2"), True),
    (Select(users="u1,u2"), task(user_id="u3"), False),
    (Select(), task(system_tags=("development",)), False),
    (Select(exclude_development=False), task(system_tags=("development",)), True),
    (Select(), task(system_tags=("archived",)), True),
    (Select(projects="vision"), DATASET, True),
    (Select(projects="vision", subprojects=False), DATASET, True),
    (Select(projects="vision/.datasets/cars"), DATASET, True),
    (Select(projects="vision/.datasets/cars", subprojects=False), DATASET, True),
    (Select(projects="visio"), DATASET, False),
    (Select(name="Cars"), DATASET, True),
    (Select(name="v2"), DATASET, True),
    (Select(name_regex="^cars$"), DATASET, True),
    (Select(name_regex="^v2"), DATASET, True),
    (Select(name="vision"), DATASET, False),
    (Select(name_regex="^faces$"), ROOTLESS, True),
    (Select(projects="vision"), ROOTLESS, False),
    (Select(), Entity(entity="dataset", id="d", project="p/.datasets/n", system_tags=("development", "dataset")), True),
]


@pytest.mark.parametrize(("select", "entity", "expected"), CASES)
def test_everything_that_is_given_must_hold(select: Select, entity: Entity, expected: bool) -> None:
    assert selects(select, entity) is expected


def test_e10_a_dataset_in_a_project_that_is_made_later_matches_its_parent() -> None:
    assert selects(Select(projects="vision"), Entity(entity="dataset", id="d", project="vision/new/.datasets/n"))


def test_a_name_is_searched_as_the_caller_says() -> None:
    searched: list[tuple[str, str]] = []

    def search(pattern: str, name: str) -> bool:
        searched.append((pattern, name))
        return False

    assert not selects(Select(name_regex="x"), task(), search)
    assert not selects(Select(name_regex="x"), DATASET, search)
    assert searched == [("x", "Train net"), ("x", "v2 of cars"), ("x", "cars")]


def test_a_search_that_gives_up_is_told_with_the_pattern_the_name_and_the_object() -> None:
    def search(_pattern: str, _name: str) -> bool:
        raise TimeoutError("takes a year")

    expected = "its name_regex '(a|aa)+$' takes a year on the name 'Train net'; the task t1 was left out"
    with pytest.raises(SlowPattern, match=re.escape(expected)):
        selects(Select(name_regex="(a|aa)+$"), task(), search)


@pytest.mark.parametrize("let_others_run", [True, False])
def test_a_search_ends_in_time(let_others_run: bool) -> None:
    with pytest.raises(TimeoutError, match=r"takes longer than 0\.01 s"):
        search_name("(a|aa)+$", "a" * 60 + "!", 0.01, let_others_run=let_others_run)


VALUES = {"task.id": "abc", "task.name": "a ${task.id} b", "scheduled": "2026-12-01"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${task.id}", "abc"),
        ("eval-${task.id}-${scheduled}", "eval-abc-2026-12-01"),  # E12: inside a longer string
        ("${task.id}${task.id}", "abcabc"),
        ("${ task.id }", "abc"),
        ("${model.id} of ${task.id}", "${model.id} of abc"),
        ("$task.id {task.id} ${} ${task.id", "$task.id {task.id} ${} ${task.id"),
        ("${${task.id}}", "${abc}"),
        ("${task.name}", "a ${task.id} b"),  # a value is not looked at again
        ("", ""),
    ],
)
def test_e12_known_names_are_replaced_anywhere_and_others_stay(text: str, expected: str) -> None:
    assert substitute(text, VALUES) == expected


def test_values_of_a_task() -> None:
    assert values_of(task(status="completed", tags=("a", "b"))) == {
        "task.id": "t1",
        "task.name": "Train net",
        "task.project": "vision/cars",
        "task.status": "completed",
        "task.tags": "a,b",
    }


def test_values_of_a_dataset_are_what_a_user_sees_of_it() -> None:
    values = values_of(DATASET)
    assert values["dataset.id"] == "d1"
    assert values["dataset.name"] == "cars"
    assert values["dataset.project"] == "vision"
