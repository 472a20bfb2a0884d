"""A pause leaves out what comes due while it lasts, and nothing else."""

from __future__ import annotations

import json

import pytest

from clearml_sched_widgets.definition import (
    Action,
    Definition,
    Interval,
    Once,
    Policies,
    Schedule,
    StatusChanged,
    TaskTrigger,
)
from clearml_sched_widgets.engine.instance_task.commands import PREFIX, Command
from clearml_sched_widgets.engine.instance_task.task import LAUNCHED
from clearml_sched_widgets.engine.loop import Engine
from tests.engine.world import START, World


def send(world: World, engine: Engine, *commands: Command, here: bool) -> None:
    for command in commands:
        if here:
            engine.command(command)
        else:
            data = {"do": command.do, "item": command.item, "note": command.note}
            world.gateway.write_configuration(world.instance, {f"{PREFIX}{command.id}": json.dumps(data)})


def keys(world: World) -> list[str]:
    return [key.partition("T")[2] for key in world.launched() if "@" in key]


@pytest.mark.parametrize("here", [True, False])
@pytest.mark.parametrize("item", ["", "every"])
def test_k25_a_slot_that_was_due_before_a_pause_is_launched(world: World, here: bool, item: str) -> None:
    schedule = Schedule(Action(world.base), Interval("30s"), Policies(missed="skip"), id="every")
    engine = world.engine(Definition("nightly", [schedule]))
    world.run_for(engine, 29)
    world.clock.advance(2.5)  # the engine is asleep when the slot and then the pause come
    send(world, engine, Command(do="pause", item=item), here=here)
    world.run_for(engine, 40)
    send(world, engine, Command(do="resume", item=item), here=here)
    world.run_for(engine, 25)
    assert keys(world) == ["12:00:30Z", "12:01:30Z"]  # that of 12:01:00 came due in the pause


@pytest.mark.parametrize("item", ["", "done"])
def test_k25_an_event_that_came_before_a_pause_is_launched(world: World, item: str) -> None:
    trigger = TaskTrigger(Action(world.base), StatusChanged(to=["completed"]), id="done")
    engine = world.engine(Definition("nightly", [], [trigger], poll_every="1m"))
    world.run_for(engine, 70)

    def end_a_task() -> str:
        task = world.gateway.add_task("somebody's", status="completed")
        return str(task)

    before = end_a_task()
    world.clock.advance(1)
    send(world, engine, Command(do="pause", item=item), here=True)
    world.run_for(engine, 20, world.end_runs)
    end_a_task()  # in the pause
    world.run_for(engine, 120, world.end_runs)
    send(world, engine, Command(do="resume", item=item), here=True)
    world.run_for(engine, 5, world.end_runs)
    after = end_a_task()
    world.run_for(engine, 130, world.end_runs)
    assert [run.object for run in world.runs(engine)] == [before, after]


def test_k25_pause_and_resume_in_one_moment_leave_out_nothing(world: World) -> None:
    schedule = Schedule(Action(world.base), Interval("30s"), Policies(missed="skip"), id="every")
    engine = world.engine(Definition("nightly", [schedule]))
    world.run_for(engine, 29)
    world.clock.advance(2.5)
    send(
        world, engine, Command(do="pause"), Command(do="resume"), Command(do="pause"), Command(do="resume"), here=False
    )
    world.run_for(engine, 40)
    assert keys(world) == ["12:00:30Z", "12:01:00Z"]


@pytest.mark.parametrize("missed", ["skip", "latest", "all"])
def test_k26_what_came_due_while_the_launch_still_worked_runs_at_once(world: World, missed: str) -> None:
    once = Schedule(Action(world.base), Once("2026-11-23", "12:00:20"), Policies(missed=missed), id="once")
    world.create(Definition("nightly", [once]))
    world.gateway.write_configuration(world.instance, {LAUNCHED: START.isoformat()})
    world.clock.advance(45)  # a slow server
    engine = world.engine()
    world.run_for(engine, 5)
    assert keys(world) == ["12:00:20Z"]
    world.run_for(world.engine(), 60)
    assert keys(world) == ["12:00:20Z"]


@pytest.mark.parametrize("text", ["garbage", "", "2026-11-23T12:00:00", "9999-01-01T00:00:00+00:00"])
def test_a_moment_of_launch_that_makes_no_sense_is_ignored(world: World, text: str) -> None:
    world.create(Definition("nightly", [Schedule(Action(world.base), Interval("10s"), id="every")]))
    world.gateway.write_configuration(world.instance, {LAUNCHED: text})
    world.clock.advance(45)
    world.run_for(world.engine(), 10)
    assert keys(world) == ["12:00:50Z"]
