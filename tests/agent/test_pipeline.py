"""A pipeline, end to end: the SDK makes it, a schedule launches it, real agents run its controller and three steps."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clearml_sched_widgets import Action, Definition, Instance, Manager, Once, Schedule
from clearml_sched_widgets.gateway.clearml import ClearMLGateway
from clearml_sched_widgets.instances.steps import steps_of
from clearml_sched_widgets.sandbox import Agent, Sandbox
from tests.plain import Plain
from tests.waiting import until

PATIENCE = 240  # seconds for five processes with the SDK, one after the other, on a busy machine
ENDED = ("completed", "failed", "stopped")
STEP = """
from clearml import Task

task = Task.init(project_name="Demo", task_name="step")
print("x is", task.get_parameters()["Args/x"])
"""
PIPELINE = """
from clearml import PipelineController, Task

pipe = PipelineController(name="three steps", project="Demo", version="1.0.0", pool_frequency=0.01)
pipe.add_parameter("rate", 0.5)
pipe.set_default_execution_queue("steps")
pipe.add_step("one", base_task_id="{base}", parameter_override={{"Args/x": "${{pipeline.rate}}"}})
pipe.add_step("two", base_task_id="{base}", parents=["one"])
pipe.add_step("three", base_task_id="{base}", parents=["two"], execution_queue="steps")
if Task.running_locally():
    print("PIPELINE", pipe.id, flush=True)
    pipe.create_draft()
else:
    pipe.start_locally()  # on the agent: this process is the controller
"""


@pytest.fixture
def plain(fresh_sandbox: Sandbox) -> Iterator[Plain]:
    client = Plain(fresh_sandbox)
    client.call("queues.create", name="steps")
    yield client
    client.http.close()


@pytest.fixture
def pipeline(fresh_sandbox: Sandbox, plain: Plain, tmp_path: Path) -> str:
    """The id of a pipeline of three steps, made by the SDK as a user makes one."""
    script = {"binary": "python3", "repository": "", "entry_point": "step.py", "working_dir": ".", "diff": STEP}
    params = {"Args": {"x": {"section": "Args", "name": "x", "value": "5"}}}
    project = plain.call("projects.create", name="Demo")["id"]
    base = plain.call("tasks.create", name="step", type="training", project=project, script=script, hyperparams=params)[
        "id"
    ]
    (tmp_path / "pipeline.py").write_text(PIPELINE.format(base=base))
    variables = {key: value for key, value in os.environ.items() if not key.startswith(("CLEARML_", "TRAINS_"))}
    variables |= {**fresh_sandbox.environment(), "HOME": str(tmp_path)}
    command = [sys.executable, "pipeline.py"]
    done = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(line.split()[1] for line in done.stdout.splitlines() if line.startswith("PIPELINE "))


@pytest.fixture
def agents(fresh_sandbox: Sandbox, plain: Plain, tmp_path: Path) -> Iterator[None]:
    """One agent for controllers, another one for steps."""
    start = Agent.start
    with (
        start(fresh_sandbox, ["services"], folder=tmp_path / "first", name="controllers:agent"),
        start(fresh_sandbox, ["steps"], folder=tmp_path / "second", name="steps:agent"),
    ):
        until(lambda: len(plain.call("workers.get_all")["workers"]) == 2, what="the agents")
        yield


@pytest.fixture
def manager(fresh_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Manager]:
    for name, value in fresh_sandbox.environment().items():
        monkeypatch.setenv(name, value)
    manager = Manager(gateway=ClearMLGateway())
    yield manager
    for instance in manager.instances():
        if instance.status == "running":
            instance.stop()


def listed_pipelines(plain: Plain) -> list[str]:
    """The projects that the web page lists among the pipelines."""
    page = {"name": "/\\.pipelines/", "system_tags": ["pipeline"], "search_hidden": True, "shallow_search": False}
    return sorted(project["name"] for project in plain.call("projects.get_all_ex", **page)["projects"])


def the_run(instance: Instance) -> dict[str, Any]:
    """The only row of the table of executed tasks."""
    (row,) = instance.executed.to_dict("records")
    return {str(name): value for name, value in row.items()}


@pytest.mark.usefixtures("agents")
def test_r20_a_pipeline_that_a_schedule_launches_runs_all_its_steps_and_is_on_the_page_of_pipelines(
    plain: Plain, pipeline: str, manager: Manager
) -> None:
    action = Action(pipeline, queue="services", project="Prod", parameters={"Args/rate": 0.75})
    schedule = Schedule(action, Once("2100-01-01", "06:20"), name="nightly", run_at_start=True)
    instance = manager.launch(Definition("Nightly pipeline", [schedule]))
    until(lambda: len(instance.executed) == 1, what="the launch")
    assert listed_pipelines(plain) == ["Demo/.pipelines/three steps", "Prod/.pipelines/three steps"]

    run = str(the_run(instance)["run"])
    until(lambda: plain.task(run)["status"] in ENDED, PATIENCE, "the controller to end")
    assert plain.task(run)["status"] == "completed", plain.console(run)
    until(lambda: the_run(instance)["status"] == "completed", what="the table to say so")

    controller = plain.task(run)
    assert {"pipeline", "clearml-sched"}.issubset(controller["system_tags"])
    project = plain.call("projects.get_by_id", project=controller["project"])["project"]
    assert project["name"] == "Prod/.pipelines/three steps"
    assert set(project["system_tags"]) == {"hidden", "pipeline"}
    steps, more = steps_of(manager.gateway, run)
    assert [(step.name, step.status) for step in steps] == [(name, "completed") for name in ("one", "two", "three")]
    assert not more
    assert "x is 0.75" in plain.console(steps[0].id)
    (folder,) = plain.call("projects.get_all", name="^Prod/\\.pipelines$", search_hidden=True)["projects"]
    assert folder["system_tags"] == ["hidden"]
