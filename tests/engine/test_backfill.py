"""Backfills in the engine, on a virtual clock."""

from __future__ import annotations

from clearml_sched_widgets.definition import Schedule
from clearml_sched_widgets.engine.instance_task.commands import Command
from clearml_sched_widgets.engine.loop import Engine
from tests.engine.world import START, World, slot_times


def backfill(world: World, engine: Engine, schedule: Schedule, start: str, end: str) -> None:
    begin, until = (f"2026-11-23T{text}:00+00:00" for text in (start, end))
    engine.command(Command(do="backfill", item=schedule.id, start=begin, end=until))
    world.run_for(engine, 5)


def test_a_backfill_launches_the_slots_of_a_period_but_none_that_has_run(world: World) -> None:
    schedule = world.every("10m")
    engine = world.start(schedule)
    world.run_for(engine, 1210)
    engine = world.engine()
    backfill(world, engine, schedule, "11:30", "12:20")
    assert sorted(slot_times(world.launched())) == ["11:40:00", "11:50:00", "12:00:00", "12:10:00", "12:20:00"]
    assert [run.cause for run in world.runs(engine)][2:] == ["backfill"] * 3
    assert "3 runs; 2 more had been launched already" in world.log(engine)
    backfill(world, engine, schedule, "11:30", "12:20")
    world.run_for(engine, 600)
    assert len(world.launched()) == len(set(world.launched())) == 6


def test_backfilled_runs_wait_for_each_other_unless_overlap_is_allowed(world: World) -> None:
    schedule = world.every("1h", overlap="skip")
    engine = world.start(schedule)
    backfill(world, engine, schedule, "08:30", "11:30")
    seen = []
    for _ in range(4):
        seen.append(len(world.launched()))
        world.end_runs()
        world.run_for(engine, 5)
    assert seen == [1, 2, 3, 3]


def test_a_backfill_of_too_many_slots_or_of_none_is_refused_in_the_log(world: World) -> None:
    schedule = world.every("1s")
    engine = world.start(schedule)
    engine.command(Command(do="backfill", item=schedule.id, start="2026-11-01T00:00:00+00:00", end=START.isoformat()))
    world.run_for(engine, 0.5)
    assert "more than 1000 times in this period" in world.log(engine)
    assert world.launched() == []
