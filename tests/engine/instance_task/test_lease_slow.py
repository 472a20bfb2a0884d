"""A slow server, long steps and patient rivals: the lease is kept, and nobody enqueues what another one has begun."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Sequence

import pytest

from clearml_sched_widgets.definition import Action, Definition, Interval, Policies, Schedule
from clearml_sched_widgets.engine.instance_task import lease as leases
from clearml_sched_widgets.engine.instance_task.lease import PREFIX, VALID
from clearml_sched_widgets.engine.loop import Engine
from clearml_sched_widgets.errors import InstanceStateError, Unavailable
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from clearml_sched_widgets.manager import Manager
from clearml_sched_widgets.records import Enqueued
from tests.engine.world import World
from tests.waiting import until

SECONDS_PER_TASK = 0.03  # in which a real server enqueues one task


def due_at_once(world: World, count: int) -> Definition:
    action, policies = Action(world.base), Policies(overlap="allow")
    return Definition("many", [Schedule(action, Interval("1h"), policies, id=f"i{n}") for n in range(count)])


class SlowServer:
    """Enqueues one task after the other, as a real server does, while a patient rival tries to take over."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world = world
        self.enqueued: Counter[str] = Counter()
        self.longest = 0.0  # seconds of the longest request
        self.rival = world.rival()
        self.rival_opened = False
        self._enqueue = MemoryGateway.enqueue
        self._rival_at = world.clock.monotonic()
        self._in_rival = False

        def enqueue(gateway: MemoryGateway, ids: Sequence[str], queue_id: str) -> Enqueued:
            return self._enqueue_slowly(gateway, ids, queue_id)

        monkeypatch.setattr(MemoryGateway, "enqueue", enqueue)

    def _enqueue_slowly(self, gateway: MemoryGateway, ids: Sequence[str], queue_id: str) -> Enqueued:
        began, answers = self.world.clock.monotonic(), []
        for task_id in ids:
            self.world.clock.advance(SECONDS_PER_TASK)
            self._let_rival_work()
            answers.append(self._enqueue(gateway, [task_id], queue_id))
            self.enqueued[task_id] += bool(answers[-1].succeeded)
        self.longest = max(self.longest, self.world.clock.monotonic() - began)
        succeeded = tuple(task_id for answer in answers for task_id in answer.succeeded)
        failed = {task_id: text for answer in answers for task_id, text in answer.failed.items()}
        return Enqueued(succeeded=succeeded, failed=failed, watched=True)

    def _let_rival_work(self) -> None:
        if self._in_rival or self.world.clock.monotonic() < self._rival_at:
            return
        self._in_rival, self._rival_at = True, self.world.clock.monotonic() + 1
        try:
            if not self.rival_opened:
                self.rival.open()
                self.rival_opened = True
            self.rival.step()
        except InstanceStateError:
            pass
        finally:
            self._in_rival = False


@pytest.mark.parametrize("count", [1000, 3000])
def test_a_patient_rival_gets_nothing_while_a_slow_server_enqueues_many_runs(
    world: World, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    engine = world.engine(due_at_once(world, count))
    world.clock.advance(3600)
    server = SlowServer(world, monkeypatch)
    world.run_for(engine, 60)
    assert not server.rival_opened
    assert server.longest < VALID / 2
    assert len(server.enqueued) == count
    assert set(server.enqueued.values()) == {1}


def test_the_next_slices_are_smaller_on_a_slower_server(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.SECONDS_PER_TASK", 0.2)
    engine = world.engine(due_at_once(world, 200))
    world.clock.advance(3600)
    server = SlowServer(world, monkeypatch)
    sizes = []
    enqueue = MemoryGateway.enqueue

    def measured(gateway: MemoryGateway, ids: Sequence[str], queue_id: str) -> Enqueued:
        sizes.append(len(ids))
        return enqueue(gateway, ids, queue_id)

    monkeypatch.setattr(MemoryGateway, "enqueue", measured)
    world.run_for(engine, 60)
    assert all(size * 0.2 < VALID / 2 for size in sizes[1:])  # the first one has no experience
    assert set(server.enqueued.values()) == {1}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Renew the lease ten times as often, so that the tests need not wait."""
    monkeypatch.setattr(leases, "RENEW_EVERY", 0.2)
    monkeypatch.setattr(leases, "RETRY_EVERY", 0.05)


def renewals(gateway: MemoryGateway) -> int:
    (lease,) = gateway.leases(PREFIX)
    return int(json.loads(lease.text)["count"])


@pytest.mark.usefixtures("quick")
def test_the_lease_is_renewed_while_one_request_of_a_step_takes_for_ever(
    manager: Manager, gateway: MemoryGateway
) -> None:
    schedule = Schedule(Action(gateway.add_task("train model")), Interval("1h"), id="item")
    instance = manager.launch(Definition("nightly", [schedule]))
    blocked, go_on = threading.Event(), threading.Event()

    def block(method: str, moment: str) -> None:
        if (method, moment) == ("clone", "before"):
            blocked.set()
            go_on.wait(60)

    gateway.fault = block
    threading.Thread(target=instance.run_now, args=("item",)).start()
    assert blocked.wait(60)
    before = renewals(gateway)
    until(lambda: renewals(gateway) >= before + 5, what="five renewals")
    assert instance.status == "running"
    go_on.set()
    until(lambda: len(instance.executed) == 1, what="the run")


@pytest.mark.usefixtures("quick")
def test_an_engine_whose_renewals_fail_launches_nothing_until_they_work_again(
    manager: Manager, gateway: MemoryGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "VALID", 0.5)
    monkeypatch.setattr(leases, "RENEW_TIMEOUT", 0.1)
    schedule = Schedule(Action(gateway.add_task("train model")), Interval("1h"), id="item")
    instance = manager.launch(Definition("nightly", [schedule]))
    away = True

    def fail(method: str, _moment: str) -> None:
        if method == "write_lease" and away:
            raise Unavailable("the server is away")

    gateway.fault = fail
    until(lambda: instance.view().problem != "", what="the problem to be shown")
    instance.run_now("item")
    assert len(instance.executed) == 0
    away = False
    until(lambda: len(instance.executed) == 1, what="the run")


def test_who_wakes_up_in_the_middle_of_a_batch_asks_for_the_lease_before_the_next_slice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = world.engine(due_at_once(world, 300))
    world.clock.advance(3600)
    enqueue, slept = MemoryGateway.enqueue, False
    enqueued: Counter[str] = Counter()
    second: Engine = world.rival()

    def sleepy(gateway: MemoryGateway, ids: Sequence[str], queue_id: str) -> Enqueued:
        nonlocal slept
        answer = enqueue(gateway, ids, queue_id)
        enqueued.update(answer.succeeded)
        if not slept:
            slept = True  # the laptop was closed after this request
            world.take_over(second)
            world.run_for(second, 5)
        return answer

    monkeypatch.setattr(MemoryGateway, "enqueue", sleepy)
    world.run_for(first, 3)
    world.run_for(second, 30)
    assert first.snapshot is not None
    assert not first.snapshot.running
    assert len(enqueued) == 300
    assert set(enqueued.values()) == {1}
