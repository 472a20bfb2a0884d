"""A service on an agent that has clearml and nothing else, and whose pip reaches no index; killed in the middle."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
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


@pytest.fixture(scope="module")
def agent(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    folder = tmp_path_factory.mktemp("bundle")
    python = environments.with_clearml_alone(folder / "env")
    with Agent.start(
        sandbox, ["services"], folder=folder / "agent", python=python, name="bundle:agent", environment=CLOSED
    ) as running:
        yield running


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
    assert len(ran) == len(set(ran)), "none is doubled"
    assert {second - first for first, second in pairwise(ran)} == {timedelta(seconds=2)}, "none is lost"
    runs = {run["id"]: run["status"] for run in plain.call("tasks.get_all_ex", parent=base)["tasks"]}
    assert set(runs.values()) == {"queued"}
    assert len(runs) == len(ran)
    log = list(instance.log.text)
    assert "Started: 1 schedule, 0 triggers." in log
    assert not any("agent.worker_id" in line for line in log), "the agent's own lines are not the scheduler's"
    assert any("agent.worker_id" in line.text for line in instance.console(instance.id, 2000))
