"""Archived, Created and Untagged, and what Not, AllOf and AnyOf make of conditions."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from clearml_sched_widgets.conditions import needs_inventory
from clearml_sched_widgets.conditions.describe import describe_trigger
from clearml_sched_widgets.conditions.node import node_of
from clearml_sched_widgets.definition import (
    AllOf,
    AnyOf,
    Archived,
    Condition,
    Created,
    DatasetTrigger,
    ModelTrigger,
    Not,
    Published,
    Select,
    StatusChanged,
    Tagged,
    TaskTrigger,
    Untagged,
)
from clearml_sched_widgets.records import Entity
from tests.unit.conditions.polls import ACTION, Polls, at, task

DONE, FAILED = StatusChanged("completed"), StatusChanged("failed")
X, Y = Tagged("x"), Tagged("y")
ARCHIVED = ("archived",)


def on(when: Condition, **fields: Any) -> Polls:
    return Polls(TaskTrigger(ACTION, when, id="trig", **fields))


def run(status: str, began: float, minute: float, *tags: str, **fields: Any) -> Entity:
    """A task that was started at one minute and has that status since another."""
    return task(status, minute, started=at(began), tags=tags, **fields)


def draft(minute: float, *tags: str, **fields: Any) -> Entity:
    """A draft from before the trigger, that changed at a minute."""
    return task("created", -60, changed=at(minute), tags=tags, **fields)


# -- Archived


def test_an_archived_task_is_an_event_and_again_after_it_was_restored() -> None:
    polls = on(Archived())
    (event,) = polls.look(draft(1, system_tags=ARCHIVED))
    assert event.key == "t1:archived:2026-11-22T00:01:00+00:00"
    assert event.what == 'task "net" was archived'
    assert polls.counts(draft(2, "note", system_tags=ARCHIVED), draft(3), draft(4, system_tags=ARCHIVED)) == [0, 0, 1]


def test_what_is_not_archived_any_more_is_not_remembered() -> None:
    polls = on(Archived())
    assert polls.counts(draft(1, system_tags=ARCHIVED), draft(2)) == [1, 0]
    assert polls.memory == {}


@pytest.mark.parametrize(("include", "expected"), [(False, 0), (True, 1)])
def test_archived_objects_that_exist_count_where_the_archive_is_awaited(include: bool, expected: int) -> None:
    for when in (Archived(), AllOf(Archived(), Tagged("x"))):
        existing = draft(-1, "x", system_tags=ARCHIVED)
        polls = on(when, include_existing=include)
        assert len(polls.look(existing, first=True)) == expected
        assert polls.look(attrs.evolve(existing, changed=at(1))) == []


@pytest.mark.parametrize(("kind", "entity"), [(DatasetTrigger, "dataset"), (ModelTrigger, "model")])
def test_e4_an_archived_dataset_or_model_is_an_event(kind: Any, entity: str) -> None:
    polls = Polls(kind(ACTION, Archived(), id="trig"))
    found = attrs.evolve(draft(1), entity=entity)
    assert polls.counts(found, attrs.evolve(found, changed=at(2), system_tags=ARCHIVED)) == [0, 1]


# -- Created


def test_a_new_object_is_created_once() -> None:
    polls = on(Created())
    new = task("created", 1, created=at(1))
    (event,) = polls.look(new)
    assert (event.key, event.what) == ("t1:created:2026-11-22T00:01:00+00:00", 'task "net" was created')
    assert polls.counts(attrs.evolve(new, changed=at(1.1)), run("in_progress", 2, 2, created=at(1))) == [0, 0]
    assert polls.look(run("in_progress", 2, 30, created=at(1))) == []
    assert polls.memory == {}


def test_an_old_object_that_changes_was_not_created_now() -> None:
    assert on(Created()).counts(draft(1), run("failed", 2, 3)) == [0, 0]
    assert on(Created()).look(attrs.evolve(draft(1), created=None)) == []


def test_an_object_created_in_a_downtime_is_an_event_at_the_resume() -> None:
    polls = on(Created())
    polls.since = at(10)
    assert len(polls.look(run("failed", 501, 900, created=at(500)))) == 1


def test_e10_a_new_dataset_in_a_watched_project_is_created() -> None:
    polls = Polls(DatasetTrigger(ACTION, Created(), Select(projects="Vision"), id="trig"))
    version = Entity(entity="dataset", id="d1", project="Vision/.datasets/cars", created=at(1), changed=at(2))
    other = attrs.evolve(version, id="d2", project="Audio/.datasets/words")
    assert polls.counts(version, other) == [1, 0]


@pytest.mark.parametrize(("include", "expected"), [(False, 0), (True, 1)])
def test_objects_that_exist_are_created_only_if_they_are_included(include: bool, expected: int) -> None:
    polls = on(Created(), include_existing=include)
    assert len(polls.look(draft(-1), first=True)) == expected
    assert polls.look(draft(1, "x")) == []


# -- Untagged


def test_a_tag_that_an_object_loses_is_an_event() -> None:
    polls = on(Untagged("x"))
    assert polls.counts(draft(1, "x"), draft(2, "x", "y"), draft(3, "y"), draft(4)) == [0, 0, 1, 0]
    (event,) = (each for entity in (draft(5, "x"), draft(6)) for each in polls.look(entity))
    assert (event.key, event.what) == ("t1:untagged:2026-11-22T00:06:00+00:00", 'task "net" lost the awaited tags')


def test_an_object_that_never_had_the_tag_does_not_lose_it_and_is_not_remembered() -> None:
    polls = on(Untagged(any=["x", "y"]))
    assert polls.counts(draft(1), draft(2, "z"), draft(3)) == [0, 0, 0]
    assert polls.memory == {}


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (Untagged(any=["x", "y"]), [0, 1, 0]),
        (Untagged(all=["x", "y"]), [0, 0, 1]),
        (Untagged(any=["x"], all=["y"]), [0, 0, 1]),
    ],
)
def test_any_of_the_tags_or_all_of_them_have_to_be_lost(when: Condition, expected: list[int]) -> None:
    assert on(when).counts(draft(1, "x", "y"), draft(2, "y"), draft(3)) == expected


def test_the_tags_of_the_objects_that_exist_are_known_from_the_first_look() -> None:
    polls = on(Untagged("x"))
    assert polls.look(draft(-1, "x"), first=True) == []
    assert len(polls.look(draft(1))) == 1


# -- Not, AllOf, AnyOf


@pytest.mark.parametrize(
    ("when", "shown", "expected"),
    [
        # the second of two, in either order
        (AllOf(DONE, X), [run("in_progress", 1, 1, "x"), run("completed", 1, 2, "x")], [0, 1]),
        (AllOf(DONE, X), [run("completed", 1, 2), run("completed", 1, 2, "x", changed=at(9))], [0, 1]),
        (AllOf(X, Y), [draft(1, "x"), draft(2, "x", "y"), draft(3, "x", "y", "z")], [0, 1, 0]),
        (AllOf(X, Y), [draft(1, "x", "y"), draft(2, "x"), draft(3, "x", "y")], [1, 0, 1]),
        # a Not holds until its condition does
        (AllOf(DONE, Not(X)), [run("completed", 1, 2), run("completed", 1, 2, "x", changed=at(3))], [1, 0]),
        (AllOf(DONE, Not(X)), [run("completed", 1, 2, "x"), run("completed", 1, 2, changed=at(3))], [0, 1]),
        (AllOf(X, Not(Archived())), [draft(1, "x"), draft(2, "x", system_tags=ARCHIVED), draft(3, "x")], [1, 0, 1]),
        (AllOf(X, Not(DONE)), [run("completed", 1, 2, "x"), run("in_progress", 3, 3, "x")], [0, 1]),
        # failed, run again and failed between two looks
        (AllOf(FAILED, X), [run("failed", 1, 2, "x"), run("failed", 3, 4, "x"), run("failed", 3, 4, "x")], [1, 1, 0]),
        # the first of two, and not again at the other
        (
            AnyOf(DONE, X),
            [run("in_progress", 1, 1, "x"), run("completed", 1, 2, "x"), run("completed", 1, 2)],
            [1, 0, 0],
        ),
        (AnyOf(DONE, X), [run("completed", 1, 2), run("completed", 1, 2, "x"), run("failed", 3, 4)], [1, 0, 0]),
        (AnyOf(X, Y), [draft(1, "x"), draft(2, "x", "y"), draft(3, "y"), draft(4), draft(5, "y")], [1, 0, 0, 0, 1]),
        # at either: a status of its own begins
        (AnyOf(DONE, Published()), [run("completed", 1, 2), run("published", 1, 3)], [1, 1]),
        (AnyOf(FAILED, DONE), [run("failed", 1, 2), run("completed", 3, 4)], [1, 1]),
        # a moment first: it happens while the others hold, or not at all
        (AllOf(Created(), X), [task("created", 1, tags=("x",), created=at(1))], [1]),
        (AllOf(Created(), X), [task("created", 1, created=at(1)), draft(2, "x", created=at(1))], [0, 0]),
        (
            AllOf(StatusChanged("completed", from_="in_progress"), Not(X)),
            [run("completed", 1, 2, "x"), run("completed", 1, 2, changed=at(3)), run("completed", 4, 5)],
            [0, 0, 1],
        ),
        (AllOf(Created(), Not(Untagged("x"))), [task("created", 1, tags=("x",), created=at(1)), draft(2)], [1, 0]),
        # a tag lost in an AllOf
        (AllOf(Untagged("x"), DONE), [run("in_progress", 1, 1, "x"), run("completed", 1, 2)], [0, 1]),
        # conditions in conditions
        (AllOf(AnyOf(DONE, FAILED), X), [run("failed", 1, 2, "x"), run("completed", 3, 4, "x")], [1, 1]),
        (AllOf(X, Not(AnyOf(Y, Archived()))), [draft(1, "x", "y"), draft(2, "x"), draft(3, "x", "y")], [0, 1, 0]),
        (AnyOf(AllOf(X, Y), Archived()), [draft(1, "x"), draft(2, system_tags=ARCHIVED)], [0, 1]),
    ],
    ids=repr,
)
def test_what_combined_conditions_make_of_what_polls_show(
    when: Condition, shown: list[Entity], expected: list[int]
) -> None:
    assert on(when).counts(*shown) == expected


def test_an_event_of_combined_conditions_says_what_is_true_of_the_object() -> None:
    (event,) = on(AllOf(DONE, Not(X), AnyOf(Y, Archived()))).look(run("completed", 1, 2, "y"))
    assert event.key == "t1:all_of:2026-11-22T00:02:00+00:00"
    assert event.what == (
        'task "net" now is completed and does not carry the awaited tags and carries the awaited tags'
    )
    (event,) = on(AllOf(Created(), Not(Archived()))).look(task("created", 1, created=at(1)))
    assert event.what == 'task "net" was created and is not archived'


def test_a_result_has_the_results_of_its_parts() -> None:
    state = node_of(AllOf(DONE, Not(X)), "task").state(run("completed", 1, 2, "x"), {})  # type: ignore[attr-defined]
    assert not state.holds
    assert [(part.holds, part.words) for part in state.parts] == [
        (True, "is completed"),
        (False, "carries the awaited tags"),
    ]
    assert state.words == "carries the awaited tags"


def test_what_held_before_the_trigger_began_is_no_event_when_something_else_of_it_changes() -> None:
    for when in (AllOf(FAILED, Not(X)), AnyOf(FAILED, X), AllOf(FAILED)):
        polls = on(when)
        polls.look(run("failed", -9, -8, changed=at(-8)), first=True)
        assert polls.look(run("failed", -9, -8, "note", changed=at(1))) == []


def test_only_objects_that_a_combined_condition_holds_for_are_remembered() -> None:
    polls = on(AllOf(DONE, X))
    polls.look(run("completed", 1, 2))
    assert polls.memory == {}
    polls.look(run("completed", 1, 2, "x", changed=at(3)))
    assert polls.memory == {
        "t1": {"holds": True, "keys": ["t1:completed:" + at(1).isoformat()], "seen": at(3).isoformat()}
    }
    polls.look(run("completed", 1, 2, changed=at(4)))
    assert polls.memory == {}


def test_an_object_that_comes_into_the_selection_rises() -> None:
    polls = on(AllOf(DONE, Not(X)), select=Select(projects="p"))
    done = run("completed", 1, 2)
    assert polls.counts(attrs.evolve(done, project="q"), attrs.evolve(done, project="p", changed=at(5))) == [0, 1]


@pytest.mark.parametrize(
    "entry", [{"holds": True, "keys": 5}, {"parts": [1]}, {"parts": {"0": 3}}, {"had": 7}], ids=repr
)
def test_k2_a_memory_entry_that_makes_no_sense_is_as_good_as_none(entry: dict[str, Any]) -> None:
    for when in (AllOf(Untagged("x"), Not(Y)), Untagged("x"), AllOf(Created(), Untagged("x")), AnyOf(DONE, X)):
        polls = on(when)
        polls.memory = {"t1": {**entry, "seen": at(0).isoformat()}}
        assert polls.counts(draft(1, "x", "y"), draft(2, "y"))[0] in (0, 1)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (Created(), False),
        (Archived(), True),
        (Untagged("x"), True),
        (AllOf(DONE), True),
        (AllOf(Created(), Tagged("x")), True),
        (AllOf(Created(), DONE), False),
        (AnyOf(DONE, FAILED), True),
    ],
    ids=repr,
)
def test_which_conditions_take_a_first_look_at_all_there_is(when: Condition, expected: bool) -> None:
    assert needs_inventory(TaskTrigger(ACTION, when)) is expected


@pytest.mark.parametrize(
    ("when", "sentence"),
    [
        (Created(), "is created"),
        (Archived(), "is archived"),
        (Untagged(any=["a", "b"]), 'loses the tag "a" or "b"'),
        (AllOf(DONE, Not(Tagged("wip"))), 'becomes completed and is not tagged "wip"'),
        (AllOf(X, AnyOf(DONE, Archived())), 'is tagged "x" and (becomes completed or is archived)'),
        (AllOf(X, Not(AnyOf(Y, FAILED))), 'is tagged "x" and is not so that it (is tagged "y" or becomes failed)'),
        (AllOf(Created(), Not(Archived()), Not(DONE)), "is created and is not archived and is not completed"),
        (
            AllOf(X, Not(Untagged("y")), Not(Published())),
            'is tagged "x" and has not lost the tag "y" and is not published',
        ),
        (AllOf(DONE, Not(Tagged("a", none="b"))), 'becomes completed and is not tagged ("a", but not "b")'),
    ],
    ids=repr,
)
def test_every_condition_is_said_in_english(when: Condition, sentence: str) -> None:
    assert describe_trigger(TaskTrigger(ACTION, when)) == f"When a task {sentence}."
