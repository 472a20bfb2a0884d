"""Archived, Created, Untagged and combined conditions in the engine, on a virtual clock and the in-memory server."""

from __future__ import annotations

import pytest

from clearml_sched_widgets.definition import (
    Action,
    AllOf,
    AnyOf,
    Archived,
    Condition,
    Created,
    DatasetTrigger,
    Definition,
    ModelTrigger,
    Not,
    Policies,
    Select,
    StatusChanged,
    Tagged,
    TaskTrigger,
    Untagged,
)
from clearml_sched_widgets.engine.loop import Engine
from clearml_sched_widgets.errors import OutcomeUnknown
from tests.engine.world import Killed, World

ALL = Policies(overlap="allow")  # no event waits for the run of the one before it
WATCHED = Select(projects=["Watched"])
DONE_UNLESS_WIP = AllOf(StatusChanged("completed"), Not(Tagged("wip")))


def on(world: World, when: Condition, **more: object) -> TaskTrigger:
    return TaskTrigger(Action(world.base), when, WATCHED, ALL, **more)  # type: ignore[arg-type]


def start(world: World, *triggers: object) -> Engine:
    engine = world.engine(Definition("triggers", [], triggers, poll_every="5s"))  # type: ignore[arg-type]
    world.run_for(engine, 6)
    return engine


def complete(world: World, task_id: str) -> None:
    world.gateway.start(task_id)
    world.gateway.finish(task_id)


def objects(world: World, engine: Engine) -> list[str]:
    world.run_for(engine, 10)
    return [run.object for run in world.runs(engine)]


def test_e4_an_archived_dataset_is_an_event_and_an_archived_task_is_none_for_it(world: World) -> None:
    old, new = (world.gateway.add_dataset(name, project="Watched") for name in ("old", "new"))
    world.gateway.archive(old)
    task = world.gateway.add_task("train", project="Watched", status="completed")
    model = world.gateway.add_model("net", "Watched")
    engine = start(
        world,
        DatasetTrigger(Action(world.base), Archived(), WATCHED, ALL, id="d"),
        ModelTrigger(Action(world.base), Archived(), WATCHED, ALL, id="m"),
    )
    world.gateway.tag(old, "x")
    for each in (task, new, model):
        world.gateway.archive(each)
    assert sorted(objects(world, engine)) == sorted([new, model])


def test_e10_what_is_created_in_a_watched_project_is_an_event_once(world: World) -> None:
    old = world.gateway.add_task("old", project="Watched")
    engine = start(world, on(world, Created()))
    new = world.gateway.add_task("new", project="Watched")
    world.gateway.add_task("elsewhere", project="Vision")
    world.gateway.tag(old, "x")
    assert objects(world, engine) == [new]
    complete(world, new)
    assert objects(world, engine) == [new]


def test_e11_a_trigger_on_creation_does_not_fire_on_its_own_clones(world: World) -> None:
    base = world.gateway.add_task("base", project="Watched")
    engine = start(world, TaskTrigger(Action(base), Created(), WATCHED, ALL))
    new = world.gateway.add_task("new", project="Watched")
    world.run_for(engine, 60)
    assert objects(world, engine) == [new]


def test_a_lost_tag_is_an_event_for_what_carried_it_at_the_start_too(world: World) -> None:
    task, never = (world.gateway.add_task(name, project="Watched") for name in ("train", "other"))
    world.gateway.tag(task, "prod")
    engine = start(world, on(world, Untagged("prod")))
    world.gateway.tag(never, "x")
    world.gateway.tag(task, remove=["prod"])
    assert objects(world, engine) == [task]
    world.gateway.tag(task, "prod")
    assert objects(world, engine) == [task]
    world.gateway.tag(task, remove=["prod"])
    assert objects(world, engine) == [task, task]


