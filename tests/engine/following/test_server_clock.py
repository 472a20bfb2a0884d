"""The clock of the server is set back: its triggers miss nothing and fire on nothing twice."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from clearml_sched_widgets.conditions.memory import KEY_RETENTION
from clearml_sched_widgets.definition import Action, Definition, Policies, StatusChanged, Tagged, TaskTrigger
from clearml_sched_widgets.engine.following import polling
from clearml_sched_widgets.engine.instance_task.commands import Command
from clearml_sched_widgets.engine.loop import Engine
from clearml_sched_widgets.policy.state import ReadPosition, State
from clearml_sched_widgets.records import LOOKBACK
from tests.engine.world import START, World

MINUTE = timedelta(seconds=60)


def start(world: World, **kwargs: object) -> Engine:
    policies = Policies(overlap="allow")
    done = TaskTrigger(Action(world.base), StatusChanged(["completed"], **kwargs), policies=policies, id="done")  # type: ignore[arg-type]
    ready = TaskTrigger(Action(world.base), Tagged(any=["ready"]), policies=policies, id="ready")
    engine = world.engine(Definition("clock", [], [done, ready], poll_every="5s"))
    world.run_for(engine, 90)
    return engine


def complete(world: World, *tags: str) -> str:
    task = world.gateway.add_task("train", tags=tags)
    world.gateway.start(task)
    world.gateway.finish(task)
    return task


def set_back(world: World, by: timedelta = MINUTE) -> None:
    world.server_ahead -= by


def objects(world: World, engine: Engine, trigger: str = "done") -> list[str]:
    return [run.object for run in world.runs(engine) if run.item == trigger]


@pytest.mark.parametrize("by", [timedelta(seconds=15), MINUTE, timedelta(hours=3)])
def test_k13_what_changes_after_the_servers_clock_was_set_back_is_seen(world: World, by: timedelta) -> None:
    engine = start(world)
    first = complete(world, "ready")
    world.run_for(engine, 10)
    unseen = complete(world)  # after the last poll, and before the clock is set back
    set_back(world, by)
    changed = []
    for _ in range(8):
        changed.append(complete(world, "ready"))
        world.run_for(engine, 10)
    assert sorted(objects(world, engine)) == sorted([first, unseen, *changed])
    assert sorted(objects(world, engine, "ready")) == sorted([first, *changed])
    assert len(world.launched()) == len(set(world.launched())) == 2 * 9 + 1


def test_k13_an_object_that_fired_before_does_not_fire_again_when_it_is_edited(world: World) -> None:
    engine = start(world)
    task = complete(world, "ready")
    world.run_for(engine, 10)
    set_back(world)
    world.run_for(engine, 10)
    world.gateway.tag(task, "looked at")
    world.run_for(engine, 120)
    assert len(world.launched()) == 2


def test_k13_more_events_than_are_remembered_do_not_fire_again(world: World) -> None:
    engine = start(world)
    tasks = [complete(world) for _ in range(150)]
    world.run_for(engine, 40)
    tasks.append(complete(world))
    world.run_for(engine, 10)
    assert engine.snapshot is not None
    assert len(engine.snapshot.state.memory["done"]) < 150
    set_back(world)
    tasks.append(complete(world))
    world.run_for(engine, 90)
    assert sorted(objects(world, engine)) == sorted(tasks)
    assert engine.snapshot.state.items["done"].runs == len(world.launched()) == 152


@pytest.mark.parametrize("changed_after", [1, 25])
def test_k13_the_clock_is_set_back_while_no_engine_runs(world: World, changed_after: int) -> None:
    engine = start(world)
    first = complete(world)
    world.run_for(engine, 10)
    world.clock.advance(5)
    set_back(world)
    world.clock.advance(changed_after)
    second = complete(world)
    world.clock.advance(26 - changed_after)
    engine = world.engine()
    world.run_for(engine, 90)
    assert sorted(objects(world, engine)) == sorted([first, second])
    assert len(world.launched()) == 2


def test_k13_a_clock_that_was_ahead_for_a_minute_and_is_right_again(world: World) -> None:
    engine = start(world)
    set_back(world, timedelta(days=-1))
    ahead = complete(world)
    world.run_for(engine, 20)
    set_back(world, timedelta(days=1))
    again = complete(world)
    world.run_for(engine, 30)
    assert sorted(objects(world, engine)) == sorted([ahead, again])
    assert len(world.launched()) == 2


def test_k13_the_status_before_is_known_across_the_change_of_the_clock(world: World) -> None:
    engine = start(world, from_=["in_progress"])
    task = world.gateway.add_task("train")
    world.gateway.start(task)
    world.run_for(engine, 10)
    set_back(world)
    world.gateway.finish(task)
    world.run_for(engine, 10)
    assert objects(world, engine) == [task]


# -- the state


def test_k13_nothing_in_a_state_lies_after_the_servers_present() -> None:
    later = START + MINUTE
    state = State(
        entities={
            "task": ReadPosition(cursor=later, seen={"t1": later.isoformat()}),
            "model": ReadPosition(cursor=START),
        },
        watching={"new": later, "old": START - MINUTE},
        memory={"new": {"t1": {"holds": True, "seen": later.isoformat()}, "t2": {"key": "k", "seen": ""}}},
        baseline=("new", "old"),
    )
    after = polling.within(state, START)
    assert after.entities["task"].cursor == later - KEY_RETENTION + LOOKBACK
    assert after.entities["task"].ahead == later
    assert after.entities["model"] == state.entities["model"]
    assert after.watching == {"new": START - LOOKBACK, "old": START - MINUTE}
    assert after.memory["new"]["t1"] == {"holds": True, "seen": START.isoformat()}
    assert after.memory["new"]["t2"] == state.memory["new"]["t2"]
    assert after.baseline == state.baseline


@pytest.mark.parametrize(
    ("set_back_by", "gap", "read_from"),
    [
        (MINUTE, timedelta(seconds=7), START - timedelta(seconds=7)),
        (60 * MINUTE, timedelta(seconds=7), START - timedelta(seconds=7)),
        (60 * MINUTE, None, START),  # an hour ago is long forgotten
        (3 * MINUTE, None, START + 3 * MINUTE - KEY_RETENTION + LOOKBACK),
    ],
)
def test_how_far_back_is_read_after_the_clock_was_set_back(
    set_back_by: timedelta, gap: timedelta | None, read_from: datetime
) -> None:
    before = State(entities={"task": ReadPosition(cursor=START + set_back_by)})
    after = polling.within(before, START, gap)
    assert after.entities["task"] == ReadPosition(cursor=read_from, ahead=START + set_back_by)
    again = polling.within(after, START - MINUTE, gap)
    assert again.entities["task"].ahead == START + set_back_by


@pytest.mark.parametrize("by", [MINUTE, timedelta(hours=1)])
@pytest.mark.parametrize("restart", [False, True])
def test_what_came_in_a_pause_does_not_fire_after_the_clock_was_set_back(
    world: World, by: timedelta, restart: bool
) -> None:
    engine = start(world)
    engine.command(Command(do="pause"))
    world.run_for(engine, 10)
    in_pause = [complete(world) for _ in range(3)]
    world.run_for(engine, 900)  # its memory of them is tidied up
    in_pause.append(complete(world))
    world.run_for(engine, 10)
    engine.command(Command(do="resume"))
    world.run_for(engine, 10)
    set_back(world, by)
    engine = world.engine() if restart else engine
    world.run_for(engine, 30)
    for task in in_pause:
        world.gateway.tag(task, "looked at")
    world.run_for(engine, 60)
    set_back(world, -by)
    world.run_for(engine, 60)
    assert world.launched() == []
    after = complete(world)
    world.run_for(engine, 20)
    assert objects(world, engine) == [after]


def test_a_state_that_is_not_ahead_stays_the_same() -> None:
    state = State(entities={"task": ReadPosition(cursor=START)}, watching={"one": START}, memory={"one": {}})
    assert polling.within(state, START) is state


def test_a_skipped_event_of_an_hour_ago_does_not_fire_after_the_clock_was_set_back_and_a_restart(world: World) -> None:
    done = TaskTrigger(Action(world.base), StatusChanged(["completed"]), policies=Policies(overlap="skip"), id="done")
    engine = world.engine(Definition("clock", [], [done], poll_every="5s"))
    world.run_for(engine, 60)
    for _ in range(3):
        complete(world)
    world.run_for(engine, 3600, world.end_runs)
    complete(world)
    world.run_for(engine, 10, world.end_runs)
    assert len(world.launched()) == 2
    set_back(world, timedelta(hours=1))
    world.run_for(world.engine(), 120, world.end_runs)
    assert len(world.launched()) == 2
