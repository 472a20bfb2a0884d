"""How every gateway tells what changed, whichever server is behind it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from clearml_sched_widgets.records import RUN_TAG, run_tag
from tests.contract.objects import a_clone, an_instance, only
from tests.contract.worlds import World, pause


def make(world: World, entity: str) -> str:
    return {"task": world.task, "dataset": world.dataset, "model": world.model}[entity]()


def changes(world: World, entity: str, since: datetime) -> list[str]:
    """Ids of this test's objects that changed, in order."""
    rows = world.gateway.changed(entity, since)
    return [row.id for row in rows if row.name.startswith(world.prefix)]


def changed_time(world: World, entity: str, object_id: str) -> datetime:
    (row,) = [row for row in world.gateway.changed(entity, world.began) if row.id == object_id]
    assert row.changed is not None
    return row.changed


@pytest.mark.parametrize("entity", ["task", "dataset", "model"])
def test_a_new_object_is_a_change(world: World, entity: str) -> None:
    first = make(world, entity)
    pause()
    second = make(world, entity)
    since = changed_time(world, entity, first)
    assert changes(world, entity, since) == [first, second]
    assert changes(world, entity, since + timedelta(milliseconds=1)) == [second]


@pytest.mark.parametrize("entity", ["task", "dataset", "model"])
@pytest.mark.parametrize("what", ["tag", "archive"])
def test_tagging_and_archiving_are_changes(world: World, entity: str, what: str) -> None:
    object_id = make(world, entity)
    before = changed_time(world, entity, object_id)
    pause()
    if what == "tag":
        world.tag(object_id, "blue")
    else:
        world.archive(object_id)
    (row,) = [row for row in world.gateway.changed(entity, before) if row.id == object_id]
    assert row.changed is not None
    assert row.changed > before
    assert row.archived == (what == "archive")
    assert row.tags == (("blue",) if what == "tag" else ())


@pytest.mark.parametrize("entity", ["task", "dataset", "model"])
def test_publishing_is_a_change_and_a_ready_model_counts_as_published(world: World, entity: str) -> None:
    object_id = make(world, entity)
    if entity != "model":
        world.start(object_id)
        world.finish(object_id)
    before = changed_time(world, entity, object_id)
    pause()
    world.publish(object_id)
    (row,) = [row for row in world.gateway.changed(entity, before) if row.id == object_id]
    assert row.status == "published"
    assert row.changed is not None
    assert row.changed > before


def test_a_reported_metric_is_a_change(world: World) -> None:
    task_id = world.task()
    world.start(task_id)
    before = changed_time(world, "task", task_id)
    pause()
    world.report(task_id)
    assert changed_time(world, "task", task_id) > before


def test_an_entity_has_what_conditions_look_at(world: World) -> None:
    base = world.task("base", "sub", tags=["t"])
    run = world.gateway.clone(a_clone(world, base, tags=("t",), system_tags=(RUN_TAG, run_tag("i1"))))
    world.start(run)
    world.finish(run, "failed")
    task = only(world, run)
    (row,) = [row for row in world.gateway.changed("task", world.began) if row.id == run]
    assert (row.entity, row.name, row.type, row.status) == ("task", f"{world.prefix} run", "training", "failed")
    assert (row.project, row.project_id, row.user_id) == (task.project, task.project_id, task.user_id)
    assert row.project == f"{world.prefix}/sub"
    assert (row.tags, set(row.system_tags)) == (("t",), {RUN_TAG, run_tag("i1")})
    assert (row.created, row.started, row.completed) == (task.created, task.started, task.completed)
    assert (row.status_changed, row.changed) == (task.status_changed, task.last_change)
    assert row.scheduler == {"key": "item@slot"}


def test_a_model_has_a_project_and_a_user(world: World) -> None:
    model = world.model("model", "sub", tags=["m"])
    (row,) = [row for row in world.gateway.changed("model", world.began) if row.id == model]
    assert (row.entity, row.name, row.status, row.tags) == ("model", f"{world.prefix} model", "created", ("m",))
    assert row.project == f"{world.prefix}/sub"
    assert row.project_id
    assert row.user_id


def test_datasets_reports_and_instances_are_no_tasks(world: World) -> None:
    task, dataset, instance = world.task(), world.dataset(), an_instance(world)
    world.task(system_tags=["reports"], type="report")
    assert instance not in (seen := changes(world, "task", world.began))
    assert seen == [task]
    assert changes(world, "dataset", world.began) == [dataset]


def test_without_a_time_the_newest_change_alone_is_read(world: World) -> None:
    world.task()
    pause()
    newest = world.task()
    (row,) = world.gateway.changed("task", None)
    # On a server that others use there may be a newer one by now.
    assert row.changed is not None
    assert row.changed >= changed_time(world, "task", newest)


def test_a_page_of_changes_begins_with_the_oldest(world: World) -> None:
    ids = []
    for _ in range(4):
        ids.append(world.task())
        pause()
    since = changed_time(world, "task", ids[0])
    rows = world.gateway.changed("task", since, limit=2)
    assert len(rows) == 2
    assert rows[0].id == ids[0]
    assert rows[0].changed is not None
    assert rows[1].changed is not None
    assert rows[0].changed < rows[1].changed


def test_the_changes_of_one_moment_can_be_read_in_pages(world: World) -> None:
    task_id = world.task()
    moment = changed_time(world, "task", task_id)
    pause()
    world.task()
    rows = world.gateway.changed_at("task", moment, 0)
    assert task_id in [row.id for row in rows]
    assert {row.changed for row in rows} == {moment}
    assert [row.id for row in rows] == sorted(row.id for row in rows)
    assert world.gateway.changed_at("task", moment, 1) == []