def test_all_of_fires_when_its_last_part_comes_true(world: World) -> None:
    early, late, old = (world.gateway.add_task(name, project="Watched") for name in ("early", "late", "old"))
    complete(world, old)
    world.gateway.tag(late, "wip")
    engine = start(world, on(world, DONE_UNLESS_WIP))
    complete(world, early)
    complete(world, late)
    world.gateway.tag(old, "x")
    assert objects(world, engine) == [early]
    world.gateway.tag(late, remove=["wip"])
    assert objects(world, engine) == [early, late]
    world.gateway.tag(late, "x")
    assert objects(world, engine) == [early, late]


def test_any_of_fires_at_the_first_of_its_parts(world: World) -> None:
    task = world.gateway.add_task("train", project="Watched")
    engine = start(world, on(world, AnyOf(Archived(), Tagged("go"))))
    world.gateway.tag(task, "go")
    assert objects(world, engine) == [task]
    world.gateway.archive(task)
    assert objects(world, engine) == [task]


@pytest.mark.parametrize("method", ["clone", "enqueue", "write_configuration", "changed"])
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("when", [DONE_UNLESS_WIP, AllOf(StatusChanged("completed"), Untagged("wip"))], ids=repr)
def test_e6_a_failing_request_loses_no_event_and_doubles_none(
    world: World, when: Condition, method: str, moment: str
) -> None:
    tasks = [world.gateway.add_task(f"train {number}", project="Watched") for number in range(5)]
    for task in tasks:
        world.gateway.tag(task, "wip")
    engine = start(world, on(world, when))
    left = 2

    def fault(name: str, at: str) -> None:
        nonlocal left
        if left and (name, at) == (method, moment):
            left -= 1
            for task in tasks:
                world.gateway.tag(task, f"touched {left}")  # its change has another time now
            raise OutcomeUnknown("The connection was cut")

    for task in tasks:
        complete(world, task)
        world.gateway.tag(task, remove=["wip"])
    world.gateway.fault = fault
    world.run_for(engine, 120)
    assert left < 2
    assert sorted(objects(world, engine)) == sorted(tasks)
    assert len(world.launched()) == 5


@pytest.mark.parametrize("method", ["clone", "enqueue", "write_configuration"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_an_engine_that_is_killed_at_an_event_has_a_successor_that_launches_it_once(
    world: World, method: str, moment: str
) -> None:
    task = world.gateway.add_task("train", project="Watched")
    world.gateway.tag(task, "wip")
    engine = start(world, on(world, DONE_UNLESS_WIP), on(world, Untagged("wip")), on(world, Archived()))

    def fault(name: str, at: str) -> None:
        if (name, at) == (method, moment):
            raise Killed

    complete(world, task)
    world.gateway.tag(task, remove=["wip"])
    world.gateway.archive(task)
    world.gateway.fault = fault
    with pytest.raises(Killed):
        world.run_for(engine, 20)
    world.gateway.fault = lambda _method, _moment: None
    world.gateway.tag(task, "touched")
    engine = world.engine()
    assert objects(world, engine) == [task] * 3
    assert len(set(world.launched())) == 3


def test_e17_100_triggers_of_every_condition_cost_one_request_per_kind_and_poll(world: World) -> None:
    conditions = (Archived(), Created(), Untagged("x"), DONE_UNLESS_WIP, AnyOf(Archived(), Tagged("go")))
    engine = start(world, *(on(world, when) for _ in range(20) for when in conditions))
    world.gateway.requests.clear()
    world.run_for(engine, 50)
    assert world.gateway.requests["changed"] <= 11


def test_what_holds_in_a_downtime_fires_at_the_resume_once(world: World) -> None:
    task = world.gateway.add_task("train", project="Watched")
    start(world, on(world, DONE_UNLESS_WIP), on(world, Created()))
    world.clock.advance(3600)
    complete(world, task)
    new = world.gateway.add_task("new", project="Watched")
    world.clock.advance(3600)
    engine = world.engine()
    assert sorted(objects(world, engine)) == sorted([task, new])
    assert sorted(objects(world, world.engine())) == sorted([task, new])
