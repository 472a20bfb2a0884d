"""The log: how often it repeats a line and how it names items; and what a pause does not stop."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from clearml_sched_widgets import codec
from clearml_sched_widgets.definition import (
    Action,
    Definition,
    Interval,
    Schedule,
    Select,
    StatusChanged,
    TaskTrigger,
)
from clearml_sched_widgets.engine.instance_task import task as instance_task
from clearml_sched_widgets.engine.instance_task.commands import Command
from clearml_sched_widgets.views.history import executed_row, scheduled_rows
from tests.engine.world import START, World


def test_a_queue_that_no_agent_serves_is_told_once_until_that_changes(world: World) -> None:
    queue_id = world.gateway.add_queue("gpu", watched=False)
    items = [Schedule(Action(world.base, "gpu"), Interval("30s"), name=name) for name in ("one", "two")]
    engine = world.engine(Definition("nightly", items))
    world.run_for(engine, 100)
    assert world.log(engine).count('No agent serves the queue "gpu"; runs wait until one does.') == 1
    world.gateway._queues[queue_id].watched = True
    world.run_for(engine, 60)
    assert world.log(engine).count('An agent serves the queue "gpu" again.') == 1
    world.gateway._queues[queue_id].watched = False
    world.run_for(engine, 60)
    assert world.log(engine).count('No agent serves the queue "gpu"') == 2


@pytest.mark.parametrize(
    ("status", "level", "text"),
    [
        ("completed", "info", "completed"),
        ("failed", "warning", "failed"),
        ("stopped", "info", "was stopped"),
    ],
)
def test_the_end_of_a_run_is_told(world: World, status: str, level: str, text: str) -> None:
    engine = world.engine(Definition("nightly", [Schedule(Action(world.base), Interval("30s"), name="one")]))
    world.run_for(engine, 31)
    (run,) = world.runs(engine)
    world.gateway.set_status(run.task.id, "in_progress")
    world.gateway.set_status(run.task.id, status)
    world.run_for(engine, 10)
    assert engine.snapshot is not None
    told = [(line.level, line.text) for line in engine.snapshot.lines if run.task.id in line.text]
    assert told[1:] == [(level, f"one: task {run.task.id} {text}.")]


@pytest.mark.parametrize("whole", [True, False])
def test_run_now_runs_while_paused_and_the_slots_do_not(world: World, whole: bool) -> None:
    engine = world.engine(Definition("nightly", [Schedule(Action(world.base), Interval("30s"), id="one")]))
    engine.command(Command(do="pause", item="" if whole else "one"))
    world.run_for(engine, 40)
    assert world.launched() == []
    engine.command(Command(do="run_now", item="one"))
    world.run_for(engine, 40)
    (key,) = world.launched()
    assert key.startswith("one*")
    assert engine.snapshot is not None
    assert engine.snapshot.state.paused == whole  # the pause goes on


def test_what_waits_during_a_pause_of_all_is_launched_after_it(world: World) -> None:
    engine = world.engine(Definition("nightly", [Schedule(Action(world.base, "gone"), Interval("30s"), id="one")]))
    world.run_for(engine, 31)  # owed: there is no such queue
    engine.command(Command(do="pause"))
    world.run_for(engine, 5)
    world.gateway.add_queue("gone")
    world.run_for(engine, 60)
    assert world.launched() == []
    engine.command(Command(do="resume"))
    world.run_for(engine, 20)
    assert world.launched() == ["one@2026-11-23T12:00:30Z"]


def test_an_item_without_a_name_is_called_the_same_in_the_log_and_in_the_tables(world: World) -> None:
    engine = world.engine(Definition("nightly", [Schedule(Action(world.base), Interval("30s"), id="one")]))
    world.run_for(engine, 31)
    assert engine.snapshot is not None
    shot = engine.snapshot
    (scheduled,) = scheduled_rows(shot.definition, shot.state, shot.names, world.clock.now())
    executed = executed_row(shot.runs[0], shot.definition, shot.names)
    assert scheduled.name == executed.item_name == "train model"
    assert "train model: launched task" in world.log(engine)
    assert "Schedule one" not in world.log(engine)


def test_a_name_regex_that_does_not_end_holds_up_nobody_and_is_reported(world: World) -> None:
    slow = TaskTrigger(Action(world.base), StatusChanged(to=["completed"]), Select(name_regex="(a|aa)+$"), id="slow")
    good = TaskTrigger(Action(world.base), StatusChanged(to=["completed"]), id="good")
    engine = world.engine(Definition("nightly", triggers=[slow, good], poll_every="5s"))
    world.run_for(engine, 6)
    world.gateway.add_task("a" * 30 + " " + "b" * 30 + "!", status="completed")
    began = time.monotonic()
    world.run_for(engine, 6)
    assert time.monotonic() - began < 20
    assert [key.partition("!")[0] for key in world.launched()] == ["good"]
    assert engine.snapshot is not None
    assert "takes longer than 0.25 s on the name" in engine.snapshot.state.items["slow"].error


def test_what_was_wrong_with_an_item_is_forgotten_when_it_is_changed(world: World) -> None:
    engine = world.engine(Definition("nightly", [Schedule(Action(world.base, "gone"), Interval("1h"), id="one")]))
    engine.command(Command(do="run_now", item="one"))
    world.run_for(engine, 5)
    assert engine.snapshot is not None
    assert "there is no queue" in engine.snapshot.state.items["one"].error
    better = Definition("nightly", [Schedule(Action(world.base), Interval("1h"), id="one")])
    world.gateway.write_configuration(world.instance, {instance_task.DEFINITION: codec.dumps(better)})
    engine.command(Command(do="reload"))
    engine.step()
    assert engine.snapshot.state.items["one"].error == ""


@pytest.mark.parametrize("whole", [True, False])
def test_a_backfill_during_a_pause_says_that_it_waits(world: World, whole: bool) -> None:
    engine = world.engine(Definition("nightly", [Schedule(Action(world.base), Interval("30s"), id="one")]))
    engine.command(Command(do="pause", item="" if whole else "one"))
    start, end = (moment.isoformat() for moment in (START - timedelta(minutes=2), START - timedelta(minutes=1)))
    engine.command(Command(do="backfill", item="one", start=start, end=end))
    world.run_for(engine, 5)
    assert "2 runs. They wait for the end of the pause." in world.log(engine)
    assert world.launched() == []
    engine.command(Command(do="resume", item="" if whole else "one"))
    world.run_for(engine, 5)
    assert len(world.launched()) == 2
