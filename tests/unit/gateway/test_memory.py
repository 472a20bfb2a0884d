"""What the in-memory gateway offers to tests and simulations beyond the protocol: a clock, faults, and other people."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest

from clearml_sched_widgets.errors import OutcomeUnknown, Unavailable
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from clearml_sched_widgets.records import RUN_TAG, Clone, TaskQuery

START = datetime(2026, 11, 23, 12, 0, tzinfo=timezone.utc)


def clone(gateway: Gateway, base: str) -> str:
    request = Clone(task=base, name="run", project=None, parent=base, tags=(), system_tags=(RUN_TAG,), hyperparams={})
    return gateway.clone(request)


def test_every_time_is_the_clocks() -> None:
    now = START
    gateway = MemoryGateway(lambda: now)
    base = gateway.add_task()
    now += timedelta(microseconds=1_500)
    gateway.start(base)
    task = gateway.task(base)
    assert (task.created, task.started) == (START, START + timedelta(milliseconds=1))
    assert task.last_change == task.status_changed == task.started


def test_a_fault_before_a_request_keeps_it_from_being_carried_out() -> None:
    gateway = MemoryGateway()
    base = gateway.add_task()

    def fault(method: str, moment: str) -> None:
        if (method, moment) == ("clone", "before"):
            raise Unavailable("the server is away")

    gateway.fault = fault
    with pytest.raises(Unavailable):
        clone(gateway, base)
    assert len(gateway.all_tasks()) == 1
    assert gateway.requests["clone"] == 0


def test_a_fault_after_a_request_loses_the_answer_alone() -> None:
    gateway = MemoryGateway()
    base = gateway.add_task()

    def fault(method: str, moment: str) -> None:
        if (method, moment) == ("clone", "after"):
            raise OutcomeUnknown("the answer was lost")

    gateway.fault = fault
    with pytest.raises(OutcomeUnknown):
        clone(gateway, base)
    assert [task.name for task in gateway.all_tasks()] == ["a task", "run"]


def test_a_fault_hook_may_use_the_server_itself() -> None:
    gateway = MemoryGateway()
    base, queue = gateway.add_task(), gateway.add_queue("default")
    gateway.fault = lambda _method, moment: gateway.delete_queue(queue) if moment == "after" else None
    clone(gateway, base)
    gateway.fault = lambda _method, _moment: None
    assert gateway.queues() == []


def test_an_agent_takes_tasks_first_come_first_served() -> None:
    gateway = MemoryGateway()
    base, queue = gateway.add_task(), gateway.add_queue("default")
    runs = [clone(gateway, base) for _ in range(2)]
    gateway.enqueue(runs, queue)
    assert [gateway.take(queue) for _ in range(3)] == [*runs, None]
    assert {gateway.task(run).status for run in runs} == {"in_progress"}
    gateway.finish(runs[0], "failed", "out of memory")
    assert gateway.task(runs[0]).status_reason == "out of memory"


def test_a_deleted_queue_gives_its_tasks_back() -> None:
    gateway = MemoryGateway()
    queue, fresh, stopped = gateway.add_queue("default"), gateway.add_task(), gateway.add_task(status="stopped")
    gateway.enqueue([fresh, stopped], queue)
    gateway.delete_queue(queue)
    assert [gateway.task(task).status for task in (fresh, stopped)] == ["created", "stopped"]


def test_a_queued_task_is_put_on_a_queue_not_made() -> None:
    with pytest.raises(ValueError, match="enqueue"):
        MemoryGateway().add_task(status="queued")


def test_two_servers_of_one_history_are_alike() -> None:
    def history() -> list[str]:
        gateway = MemoryGateway(lambda: START)
        base = gateway.add_task("base", "Project")
        return [clone(gateway, base) for _ in range(3)]

    assert history() == history()


def test_many_threads_lose_nothing() -> None:
    gateway = MemoryGateway()
    base, queue = gateway.add_task(), gateway.add_queue("default")

    def one(_: int) -> str:
        run = clone(gateway, base)
        gateway.enqueue([run], queue)
        return run

    with ThreadPoolExecutor(8) as pool:
        runs = set(pool.map(one, range(400)))
    assert len(runs) == 400
    assert set(gateway.waiting(queue)) == runs
    assert len(gateway.tasks(TaskQuery(system_tags=(RUN_TAG,)))) == 400
    assert gateway.requests["clone"] == 400
