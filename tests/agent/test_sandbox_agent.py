"""A real agent on the sandbox: a task goes from the queue to completed, one that runs too long is stopped."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterator
from pathlib import Path

import pytest

from clearml_sched_widgets.sandbox import Agent, Sandbox
from tests.plain import Plain
from tests.waiting import until

REPORTS = """
from clearml import Task

task = Task.init(project_name="agent", task_name="template")
print("the parameter is", task.get_parameters()["Args/x"])
task.get_logger().report_scalar("loss", "train", value=0.25, iteration=1)
"""
SLEEPS = """
import time
print("sleeping now", flush=True)
time.sleep(300)
"""


@pytest.fixture
def plain(fresh_sandbox: Sandbox) -> Iterator[Plain]:
    client = Plain(fresh_sandbox)
    yield client
    client.http.close()


@pytest.fixture
def agent(fresh_sandbox: Sandbox, tmp_path: Path) -> Iterator[Agent]:
    with Agent.start(fresh_sandbox, ["default"], folder=tmp_path / "agent") as started:
        yield started


def template(plain: Plain, code: str) -> str:
    script = {"binary": "python3", "repository": "", "entry_point": "script.py", "working_dir": ".", "diff": code}
    params = {"Args": {"x": {"section": "Args", "name": "x", "value": "5"}}}
    project = plain.call("projects.create", name="agent")["id"]
    made = plain.call(
        "tasks.create", name="template", type="training", project=project, script=script, hyperparams=params
    )
    return str(made["id"])


def test_a_task_goes_from_the_queue_to_completed(plain: Plain, agent: Agent) -> None:
    before = importlib.metadata.version("pip")
    run = plain.call("tasks.clone", task=template(plain, REPORTS), new_task_name="run")["id"]
    until(lambda: bool(plain.call("workers.get_all")["workers"]), what="the agent")
    answer = plain.call("tasks.enqueue_many", ids=[run], queue_name="default", verify_watched_queue=True)
    assert answer["queue_watched"] is True
    ended = ("completed", "failed", "stopped")
    until(lambda: plain.task(run)["status"] in ended, 120, "the run to end")
    task = plain.task(run)
    assert task["status"] == "completed", plain.console(run) + agent.log.read_text()
    assert task["last_worker"] == agent.worker
    assert "the parameter is 5" in plain.console(run)
    curve = plain.call("events.scalar_metrics_iter_histogram", task=run)["loss"]["train"]
    assert (curve["x"], curve["y"]) == ([1], [0.25])
    assert importlib.metadata.version("pip") == before


def test_a_running_task_is_stopped_by_its_agent_and_nothing_stays(plain: Plain, agent: Agent) -> None:
    run = plain.call("tasks.clone", task=template(plain, SLEEPS), new_task_name="run")["id"]
    plain.call("tasks.enqueue", task=run, queue_name="default")
    until(lambda: "sleeping now" in plain.console(run), what="the run to print")
    stopping = plain.call("tasks.stop", task=run)["fields"]
    assert (stopping["status"], stopping["status_message"]) == ("in_progress", "stopping")
    until(lambda: plain.task(run)["status"] == "stopped", what="the agent to stop it")
    agent.stop()
    assert not [path for path in Path("/proc").glob("[0-9]*/environ") if str(agent.folder).encode() in readable(path)]


def readable(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
