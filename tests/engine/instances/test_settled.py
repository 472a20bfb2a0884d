"""A command in this kernel takes effect at once, also for the next command."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from clearml_sched_widgets import Action, Daily, Definition, Instance, Manager, Schedule
from clearml_sched_widgets.engine.instance_task import task as instance_task
from clearml_sched_widgets.errors import GatewayError, InstanceStateError, Refused, Unavailable
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from tests.waiting import until

READ = "clearml_sched_widgets.engine.command_handler.read_task"  # how the engine reads a new definition


@pytest.fixture
def gateway() -> MemoryGateway:
    gateway = MemoryGateway()
    gateway.add_queue("default")
    return gateway


@pytest.fixture
def item(gateway: MemoryGateway) -> Schedule:
    return Schedule(Action(gateway.add_task("train")), Daily(["06:20"]), name="Morning")


@pytest.fixture
def running(gateway: MemoryGateway, item: Schedule) -> Iterator[Instance]:
    instance = Manager(gateway=gateway).launch(Definition("nightly", [item]))
    yield instance
    instance.stop()


def problem(instance: Instance) -> str:
    shot = instance._handle.snapshot
    assert shot is not None
    return shot.problem


def test_an_item_that_an_update_brought_is_run_at_once(running: Instance, item: Schedule) -> None:
    for number in range(5):
        new = Schedule(item.action, Daily(["18:20"]), name=f"Evening {number}")
        running.update(Definition("nightly", [item, new]))
        assert running.definition.schedules[1].name == new.name
        assert new.name in set(running.scheduled["name"])
        running.run_now(new)
        assert running.executed["item"].iloc[0] == new.id


def test_a_pause_and_its_end_are_seen_at_once(running: Instance, item: Schedule) -> None:
    for _ in range(5):
        running.pause("holidays")
        assert running.status == "paused"
        running.resume()
        assert running.status == "running"
        running.pause("broken data", item)
        assert running.scheduled["state"].iloc[0] == "paused"
        running.resume(item)
        assert running.scheduled["state"].iloc[0] == "waiting"


def test_a_command_that_cannot_be_obeyed_yet_is_not_waited_for_and_not_lost(
    running: Instance, gateway: MemoryGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise GatewayError("the server is away")

    with monkeypatch.context() as patched:
        for name in ("tasks", "write_configuration", "report_log"):
            patched.setattr(gateway, name, away)
        running.pause("holidays")
        assert problem(running) == "the server is away"
    until(lambda: running.status == "paused" and not problem(running))


def failing_once(real: Callable[..., Any], error: GatewayError) -> Callable[..., Any]:
    left = [error]

    def call(*args: Any, **kwargs: Any) -> Any:
        if left:
            raise left.pop()
        return real(*args, **kwargs)

    return call


def test_an_update_that_the_engine_could_not_read_at_once_is_read_later(
    running: Instance, item: Schedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(READ, failing_once(instance_task.read_task, Unavailable("the server is away")))
    running.update(Definition("renamed", [item]))
    until(lambda: running.definition.name == "renamed")


def test_a_pause_that_could_not_be_ended_at_once_is_ended_whole_later(
    running: Instance, gateway: MemoryGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    running.pause("holidays")
    monkeypatch.setattr(gateway, "ping", failing_once(gateway.ping, Unavailable("the server is away")))
    running.resume()
    until(lambda: running.status == "running")
    assert list(running.log["text"]).count("Goes on after the pause.") == 1


def test_a_command_that_the_server_refuses_holds_up_no_other(
    running: Instance, item: Schedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(READ, failing_once(instance_task.read_task, Refused("not you")))
    running.update(Definition("renamed", [item]))
    running.pause("holidays")
    until(lambda: running.status == "paused" and not problem(running))


@pytest.mark.parametrize("command", [Instance.pause, Instance.run_now])
def test_a_command_to_an_instance_that_was_just_stopped_elsewhere_says_that_it_was_not_done(
    running: Instance, gateway: MemoryGateway, command: Callable[[Instance], None]
) -> None:
    gateway.set_status(running.id, "stopped")
    with pytest.raises(InstanceStateError, match="has just ended and did not do it; resume it first"):
        command(running)
    assert running.status == "stopped"
    running.resume()
    assert running.status == "running"
    assert running.executed.empty


def test_what_was_just_stopped_elsewhere_is_resumed(running: Instance, gateway: MemoryGateway) -> None:
    gateway.set_status(running.id, "stopped")
    running.resume()
    assert (running.status, running.where) == ("running", "kernel")
    assert gateway.task(running.id).status == "in_progress"


def test_an_update_of_an_instance_that_ends_meanwhile_is_kept(
    running: Instance, gateway: MemoryGateway, item: Schedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rename_and_stop(instance_id: str, _name: str) -> None:
        gateway.set_status(instance_id, "stopped")

    monkeypatch.setattr(gateway, "rename", rename_and_stop)
    running.update(Definition("renamed", [item]))
    assert (running.status, running.definition.name) == ("stopped", "renamed")
