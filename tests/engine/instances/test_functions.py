"""Python functions as actions of instances: called in this kernel only, refused elsewhere."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from clearml_sched_widgets import codec
from clearml_sched_widgets.definition import Action, Definition, Interval, Schedule
from clearml_sched_widgets.errors import InvalidDefinition
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from clearml_sched_widgets.instances import running
from clearml_sched_widgets.instances.instance import Instance
from clearml_sched_widgets.manager import Manager
from clearml_sched_widgets.records import TaskQuery
from tests.engine.jobs import Job, quick
from tests.waiting import until


def of(job: Callable[[], None]) -> Definition:
    return Definition("calls", [Schedule(Action(function=job), Interval("1d"), id="call")])


def test_run_now_calls_the_function_of_an_instance_of_this_kernel(manager: Manager) -> None:
    job = Job()
    instance = manager.launch(of(job))
    instance.run_now("call")
    until(lambda: list(instance.executed.status) == ["in_progress"])
    job.go.set()
    until(lambda: list(instance.executed.status) == ["completed"])
    instance.stop()
    elsewhere = Instance(instance.gateway, instance.task)
    assert list(elsewhere.executed.status) == ["completed"]
    assert list(elsewhere.executed.cause) == ["manual"]
    instance.resume()  # its function is still here
    instance.run_now("call")
    until(lambda: len(job.calls) == 2)


def test_an_update_gives_a_running_instance_another_function_and_keeps_the_one_it_has(manager: Manager) -> None:
    first, second = quick(), quick()
    instance = manager.launch(of(first))
    instance.update(of(second))
    until(lambda: "was updated" in " ".join(instance.log.text))
    instance.run_now("call")
    until(lambda: len(second.calls) == 1)
    assert first.calls == []


def update_a_service(manager: Manager, definition: Definition) -> None:
    task = next(task.id for task in manager.gateway.tasks(TaskQuery(text="train model")))
    service = Definition("tasks", [Schedule(Action(task, "services"), Interval("1d"))])
    manager.launch(service, where="service").update(definition)


@pytest.mark.parametrize(
    "go",
    [
        lambda manager, definition: manager.launch(definition, where="service"),
        lambda manager, definition: manager.save(definition),
        lambda _, definition: codec.dumps(definition, "yaml"),
        update_a_service,
    ],
    ids=["launch", "save", "export", "update"],
)
def test_functions_are_refused_by_path_where_they_cannot_go(
    manager: Manager, gateway: MemoryGateway, go: Callable[[Manager, Definition], object]
) -> None:
    gateway.add_task("train model")
    with pytest.raises(InvalidDefinition, match="lives in this kernel only") as caught:
        go(manager, of(quick()))
    assert [problem.path for problem in caught.value.problems] == ["schedules[0].action.function"]


def test_a_definition_that_has_only_a_functions_name_is_not_launched(manager: Manager) -> None:
    copy = codec.from_data(codec.to_data(of(quick())))
    with pytest.raises(InvalidDefinition, match="expected the function itself"):
        manager.launch(copy)


def test_a_function_is_not_backfilled(manager: Manager) -> None:
    instance = manager.launch(of(quick()))
    with pytest.raises(InvalidDefinition, match="launches clones"):
        instance.backfill("call", "2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z")


def test_an_instance_that_was_deleted_leaves_no_function_behind(manager: Manager) -> None:
    instance = manager.launch(of(quick()))
    assert instance.id in running._functions
    instance.stop()
    instance.delete()
    assert instance.id not in running._functions
