"""Pipelines as base tasks: where their clones go, and what that costs. On a virtual clock."""

from __future__ import annotations

import attrs
import pytest

from clearml_sched_widgets.definition import Action, Schedule
from clearml_sched_widgets.engine.launching.pipelines import PipelineProjects, target_project
from clearml_sched_widgets.errors import Refused, Unavailable
from clearml_sched_widgets.records import Task
from tests.engine.world import World

NAME = "three steps"


@pytest.fixture
def pipeline(world: World) -> str:
    """The id of a pipeline, as the SDK makes one."""
    project = f"Demo/.pipelines/{NAME}"
    made = world.gateway.add_task(NAME, project, type="controller", system_tags=["pipeline"])
    world.gateway.make_pipeline_project(project)
    return made


def every_20s(world: World, task: str, project: str | None) -> Schedule:
    return attrs.evolve(world.every("20s"), action=Action(task, project=project))


@pytest.mark.parametrize(
    ("target", "resolved"),
    [
        ("Prod", f"Prod/.pipelines/{NAME}"),
        ("Prod/nightly", f"Prod/nightly/.pipelines/{NAME}"),
        ("Prod/.pipelines/mine", "Prod/.pipelines/mine"),
        (".pipelines/mine", ".pipelines/mine"),
        ("Prod/.pipelines", f"Prod/.pipelines/{NAME}"),
        (None, None),
    ],
)
def test_s30_a_pipeline_goes_below_the_folder_of_pipelines_of_its_target(
    target: str | None, resolved: str | None
) -> None:
    base = Task(id="a", name=NAME, type="controller", system_tags=("pipeline",))
    assert target_project(base, target) == resolved
    assert target_project(Task(id="b", name=NAME, type="training", system_tags=("pipeline",)), target) == target


def test_all_runs_of_a_pipeline_belong_to_one_project() -> None:
    """The SDK numbers the runs of a pipeline by their names."""
    base = Task(id="a", name="retrain #12", type="controller", system_tags=("pipeline",))
    assert target_project(base, "Prod") == "Prod/.pipelines/retrain"


def test_a_server_that_is_away_is_asked_for_one_project_only(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def away(name: str) -> None:
        asked.append(name)
        raise Unavailable("away")

    monkeypatch.setattr(world.gateway, "make_pipeline_project", away)
    clones = [(Task(id="a", name=f"p{n}", type="controller", system_tags=("pipeline",)), "Prod") for n in range(9)]
    PipelineProjects(world.gateway).make(clones)
    assert asked == ["Prod/.pipelines/p0"]


def test_s30_the_clone_of_a_pipeline_is_in_the_list_of_pipelines_and_its_project_is_made_once(
    world: World, pipeline: str
) -> None:
    engine = world.start(every_20s(world, pipeline, "Prod"))
    world.run_for(engine, 70)
    runs = [world.gateway.task(run.task.id) for run in world.runs(engine)]
    assert [run.status for run in runs] == ["queued"] * 3
    assert {run.project for run in runs} == {f"Prod/.pipelines/{NAME}"}
    assert all(run.is_pipeline for run in runs)
    assert world.gateway.projects("Prod") == []  # both are hidden among the projects
    assert [project.name for project in world.gateway.projects("Prod", pipelines=True)] == [f"Prod/.pipelines/{NAME}"]
    assert world.gateway.requests["make_pipeline_project"] == 2  # one is the fixture's
    assert world.gateway.requests["clone"] == 3


def test_without_a_target_the_clone_of_a_pipeline_stays_in_its_project(world: World, pipeline: str) -> None:
    engine = world.start(every_20s(world, pipeline, None))
    world.run_for(engine, 30)
    assert [run.task.project for run in world.runs(engine)] == [f"Demo/.pipelines/{NAME}"]
    assert world.gateway.requests["make_pipeline_project"] == 1


def test_a_project_that_nobody_may_make_holds_up_no_launch_and_is_tried_again(world: World, pipeline: str) -> None:
    refused = 0

    def fault(name: str, when: str) -> None:
        nonlocal refused
        if name == "make_pipeline_project" and when == "before" and refused < 2:
            refused += 1
            raise Refused("you may not do this")

    world.gateway.fault = fault
    engine = world.start(every_20s(world, pipeline, "Prod"))
    world.run_for(engine, 70)
    assert world.statuses(engine) == ["queued"] * 3
    assert refused == 2
    assert world.gateway.projects("Prod") == []


def test_the_steps_of_a_pipeline_are_no_runs(world: World, pipeline: str) -> None:
    engine = world.start(every_20s(world, pipeline, "Prod"))
    world.run_for(engine, 30)
    run = world.gateway.take(world.gateway.queues()[0].id)
    for name in ("one", "two"):
        step = world.gateway.add_task(name, f"Prod/.pipelines/{NAME}", parent=run)
        world.gateway.start(step)
        world.gateway.finish(step)
    world.run_for(engine, 5)
    assert [(each.task.id, each.task.status) for each in world.runs(engine)] == [(run, "in_progress")]
