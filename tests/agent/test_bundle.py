"""A service on an agent that has clearml and nothing else, and whose pip reaches no index; killed in the middle."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from clearml_sched_widgets import Action, Definition, Instance, Interval, Manager, Policies, Schedule
from clearml_sched_widgets.gateway.clearml import ClearMLGateway
from clearml_sched_widgets.sandbox import Agent, Sandbox
from tests.agent import environments
from tests.plain import Plain
from tests.waiting import until

PATIENCE = 120  # seconds for the agent to fetch a task and start it on a busy machine
CLOSED = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_CONFIG_FILE": os.devnull, "PIP_RETRIES": "0"}


StartAgent = Callable[[], Agent]


@pytest.fixture
def start_agent(sandbox: Sandbox, tmp_path: Path) -> Iterator[StartAgent]:
    python = environments.with_clearml_alone(tmp_path / "env")
    agents: list[Agent] = []

    def start() -> Agent:
        number = len(agents)
        folder, name = tmp_path / f"agent{number}", f"bundle:{number}"
        running = Agent.start(sandbox, ["services"], folder=folder, python=python, name=name, environment=CLOSED)
        agents.append(running)
        return running

    yield start
    for agent in agents:
        agent.stop()


@pytest.fixture
def agent(start_agent: StartAgent) -> Agent:
    return start_agent()


@pytest.fixture
def manager(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Manager:
    for name, value in sandbox.environment().items():
        monkeypatch.setenv(name, value)
    return Manager(gateway=ClearMLGateway())


def service_process(folder: Path) -> int | None:
    """The process that runs the scheduler of an agent; None if there is none."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes().split(b"\0")
            owner = (path.parent / "cwd").readlink()
        except OSError:
            continue
        if b"scheduler_service.py" in command and owner.is_relative_to(folder):
            return int(path.parent.name)
    return None


def slots(instance: Instance) -> list[datetime]:
    return [run.scheduled for run in instance.view().executed if run.scheduled]


def assert_each_once(ran: list[datetime]) -> None:
    assert {later - earlier for earlier, later in pairwise(sorted(ran))} == {timedelta(seconds=2)}, ran


def test_a_bundle_runs_where_only_clearml_is_and_loses_and_doubles_nothing_when_killed(
    sandbox: Sandbox, manager: Manager, agent: Agent
) -> None:
    plain = Plain(sandbox)
    base = str(plain.call("tasks.create", name="bundle base", type="training")["id"])
    definition = Definition(
        "a bundle", [Schedule(Action(base), Interval(every="2s"), Policies(missed="all"), name="often")]
    )
    instance = manager.launch(definition, where="service")

    def said() -> str:
        return plain.console(instance.id) + agent.log.read_text()[-2000:]

    until(lambda: len(slots(instance)) >= 3, PATIENCE, "three runs")
    process = service_process(agent.folder)
    assert process is not None, said()
    os.kill(process, signal.SIGKILL)
    until(lambda: instance.refresh().status in ("failed", "silent", "stopped"), PATIENCE, "the agent to see the end")
    before = len(slots(instance))
    instance.resume()
    until(lambda: len(slots(instance)) >= before + 3, PATIENCE, "runs after the kill")
    instance.stop()
    until(lambda: instance.refresh().status == "stopped", PATIENCE, "the stop")
    ran = sorted(slots(instance))
    assert_each_once(ran)
    runs = {run["id"]: run["status"] for run in plain.call("tasks.get_all_ex", parent=base)["tasks"]}
    assert set(runs.values()) == {"queued"}
    assert len(runs) == len(ran)
    log = list(instance.log.text)
    assert "Started: 1 schedule, 0 triggers." in log
    assert not any("agent.worker_id" in line for line in log), "the agent's own lines are not the scheduler's"
    assert any("agent.worker_id" in line.text for line in instance.console(instance.id, 2000))


def test_another_notebook_leads_a_service_and_the_page_of_clearml_ends_it(
    sandbox: Sandbox, manager: Manager, agent: Agent
) -> None:
    plain = Plain(sandbox)
    base = str(plain.call("tasks.create", name="led base", type="training")["id"])
    hourly = Schedule(Action(base), Interval(every="1h"), name="hourly", id="hourly")
    launched = manager.launch(Definition("led from afar", [hourly]), where="service")
    instance = Manager(gateway=ClearMLGateway()).get(launched.id)
    until(lambda: instance.refresh().status == "running", PATIENCE, "the start")
    instance.run_now("hourly")
    until(lambda: len(instance.view().executed) == 1, PATIENCE, "the run by hand")
    often = Schedule(Action(base), Interval(every="2s"), name="often")
    instance.update(Definition("edited from afar", [often]))
    until(lambda: len(slots(instance)) >= 3, PATIENCE, "the runs of the edited one")
    plain.call("tasks.stop", task=instance.id, status_reason="Aborted in the web page")  # its Abort
    until(lambda: instance.refresh().status == "stopped", PATIENCE, "the end")
    until(lambda: service_process(agent.folder) is None, PATIENCE, "the end of its process")
    done = len(slots(instance))
    assert "Stopped: it was asked to stop in ClearML." in list(instance.log.text)
    assert list(instance.log[instance.log.level == "error"].text) == []
    leases = plain.call("projects.get_all", name=instance.id, search_hidden=True, only_fields=["name"])["projects"]
    assert leases == [], "its lease is given back"
    assert len(slots(instance)) == done


@pytest.mark.slow  # half a minute until the killed one is silent
def test_after_the_death_of_an_agent_a_resume_enqueues_it_for_another_one(
    sandbox: Sandbox, manager: Manager, agent: Agent, start_agent: StartAgent
) -> None:
    plain = Plain(sandbox)
    base = str(plain.call("tasks.create", name="base of the dead", type="training")["id"])
    often = Schedule(Action(base), Interval(every="2s"), Policies(missed="all"), name="often")
    instance = manager.launch(Definition("outlives its agent", [often]), where="service")
    until(lambda: len(slots(instance)) >= 3, PATIENCE, "three runs")
    agent.kill()
    until(lambda: instance.refresh().status == "silent", PATIENCE, "the silence")
    before = len(slots(instance))
    instance.resume()
    assert instance.refresh().status == "queued"
    start_agent()
    until(lambda: len(slots(instance)) >= before + 18, PATIENCE, "the missed runs, and more")
    instance.stop()
    until(lambda: instance.refresh().status == "stopped", PATIENCE, "the stop")
    assert_each_once(slots(instance))
