"""Arguments of a wrong type: the error names the argument, the value and the valid type; it is never internal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from typing import Any

import pytest

from clearml_sched_widgets import Dashboard, SchedulerApp, Wizard, codec, preview, simulate
from clearml_sched_widgets.definition import Action, Daily, Definition, Schedule
from clearml_sched_widgets.errors import InvalidDefinition
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from clearml_sched_widgets.instances.instance import Instance
from clearml_sched_widgets.manager import Manager
from clearml_sched_widgets.recurrence import next_after, occurrences

NOON = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
AN_ID = "expected the id of an instance, as in Manager().instances()[0].id"
PLAN = Definition("plan", [Schedule(Action("base"), Daily("06:20"))])


@pytest.fixture
def instance() -> Iterator[Instance]:
    gateway = MemoryGateway()
    gateway.add_queue("default")
    manager = Manager(gateway=gateway)
    schedule = Schedule(Action(gateway.add_task("train model")), Daily("06:20"), id="one")
    instance = manager.launch(Definition("nightly", [schedule]))
    yield instance
    instance.stop()


def manager() -> Any:
    return Manager(gateway=MemoryGateway())


@pytest.mark.parametrize(
    ("go", "path", "expected"),
    [
        (lambda: manager().launch(None), "definition", "expected a Definition"),
        (lambda: manager().save({"name": "x"}), "definition", "expected a Definition"),
        (lambda: manager().check("nightly"), "definition", "expected a Definition"),
        (lambda: manager().warnings(None), "definition", "expected a Definition"),
        (lambda: Manager(MemoryGateway()), "project", "expected some text"),  # type: ignore[arg-type]
        (lambda: Manager(""), "project", "must not be empty"),
        (lambda: Wizard(manager="Vision"), "manager", "expected a Manager, such as Manager()"),  # type: ignore[arg-type]
        (lambda: Dashboard(manager=3), "manager", "expected a Manager, such as Manager()"),  # type: ignore[arg-type]
        (lambda: SchedulerApp(PLAN), "manager", "expected a Manager, such as Manager()"),  # type: ignore[arg-type]
        (lambda: manager().get(""), "instance_id", AN_ID),
        (lambda: manager().get(3), "instance_id", AN_ID),
        (lambda: manager().clone(manager()), "instance_id", AN_ID),
        (lambda: preview(PLAN, None), "n", "expected a whole number of 0 or more"),  # type: ignore[arg-type]
        (lambda: preview(PLAN, -1), "n", "expected a whole number of 0 or more"),
        (lambda: preview(PLAN, True), "n", "expected a whole number of 0 or more"),
        (lambda: preview("nightly"), "definition", "expected a Definition"),  # type: ignore[arg-type]
        (lambda: simulate(None, NOON, NOON), "definition", "expected a Definition"),  # type: ignore[arg-type]
        (lambda: codec.loads(None), "text", "expected a text in JSON or YAML"),  # type: ignore[arg-type]
        (lambda: codec.loads(b"{}"), "text", "expected a text in JSON or YAML"),  # type: ignore[arg-type]
        (lambda: codec.dumps(None), "definition", "expected a Definition"),  # type: ignore[arg-type]
    ],
)
def test_a_wrong_type_is_refused_by_the_name_of_the_argument(
    go: Callable[[], object], path: str, expected: str
) -> None:
    with pytest.raises(InvalidDefinition) as caught:
        go()
    assert [(problem.path, problem.message) for problem in caught.value.problems] == [(path, expected)]


@pytest.mark.parametrize(
    ("go", "path", "expected"),
    [
        (lambda instance: instance.update(None), "definition", "expected a Definition"),
        (lambda instance: instance.run_now(3), "item", "or its id"),
        (lambda instance: instance.pause(item=3), "item", "or its id"),
        (lambda instance: instance.resume(3.5), "item", "or its id"),
        (lambda instance: instance.backfill(None, NOON, NOON), "item", "or its id"),
        (lambda instance: instance.pause(note=3), "note", "expected text"),
        (lambda instance: instance.pause("maintenance", "two"), "item", "it has: one"),
        (lambda instance: instance.retry(instance.definition.schedules[0]), "run", "the id of a task"),
        (lambda instance: instance.abort(None), "run", "the id of a task"),
        (lambda instance: manager().save(instance.definition, instance.id), "instance", "expected an Instance"),
    ],
)
def test_what_users_do_with_an_instance_refuses_wrong_types(
    instance: Any, go: Callable[[Any], object], path: str, expected: str
) -> None:
    with pytest.raises(InvalidDefinition) as caught:
        go(instance)
    (problem,) = caught.value.problems
    assert problem.path == path
    assert expected in problem.message


def test_requirements_as_one_text_are_no_list_of_letters() -> None:
    with pytest.raises(InvalidDefinition, match="expected a list of pip requirements"):
        manager().launch(Definition("nightly", [Schedule(Action("a"), Daily("06:20"))]), requirements="attrs")


@pytest.mark.parametrize(
    ("go", "expected"),
    [
        (lambda: next_after(Daily("06:20"), "2026-01-01"), "moment: expected an aware datetime, got '2026-01-01'"),  # type: ignore[arg-type]
        (lambda: next_after("daily", NOON), "rule: expected Once, Daily, .*, got 'daily'"),  # type: ignore[arg-type]
        (lambda: list(occurrences(Daily("06:20"), NOON, None)), "end: expected an aware datetime, got None"),  # type: ignore[arg-type]
        (lambda: occurrences(None, NOON, NOON), "rule: expected Once, .*, got None"),  # type: ignore[arg-type]
    ],
)
def test_recurrence_refuses_what_is_no_rule_and_no_datetime(go: Callable[[], object], expected: str) -> None:
    with pytest.raises(TypeError, match=expected):
        go()
