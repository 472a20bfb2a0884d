"""A remote instance, end to end: the wheel, a real clearml-agent, the sandbox."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from clearml_sched_widgets import Action, Definition, Instance, Interval, Manager, Schedule
from clearml_sched_widgets.gateway.clearml import ClearMLGateway
from clearml_sched_widgets.sandbox import Agent, Sandbox
from tests.agent import environments
from tests.plain import Plain

PATIENCE = 120  # seconds for the agent to fetch a task and start it on a busy machine


@pytest.fixture(scope="module")
def agent(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    folder = tmp_path_factory.mktemp("service")
    python = environments.with_wheel(folder / "env", environments.build_wheel(folder / "wheel"))
    running = Agent.start(sandbox, ["services"], folder=folder / "agent", python=python, name="services:agent")
    yield running
    running.stop()


@pytest.fixture
def manager(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Manager:
    for name, value in sandbox.environment().items():
        monkeypatch.setenv(name, value)
    return Manager(gateway=ClearMLGateway())


def wait_for(condition: Callable[[], bool], what: str, instance: Instance) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        log = "\n".join(line.text for line in instance.view().log)
        assert time.monotonic() < end, f"{what} did not happen in {PATIENCE} s. Its log:\n{log}"
        time.sleep(0.5)


@pytest.mark.usefixtures("agent")
def test_a_service_launches_its_runs_logs_on_its_task_and_stops_from_the_notebook(
    sandbox: Sandbox, manager: Manager
) -> None:
    base = str(Plain(sandbox).call("tasks.create", name="service test base", type="training")["id"])
    definition = Definition("service test", [Schedule(Action(base), Interval(every="5s"), name="often")])
    instance = manager.launch(definition, where="service", queue="services")
    assert (instance.where, instance.status) == ("service", "queued")

    wait_for(lambda: len(instance.view().executed) >= 2, "the second run", instance)
    assert instance.status == "running"
    run = Plain(sandbox).call("tasks.get_by_id", task=instance.view().executed[-1].run)["task"]
    assert run["status"] == "queued"
    assert run["parent"] == base

    wait_for(lambda: "launched task" in str(list(instance.log.text)), "its log", instance)
    console = Plain(sandbox).call("events.get_task_log", task=instance.id, batch_size=500)["events"]
    assert any("launched task" in line["msg"] for line in console)

    instance.pause("maintenance")
    wait_for(lambda: instance.view().status == "paused", "the pause", instance)
    instance.resume()
    wait_for(lambda: instance.view().status == "running", "the end of the pause", instance)

    instance.stop()
    wait_for(lambda: instance.view().status == "stopped", "the stop", instance)
    done = len(instance.view().executed)
    time.sleep(8)
    assert len(instance.view().executed) == done


@pytest.mark.slow
@pytest.mark.usefixtures("agent")
def test_an_instance_of_this_kernel_goes_on_as_a_service(sandbox: Sandbox, manager: Manager) -> None:
    base = str(Plain(sandbox).call("tasks.create", name="moving test base", type="training")["id"])
    definition = Definition("moving test", [Schedule(Action(base), Interval(every="3s"), name="often")])
    instance = manager.launch(definition)
    wait_for(lambda: len(instance.view().executed) >= 1, "the first run", instance)
    instance.move_to_service("services")
    before = len(instance.view().executed)
    wait_for(lambda: instance.view().status == "running", "the start on the agent", instance)
    wait_for(lambda: len(instance.view().executed) >= before + 2, "the runs of the service", instance)
    slots = [run.scheduled for run in instance.view().executed]
    assert len(slots) == len(set(slots)), "no slot twice"
    instance.stop()
    wait_for(lambda: instance.view().status == "stopped", "the stop", instance)
