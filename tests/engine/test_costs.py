"""What the engine asks of the server, and what it keeps, as there are more runs and more schedules."""

from __future__ import annotations

import pytest

from clearml_sched_widgets import codec
from clearml_sched_widgets.definition import Action, Daily, Definition, Interval, Once, Schedule
from clearml_sched_widgets.engine import own
from tests.engine.world import World


def requests_of_a_minute(count: int) -> dict[str, int]:
    """The requests of a minute in which nothing happens, with so many unfinished runs."""
    world = World()
    schedules = [Schedule(Action(world.base), Once("2026-11-23", "12:01")) for _ in range(count)]
    engine = world.engine(Definition("nightly", schedules))
    world.run_for(engine, 150)
    assert sum(run.active for run in world.runs(engine)) == count
    world.gateway.requests.clear()
    world.run_for(engine, 60)
    return dict(world.gateway.requests)


def test_s23_the_requests_do_not_grow_with_the_unfinished_runs() -> None:
    few, many = requests_of_a_minute(2), requests_of_a_minute(400)
    assert sum(many.values()) <= sum(few.values()) + 2
    assert "clone" not in many


def state_of(world: World) -> str:
    return world.gateway.task(world.instance).configuration[own.STATE]


def test_s23_the_state_does_not_grow_with_the_runs(world: World) -> None:
    engine = world.engine(Definition("nightly", [Schedule(Action(world.base), Interval(every="10s"))]))
    world.run_for(engine, 60)
    early = len(state_of(world))
    world.run_for(engine, 3600)
    assert len(world.launched()) == 366
    assert len(state_of(world)) <= early + 20  # a counter has more digits


def test_a_step_in_which_nothing_is_due_parses_and_writes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedules = [Schedule(Action(world.base), Daily("06:20")) for _ in range(50)]
    engine = world.engine(Definition("nightly", schedules))
    world.run_for(engine, 5)
    parsed: list[str] = []
    monkeypatch.setattr(codec, "loads", parsed.append)
    world.gateway.requests.clear()
    world.run_for(engine, 60)
    assert parsed == []
    assert world.gateway.requests["write_configuration"] == 0


def test_a_step_in_which_nothing_is_due_does_not_go_through_the_items(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = world.engine(Definition("nightly", [Schedule(Action(world.base), Daily("06:20"), id="one")]))
    world.run_for(engine, 5)
    assert engine.snapshot is not None
    assert engine.snapshot.definition.item("one") is not None

    def items(_: Definition) -> None:
        raise AssertionError("somebody asked for all items")

    monkeypatch.setattr(Definition, "items", property(items))
    world.run_for(engine, 60)


def test_a_launch_among_many_schedules_writes_the_state_that_a_restart_reads(world: World) -> None:
    often = Schedule(Action(world.base), Interval(every="20s"), name="often")
    daily = [Schedule(Action(world.base), Daily("06:20")) for _ in range(400)]
    engine = world.engine(Definition("nightly", [often, *daily]))
    world.run_for(engine, 90)
    assert engine.snapshot is not None
    known = engine.snapshot.state.items
    again = world.engine()
    assert again.snapshot is not None
    assert again.snapshot.state.items == known
    assert known[often.id].runs == 4
