"""The engine's requests and memory, as the numbers of runs and schedules grow."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clearml_sched_widgets import Manager, codec
from clearml_sched_widgets.definition import Action, Daily, Definition, Interval, Once, Schedule
from clearml_sched_widgets.engine.instance_task import state_objects
from clearml_sched_widgets.engine.instance_task import task as instance_task
from clearml_sched_widgets.instances.instance import Instance
from clearml_sched_widgets.policy.state import ItemState, State
from clearml_sched_widgets.records import RUN_TAG, SECTION, LogLine, Param, run_tag
from clearml_sched_widgets.views import viewer
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
    return world.gateway.task(world.instance).configuration[instance_task.STATE]


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


def with_past(count: int) -> tuple[World, Instance]:
    """An instance that ran so often, and was stopped when all that was dealt with."""
    world = World()
    rule = Schedule(Action(world.base), Daily("06:20"), id="often")
    world.create(Definition("nightly", [rule]))
    for number in range(count):
        values = {"key": f"often@{number}", "item": "often", "cause": "schedule"}
        section = {name: Param(value=value) for name, value in values.items()}
        tags = (RUN_TAG, run_tag(world.instance))
        world.gateway.add_task("a run", status="completed", system_tags=tags, hyperparams={SECTION: section})
    world.clock.advance(60)
    state = State(items={"often": ItemState(watermark=world.clock.now(), runs=count)}, runs_since=world.clock.now())
    world.gateway.write_configuration(world.instance, state_objects.texts(state))
    world.gateway.requests.clear()
    return world, Manager(gateway=world.gateway).get(world.instance)


def test_going_on_costs_the_same_however_many_runs_there_were() -> None:
    costs = []
    for count in (0, 1850):
        world, _ = with_past(count)
        engine = world.rival()
        engine.open()
        assert len(engine.snapshot.runs if engine.snapshot else "none") <= 1
        costs.append(dict(world.gateway.requests))
    assert costs[0] == costs[1]
    assert sum(costs[0].values()) <= 15


def test_looking_at_an_instance_elsewhere_costs_a_page_at_first_and_then_only_what_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(viewer, "LOOKBACK", timedelta(0))
    counts = []
    for count in (1, 1850):
        world, instance = with_past(count)
        requests = world.gateway.requests
        requests.clear()
        view = instance.view()
        first = requests.total()
        assert len(view.executed) == min(count, 500)
        instance.view()
        counts.append((first, requests.total() - first))
    assert counts[0] == counts[1] == (5, 2)  # nothing changed: its log is not read again
    requests.clear()
    assert len(instance.executed) == 1850
    assert requests["tasks"] <= 2 + 1850 / 500
    world.clock.advance(60)
    world.gateway.report_log(world.instance, [LogLine(time=world.clock.now(), level="info", text="news")])
    requests.clear()
    assert instance.view().log[-1].text == "news"
    assert requests.total() == 4  # what does not run may have been edited by hand: it is read as a whole


def test_lines_that_can_be_read_later_than_the_change_are_read() -> None:
    world, instance = with_past(1)
    lines = [LogLine(time=world.clock.now(), level="info", text="late")]
    assert instance.view().log == ()
    world.gateway._extras[world.instance].log.extend(lines)  # the task had told of them before
    assert instance.view().log == tuple(lines)
