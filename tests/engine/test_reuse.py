"""`reuse_task`: the base task itself is launched, once at a time, at most once for each slot; its history is kept."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
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
from clearml_sched_widgets.engine import lease, own
from clearml_sched_widgets.engine.commands import Command
from clearml_sched_widgets.engine.loop import Engine
from clearml_sched_widgets.engine.state import KEEP_PAST
from clearml_sched_widgets.errors import (
    GatewayError,
    InstanceStateError,
    InvalidDefinition,
    OutcomeUnknown,
    Unavailable,
)
from clearml_sched_widgets.gateway.memory import MemoryGateway
from clearml_sched_widgets.history import executed_row, scheduled_rows
from clearml_sched_widgets.instance import Instance
from clearml_sched_widgets.manager import Manager
from clearml_sched_widgets.records import Task
from tests.engine.faulty import Faulty
from tests.engine.world import START, Killed, World

STEPS = [
    (method, moment)
    for method in ("tasks", "queues", "write_configuration", "set_status", "edit_draft", "edit_script", "enqueue")
    for moment in ("before", "after")
]


class Bench:
    """A world with one task that is launched again and again, what was enqueued of it, and an agent."""

    def __init__(self) -> None:
        self.world = World()
        self.task = self.world.base
        self.enqueued: list[str] = []  # run keys, by what the server has on the task at that moment
        self.executed = Counter[str]()  # run keys, by what the agent found on the task
        self.fault: Callable[[str, str], None] = lambda *_: None
        self.world.gateway.fault = self._fault

    def _fault(self, method: str, moment: str) -> None:
        if (method, moment) == ("enqueue", "after") and self.now.status == "queued":
            section = self.now.hyperparams.get("Scheduler", {})
            self.enqueued += [section["key"].value] if section else []
        self.fault(method, moment)

    @property
    def now(self) -> Task:
        return self.world.gateway.task(self.task)

    def schedule(self, every: str = "30s", **policies: object) -> Schedule:
        action = Action(
            self.task,
            reuse_task=True,
            parameters={"Args/at": "${scheduled}"},
            overrides={"script.branch": "main"},
            tags=["nightly"],
        )
        return Schedule(action, Interval(every=every), Policies(**policies), id="again", name="again")  # type: ignore[arg-type]

    def start(self, *items: Schedule) -> Engine:
        return self.world.engine(Definition("nightly", items))

    def agent(self, status: str = "completed") -> None:
        if self.now.status == "queued":
            section = self.now.hyperparams.get("Scheduler", {})
            self.executed.update([section["key"].value] if section else [])
            self.world.gateway.start(self.task)
            self.world.gateway.finish(self.task, status)

    def run_for(self, engine: Engine, seconds: float, ends: str = "completed") -> None:
        self.world.run_for(engine, seconds, lambda: self.agent(ends))

    def rows(self, engine: Engine) -> list[tuple[str, str]]:
        assert engine.snapshot is not None
        found = [executed_row(run, engine.snapshot.definition) for run in reversed(engine.snapshot.runs)]
        assert {row.task for row in found} <= {self.task}
        assert len({row.run for row in found}) == len(found)
        return [(f"{row.scheduled:%H:%M:%S}", row.status) for row in found]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def slots(keys: list[str]) -> list[str]:
    return [key.rpartition("T")[2].removesuffix("Z") for key in keys]


def test_the_task_itself_is_launched_with_its_parameters_and_keeps_what_else_it_has(bench: Bench) -> None:
    engine = bench.start(bench.schedule())
    bench.world.run_for(engine, 31)
    task = bench.now
    assert (task.id, task.status, task.name, task.project) == (bench.task, "queued", "train model", "Vision")
    assert {name: param.value for name, param in task.hyperparams["Args"].items()} == {
        "lr": "0.1",
        "at": "2026-11-23T12:00:30Z",
    }
    assert task.tags == ("nightly",)
    assert bench.world.gateway._extras[bench.task].script["branch"] == "main"
    assert len(bench.world.gateway.all_tasks()) == 2  # it and the instance
    assert slots(bench.enqueued) == ["12:00:30"]


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
    text = bench.world.gateway.task(bench.world.instance).configuration[own.STATE]
    assert text.count('"key":"again@') == KEEP_PAST
    assert len(text) < 5000


def test_while_it_runs_a_slot_is_skipped_by_default_and_waits_with_queue(bench: Bench) -> None:
    engine = bench.start(bench.schedule())
    bench.world.run_for(engine, 95)
    assert slots(bench.enqueued) == ["12:00:30"]
    assert bench.world.log(engine).count("the run before it is not finished; the overlap policy is skip") == 2
    other = Bench()
    engine = other.start(other.schedule(overlap="queue"))
    other.world.run_for(engine, 95)
    assert slots(other.enqueued) == ["12:00:30"]
    other.run_for(engine, 10)
    assert slots(other.enqueued) == ["12:00:30", "12:01:00"]


def test_with_cancel_previous_the_run_before_is_stopped_and_the_later_one_takes_its_place(bench: Bench) -> None:
    engine = bench.start(bench.schedule(overlap="cancel_previous"))
    bench.world.run_for(engine, 70)
    assert slots(bench.enqueued) == ["12:00:30", "12:01:00"]
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
    assert (bench.now.status_message == "stopping") == (overlap == "cancel_previous")
    gateway.finish(bench.task, "stopped")
    bench.world.run_for(engine, 20)
    assert slots(bench.enqueued) == launched
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
    assert slots(bench.enqueued) == ["12:00:30"]
    assert bench.now.status == "published"
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
    assert bench.now.hyperparams["Args"]["source"].value != bench.task  # its own end is no event for it


def test_what_a_user_dequeues_or_launches_by_hand_is_respected(bench: Bench) -> None:
    engine = bench.start(bench.schedule("1h"))
    engine.command(Command(do="run_now", item="again"))
    bench.world.run_for(engine, 5)
    bench.world.gateway.dequeue(bench.task)
    again = bench.world.engine()
    bench.world.run_for(again, 60)
    assert len(bench.enqueued) == 1
    assert bench.now.status == "created"


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
    assert slots(bench.enqueued) == ["12:00:40", "12:01:00", "12:01:20"]
    assert bench.rows(first) == [("12:00:40", "completed"), ("12:01:20", "completed")]
    assert bench.rows(second) == [("12:01:00", "completed")]


# -- at most once
ENDS = "stopped"  # the server takes a stopped task on a queue again, but no completed one


@pytest.mark.parametrize(("method", "moment"), STEPS)
def test_killed_at_any_step_it_is_never_enqueued_twice(bench: Bench, method: str, moment: str) -> None:
    engine = bench.start(bench.schedule(missed="all", overlap="queue"))
    bench.run_for(engine, 35, ENDS)
    armed = True

    def kill(name: str, when: str) -> None:
        nonlocal armed
        if armed and bench.world.clock.now() >= START + timedelta(seconds=60) and (name, when) == (method, moment):
            armed = False
            raise Killed

    bench.fault = kill
    with pytest.raises(Killed):
        bench.run_for(engine, 100, ENDS)
    bench.agent(ENDS)  # a run that was enqueued ends, so that a second one would be possible
    engine = bench.world.engine()
    bench.run_for(engine, 40, ENDS)
    assert set(Counter(bench.enqueued).values()) == {1}
    assert slots(bench.enqueued)[0] == "12:00:30"
    assert slots(bench.enqueued)[-1] == "12:01:30"  # and it goes on
    assert "12:01:00" in slots(bench.enqueued)


def test_a_state_that_a_delayed_request_has_turned_back_launches_nothing_again(bench: Bench) -> None:
    gateway = bench.world.gateway
    engine = bench.start(bench.schedule(missed="all", overlap="queue"))
    bench.run_for(engine, 35, ENDS)
    old = gateway.task(bench.world.instance).configuration[own.STATE]
    bench.run_for(engine, 95, ENDS)
    done = len(bench.enqueued)
    gateway.write_configuration(bench.world.instance, {own.STATE: old})
    engine = bench.world.engine()
    bench.run_for(engine, 25, ENDS)
    assert len(bench.enqueued) == done + 1
    assert set(Counter(bench.enqueued).values()) == {1}
    assert "it had been launched already" in bench.world.log(engine)


def test_what_was_begun_is_given_up_if_somebody_has_removed_the_keys(bench: Bench) -> None:
    engine = bench.start(bench.schedule(missed="all"))

    def kill(method: str, moment: str) -> None:
        if (method, moment) == ("set_status", "after") and bench.world.clock.now() > START + timedelta(seconds=20):
            raise Killed

    bench.fault = kill
    with pytest.raises(Killed):
        bench.run_for(engine, 40, ENDS)
    bench.fault = lambda *_: None
    engine = bench.world.engine()  # the task was never launched, so it has no keys at all
    bench.run_for(engine, 40, ENDS)
    assert slots(bench.enqueued) == ["12:01:00"]
    assert "nothing tells how far it got" in bench.world.log(engine)


@pytest.mark.parametrize("error", [Unavailable, OutcomeUnknown])
@pytest.mark.parametrize(("method", "moment"), STEPS)
def test_a_request_that_fails_at_any_step_costs_no_run_and_makes_none_twice(
    bench: Bench, method: str, moment: str, error: type[Unavailable | OutcomeUnknown]
) -> None:
    if moment == "after" and error is Unavailable:
        error = OutcomeUnknown  # it was carried out: nobody can say that it surely was not
    engine = bench.start(bench.schedule(missed="all", overlap="queue"))
    bench.run_for(engine, 35, ENDS)
    left = 2

    def fail(name: str, when: str) -> None:
        nonlocal left
        if left and bench.world.clock.now() >= START + timedelta(seconds=60) and (name, when) == (method, moment):
            left -= 1
            raise error("cut off")

    bench.fault = fail
    bench.run_for(engine, 100, ENDS)
    assert left == 0
    assert set(Counter(bench.enqueued).values()) == {1}
    assert {"12:00:30", "12:01:00", "12:01:30"} <= set(slots(bench.enqueued))


@pytest.mark.parametrize("seed", range(40))
def test_many_kills_and_faults_never_enqueue_a_slot_twice(bench: Bench, seed: int) -> None:
    chance = random.Random(seed)

    def fault(_: str, moment: str) -> None:
        drawn = chance.random()
        if drawn < 0.01:
            raise Killed
        if drawn < 0.04:
            raise (Unavailable if moment == "before" else OutcomeUnknown)("cut off")

    engine = bench.start(bench.schedule("10s", missed="all", overlap="queue"))
    end = START + timedelta(minutes=5)
    bench.fault = fault
    while bench.world.clock.now() < end:
        try:
            bench.run_for(engine, (end - bench.world.clock.now()).total_seconds(), ENDS)
        except Killed:
            bench.fault = lambda *_: None
            bench.agent(ENDS)
            engine = bench.world.engine()
            bench.fault = fault
    assert set(Counter(bench.enqueued).values()) == {1}
    assert len(bench.enqueued) > 5


class Delayed(Faulty):
    """Loses and delays requests, and kills. What enqueues and edits is not delayed: the risk that the README names."""

    def _kind(self, name: str) -> str:
        kind = super()._kind(name)
        return "lost answer" if kind == "late" and name in ("enqueue", "edit_draft") else kind


@pytest.mark.parametrize("seed", range(25))
def test_lost_and_delayed_requests_and_kills_run_no_slot_twice(bench: Bench, seed: int) -> None:
    world, faulty = bench.world, Delayed(bench.world.gateway, seed, share=0.08)
    world.way = faulty.gateway()
    engine = bench.start(bench.schedule("10s", missed="all", overlap="queue"))
    faulty.active = True
    end = START + timedelta(minutes=5)
    while world.clock.now() < end:
        try:
            pause = engine.step()
            bench.agent(ENDS)
            world.clock.advance(max(0.05, pause))
        except Killed:
            engine = revived(world)
        if engine.snapshot is None or not engine.snapshot.running:
            engine = revived(world)
    assert set(bench.executed.values()) == {1}
    assert len(bench.executed) > 10
    assert faulty.happened.total() > 50


def revived(world: World) -> Engine:
    """A new process, perhaps killed in turn."""
    while True:
        lease.drop(world.gateway, world.instance)
        engine = world.rival()
        try:
            engine.open()
        except (Killed, GatewayError, InstanceStateError, lease.LeaseLost):
            world.clock.advance(1)
        else:
            return engine


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
