"""What an action asks for its runs: a time limit, a container, overrides. On a virtual clock."""

from __future__ import annotations

from datetime import timedelta

from clearml_sched_widgets.definition import Action, Interval, Once, Policies, Schedule
from clearml_sched_widgets.errors import OutcomeUnknown
from clearml_sched_widgets.views.history import executed_row
from tests.engine.world import World, slot_times


# -- time limits
def test_s16_each_run_ends_at_its_own_limit_counted_from_its_start(world: World) -> None:
    limits = {"1m": Action(world.base, time_limit="1m"), "3m": Action(world.base, time_limit="3m")}
    schedules = [Schedule(action, Once("2026-11-23", "12:00:10"), name=f"at most {t}") for t, action in limits.items()]
    engine = world.start(*schedules)
    world.run_for(engine, 50)
    queue = world.gateway.queues()[0].id
    ids = {run.item: run.task.id for run in world.runs(engine)}
    started = world.clock.now()
    assert {world.gateway.take(queue), world.gateway.take(queue)} == set(ids.values())
    seen: dict[str, float] = {}

    def look() -> None:
        for item, run_id in ids.items():
            if world.gateway.task(run_id).status_message == "stopping":
                seen.setdefault(item, (world.clock.now() - started).total_seconds())

    world.run_for(engine, 240, look)
    assert [60 <= seen[schedules[0].id] < 65, 180 <= seen[schedules[1].id] < 185] == [True, True]
    assert world.gateway.requests["request_stop"] == 2
    assert "longer than its time limit of 1m" in world.log(engine)


def test_a_run_that_has_not_started_within_its_limit_is_taken_off_its_queue(world: World) -> None:
    action = Action(world.base, time_limit="1m")
    engine = world.start(Schedule(action, Once("2026-11-23", "12:00:10"), Policies(retries=3)))
    world.run_for(engine, 60)
    assert world.statuses(engine) == ["queued"]
    world.run_for(engine, 20)
    assert world.statuses(engine) == ["stopped"]
    assert world.gateway.waiting(world.gateway.queues()[0].id) == []
    assert engine.snapshot is not None
    assert "it had not started" in executed_row(world.runs(engine)[0], engine.snapshot.definition).note


def test_a_limit_goes_by_the_servers_clock() -> None:
    world = World(server_ahead=timedelta(hours=-3))
    engine = world.start(Schedule(Action(world.base, time_limit="1m"), Once("2026-11-23", "09:00:10")))
    world.run_for(engine, 40)
    assert world.statuses(engine) == ["queued"]
    world.run_for(engine, 40)
    assert world.statuses(engine) == ["stopped"]


# -- containers and overrides
def test_a_run_has_the_actions_container_and_overrides_whatever_answer_is_lost(world: World) -> None:
    world.gateway.set_script(world.base, "train.py", "print(1)", [])
    overrides = {"script.branch": "main-${scheduled}", "script.version_num": None}
    action = Action(world.base, container={"image": "python:3.11", "arguments": "--ipc=host"}, overrides=overrides)
    engine = world.start(Schedule(action, Interval(every="20s")))
    calls = 0

    def fault(name: str, when: str) -> None:
        nonlocal calls
        if name == "edit_script":
            calls += 1
            if calls in (1, 4):
                raise OutcomeUnknown(f"The connection was cut {when}")

    world.gateway.fault = fault
    world.run_for(engine, 70)
    runs = [run.task.id for run in world.runs(engine)]
    assert slot_times(world.launched()) == ["12:00:20", "12:00:40", "12:01:00"]
    for run, time in zip(runs, ("00:20", "00:40", "01:00"), strict=True):
        expected = {"branch": f"main-2026-11-23T12:{time}Z", "version_num": "", "entry_point": "train.py"}
        assert world.gateway.script(run).items() >= expected.items()
        assert world.gateway.container(run) == {"image": "python:3.11", "arguments": "--ipc=host"}
