"""Waiting for the end of an instance, in this kernel and elsewhere."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from clearml_sched_widgets import Action, Daily, Definition, InvalidDefinition, Manager, Schedule
from clearml_sched_widgets.errors import AccessDenied, InstanceStateError, Unavailable
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from clearml_sched_widgets.instances import waiting


@pytest.fixture
def definition(gateway: MemoryGateway) -> Definition:
    return Definition("nightly", [Schedule(Action(gateway.add_task("train")), Daily(["06:20"]), name="Morning")])


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds of each pause between two polls. They pass at once."""
    pauses: list[float] = []
    monkeypatch.setattr(waiting, "sleep", pauses.append)
    monkeypatch.setattr(waiting, "monotonic", lambda: sum(pauses))
    return pauses


def test_waiting_in_this_kernel_ends_when_the_instance_is_stopped(manager: Manager, definition: Definition) -> None:
    instance = manager.launch(definition)
    assert not instance.wait(0)
    assert not instance.wait("0s")
    ended: list[bool] = []
    thread = threading.Thread(target=lambda: ended.append(instance.wait()))
    thread.start()
    assert ended == []
    manager.get(instance.id).stop()
    thread.join(30)
    assert ended == [True]
    assert instance.status == "stopped"
    assert instance.wait()


def test_waiting_in_this_kernel_sends_no_request(
    manager: Manager, gateway: MemoryGateway, definition: Definition
) -> None:
    instance = manager.launch(definition)
    callers: set[str] = set()
    gateway.fault = lambda *_: callers.add(threading.current_thread().name)
    assert not instance.wait(timedelta(seconds=0.01))
    assert threading.current_thread().name not in callers


def test_k29_an_interrupt_ends_the_waiting_and_the_instance_goes_on(
    manager: Manager, definition: Definition, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = manager.launch(definition)

    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(waiting, "sleep", interrupted)
        with pytest.raises(KeyboardInterrupt):
            instance.wait()
    assert (instance.status, instance.where) == ("running", "kernel")


def test_waiting_for_a_service_asks_every_two_seconds_until_it_has_ended(
    manager: Manager,
    gateway: MemoryGateway,
    definition: Definition,
    slept: list[float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    instance = manager.launch(definition, where="service")
    assert not instance.wait(timeout="7s")
    assert slept == [2, 2, 2, 1]
    changes = [lambda: gateway.start(instance.id), lambda: gateway.set_status(instance.id, "stopped")]

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        changes.pop(0)()

    monkeypatch.setattr(waiting, "sleep", sleep)
    assert instance.wait()
    assert changes == []
    assert instance.status == "stopped"


def test_a_server_that_does_not_answer_is_asked_again_and_a_refusal_is_told(
    manager: Manager, gateway: MemoryGateway, definition: Definition, slept: list[float]
) -> None:
    instance = manager.launch(definition, where="service")

    def away(_method: str, _moment: str) -> None:
        if len(slept) < 3:
            raise Unavailable("The server does not answer")
        raise AccessDenied("The credentials were revoked")

    gateway.fault = away
    with pytest.raises(AccessDenied):
        instance.wait()
    assert len(slept) == 3
    gateway.fault = lambda *_: None


def test_what_is_deleted_has_ended_and_a_draft_is_not_waited_for(
    manager: Manager, gateway: MemoryGateway, definition: Definition, slept: list[float]
) -> None:
    draft, deleted = manager.save(definition), manager.save(definition)
    with pytest.raises(InstanceStateError, match="is a draft: nothing runs that could be waited for"):
        draft.wait()
    gateway.delete_task(deleted.id)
    assert deleted.wait()
    assert slept == []


@pytest.mark.parametrize("timeout", [-1, float("nan"), "soon", True, "-1s", [5]])
def test_a_timeout_that_is_no_time_is_refused(manager: Manager, definition: Definition, timeout: object) -> None:
    draft = manager.save(definition)
    with pytest.raises(InvalidDefinition, match="timeout = "):
        draft.wait(timeout)  # type: ignore[arg-type]
