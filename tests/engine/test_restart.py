"""Killed at any step and resumed: no slot is lost, none is doubled."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from clearml_sched_widgets.definition import Action, Definition, Interval, Policies, Schedule
from clearml_sched_widgets.engine.instance_task import commands
from clearml_sched_widgets.engine.instance_task.commands import Command
from clearml_sched_widgets.engine.loop import Engine
from clearml_sched_widgets.errors import InstanceStateError, Unavailable
from tests.engine.world import START, Killed, World

STEPS = [
    (method, moment)
    for method in ("tasks", "clone", "enqueue", "write_configuration", "report_log")
    for moment in ("before", "after")
]


def definition(world: World, **policies: object) -> Definition:
    rule = Interval(every="10s")
    return Definition("nightly", [Schedule(Action(world.base), rule, Policies(**policies), id="every")])  # type: ignore[arg-type]


@pytest.mark.parametrize(("method", "moment"), STEPS)
@pytest.mark.parametrize("downtime", [0, 47])
def test_s18_s19_killed_at_any_step_and_resumed(world: World, method: str, moment: str, downtime: int) -> None:
    engine = world.engine(definition(world, missed="all"))
    world.run_for(engine, 25)
    armed = True

    def kill(name: str, when: str) -> None:
        nonlocal armed
        due = world.clock.now() >= START + timedelta(seconds=29)
        if armed and due and (name, when) == (method, moment):
            armed = False
            raise Killed

    world.gateway.fault = kill
    with pytest.raises(Killed):
        world.run_for(engine, 600)
    world.clock.advance(downtime)
    engine = world.engine()
    world.run_for(engine, 30)
    expected = (world.clock.now() - START).seconds // 10
    keys = world.launched()
    assert len(keys) == expected
    assert len(set(keys)) == expected


@pytest.mark.parametrize(("missed", "launched"), [("skip", 0), ("latest", 1), ("all", 3)])
def test_s7_after_a_downtime_the_missed_run_policy_decides_and_the_next_slot_happens(
    missed: str, launched: int
) -> None:
    world = World()
    rule = Interval(every="1h")
    policies = Policies(missed=missed, catchup_window="3h")
    world.run_for(world.engine(Definition("nightly", [Schedule(Action(world.base), rule, policies)])), 60)
    world.clock.advance(timedelta(days=3).total_seconds() + 600)
    engine = world.engine()
    world.run_for(engine, 60)
    assert len(world.launched()) == launched
    world.run_for(engine, 3600)
    assert len(world.launched()) == launched + 1


def test_a_run_that_somebody_deleted_is_not_launched_again(world: World) -> None:
    engine = world.engine(definition(world, missed="all"))
    world.run_for(engine, 35)
    for run in world.runs(engine):
        world.gateway.delete(run.task.id)
    world.run_for(world.engine(), 1)
    assert world.launched() == []


def test_a_dequeued_run_is_respected_after_a_resume(world: World) -> None:
    engine = world.engine(definition(world, missed="all"))
    world.run_for(engine, 15)
    run = world.runs(engine)[0]
    world.gateway.dequeue(run.task.id)
    world.run_for(world.engine(), 1)
    assert world.gateway.task(run.task.id).status == "created"


def test_a_clone_that_shows_up_late_is_not_launched_beside_the_one_that_was() -> None:
    """It may even count as the older one: its time was set before it could be read."""
    world = World()
    engine = world.engine(definition(world, missed="all"))

    def kill(method: str, moment: str) -> None:
        if (method, moment) == ("enqueue", "after"):
            raise Killed

    world.gateway.fault = kill
    with pytest.raises(Killed):
        world.run_for(engine, 15)
    world.gateway.fault = lambda _method, _moment: None
    (launched,) = [task for task in world.gateway.all_tasks() if task.status == "queued"]
    late = world.gateway.add_task("late", system_tags=launched.system_tags, hyperparams=launched.hyperparams)
    world.gateway._put(late, created=START)
    world.run_for(world.engine(), 1)
    assert world.gateway.task(late).virgin
    assert world.launched() == ["every@2026-11-23T12:00:10Z"]


@pytest.mark.parametrize("overlap", ["skip", "queue", "allow", "cancel_previous"])
def test_a_run_whose_launch_was_not_noted_counts_as_one_and_is_not_in_its_own_way(world: World, overlap: str) -> None:
    engine = world.engine(definition(world, overlap=overlap, max_runs=2))
    armed = True

    def kill(method: str, moment: str) -> None:
        nonlocal armed
        if armed and (method, moment) == ("enqueue", "after"):
            armed = False
            raise Killed

    world.gateway.fault = kill
    with pytest.raises(Killed):
        world.run_for(engine, 15)
    engine = world.engine()

    def agent() -> None:
        if (task_id := world.gateway.take(world.gateway.queues()[0].id)) is not None:
            world.gateway.finish(task_id)

    world.run_for(engine, 1)
    assert "skipped the run of 2026-11-23T12:00:10Z" not in world.log(engine)
    world.run_for(engine, 60, agent)
    assert world.launched() == ["every@2026-11-23T12:00:10Z", "every@2026-11-23T12:00:20Z"]


def test_two_engines_on_one_instance_do_not_double_and_the_second_one_says_who_holds_it(world: World) -> None:
    first = world.engine(definition(world, missed="all"))
    world.run_for(first, 15)
    second = world.rival()
    for _ in range(40):
        first.step()
        with pytest.raises(InstanceStateError, match=rf"process {os.getpid()}"):
            second.open()
        world.clock.advance(1)
    keys = world.launched()
    assert len(keys) == len(set(keys)) == (world.clock.now() - START).seconds // 10


def kill_at(world: World, engine: Engine, method: str, when: str = "after") -> None:
    """Let the engine go on until it is killed at its next request of a kind."""
    armed = True

    def kill(name: str, moment: str) -> None:
        nonlocal armed
        if armed and (name, moment) == (method, when):
            armed = False
            raise Killed

    world.gateway.fault = kill
    with pytest.raises(Killed):
        world.run_for(engine, 600)


@pytest.mark.parametrize("missed", ["skip", "latest", "all"])
def test_a_run_that_a_killed_process_launched_counts_for_max_runs(world: World, missed: str) -> None:
    engine = world.engine(definition(world, missed=missed, max_runs=3))
    world.run_for(engine, 15)
    kill_at(world, engine, "enqueue")
    world.clock.advance(60)  # later slots come due, and the missed-run policy decides about them
    world.run_for(world.engine(), 120)
    assert len(world.launched()) == 3


@pytest.mark.parametrize("overlap", ["skip", "queue"])
def test_a_run_that_a_killed_process_launched_counts_as_unfinished(world: World, overlap: str) -> None:
    engine = world.engine(definition(world, missed="latest", overlap=overlap))
    kill_at(world, engine, "enqueue")
    world.clock.advance(60)
    world.run_for(world.engine(), 30)
    assert len(world.launched()) == 1  # it is still queued


def test_a_launch_that_a_killed_process_made_does_not_expire(world: World) -> None:
    engine = world.engine(definition(world, missed="all", max_runs=1, catchup_window="5m"))
    queue = next(queue.id for queue in world.gateway.queues() if queue.name == "default")
    world.gateway.delete_queue(queue)
    world.run_for(engine, 15)  # one slot is owed, and was tried
    world.gateway.add_queue("default")
    kill_at(world, engine, "enqueue")
    world.clock.advance(3600)
    world.run_for(world.engine(), 60)
    assert len(world.launched()) == 1
    assert "gave up" not in world.log(world.engine())


def test_a_command_that_could_not_be_removed_is_not_carried_out_by_a_later_process(world: World) -> None:
    engine = world.engine(definition(world))
    command = Command(do="run_now", item="every")
    world.gateway.write_configuration(world.instance, commands.dumps(command))

    def refuse(name: str, moment: str) -> None:
        if (name, moment) == ("delete_configuration", "before"):
            raise Unavailable("HTTP 503")

    world.gateway.fault = refuse
    world.run_for(engine, 1200, world.end_runs)  # what was launched first is no longer read at a start
    world.run_for(world.engine(), 30, world.end_runs)
    assert [key for key in world.launched() if "*" in key] == [f"every*{command.id}"]


def test_a_command_stays_on_the_server_until_its_effect_is_saved(world: World) -> None:
    engine = world.engine(definition(world))
    world.run_for(engine, 2)
    world.gateway.write_configuration(world.instance, commands.dumps(Command(do="run_now", item="every")))
    failures = 3

    def refuse(name: str, moment: str) -> None:
        nonlocal failures
        if (name, moment) == ("write_configuration", "before") and failures:
            failures -= 1
            raise Unavailable("HTTP 503")

    world.gateway.fault = refuse
    while failures:
        world.run_for(engine, 0.5)
    world.run_for(world.engine(), 5)  # the engine before is killed now
    assert len([key for key in world.launched() if "*" in key]) == 1
