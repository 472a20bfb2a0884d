"""What comes due while a launch still works, runs: the moment of the call counts, by the server's clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic

import attrs
import pytest

from clearml_sched_widgets import Action, Definition, Instance, InvalidDefinition, Manager, Once, Policies, Schedule
from clearml_sched_widgets.engine.instance_task.task import LAUNCHED
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from clearml_sched_widgets.gateway.memory.store import server_clock
from clearml_sched_widgets.records import Present
from tests.waiting import until

HOST_WRONG = timedelta(days=3)  # how far the server's clock is ahead of the host's


class SlowServer:
    """A server on which every request of one kind takes 45 s, and the two clocks that show it."""

    def __init__(self) -> None:
        self.slow = ""
        self._waited = 0.0

    def now(self) -> datetime:
        return server_clock() + HOST_WRONG + timedelta(seconds=self._waited)

    def monotonic(self) -> float:
        return monotonic() + self._waited

    def fault(self, method: str, moment: str) -> None:
        if method == self.slow and moment == "before":
            self._waited += 45


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> SlowServer:
    server = SlowServer()
    for module in ("manager", "instances.control", "instances.moving"):
        monkeypatch.setattr(f"clearml_sched_widgets.{module}.monotonic", server.monotonic)
    return server


class AskingGateway(MemoryGateway):
    """A gateway that asks the server for its present, as one does that was not connected before."""

    def present(self, task_id: str = "", *, ask: bool = True) -> Present:
        if ask:
            self.fault("present", "before")
        return super().present(task_id, ask=ask)


@pytest.fixture
def gateway(server: SlowServer) -> MemoryGateway:
    gateway = AskingGateway(now=server.now, fault=server.fault)
    gateway.add_queue("default")
    gateway.add_queue("services")
    return gateway


def once(gateway: MemoryGateway, moment: datetime) -> Definition:
    rule = Once(moment.date().isoformat(), [moment.time().isoformat(timespec="seconds")])
    return Definition("nightly", [Schedule(Action(gateway.add_task("train")), rule, Policies(missed="all"), id="a")])


def launched(gateway: MemoryGateway, instance: Instance) -> datetime:
    return datetime.fromisoformat(gateway.task(instance.id).configuration[LAUNCHED])


def is_just_after(moment: datetime, called: datetime) -> bool:
    """Whether it is before anything took 45 s. The server's times are whole milliseconds."""
    return called - timedelta(milliseconds=1) <= moment < called + timedelta(seconds=20)


@pytest.mark.parametrize("slow", ["present", "queues", "create_instance", "set_status"])
def test_k26_a_once_that_becomes_due_while_the_launch_works_runs_at_once(
    manager: Manager, gateway: MemoryGateway, server: SlowServer, slow: str
) -> None:
    called = server.now()
    definition = once(gateway, called + timedelta(seconds=20))
    server.slow = slow
    instance = manager.launch(definition)
    server.slow = ""
    assert server.now() - called > timedelta(seconds=40)
    until(lambda: list(instance.executed.cause) == ["schedule"])
    assert is_just_after(launched(gateway, instance), called)


def test_k26_a_once_that_was_past_when_the_launch_was_called_is_refused(
    manager: Manager, gateway: MemoryGateway, server: SlowServer
) -> None:
    with pytest.raises(InvalidDefinition, match="its last run is in the past"):
        manager.launch(once(gateway, server.now() - timedelta(seconds=1)))
    with pytest.raises(InvalidDefinition, match="its last run is in the past"):
        manager.check(once(gateway, server.now() - timedelta(seconds=1)))


def test_k26_a_service_knows_when_its_launch_was_called(
    manager: Manager, gateway: MemoryGateway, server: SlowServer
) -> None:
    called = server.now()
    server.slow = "create_instance"
    instance = manager.launch(once(gateway, called + timedelta(seconds=20)), where="service")
    assert is_just_after(launched(gateway, instance), called)


START: list[Callable[[Instance], None]] = [Instance.resume, Instance.move_to_service]


@pytest.mark.parametrize("start", START, ids=["resumed", "moved to a service"])
def test_k26_a_draft_is_launched_when_it_is_first_started(
    manager: Manager, gateway: MemoryGateway, server: SlowServer, start: Callable[[Instance], None]
) -> None:
    draft = manager.save(once(gateway, server.now() + timedelta(days=1)))
    assert LAUNCHED not in gateway.task(draft.id).configuration
    called = server.now()
    server.slow = "tasks"
    start(draft)
    server.slow = ""
    assert is_just_after(launched(gateway, draft), called)


def test_k26_neither_an_update_nor_a_resume_changes_the_moment_of_the_launch(
    manager: Manager, gateway: MemoryGateway, server: SlowServer
) -> None:
    instance = manager.launch(once(gateway, server.now() + timedelta(days=1)))
    moment = launched(gateway, instance)
    instance.update(attrs.evolve(instance.definition, name="renamed"))
    instance.stop()
    instance.update(attrs.evolve(instance.definition, name="again"))
    instance.resume()
    assert launched(gateway, instance) == moment


def test_the_servers_clock_decides_which_period_is_past(
    manager: Manager, gateway: MemoryGateway, server: SlowServer
) -> None:
    instance = manager.launch(once(gateway, server.now() + timedelta(seconds=30)))
    start, end = server.now() - timedelta(days=1), server.now() - timedelta(seconds=1)
    assert end > server_clock(), "by the host's clock it is to come"
    with pytest.raises(InvalidDefinition, match="no times in this period"):
        instance.backfill("a", start, end)
    with pytest.raises(InvalidDefinition, match="expected a time that is past"):
        instance.backfill("a", start, server.now() + timedelta(minutes=1))
