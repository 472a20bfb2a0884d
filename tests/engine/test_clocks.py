"""The server's clock decides; what the clocks of the host show, and what either of them jumps to, harms nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clearml_sched_widgets.definition import (
    Action,
    Definition,
    StatusChanged,
    TaskTrigger,
)
from clearml_sched_widgets.engine.instance_task.commands import Command, dumps
from clearml_sched_widgets.errors import Unavailable
from tests.engine.instance_task.test_lease_engines import assert_each_slot_once, away, slots, ticking
from tests.engine.world import World

HOUR = 3600.0


# -- the host's clock
@pytest.mark.parametrize("jump", [-300.0, -8 * HOUR, 20.0, 2 * HOUR])
def test_no_slot_is_doubled_early_or_lost_when_the_hosts_clock_is_set(world: World, jump: float) -> None:
    engine = world.engine(ticking(world))
    world.run_for(engine, 305)
    world.clock.set_wall(jump)
    world.run_for(engine, 400)
    assert_each_slot_once(world)


def test_k10_a_jump_of_the_hosts_clock_stops_no_run_that_has_a_time_limit(world: World) -> None:
    engine = world.start(world.every("1h", time_limit="30m"))
    engine.command(Command(do="run_now", item=engine.snapshot.definition.items[0].id if engine.snapshot else ""))
    world.run_for(engine, 5)
    world.gateway.start(world.runs(engine)[0].task.id)
    world.clock.set_wall(2 * HOUR)
    world.run_for(engine, 3)
    world.clock.set_wall(-2 * HOUR)
    world.run_for(engine, 60)
    assert world.statuses(engine) == ["in_progress"]
    world.run_for(engine, 1800)
    assert world.statuses(engine) == ["stopped"]


@pytest.mark.parametrize("days", [1, 3])
@pytest.mark.parametrize("missed", ["skip", "latest", "all"])
def test_k11_days_ahead_for_a_minute_and_then_right_again_neither_launches_early_nor_silences(
    world: World, days: int, missed: str
) -> None:
    engine = world.start(world.every("30s", missed=missed))
    world.run_for(engine, 65)
    world.clock.set_wall(days * 24 * HOUR)
    world.run_for(engine, 60)
    world.clock.set_wall(-days * 24 * HOUR)
    world.run_for(engine, 300)
    assert_each_slot_once(world, seconds=30)


def test_k12_after_a_downtime_a_time_limit_is_not_late_for_it(world: World) -> None:
    world.start(world.every("1h", time_limit="2m"))
    world.clock.advance(1800)  # the downtime
    engine = world.engine()
    engine.command(Command(do="run_now", item=engine.snapshot.definition.items[0].id if engine.snapshot else ""))
    world.run_for(engine, 5)
    world.gateway.start(world.runs(engine)[0].task.id)
    world.run_for(engine, 130)
    assert world.statuses(engine) == ["stopped"]


def test_a_restart_while_the_hosts_clock_is_wrong_doubles_and_loses_nothing(world: World) -> None:
    world.run_for(world.engine(ticking(world)), 305)
    world.clock.set_wall(-300)
    world.run_for(world.engine(), 100)
    world.clock.set_wall(86_400)
    world.run_for(world.engine(), 100)
    assert_each_slot_once(world)


# -- the server's clock
def completed_tasks(world: World) -> Definition:
    trigger = TaskTrigger(Action(world.base), StatusChanged(to=["completed"]), id="done")
    return Definition("nightly", [], [trigger], poll_every="5s")


def end_a_task(world: World) -> str:
    task = world.gateway.add_task("somebody's")
    world.gateway.start(task)
    world.gateway.finish(task)
    return task


def test_k13_no_event_is_lost_or_doubled_when_the_servers_clock_is_set_back(world: World) -> None:
    engine = world.engine(completed_tasks(world))
    world.run_for(engine, 30)
    before = end_a_task(world)
    world.run_for(engine, 12, world.end_runs)
    world.server_ahead -= timedelta(seconds=60)
    world.run_for(engine, 8, world.end_runs)
    after = end_a_task(world)
    world.run_for(engine, 30, world.end_runs)
    objects = [run.object for run in world.runs(engine) if run.object in (before, after)]
    assert sorted(objects) == sorted([before, after])


def test_k13_overlap_skip_does_not_wait_for_ever_for_a_run_that_ended_before_the_clock_was_set_back(
    world: World,
) -> None:
    engine = world.start(world.every("30s", overlap="skip"))
    world.run_for(engine, 35)
    assert len(world.launched()) == 1
    world.server_ahead -= timedelta(seconds=600)
    world.end_runs()
    world.run_for(engine, 700)
    assert len(world.launched()) >= 2


@pytest.mark.parametrize("seconds", [60, 7000, 9000])
@pytest.mark.parametrize("restart", [False, True])
def test_slots_that_come_up_again_after_the_servers_clock_was_set_back_are_not_launched_again(
    world: World, seconds: int, restart: bool
) -> None:
    engine = world.engine(ticking(world))
    world.run_for(engine, 305)
    world.server_ahead -= timedelta(seconds=seconds)
    engine = world.engine() if restart else engine
    world.run_for(engine, 305 + seconds)
    assert len(slots(world)) == len(set(slots(world)))
    now = world.server_now()
    assert slots(world)[-1] >= f"{now - timedelta(seconds=11):%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.parametrize("missed", ["latest", "all"])
def test_the_schedule_goes_on_at_once_after_the_servers_clock_was_a_day_ahead_for_a_minute(
    world: World, missed: str
) -> None:
    engine = world.start(world.every("5m", missed=missed, catchup_window="2d"))
    world.run_for(engine, 400)
    world.server_ahead += timedelta(days=1)
    world.run_for(engine, 60)
    world.server_ahead -= timedelta(days=1)
    world.run_for(engine, 1000)
    assert len(set(world.launched())) == len(world.launched())
    true = [f"2026-11-23T12:{minutes:02}:00Z" for minutes in (5, 10, 15, 20)]
    assert set(true) <= set(slots(world))


def test_slots_launched_while_the_servers_clock_was_ahead_are_known_after_restarts(world: World) -> None:
    """Their runs end, so that the last change of each lies before what later processes have to read."""
    engine = world.engine(ticking(world))
    world.run_for(engine, 35)
    world.server_ahead += timedelta(hours=1)
    world.run_for(engine, 5)
    world.server_ahead -= timedelta(hours=1)
    for _ in range(6):
        world.run_for(engine, 200, world.end_runs)
        engine = world.engine()
    world.run_for(engine, 3600, world.end_runs)
    assert_each_slot_once(world)


def test_commands_and_retries_do_not_wait_for_a_servers_clock_that_went_back(world: World) -> None:
    engine = world.engine(ticking(world))
    world.run_for(engine, 15)
    world.gateway.fault = lambda method, moment: away(method, moment) if method == "clone" else None
    world.run_for(engine, 10)
    world.gateway.fault = lambda _method, _moment: None
    world.server_ahead -= timedelta(hours=8)
    world.gateway.write_configuration(world.instance, dumps(Command(do="run_now", item="every", id="now")))
    world.run_for(engine, 3)
    assert {"every*now", "every@2026-11-23T12:00:10Z", "every@2026-11-23T12:00:20Z"} <= set(world.launched())


@pytest.mark.parametrize("finished", [False, True])
def test_a_pause_after_the_servers_clock_went_back_and_a_restart_double_nothing(world: World, finished: bool) -> None:
    engine = world.engine(ticking(world))
    world.run_for(engine, 305)
    world.server_ahead -= timedelta(seconds=300)
    for command in ("pause", "resume"):
        engine.command(Command(do=command))
        world.run_for(engine, 1)
    if finished:
        world.end_runs()
        world.run_for(engine, 30)
    world.run_for(world.engine(), 400)
    assert len(world.launched()) == len(set(world.launched()))


def test_while_the_server_is_silent_no_slot_is_launched_and_none_is_lost(world: World) -> None:
    engine = world.engine(ticking(world))
    world.run_for(engine, 35)

    def silent(_method: str, _moment: str) -> None:
        raise Unavailable("the server is away")

    world.gateway.fault = silent
    world.run_for(engine, 60)
    world.gateway.fault = lambda _method, _moment: None
    world.run_for(engine, 130)
    assert_each_slot_once(world)


def test_slots_count_once_for_max_runs_although_the_servers_clock_was_set_back_by_hours(world: World) -> None:
    engine = world.start(world.every("30m", max_runs=10, missed="all", catchup_window="9d"))
    world.run_for(engine, 3 * 3600 + 60, world.end_runs)
    assert len(world.launched()) == 6
    world.server_ahead -= timedelta(hours=3)
    world.run_for(engine, 12 * 3600, world.end_runs)
    assert len(world.launched()) == len(set(world.launched())) == 10
