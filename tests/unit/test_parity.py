"""Every option of the SDK's schedulers is one of ours, is refused with a reason, or is named as still to come."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from clearml.automation import TaskScheduler, TriggerScheduler
from clearml.backend_api.services.v2_23 import tasks

import clearml_sched_widgets


class Ours:
    """The places where a user says the same: `Class.field`, or `Class.argument` for a class that is no record."""

    def __init__(self, *places: str) -> None:
        self.places = places


class Later(Ours):
    """The same, where the place is still to be built; `topic` says what has to come first."""

    def __init__(self, topic: str, *places: str) -> None:
        super().__init__(*places)
        self.topic = topic


class Refused:
    """We do not take it, on purpose."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


Answer = Ours | Later | Refused

FUNCTIONS = Ours("Action.function")
REUSE = Ours("Action.reuse_task")
OVERRIDES = Ours("Action.overrides", "Action.container", "Action.parameters")
METRICS = "triggers on metrics"
TIMES = ("Once.times", "Daily.times", "Weekly.times", "Monthly.times")

INSTANCE: dict[str, Answer] = {
    "sync_frequency_minutes": Refused("an edit of a running instance takes effect within seconds, or is refused"),
    "force_create_task_name": Ours("Definition.name"),
    "force_create_task_project": Ours("Manager.project"),
}
LAUNCH: dict[str, Answer] = {
    "schedule_task_id": Ours("Action.task"),
    "schedule_function": FUNCTIONS,
    "target_project": Ours("Action.project"),
    "reuse_task": REUSE,
    "task_parameters": Ours("Action.parameters"),
    "task_overrides": OVERRIDES,
    "single_instance": Ours("Policies.overlap"),
}
TRIGGER: dict[str, Answer] = {
    **LAUNCH,
    "schedule_queue": Ours("Action.queue"),
    "add_tag": Ours("Action.tags"),
    "trigger_project": Ours("Select.projects", "Select.subprojects"),
    "trigger_name": Ours("Select.name_regex"),
    "trigger_on_tags": Ours("Tagged.all"),
    "trigger_required_tags": Ours("Select.tags_all"),
}
DATA: dict[str, Answer] = {
    "trigger_on_publish": Ours("Published"),
    "trigger_on_archive": Ours("Archived"),
}
# The times of `add_task` mean an interval when they stand alone and a time of day or a date beside larger ones.
SCHEDULE: dict[str, Answer] = {
    **LAUNCH,
    "queue": Ours("Action.queue"),
    "name": Ours("Schedule.name"),
    "minute": Ours("Interval.every", *TIMES),
    "hour": Ours("Interval.every", *TIMES),
    "day": Ours("Interval.every", "Once.date", "Daily", "Monthly.days"),
    "weekdays": Ours("Weekly.weekdays"),
    "month": Ours("Monthly.months", "Once.date"),
    "year": Ours("Monthly.months", "Once.date"),
    "recurring": Ours("Once"),
    "execute_immediately": Ours("Schedule.run_at_start"),
    "limit_execution_time": Ours("Action.time_limit"),
}
TASK: dict[str, Answer] = {
    "name": Ours("TaskTrigger.name"),
    "trigger_on_status": Ours("StatusChanged.to"),
    "trigger_exclude_dev_tasks": Ours("Select.exclude_development"),
    "trigger_on_metric": Later(METRICS, "Metric.title"),
    "trigger_on_variant": Later(METRICS, "Metric.series"),
    "trigger_on_threshold": Later(METRICS, "Metric.over", "Metric.under"),
    "trigger_on_sign": Later(METRICS, "Metric.over", "Metric.under"),
}
PARITY: dict[Callable[..., Any], dict[str, Answer]] = {
    TaskScheduler.__init__: INSTANCE,
    TriggerScheduler.__init__: {**INSTANCE, "pooling_frequency_minutes": Ours("Definition.poll_every")},
    TaskScheduler.add_task: SCHEDULE,
    TriggerScheduler.add_task_trigger: {**TRIGGER, **TASK},
    TriggerScheduler.add_dataset_trigger: {**TRIGGER, **DATA, "name": Ours("DatasetTrigger.name")},
    TriggerScheduler.add_model_trigger: {**TRIGGER, **DATA, "name": Ours("ModelTrigger.name")},
}


def parameters(method: Callable[..., Any]) -> set[str]:
    return set(inspect.signature(method).parameters) - {"self"}


def exists(place: str) -> bool:
    """Whether a public class, and where one is named its field or argument, is there."""
    name, _, field = place.partition(".")
    kind = getattr(clearml_sched_widgets, name, None)
    if kind is None or not field:
        return kind is not None
    return field in (attrs.fields_dict(kind) if attrs.has(kind) else inspect.signature(kind).parameters)


def all_answers(kind: type) -> list[tuple[str, Any]]:
    return [
        (f"{method.__qualname__}({name})", answer)
        for method, answers in PARITY.items()
        for name, answer in answers.items()
        if type(answer) is kind
    ]


def editable() -> list[str]:
    """Every field that an override of the SDK's could name: what `tasks.edit` takes, and its parts."""
    schema: Any = tasks.EditRequest._schema
    parts = [f"{name}.{part}" for name in ("script", "execution") for part in schema["definitions"][name]["properties"]]
    return [*schema["properties"], *parts, "container.image", "hyperparams.Args.lr", "Args/lr", "output.destination"]


@pytest.mark.parametrize("name", editable())
def test_every_override_of_the_sdk_is_taken_or_has_its_place_named(name: str) -> None:
    try:
        clearml_sched_widgets.Action("base", overrides={name: "x"})
    except clearml_sched_widgets.InvalidDefinition as error:
        (problem,) = error.problems
        _, _, alternative = problem.message.partition("; ")
        assert alternative, problem
        assert name == "script" or "expected one of script." not in alternative, problem
    else:
        assert name.startswith("script.")


@pytest.mark.parametrize("method", PARITY, ids=lambda method: method.__qualname__)
def test_every_parameter_of_the_sdk_has_an_answer(method: Callable[..., Any]) -> None:
    assert parameters(method) == set(PARITY[method])


def test_a_parameter_that_the_sdk_gains_is_noticed() -> None:
    def add_task(self: object, queue: str, priority: int) -> None: ...

    assert parameters(add_task) - set(SCHEDULE) == {"priority"}


@pytest.mark.parametrize(("asked", "ours"), all_answers(Ours))
def test_what_is_ours_is_there(asked: str, ours: Ours) -> None:
    assert [place for place in ours.places if not exists(place)] == [], asked


def test_a_place_that_is_not_there_is_noticed() -> None:
    assert [exists(place) for place in ("Schedule.crontab", "Crontab", "Manager.queue_name")] == [False] * 3


@pytest.mark.parametrize(("asked", "later"), all_answers(Later))
def test_what_is_to_come_is_whole_or_not_there_at_all(asked: str, later: Later) -> None:
    assert later.topic
    assert len({exists(place) for place in later.places}) == 1, asked


def test_what_is_refused_has_a_reason() -> None:
    refused = dict(all_answers(Refused))
    assert set(refused) == {
        "TaskScheduler.__init__(sync_frequency_minutes)",
        "TriggerScheduler.__init__(sync_frequency_minutes)",
    }
    assert all(len(answer.reason) > 20 for answer in refused.values())
