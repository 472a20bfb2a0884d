"""Policies in the engine: overlap, retries, pauses of items, jitter. On a virtual clock."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from clearml_sched_widgets import codec
from clearml_sched_widgets.definition import Action, Definition, Once, Policies, Schedule, StatusChanged, TaskTrigger
from clearml_sched_widgets.engine.instance_task.commands import Command
from clearml_sched_widgets.errors import OutcomeUnknown
from clearml_sched_widgets.policy.decide import due_at
from clearml_sched_widgets.views.history import executed_row, scheduled_rows
from tests.engine.world import START, World, slot_times


def completed(world: World, count: int) -> list[str]:
    """What triggers wait for, one a second."""
    ids = []
    for number in range(count):
        world.clock.advance(1)
        ids.append(world.gateway.add_task(f"train {number}", status="completed"))
    return ids


# -- overlap
def test_overlap_queue_keeps_one_slot_waiting_and_skips_the_later_ones(world: World) -> None:
    engine = world.start(world.every("30s", overlap="queue"))
    world.run_for(engine, 125)
    assert slot_times(world.launched()) == ["12:00:30"]
    assert "waits until no run before it is unfinished" in world.log(engine)
    assert world.log(engine).count("another run waits already") == 2
    world.end_runs()
    world.run_for(engine, 5)
    assert slot_times(world.launched()) == ["12:00:30", "12:01:00"]


def test_what_waits_for_its_turn_survives_a_restart_and_runs_once(world: World) -> None:
    engine = world.start(world.every("30s", overlap="queue"))
    world.run_for(engine, 65)
    engine = world.engine()
    world.run_for(engine, 10)
    assert len(world.launched()) == 1
    world.end_runs()
    world.run_for(engine, 5)
    world.run_for(world.engine(), 5)
    assert slot_times(world.launched()) == ["12:00:30", "12:01:00"]


def test_overlap_cancel_previous_stops_a_running_run_and_launches_when_it_has_ended(world: World) -> None:
    engine = world.start(world.every("30s", overlap="cancel_previous"))
    world.run_for(engine, 32)
    first = world.runs(engine)[0].task.id
    world.gateway.take(world.gateway.queues()[0].id)
    world.run_for(engine, 29)
    assert world.gateway.task(first).status_message == "stopping"
    assert len(world.launched()) == 1
    world.gateway.finish(first, "stopped")
    world.run_for(engine, 5)
    assert slot_times(world.launched()) == ["12:00:30", "12:01:00"]
    assert world.statuses(engine) == ["stopped", "queued"]
    assert "a later run takes its place" in world.log(engine)


def test_overlap_cancel_previous_takes_a_queued_run_off_its_queue_and_says_why(world: World) -> None:
    engine = world.start(world.every("30s", overlap="cancel_previous"))
    world.run_for(engine, 100)
    assert slot_times(world.launched()) == ["12:00:30", "12:01:00", "12:01:30"]
    assert world.statuses(engine) == ["stopped", "stopped", "queued"]
    assert engine.snapshot is not None
    rows = [executed_row(run, engine.snapshot.definition) for run in world.runs(engine)]
    assert [row.note for row in rows[:2]] == ["a later run takes its place"] * 2


def test_a_run_asked_to_stop_is_asked_once_and_what_waits_behind_it_is_replaced(world: World) -> None:
    engine = world.start(world.every("30s", overlap="cancel_previous"))
    world.run_for(engine, 32)
    world.gateway.take(world.gateway.queues()[0].id)
    world.run_for(engine, 90)
    assert world.gateway.requests["request_stop"] == 1
    assert world.log(engine).count("left out the run of") == 2
    world.gateway.finish(world.runs(engine)[0].task.id, "stopped")
    world.run_for(engine, 5)
    assert slot_times(world.launched()) == ["12:00:30", "12:02:00"]


def test_e8_events_queue_up_in_their_order_and_none_is_dropped(world: World) -> None:
    trigger = TaskTrigger(Action(world.base), StatusChanged(to=["completed"]))
    engine = world.engine(Definition("triggers", [], [trigger], poll_every="5s"))
    world.run_for(engine, 6)
    tasks = completed(world, 5)
    seen = []
    for _ in tasks:
        world.run_for(engine, 10)
        seen.append(len(world.launched()))
        world.end_runs()
    assert seen == [1, 2, 3, 4, 5]
    assert [run.object for run in world.runs(engine)] == tasks


def test_cancel_previous_of_a_trigger_keeps_the_latest_event(world: World) -> None:
    policies = Policies(overlap="cancel_previous")
    trigger = TaskTrigger(Action(world.base), StatusChanged(to=["completed"]), policies=policies)
    engine = world.engine(Definition("triggers", [], [trigger], poll_every="5s"))
    world.run_for(engine, 6)
    tasks = completed(world, 3)
    world.run_for(engine, 10)
    assert [run.object for run in world.runs(engine)] == tasks[-1:]
    assert world.log(engine).count("the overlap policy is cancel_previous") == 2


def test_run_now_launches_whatever_the_overlap_policy(world: World) -> None:
    schedule = world.every("30s", overlap="skip")
    engine = world.start(schedule)
    world.run_for(engine, 35)
    engine.command(Command(do="run_now", item=schedule.id))
    world.run_for(engine, 5)
    assert [run.cause for run in world.runs(engine)] == ["schedule", "manual"]


# -- retries
def test_a_failed_run_is_launched_again_with_growing_pauses_as_often_as_allowed(world: World) -> None:
    schedule = Schedule(Action(world.base), Once("2026-11-23", "12:01"), Policies(retries=2, retry_backoff="1m"))
    engine = world.start(schedule)
    world.run_for(engine, 62)
    key = f"{schedule.id}@2026-11-23T12:01:00Z"
    for launched, pause in (([key], 50), ([key, f"{key}~1"], 110), ([key, f"{key}~1", f"{key}~2"], 600)):
        assert world.launched() == launched
        world.end_runs("failed")
        world.run_for(engine, pause)
        assert world.launched() == launched, "too soon"
        world.run_for(engine, 20)
    assert [run.cause for run in world.runs(engine)] == ["schedule", "retry", "retry"]
    assert {run.nominal for run in world.runs(engine)} == {START + timedelta(minutes=1)}
    assert "retry 1 of 2" in world.log(engine)


def test_a_run_that_succeeds_or_is_stopped_is_not_retried(world: World) -> None:
    engine = world.start(world.every("30s", retries=3, retry_backoff="1s"))
    for status in ("completed", "stopped"):
        world.run_for(engine, 31)
        world.end_runs(status)
    world.run_for(engine, 20)
    assert [run.cause for run in world.runs(engine)] == ["schedule", "schedule"]


def test_a_retry_of_an_event_has_the_values_of_the_event(world: World) -> None:
    action = Action(world.base, parameters={"Args/task": "id=${task.id}"}, name="after ${task.name}")
    policies = Policies(retries=1, retry_backoff="10s")
    trigger = TaskTrigger(action, StatusChanged(to=["completed"]), policies=policies)
    engine = world.engine(Definition("triggers", [], [trigger], poll_every="5s"))
    world.run_for(engine, 6)
    task = world.gateway.add_task("train 7", status="completed")
    world.run_for(engine, 10)
    world.end_runs("failed")
    engine = world.engine()
    world.run_for(engine, 20)
    first, second = (world.gateway.task(run.task.id) for run in world.runs(engine))
    assert second.hyperparams["Args"] == first.hyperparams["Args"]
    assert second.hyperparams["Args"]["task"].value == f"id={task}"
    assert second.name == "after train 7"
    assert [run.object for run in world.runs(engine)] == [task, task]


@pytest.mark.parametrize("when", ["before the failure", "after the failure", "after the retry"])
def test_a_retry_survives_a_restart_and_happens_once(world: World, when: str) -> None:
    schedule = Schedule(Action(world.base), Once("2026-11-23", "12:01"), Policies(retries=3, retry_backoff="10s"))
    engine = world.start(schedule)
    world.run_for(engine, 65)
    if when == "before the failure":
        world.end_runs("failed")
        engine = world.engine()
    else:
        world.end_runs("failed")
        world.run_for(engine, 5 if when == "after the failure" else 15)
        engine = world.engine()
    world.run_for(engine, 40)
    world.run_for(world.engine(), 40)
    key = f"{schedule.id}@2026-11-23T12:01:00Z"
    assert world.launched() == [key, f"{key}~1"]


@pytest.mark.parametrize("method", ["clone", "enqueue", "write_configuration", "tasks"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_lost_answer_neither_loses_nor_doubles_a_retry(world: World, method: str, moment: str) -> None:
    schedule = Schedule(Action(world.base), Once("2026-11-23", "12:01"), Policies(retries=3, retry_backoff="2s"))
    engine = world.start(schedule)
    calls = 0

    def fault(name: str, when: str) -> None:
        nonlocal calls
        if (name, when) == (method, moment):
            calls += 1
            if calls % 3 == 0:
                raise OutcomeUnknown("The connection was cut")

    world.run_for(engine, 62)
    world.gateway.fault = fault
    for _ in range(8):
        world.end_runs("failed")
        world.run_for(engine, 30)
    world.gateway.fault = lambda _name, _when: None
    world.run_for(engine, 60)
    key = f"{schedule.id}@2026-11-23T12:01:00Z"
    assert world.launched() == [key, f"{key}~1", f"{key}~2", f"{key}~3"]


def test_failures_in_a_row_pause_the_item_and_a_resume_lets_it_go_on(world: World) -> None:
    bad, good = world.every("20s", pause_after_failures=2), world.every("30s")
    engine = world.start(bad, good)
    for _ in range(5):
        world.run_for(engine, 20)
        for run in world.runs(engine):
            if run.item == bad.id and run.active:
                world.gateway.start(run.task.id)
                world.gateway.finish(run.task.id, "failed")
    world.run_for(engine, 60)
    keys = world.launched()
    assert sum(key.startswith(bad.id) for key in keys) == 2
    assert sum(key.startswith(good.id) for key in keys) >= 4
    assert "paused, because 2 runs in a row failed" in world.log(engine)
    assert engine.snapshot is not None
    row = scheduled_rows(engine.snapshot.definition, engine.snapshot.state, {}, world.clock.now())[0]
    assert (row.state, row.note, row.next_run) == ("paused", "2 runs in a row failed", None)
    engine = world.engine()
    engine.command(Command(do="resume", item=bad.id))
    world.run_for(engine, 25)
    assert sum(key.startswith(bad.id) for key in world.launched()) == 3


# -- pause of one item
def test_a_paused_item_leaves_out_its_slots_and_the_others_go_on(world: World) -> None:
    first, second = world.every("20s", missed="all"), world.every("20s")
    engine = world.start(first, second)
    engine.command(Command(do="pause", item=first.id, note="maintenance"))
    world.run_for(engine, 65)
    assert [key.split("@")[0] for key in world.launched()] == [second.id] * 3
    engine.command(Command(do="resume", item=first.id))
    world.run_for(engine, 20)
    assert slot_times([key for key in world.launched() if key.startswith(first.id)]) == ["12:01:20"]
    assert "paused: maintenance" in world.log(engine)


def test_events_for_a_paused_trigger_are_left_out_and_told(world: World) -> None:
    trigger = TaskTrigger(Action(world.base), StatusChanged(to=["completed"]))
    engine = world.engine(Definition("triggers", [], [trigger], poll_every="5s"))
    engine.command(Command(do="pause", item=trigger.id))
    world.run_for(engine, 6)
    world.gateway.add_task("train 1", status="completed")
    world.run_for(engine, 10)
    engine.command(Command(do="resume", item=trigger.id))
    world.run_for(engine, 10)
    second = world.gateway.add_task("train 2", status="completed")
    world.run_for(engine, 10)
    assert [run.object for run in world.runs(engine)] == [second]
    assert 'task "train 1" became completed, but it was left out: it is paused.' in world.log(engine)


# -- jitter
def test_jitter_delays_each_slot_by_its_own_length_and_keeps_its_key_and_nominal_time(world: World) -> None:
    schedules = [world.every("10m", jitter="5m") for _ in range(4)]
    engine = world.start(*schedules)
    world.run_for(engine, 3900)
    runs = world.runs(engine)
    assert len({run.key for run in runs}) == len(runs)
    assert {run.nominal for run in runs} == {START + timedelta(minutes=10 * n) for n in range(1, 7)}
    for run in runs:
        schedule = next(one for one in schedules if one.id == run.item)
        assert run.nominal is not None
        assert run.task.created is not None
        late = run.task.created - due_at(schedule, run.nominal)
        assert timedelta(milliseconds=-1) <= late < timedelta(seconds=3)  # the server cuts its times to milliseconds
    assert len({due_at(schedule, START) for schedule in schedules}) == 4


def test_a_restart_between_a_slot_and_its_delayed_start_neither_loses_nor_doubles_it(world: World) -> None:
    schedule = Schedule(Action(world.base), Once("2026-11-23", "12:01"), Policies(jitter="10m"), id="a")
    engine = world.start(schedule)
    delay = (due_at(schedule, START + timedelta(minutes=1)) - START).total_seconds()
    world.run_for(engine, delay - 5)
    assert world.launched() == []
    world.run_for(world.engine(), 20)
    assert world.launched() == ["a@2026-11-23T12:01:00Z"]


def test_an_update_keeps_the_watermarks_the_pauses_and_what_waits(world: World) -> None:
    schedule, other = world.every("30s", overlap="queue"), world.every("20s")
    engine = world.start(schedule, other)
    engine.command(Command(do="pause", item=other.id, note="later"))
    world.run_for(engine, 65)
    renamed = Definition("renamed", [attrs.evolve(schedule, name="renamed"), other, world.every("1h")])
    world.gateway.write_configuration(world.instance, {"definition": codec.dumps(renamed)})
    engine.command(Command(do="reload"))
    world.end_runs()
    world.run_for(engine, 5)
    assert slot_times(world.launched()) == ["12:00:30", "12:01:00"]
    assert engine.snapshot is not None
    assert engine.snapshot.state.items[other.id].note == "later"
