"""Triggers in the engine, on a virtual clock and the in-memory server."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clearml_sched_widgets.definition import (
    Action,
    DatasetTrigger,
    Definition,
    ModelTrigger,
    Policies,
    Published,
    Select,
    StatusChanged,
    Tagged,
    TaskTrigger,
)
from clearml_sched_widgets.engine.loop import Engine
from clearml_sched_widgets.errors import OutcomeUnknown
from tests.engine.world import World

ALL = Policies(overlap="allow")  # no event waits for the run of the one before it


def on_completed(world: World, **kwargs: object) -> TaskTrigger:
    action = Action(world.base, parameters={"Args/task": "id=${task.id}"}, name="after ${task.name}")
    return TaskTrigger(action, StatusChanged(to=["completed"]), **{"policies": ALL, **kwargs})  # type: ignore[arg-type]


def start(world: World, *triggers: object) -> Engine:
    engine = world.engine(Definition("triggers", [], triggers, poll_every="5s"))  # type: ignore[arg-type]
    world.run_for(engine, 6)
    return engine


def complete(world: World, task_id: str, status: str = "completed") -> None:
    world.gateway.start(task_id)
    world.gateway.finish(task_id, status)


def objects(world: World, engine: Engine) -> list[str]:
    return [run.object for run in world.runs(engine)]


def test_a_completed_task_launches_a_run_that_knows_its_id(world: World) -> None:
    task = world.gateway.add_task("train 7", project="Vision")
    engine = start(world, on_completed(world))
    complete(world, task)
    world.run_for(engine, 10)
    run = world.gateway.task(world.runs(engine)[0].task.id)
    assert run.hyperparams["Args"]["task"].value == f"id={task}"
    assert run.name == "after train 7"
    assert run.status == "queued"


def test_what_had_happened_before_the_start_is_no_event_unless_it_is_included(world: World) -> None:
    old = world.gateway.add_task("old", status="completed")
    engine = start(world, on_completed(world), on_completed(world, include_existing=True))
    world.run_for(engine, 20)
    assert objects(world, engine) == [old]


def test_e5_the_same_task_failing_twice_is_two_events(world: World) -> None:
    task = world.gateway.add_task("train", project="Vision")
    engine = start(world, TaskTrigger(Action(world.base), StatusChanged(to=["failed"]), policies=ALL))
    complete(world, task, "failed")
    world.run_for(engine, 10)
    world.gateway.reset(task)
    complete(world, task, "failed")
    world.run_for(engine, 10)
    assert objects(world, engine) == [task, task]


@pytest.mark.parametrize("method", ["clone", "enqueue", "write_configuration", "changed"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_e6_a_failing_request_loses_no_event_and_doubles_none(world: World, method: str, moment: str) -> None:
    tasks = [world.gateway.add_task(f"train {number}") for number in range(5)]
    engine = start(world, on_completed(world))
    left = 2

    def fault(name: str, when: str) -> None:
        nonlocal left
        if left and (name, when) == (method, moment):
            left -= 1
            raise OutcomeUnknown("The connection was cut")

    world.gateway.fault = fault
    for task in tasks:
        complete(world, task)
    world.run_for(engine, 120)
    assert sorted(objects(world, engine)) == sorted(tasks)
    assert left < 2
    assert len(world.launched()) == 5


def test_e7_an_event_stays_pending_while_the_queue_is_missing(world: World) -> None:
    engine = start(world, TaskTrigger(Action(world.base, "gone"), StatusChanged(to=["completed"])))
    complete(world, world.gateway.add_task("train"))
    world.run_for(engine, 60)
    assert 'there is no queue "gone"' in world.log(engine)
    world.gateway.add_queue("gone")
    world.run_for(engine, 400)
    assert len(world.launched()) == 1


def test_e9_1200_objects_between_two_polls_are_1200_events(world: World) -> None:
    tasks = [world.gateway.add_task(f"train {number}") for number in range(1200)]
    engine = start(world, on_completed(world))
    for task in tasks:
        complete(world, task)
    world.run_for(engine, 30)
    assert sorted(objects(world, engine)) == sorted(tasks)


def test_e10_two_unnamed_triggers_are_two(world: World) -> None:
    engine = start(world, on_completed(world), on_completed(world))
    complete(world, world.gateway.add_task("train"))
    world.run_for(engine, 10)
    assert len(world.launched()) == 2


def test_e11_chains_work_and_loops_do_not(world: World) -> None:
    first = TaskTrigger(Action(world.base, name="step A"), StatusChanged(to=["completed"]), name="first")
    then = TaskTrigger(
        Action(world.base, name="step B"), StatusChanged(to=["completed"]), Select(name="step A"), name="then"
    )
    engine = start(world, first, then)
    complete(world, world.gateway.add_task("train"))
    for _ in range(10):
        world.run_for(engine, 10)
        for run in world.runs(engine):
            if run.status == "queued":
                complete(world, run.task.id)
    assert [run.item for run in world.runs(engine)] == [first.id, then.id]


def test_e14_an_old_failed_task_that_gets_a_tag_does_not_fail_again(world: World) -> None:
    old = world.gateway.add_task("old", status="failed")
    engine = start(world, TaskTrigger(Action(world.base), StatusChanged(to=["failed"])))
    world.gateway.tag(old, "looked at")
    world.run_for(engine, 20)
    assert world.launched() == []


def test_e14_an_event_that_was_handled_is_no_event_again_when_its_object_is_edited_hours_later(world: World) -> None:
    task = world.gateway.add_task("train")
    engine = start(world, TaskTrigger(Action(world.base), StatusChanged(to=["failed"])))
    complete(world, task, "failed")
    world.run_for(engine, 3600)
    world.gateway.tag(task, "looked at")
    world.run_for(engine, 20)
    assert len(world.launched()) == 1


@pytest.mark.parametrize("hours", [-3, 3])
def test_e15_the_hosts_clock_may_differ_from_the_servers(hours: int) -> None:
    world = World(server_ahead=timedelta(hours=hours))
    task = world.gateway.add_task("train")
    engine = start(world, on_completed(world))
    complete(world, task)
    world.run_for(engine, 20)
    assert objects(world, engine) == [task]


def test_e17_100_triggers_cost_one_request_per_poll(world: World) -> None:
    engine = start(world, *(on_completed(world) for _ in range(100)))
    world.gateway.requests.clear()
    world.run_for(engine, 50)
    assert world.gateway.requests["changed"] <= 11


def test_a_tag_is_an_event_each_time_it_comes(world: World) -> None:
    data = world.gateway.add_dataset("faces", project="Vision")
    engine = start(world, DatasetTrigger(Action(world.base), Tagged(any=["latest"]), policies=ALL))
    world.gateway.tag(data, "latest")
    world.run_for(engine, 10)
    world.gateway.tag(data, "reviewed")
    world.run_for(engine, 10)
    assert objects(world, engine) == [data]
    world.gateway.tag(data, remove=["latest"])
    world.run_for(engine, 10)
    world.gateway.tag(data, "latest")
    world.run_for(engine, 10)
    assert objects(world, engine) == [data, data]


def test_an_edit_of_an_object_that_was_tagged_before_the_start_is_no_event(world: World) -> None:
    data = world.gateway.add_dataset("faces", project="Vision", tags=["latest"])
    engine = start(world, DatasetTrigger(Action(world.base), Tagged(any=["latest"])))
    world.gateway.tag(data, "reviewed")
    world.run_for(engine, 10)
    assert world.launched() == []


def test_a_published_model_is_an_event_once(world: World) -> None:
    old, new = (world.gateway.add_model(name, "Vision", published=name == "old") for name in ("old", "new"))
    engine = start(world, ModelTrigger(Action(world.base), Published(), Select(projects=["Vision"])))
    world.gateway.publish(new)
    world.gateway.tag(old, "x")
    world.run_for(engine, 10)
    world.gateway.tag(new, "x")
    world.run_for(engine, 10)
    assert objects(world, engine) == [new]


def test_events_of_a_downtime_fire_at_the_resume_once(world: World) -> None:
    task = world.gateway.add_task("train")
    start(world, on_completed(world))
    world.clock.advance(3600)
    complete(world, task)
    world.clock.advance(3600)
    engine = world.engine()
    world.run_for(engine, 10)
    world.run_for(world.engine(), 10)
    assert world.launched() == [world.runs(engine)[0].key]
    assert objects(world, engine) == [task]


def test_overlap_skip_of_a_trigger_is_told(world: World) -> None:
    engine = start(world, on_completed(world, policies=Policies(overlap="skip")))
    for number in range(3):
        complete(world, world.gateway.add_task(f"train {number}"))
    world.run_for(engine, 10)
    assert len(world.launched()) == 1
    assert world.log(engine).count("the overlap policy is skip") == 2
