"""How every gateway makes, edits, enqueues and deletes drafts, whichever server is behind it."""

from __future__ import annotations

import pytest

from clearml_sched_widgets.errors import Conflict, NotFound, PermanentError, Refused
from clearml_sched_widgets.records import RUN_TAG, SECTION, Edit, Param, TaskQuery
from tests.contract.objects import NOBODY, a_clone, a_run, an_instance, found, only
from tests.contract.worlds import World


def test_a_clone_is_a_virgin_draft_with_what_was_asked_for(world: World) -> None:
    base = world.task("base", "bases", type="inference", tags=["old"], configuration={"net": "{}"})
    params = {
        "Args": {"lr": Param(value="2", type="int", description="rate")},
        SECTION: {"key": Param(value="item@slot")},
    }
    request = a_clone(
        world,
        base,
        project=f"{world.prefix}/runs",
        tags=("new", "a"),
        system_tags=(RUN_TAG, "pipeline"),
        hyperparams=params,
    )
    task = only(world, world.gateway.clone(request))
    assert (task.name, task.type, task.project) == (f"{world.prefix} run", "inference", f"{world.prefix}/runs")
    assert (task.tags, task.system_tags) == (("a", "new"), (RUN_TAG, "pipeline"))
    assert (task.hyperparams, task.configuration, task.parent) == (params, {"net": "{}"}, base)
    assert task.virgin


def test_a_clone_leaves_its_base_alone(world: World) -> None:
    base = world.task(tags=["old"])
    before = only(world, base)
    world.gateway.clone(a_clone(world, base, tags=("new",), project=f"{world.prefix}/runs"))
    assert only(world, base) == before


def test_a_clone_without_a_project_or_tags_has_those_of_its_base(world: World) -> None:
    base = world.task(project="bases", tags=["old"])
    task = only(world, world.gateway.clone(a_clone(world, base)))
    assert (task.project, task.tags) == (f"{world.prefix}/bases", ("old",))


def test_a_clone_of_a_finished_task_is_a_draft(world: World) -> None:
    base = world.task()
    world.start(base)
    world.finish(base, "failed")
    task = only(world, world.gateway.clone(a_clone(world, base)))
    assert task.virgin
    assert (task.started, task.completed) == (None, None)


def test_a_clone_has_the_script_and_the_container_of_its_base_or_the_container_that_it_asks_for(world: World) -> None:
    base = an_instance(world)
    world.gateway.set_script(base, "train.py", "print(1)\n", ["attrs"])
    first = world.gateway.clone(a_clone(world, base, container={"image": "python:3.11", "arguments": "--ipc=host"}))
    second = world.gateway.clone(a_clone(world, first))
    third = world.gateway.clone(a_clone(world, first, container={"image": "python:3.12"}))
    assert world.container(base) == {}
    assert world.container(first) == world.container(second) == {"image": "python:3.11", "arguments": "--ipc=host"}
    assert world.container(third) == {"image": "python:3.12"}
    assert world.script(third) == world.script(base)


def test_fields_of_a_drafts_script_are_set_and_the_others_stay(world: World) -> None:
    base = an_instance(world)
    world.gateway.set_script(base, "train.py", "print(1)\n", ["attrs"])
    run = world.gateway.clone(a_clone(world, base))
    for _ in range(2):
        world.gateway.edit_script(run, {"branch": "main", "version_num": "", "requirements.pip": "numpy"})
    expected = {"entry_point": "train.py", "diff": "print(1)\n", "branch": "main", "requirements.pip": "numpy"}
    assert {name: text for name, text in world.script(run).items() if text} == expected
    assert world.script(base)["requirements.pip"] == "attrs"
    assert only(world, run).virgin


def test_the_script_of_what_is_no_draft_is_not_touched(world: World) -> None:
    run = a_run(world)
    world.gateway.enqueue([run], world.queue())
    with pytest.raises(Conflict):
        world.gateway.edit_script(run, {"branch": "main"})
    with pytest.raises(NotFound):
        world.gateway.edit_script(NOBODY, {"branch": "main"})


def an_edit(**changes: object) -> Edit:
    wanted = {
        "tags": ("one", "two"),
        "system_tags": (RUN_TAG,),
        "hyperparams": {"Args": {"lr": Param(value="0.2", type="float")}, "Scheduler": {"key": Param(value="k")}},
        **changes,
    }
    return Edit(**wanted)  # type: ignore[arg-type]


def test_a_task_that_was_reset_is_edited_without_a_trace_in_its_status(world: World) -> None:
    params = {"Args": {"lr": Param(value="0.1"), "old": Param(value="1")}, "General": {"n": Param(value="2")}}
    task = world.task(tags=["zero"], hyperparams=params)
    world.start(task)
    world.finish(task)
    world.gateway.set_status(task, "created", "Launched again")
    before = only(world, task)
    assert (before.status, before.started, before.completed) == ("created", None, None)
    assert before.status_changed is not None
    world.gateway.edit_draft(task, an_edit())
    after = world.gateway.tasks(TaskQuery(ids=(task,), hyperparams="all"))[0]
    assert (after.status, after.status_changed) == ("created", before.status_changed)
    assert (after.tags, after.system_tags) == (("one", "two"), (RUN_TAG,))
    assert {name: dict(items) for name, items in after.hyperparams.items()} == {
        "Args": {"lr": Param(value="0.2", type="float")},
        "Scheduler": {"key": Param(value="k")},
    }
    assert after.name == before.name


