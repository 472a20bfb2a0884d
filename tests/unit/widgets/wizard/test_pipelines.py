"""Pipelines in the form: they are found, their parameters are offered, and one that waits for itself is warned of."""

from __future__ import annotations

import json

import pytest

from clearml_sched_widgets import Action, Daily, Definition, Schedule, Wizard
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from clearml_sched_widgets.instances.step_queues import step_queues
from clearml_sched_widgets.manager import Manager
from clearml_sched_widgets.records import Param, Task
from clearml_sched_widgets.widgets.wizard import lookup
from tests.unit.widgets.page import Page, schedule_data

# As the SDK's PipelineController writes them.
OWN = {
    "Args": {"rate": Param(value="0.5", type="float"), "queue": Param(value="steps", type="str")},
    "pipeline": {
        "default_queue": Param(value="steps", type="str"),
        "add_pipeline_tags": Param(value="False", type="bool"),
        "target_project": Param(value="True", type="bool"),
    },
    "properties": {"version": Param(value="1.0.0")},
}


def steps(*queues: object) -> str:
    return json.dumps({f"step {number}": {"queue": queue} for number, queue in enumerate(queues)})


def add_pipeline(gateway: MemoryGateway, name: str = "nightly update", project: str = "Vision", **more: object) -> str:
    full = f"{project}/.pipelines/{name}"
    gateway.make_pipeline_project(full)
    settings = {"hyperparams": OWN, "configuration": {"Pipeline": steps(None, None, "gpu")}, **more}
    return gateway.add_task(name, full, type="controller", system_tags=["pipeline"], **settings)  # type: ignore[arg-type]


def names(gateway: MemoryGateway, text: str, *, pipelines: bool = False) -> list[str]:
    return sorted(task.name for task in lookup.search(gateway, text, 0, pipelines=pipelines)[0])


def test_r20_a_pipeline_is_found_by_its_own_name_and_by_that_of_its_project() -> None:
    gateway = MemoryGateway()
    add_pipeline(gateway)
    gateway.add_task("train", "Vision")
    gateway.add_task("a lease", "Vision hidden")
    gateway.add_project("Vision hidden", hidden=True)
    assert names(gateway, "NIGHTLY") == ["nightly update"]
    assert names(gateway, "vision") == ["nightly update", "train"]
    assert names(gateway, "vision", pipelines=True) == ["nightly update"]
    assert names(gateway, "", pipelines=True) == ["nightly update"]
    page = Page(Wizard(manager=Manager(gateway=gateway)))
    [found] = page.ask("tasks", text="vision", page=0, pipelines=True)["result"]["tasks"]
    assert (found["name"], found["kind"]) == ("nightly update", "pipeline")
    assert len(page.ask("tasks", text="vision", page=0)["result"]["tasks"]) == 2


def test_a_step_is_no_pipeline_nor_is_a_run_offered_as_one() -> None:
    gateway = MemoryGateway()
    pipeline = add_pipeline(gateway)
    gateway.add_task("step", "Vision/.pipelines/nightly update", parent=pipeline)
    run = gateway.add_task("run", "Vision", type="controller", system_tags=["pipeline", "clearml-sched"])
    assert names(gateway, "", pipelines=True) == ["nightly update"]
    assert lookup.resolve(gateway, run)["task"]["kind"] == "run"


def test_the_parameters_of_a_pipeline_are_offered_with_their_values() -> None:
    gateway = MemoryGateway()
    pipeline = add_pipeline(gateway)
    offered = {each["name"]: (each["value"], each["type"]) for each in lookup.parameters(gateway, pipeline)}
    assert offered["Args/rate"] == ("0.5", "float")
    assert offered["pipeline/default_queue"] == ("steps", "str")


@pytest.mark.parametrize(
    ("stored", "parameters", "queues"),
    [
        (steps(None, None), {}, {"steps"}),
        (steps(None, "gpu"), {}, {"steps", "gpu"}),
        (steps("gpu"), {}, {"gpu"}),
        (steps(None), {"pipeline/default_queue": "cpu"}, {"cpu"}),
        (steps("${pipeline.queue}"), {}, {"steps"}),
        (steps("${pipeline.queue}"), {"Args/queue": "cpu"}, {"cpu"}),
        (steps("${one.parameters.Args/queue}"), {}, {"${one.parameters.Args/queue}"}),
        ("", {}, {"steps"}),  # its code adds the steps when it runs
        ("{}", {"pipeline/default_queue": ""}, set()),
        ("one { queue: gpu }", {}, {"steps"}),
        ("[" * 100_000, {}, {"steps"}),
        ("[1]", {}, {"steps"}),
        ('{"a": null, "b": {"queue": 3}}', {}, set()),
    ],
)
def test_the_queues_of_steps_are_read_from_what_the_sdk_stored(
    stored: str, parameters: dict[str, str], queues: set[str]
) -> None:
    task = Task(id="p", hyperparams=OWN, configuration={"Pipeline": stored})
    assert step_queues(task, parameters) == queues


def test_a_pipeline_on_the_queue_of_its_own_steps_is_warned_of_in_the_form_and_in_python() -> None:
    gateway = MemoryGateway()
    ids = {name: gateway.add_queue(name) for name in ("steps", "gpu", "services")}
    pipeline, plain = add_pipeline(gateway), gateway.add_task("train", "Vision")
    manager = Manager(gateway=gateway)

    def warned(queue: str, task: str = pipeline) -> list[str]:
        schedule = Schedule(Action(task, queue=queue), Daily(["06:20"]))
        return [problem.path for problem in manager.warnings(Definition("Nightly", [schedule]))]

    assert warned("steps") == warned("gpu") == warned(ids["gpu"]) == ["schedules[0].action.queue"]
    assert warned("services") == warned("steps", plain) == []
    page = Page(Wizard(manager=manager))
    data = schedule_data(pipeline, action={"task": pipeline, "queue": "gpu"})
    before = gateway.requests.copy()
    [warning] = page.ask("check", revision=1, data=data)["result"]["warnings"]
    assert "its steps wait for the same queue: with one agent it never ends" in warning["message"]
    assert (gateway.requests - before)["tasks"] == 2  # the bases once for all warnings, and once for the problems
