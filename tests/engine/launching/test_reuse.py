"""`reuse_task`: the base task itself is launched, once at a time; its history is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clearml_sched_widgets.definition import (
    Action,
    Definition,
    Interval,
    Policies,
    Schedule,
    StatusChanged,
    TaskTrigger,
)
from clearml_sched_widgets.engine.instance_task import task as instance_task
from clearml_sched_widgets.engine.instance_task.commands import Command
from clearml_sched_widgets.errors import InvalidDefinition
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from clearml_sched_widgets.instances.instance import Instance
from clearml_sched_widgets.manager import Manager
from clearml_sched_widgets.policy.state import KEEP_PAST
from clearml_sched_widgets.views.history import executed_row, scheduled_rows
from tests.engine.bench import Bench
from tests.engine.world import START, slot_times


def test_the_task_itself_is_launched_with_its_parameters_and_keeps_what_else_it_has(bench: Bench) -> None:
    engine = bench.start(bench.schedule())
    bench.world.run_for(engine, 31)
    task = bench.current_task
    assert (task.id, task.status, task.name, task.project) == (bench.task, "queued", "train model", "Vision")
    assert {name: param.value for name, param in task.hyperparams["Args"].items()} == {
        "lr": "0.1",
        "at": "2026-11-23T12:00:30Z",
    }
    assert task.tags == ("nightly",)
    assert bench.world.gateway._extras[bench.task].script["branch"] == "main"
    assert len(bench.world.gateway.all_tasks()) == 2  # it and the instance
    assert slot_times(bench.enqueued) == ["12:00:30"]


def test_each_slot_is_a_row_of_its_own_with_its_times_and_status(bench: Bench) -> None:
    engine = bench.start(bench.schedule())
    bench.run_for(engine, 95)
    assert bench.rows(engine) == [("12:00:30", "completed"), ("12:01:00", "completed"), ("12:01:30", "completed")]
    assert engine.snapshot is not None
    row = executed_row(engine.snapshot.runs[1], engine.snapshot.definition)
    assert row.started is not None
    assert row.finished is not None
    assert START + timedelta(seconds=60) <= row.started <= row.finished < START + timedelta(seconds=66)
    again = bench.world.engine()  # the server has forgotten all but the last
    assert bench.rows(again) == [("12:00:30", "completed"), ("12:01:00", "completed"), ("12:01:30", "completed")]
    elsewhere = Instance(bench.world.gateway, bench.world.gateway.task(bench.world.instance))
    assert list(elsewhere.executed.status) == ["completed"] * 3


def test_the_state_keeps_few_runs_of_the_task(bench: Bench) -> None:
    engine = bench.start(bench.schedule("10s"))
    bench.run_for(engine, 300)
    assert len(bench.enqueued) > KEEP_PAST + 5
    text = bench.world.gateway.task(bench.world.instance).configuration[instance_task.STATE]
    assert text.count('"key":"again@') == KEEP_PAST
    assert len(text) < 5000


def test_while_it_runs_a_slot_is_skipped_by_default_and_waits_with_queue(bench: Bench) -> None:
    engine = bench.start(bench.schedule())
    bench.world.run_for(engine, 95)
    assert slot_times(bench.enqueued) == ["12:00:30"]
    assert bench.world.log(engine).count("the run before it is not finished; the overlap policy is skip") == 2
    other = Bench()
    engine = other.start(other.schedule(overlap="queue"))
    other.world.run_for(engine, 95)
    assert slot_times(other.enqueued) == ["12:00:30"]
    other.run_for(engine, 10)
    assert slot_times(other.enqueued) == ["12:00:30", "12:01:00"]


def test_with_cancel_previous_the_run_before_is_stopped_and_the_later_one_takes_its_place(bench: Bench) -> None:
    engine = bench.start(bench.schedule(overlap="cancel_previous"))
    bench.world.run_for(engine, 70)
    assert slot_times(bench.enqueued) == ["12:00:30", "12:01:00"]
    assert bench.rows(engine) == [("12:00:30", "stopped"), ("12:01:00", "queued")]


@pytest.mark.parametrize(
    ("overlap", "launched"), [(None, []), ("queue", ["12:01:30"]), ("cancel_previous", ["12:01:30"])]
)
def test_somebody_else_has_launched_it_and_the_overlap_policy_decides(
    bench: Bench, overlap: str | None, launched: list[str]
) -> None:
    gateway = bench.world.gateway
    engine = bench.start(bench.schedule(overlap=overlap))
    gateway.enqueue([bench.task], gateway.queues()[0].id)
    gateway.start(bench.task, "agent:0")
    bench.enqueued.clear()
    bench.world.run_for(engine, 95)
    assert bench.enqueued == []
    if overlap is None:
        assert f"its task {bench.task} is in_progress; the overlap policy is skip" in bench.world.log(engine)
        assert bench.world.log(engine).count("is left out") == 3
    else:
        assert f"its task {bench.task} is in_progress; it waits until that has ended" in bench.world.log(engine)
    assert (bench.current_task.status_message == "stopping") == (overlap == "cancel_previous")
    gateway.finish(bench.task, "stopped")
    bench.world.run_for(engine, 20)
    assert slot_times(bench.enqueued) == launched
    if overlap is not None:
        assert "which somebody else ran last: stopped" in bench.world.log(engine)


def test_run_now_waits_for_the_run_under_way_and_then_runs_once(bench: Bench) -> None:
    engine = bench.start(bench.schedule("1h"))
    for _ in range(2):
        engine.command(Command(do="run_now", item="again"))
    bench.world.run_for(engine, 20)
    assert len(bench.enqueued) == 1
    bench.run_for(engine, 150)
    assert len(bench.enqueued) == 2
    assert len(set(bench.enqueued)) == 2


def test_a_failed_run_is_retried_on_the_same_task(bench: Bench) -> None:
    engine = bench.start(bench.schedule("1h", retries=2, retry_backoff="10s", pause_after_failures=1))
    engine.command(Command(do="run_now", item="again"))
    bench.world.run_for(engine, 120, lambda: bench.agent("failed"))
    assert [key.partition("~")[2] for key in bench.enqueued] == ["", "1", "2"]
    assert [status for _, status in bench.rows(engine)] == ["failed"] * 3
    assert engine.snapshot is not None
    assert engine.snapshot.state.items["again"].paused


def test_a_task_that_is_published_later_is_reported_and_left_alone(bench: Bench) -> None:
    engine = bench.start(bench.schedule())
    bench.run_for(engine, 35)
    bench.world.gateway.publish(bench.task)
    bench.run_for(engine, 65)
    assert slot_times(bench.enqueued) == ["12:00:30"]
    assert bench.current_task.status == "published"
    assert engine.snapshot is not None
    shot = engine.snapshot
    row = scheduled_rows(shot.definition, shot.state, shot.names, bench.world.clock.now())[0]
    assert (row.state, row.method) == ("error", "reuse")
    assert "is published, and cannot be run again" in row.note


def test_a_trigger_waits_for_its_task_and_launches_it_for_each_event(bench: Bench) -> None:
    action = Action(bench.task, reuse_task=True, parameters={"Args/source": "${task.id}"})
    trigger = TaskTrigger(action, StatusChanged(to=["completed"]), id="trigger")
    engine = bench.world.engine(Definition("nightly", triggers=[trigger], poll_every="5s"))
    bench.world.run_for(engine, 6)
    for number in range(3):
        bench.world.gateway.add_task(f"train {number}", status="completed")
    bench.run_for(engine, 40)
    assert len(bench.enqueued) == 3
    assert len(set(bench.enqueued)) == 3
    assert bench.current_task.hyperparams["Args"]["source"].value != bench.task  # its own end is no event for it


def test_what_a_user_dequeues_or_launches_by_hand_is_respected(bench: Bench) -> None:
    engine = bench.start(bench.schedule("1h"))
    engine.command(Command(do="run_now", item="again"))
    bench.world.run_for(engine, 5)
    bench.world.gateway.dequeue(bench.task)
    again = bench.world.engine()
    bench.world.run_for(again, 60)
    assert len(bench.enqueued) == 1
    assert bench.current_task.status == "created"


def test_two_items_that_reuse_one_task_take_turns(bench: Bench) -> None:
    action = Action(bench.task, reuse_task=True)
    items = [Schedule(action, Interval("30s"), Policies(overlap="queue"), id=name) for name in ("one", "two")]
    engine = bench.start(*items)
    bench.run_for(engine, 66)
    assert sorted(bench.enqueued) == [
        "one@2026-11-23T12:00:30Z",
        "one@2026-11-23T12:01:00Z",
        "two@2026-11-23T12:00:30Z",
        "two@2026-11-23T12:01:00Z",
    ]
    assert [status for _, status in bench.rows(engine)] == ["completed"] * 4


def test_two_instances_that_reuse_one_task_keep_their_own_rows(bench: Bench) -> None:
    first = bench.start(bench.schedule("40s"))
    bench.run_for(first, 46)
    second = bench.start(bench.schedule("60s"))
    bench.run_for(second, 30)
    bench.run_for(first, 15)
    assert slot_times(bench.enqueued) == ["12:00:40", "12:01:00", "12:01:20"]
    assert bench.rows(first) == [("12:00:40", "completed"), ("12:01:20", "completed")]
    assert bench.rows(second) == [("12:01:00", "completed")]


# -- what is refused
def test_a_published_task_is_refused_when_it_is_configured(manager: Manager, gateway: MemoryGateway) -> None:
    task = gateway.add_task("train model", status="published")
    definition = Definition("nightly", [Schedule(Action(task, reuse_task=True), Interval("1d"))])
    with pytest.raises(InvalidDefinition, match="published and cannot be run again") as caught:
        manager.launch(definition)
    assert [problem.path for problem in caught.value.problems] == ["schedules[0].action.task"]


def test_a_reused_task_is_not_backfilled(manager: Manager, gateway: MemoryGateway) -> None:
    action = Action(gateway.add_task("train model"), reuse_task=True)
    instance = manager.launch(Definition("nightly", [Schedule(action, Interval("1d"), id="again")]))
    with pytest.raises(InvalidDefinition, match="launches clones"):
        instance.backfill("again", "2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z")
