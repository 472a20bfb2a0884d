"""`${…}`: which there are for which item, and that a misspelt one is refused with its path."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from clearml_sched_widgets.conditions import substitute, values_of
from clearml_sched_widgets.definition import (
    Action,
    Daily,
    DatasetTrigger,
    ModelTrigger,
    Published,
    Schedule,
    StatusChanged,
    TaskTrigger,
)
from clearml_sched_widgets.definition.placeholders import known
from clearml_sched_widgets.errors import InvalidDefinition
from clearml_sched_widgets.policy.requested import manual
from clearml_sched_widgets.records import Entity

NOON = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
DONE = StatusChanged(to=["completed"])


def test_every_known_name_is_taken_in_every_text() -> None:
    for kind, make in (
        ("task", lambda action: TaskTrigger(action, DONE)),
        ("dataset", lambda action: DatasetTrigger(action, DONE)),
        ("model", lambda action: ModelTrigger(action, Published())),
        ("", lambda action: Schedule(action, Daily("06:20"))),
    ):
        text = " ".join(f"${{{name}}}" for name in known(kind))
        action = Action(
            "a", name=text, tags=[text], parameters={"Args/x": text}, overrides={"script.branch": "${ scheduled }"}
        )
        assert make(action).action == action


@pytest.mark.parametrize("kind", ["task", "dataset", "model"])
def test_the_known_names_are_those_that_an_object_gives(kind: str) -> None:
    assert {"scheduled", "trigger.name", *values_of(Entity(entity=kind, id="x"))} == set(known(kind))


@pytest.mark.parametrize(
    ("action", "path", "what"),
    [
        (Action("a", parameters={"Args/x": "${foo.id}"}), "action.parameters['Args/x']", "${foo.id}"),
        (Action("a", name="after ${model.id}"), "action.name", "${model.id}"),
        (Action("a", tags=["x", "${task.ID}"]), "action.tags[1]", "${task.ID}"),
        (Action("a", overrides={"script.branch": "${branch}"}), "action.overrides['script.branch']", "${branch}"),
    ],
)
def test_an_unknown_one_is_refused_with_its_path_and_the_known_ones(action: Action, path: str, what: str) -> None:
    with pytest.raises(InvalidDefinition) as caught:
        TaskTrigger(action, DONE)
    (problem,) = caught.value.problems
    assert problem.path == path
    assert problem.message.startswith(f"nothing stands for {what} here; expected one of ${{scheduled}}, ${{task.id}}, ")


def test_a_schedule_has_no_object() -> None:
    with pytest.raises(InvalidDefinition, match="nothing stands for"):
        Schedule(Action("a", parameters={"Args/x": "${task.id}"}), Daily("06:20"))


def test_a_second_dollar_makes_it_plain_text() -> None:
    action = Action("a", parameters={"Args/home": "$${HOME}/x"})
    assert Schedule(action, Daily("06:20")).action is action
    assert substitute("$${HOME} ${scheduled}", {"scheduled": "now", "HOME": "no"}) == "${HOME} now"


def test_in_a_run_by_hand_nothing_stands_for_the_object_and_no_name_is_left() -> None:
    trigger = TaskTrigger(Action("a"), DONE, name="after training")
    values = manual(trigger, "1", NOON).values
    text = "${task.id}|${task.tags}|${trigger.name}|${scheduled}"
    assert substitute(text, values) == "||after training|2026-11-23T12:00:00Z"