def test_a_container_is_replaced_if_one_is_given(world: World) -> None:
    run = world.gateway.clone(a_clone(world, world.task(), container={"image": "python:3.10", "arguments": "-v"}))
    world.gateway.edit_draft(run, an_edit())
    assert world.container(run) == {"image": "python:3.10", "arguments": "-v"}
    world.gateway.edit_draft(run, an_edit(container={"image": "python:3.11"}))
    assert world.container(run) == {"image": "python:3.11"}


def test_what_is_no_draft_is_not_edited(world: World) -> None:
    run = a_run(world)
    world.gateway.enqueue([run], world.queue())
    with pytest.raises(Conflict):
        world.gateway.edit_draft(run, an_edit())
    with pytest.raises(NotFound):
        world.gateway.edit_draft(NOBODY, an_edit())


def test_a_reset_task_is_enqueued_again_and_a_published_one_is_not_reset(world: World) -> None:
    task, queue_id = world.task(), world.queue()
    world.start(task)
    world.finish(task)
    for _ in range(2):  # resetting what is reset already only moves the time
        world.gateway.set_status(task, "created")
    assert world.gateway.enqueue([task], queue_id).succeeded == (task,)
    world.start(task)
    world.finish(task)
    world.publish(task)
    with pytest.raises(PermanentError):
        world.gateway.set_status(task, "created")


def test_cloning_a_task_that_is_gone_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        world.gateway.clone(a_clone(world, NOBODY))
    with pytest.raises(NotFound):
        world.gateway.clone(a_clone(world, world.task(), parent=NOBODY))


@pytest.mark.parametrize("changes", [{"name": "ab"}, {"project": "ab"}])
def test_a_name_of_two_characters_is_refused(world: World, changes: dict[str, str]) -> None:
    with pytest.raises(Refused):
        world.gateway.clone(a_clone(world, world.task(), **changes))


def test_drafts_are_enqueued_in_their_order(world: World) -> None:
    base, queue_id = world.task(), world.queue()
    runs = [a_run(world, base) for _ in range(3)]
    result = world.gateway.enqueue(runs, queue_id)
    assert (result.succeeded, dict(result.failed), result.watched) == (tuple(runs), {}, False)
    assert world.waiting(queue_id) == runs
    task = only(world, runs[0])
    assert (task.status, task.queue_id) == ("queued", queue_id)
    assert not task.virgin


def test_every_id_has_an_outcome_of_its_own(world: World) -> None:
    draft, published, queue_id = a_run(world), world.task(), world.queue()
    world.start(published)
    world.finish(published)
    world.publish(published)
    result = world.gateway.enqueue([published, NOBODY, draft], queue_id)
    assert result.succeeded == (draft,)
    assert set(result.failed) == {published, NOBODY}
    assert all(result.failed.values())


def test_enqueueing_twice_fails_and_leaves_it_queued_once(world: World) -> None:
    run, queue_id = a_run(world), world.queue()
    world.gateway.enqueue([run], queue_id)
    result = world.gateway.enqueue([run], queue_id)
    assert (result.succeeded, set(result.failed), result.watched) == ((), {run}, None)
    assert only(world, run).status == "queued"
    assert world.waiting(queue_id) == [run]


@pytest.mark.parametrize("status", ["stopped", "failed"])
def test_a_task_that_ended_badly_can_be_enqueued(world: World, status: str) -> None:
    task_id, queue_id = world.task(), world.queue()
    world.start(task_id)
    world.finish(task_id, status)
    assert world.gateway.enqueue([task_id], queue_id).succeeded == (task_id,)


def test_a_queue_that_is_gone_is_not_found_and_its_drafts_are_virgins_no_more(world: World) -> None:
    run, queue_id = a_run(world), world.queue()
    world.delete_queue(queue_id)
    with pytest.raises(NotFound):
        world.gateway.enqueue([run], queue_id)
    task = only(world, run)
    assert task.status == "created"
    assert not task.virgin


def test_a_dequeued_run_is_a_draft_but_no_virgin(world: World) -> None:
    run, queue_id = a_run(world), world.queue()
    world.gateway.enqueue([run], queue_id)
    world.dequeue(run)
    task = only(world, run)
    assert task.status == "created"
    assert not task.virgin


def test_only_drafts_are_deleted_as_drafts(world: World) -> None:
    draft, queued, running, archived = (a_run(world) for _ in range(4))
    queue_id = world.queue()
    world.gateway.enqueue([queued], queue_id)
    world.start(running)
    world.archive(archived)
    world.gateway.delete_drafts([draft, queued, running, archived, NOBODY])
    assert found(world, system_tags=(RUN_TAG,)) == [queued, running, archived]
    assert world.waiting(queue_id) == [queued]


def test_deleting_no_drafts_deletes_nothing(world: World) -> None:
    run = a_run(world)
    world.gateway.delete_drafts([])
    assert only(world, run).status == "created"
