"""What every gateway does for pipelines: their projects, and the steps of a run, whichever server is behind it."""

from __future__ import annotations

from clearml_sched_widgets.gateway.clearml import ClearMLGateway
from clearml_sched_widgets.gateway.http import Connection
from clearml_sched_widgets.records import TaskQuery
from tests.contract.objects import a_clone
from tests.contract.worlds import World, new_prefix


def test_the_project_of_a_pipeline_and_its_folder_are_hidden_and_it_is_found_as_a_pipelines_only(world: World) -> None:
    world.task(project="demo")
    world.gateway.make_pipeline_project(f"{world.prefix}/demo/.pipelines/train")
    world.task(project="demo/.other/thing")
    world.hide_project("demo/.other/thing")
    plain = {project.name for project in world.gateway.projects(f"{world.prefix}/demo")}
    both = {project.name for project in world.gateway.projects(f"{world.prefix}/demo", pipelines=True)}
    assert both - plain == {f"{world.prefix}/demo/.pipelines/train"}
    assert f"{world.prefix}/demo" in plain
    assert not any("pipelines" in name for name in plain)


def test_a_project_that_a_clone_has_made_becomes_that_of_a_pipeline(world: World) -> None:
    world.task(project=".pipelines/train")
    name = f"{world.prefix}/.pipelines/train"
    assert name in {project.name for project in world.gateway.projects(world.prefix)}
    for _ in range(2):
        world.gateway.make_pipeline_project(name)
        assert not any("pipelines" in project.name for project in world.gateway.projects(world.prefix))
        assert name in {project.name for project in world.gateway.projects(world.prefix, pipelines=True)}


def test_the_steps_of_a_run_are_the_tasks_that_have_it_as_their_parent(world: World) -> None:
    run = world.task("run", type="controller", system_tags=["pipeline"])
    steps = [world.gateway.clone(a_clone(world, world.task("step"), parent=run)) for _ in range(2)]
    world.task("another")
    query = TaskQuery(parents=(run,), order="created")
    assert [task.id for task in world.gateway.tasks(query)] == steps
    (task,) = world.gateway.tasks(TaskQuery(ids=(run,), order="created"))
    assert task.is_pipeline


def test_s30_the_request_of_the_web_pages_pipelines_finds_it_and_its_other_tags_stay(
    connection: Connection, server_gateway: ClearMLGateway
) -> None:
    top = new_prefix()
    folder, name = f"{top}/.pipelines", f"{top}/.pipelines/train"
    made = connection.write("projects.create", {"name": name, "description": "", "system_tags": ["mine"]})["id"]
    try:
        server_gateway.make_pipeline_project(name)
        # As the page of `clearml-web` asks (`getPipelineRequest` in `common-projects.utils.ts`).
        page = {"name": "/\\.pipelines/", "system_tags": ["pipeline"], "search_hidden": True, "shallow_search": False}
        listed = {each["id"]: each for each in connection.read("projects.get_all_ex", page)["projects"]}
        assert listed[made]["system_tags"] == ["hidden", "mine", "pipeline"]
        (above,) = connection.read("projects.get_all", {"name": f"^{folder}$", "search_hidden": True})["projects"]
        assert above["system_tags"] == ["hidden"]
        before = server_gateway.requests.copy()
        server_gateway.make_pipeline_project(name)
        assert dict(server_gateway.requests - before) == {"projects.get_all": 1}
    finally:
        (first,) = connection.read("projects.get_all", {"name": f"^{top}$", "search_hidden": True})["projects"]
        connection.write("projects.delete", {"project": first["id"], "force": True})
