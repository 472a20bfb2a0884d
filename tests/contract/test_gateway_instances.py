"""What every gateway does with an instance's own task, whichever server is behind it."""

from __future__ import annotations

import pytest

from clearml_sched_widgets import Action, Daily, Definition, Schedule
from clearml_sched_widgets.bundle import make_script
from clearml_sched_widgets.errors import Conflict, NotFound
from clearml_sched_widgets.records import INSTANCE_TAG, TaskQuery
from tests.contract.objects import NOBODY, a_clone, a_run, an_instance, bring, found, line, only
from tests.contract.worlds import World, pause


def test_an_instance_is_a_draft_service_with_our_tag_and_its_configuration(world: World) -> None:
    task = only(world, an_instance(world, definition="{}", state='{"a": 1}'))
    assert (task.type, task.status, task.system_tags) == ("service", "created", (INSTANCE_TAG,))
    assert (task.name, task.project) == (f"{world.prefix} instance", world.prefix)
    assert task.configuration == {"definition": "{}", "state": '{"a": 1}'}


def test_an_instances_project_is_made_once(world: World) -> None:
    def project(name: str) -> str | None:
        return only(world, world.gateway.create_instance(f"{world.prefix} instance", name, {})).project_id

    assert project(f"{world.prefix}/a (new) one") == project(f"{world.prefix}/a (new) one")


def test_a_script_is_kept_with_its_code_and_requirements(world: World) -> None:
    task_id = an_instance(world)
    code = "import sys\n\nprint('ü', sys.argv)\n"
    world.gateway.set_script(task_id, "service.py", code, ["clearml-sched-widgets==1.0", "attrs"])
    expected = {"entry_point": "service.py", "diff": code, "requirements.pip": "clearml-sched-widgets==1.0\nattrs"}
    assert world.script(task_id) == expected


def test_a_bundle_comes_back_from_the_server_as_it_was_sent(world: World) -> None:
    made = make_script(Definition("Nightly", [Schedule(Action("a" * 32), Daily("06:20"))]))
    task_id = an_instance(world)
    world.gateway.set_script(task_id, "service.py", made.code, made.requirements)
    assert world.script(task_id)["diff"] == made.code


def test_a_task_that_ran_takes_a_script(world: World) -> None:
    task_id = an_instance(world)
    world.gateway.set_status(task_id, "in_progress")
    world.gateway.set_status(task_id, "stopped")
    world.gateway.set_script(task_id, "service.py", "print(1)\n", [])
    assert world.script(task_id)["entry_point"] == "service.py"


ALLOWED = {
    "created": {"in_progress", "created"},
    "queued": {"in_progress", "stopped", "created"},
    "in_progress": {"in_progress", "stopped", "completed", "failed", "created"},
    "stopped": {"in_progress", "stopped", "completed", "failed", "created"},
    "completed": {"in_progress", "completed", "created"},
    "failed": {"stopped", "failed", "created"},
    "published": set(),
}


@pytest.mark.parametrize("before", sorted(ALLOWED))
def test_a_status_follows_only_where_the_server_allows_it(world: World, before: str) -> None:
    for after in ("in_progress", "stopped", "completed", "failed", "created"):
        task_id = an_instance(world)
        bring(world, task_id, before)
        if after in ALLOWED[before]:
            world.gateway.set_status(task_id, after, "because")
            task = only(world, task_id)
            assert task.status == after
            assert (task.completed is not None) == (after in ("stopped", "completed", "failed"))
            assert task.status_reason == ("reset" if after == "created" else "because")
        else:
            with pytest.raises(Conflict):
                world.gateway.set_status(task_id, after)
            assert only(world, task_id).status == before


def test_starting_again_forgets_the_end_and_a_repeated_start_keeps_the_time(world: World) -> None:
    task_id = an_instance(world)
    world.gateway.set_status(task_id, "in_progress")
    world.gateway.set_status(task_id, "stopped")
    pause()
    world.gateway.set_status(task_id, "in_progress")
    task = only(world, task_id)
    pause()
    world.gateway.set_status(task_id, "in_progress")
    assert task.completed is None
    assert only(world, task_id).started == task.started


def test_a_reset_erases_the_output(world: World) -> None:
    task_id = an_instance(world, definition="{}")
    world.gateway.set_status(task_id, "in_progress")
    world.gateway.report_log(task_id, [line("hello")])
    world.gateway.set_status(task_id, "created")
    task = only(world, task_id)
    assert world.gateway.log(task_id) == []
    assert task.configuration == {"definition": "{}"}
    assert task.started is None
    assert not task.virgin


def test_a_status_of_a_task_that_is_gone_is_not_found(world: World) -> None:
    for status in ("in_progress", "stopped", "completed", "failed", "created"):
        with pytest.raises(NotFound):
            world.gateway.set_status(NOBODY, status)


def test_a_stop_ends_a_task_that_no_agent_runs_at_once(world: World) -> None:
    task_id = an_instance(world)
    world.start(task_id)
    world.gateway.request_stop(task_id, "enough")
    task = only(world, task_id)
    assert (task.status, task.status_reason) == ("stopped", "enough")
    assert task.started is not None
    assert task.completed is None, "unlike one that ends by itself"


def test_a_stop_asks_the_agent_that_runs_a_task(world: World) -> None:
    task_id = an_instance(world)
    world.start_by_agent(task_id)
    world.gateway.request_stop(task_id, "enough")
    task = only(world, task_id)
    assert (task.status, task.status_message) == ("in_progress", "stopping")


def test_a_stop_takes_a_queued_task_off_its_queue(world: World) -> None:
    run, queue_id = a_run(world), world.queue()
    world.gateway.enqueue([run], queue_id)
    world.gateway.request_stop(run)
    assert only(world, run).status == "stopped"
    assert world.waiting(queue_id) == []


@pytest.mark.parametrize("status", ["created", "completed", "published"])
def test_what_does_not_run_cannot_be_stopped(world: World, status: str) -> None:
    task_id = an_instance(world)
    bring(world, task_id, status)
    with pytest.raises(Conflict):
        world.gateway.request_stop(task_id)
    with pytest.raises(NotFound):
        world.gateway.request_stop(NOBODY)


@pytest.mark.parametrize("status", ["created", "in_progress", "completed", "published"])
def test_a_task_can_be_renamed_in_any_status(world: World, status: str) -> None:
    task_id = an_instance(world)
    bring(world, task_id, status)
    world.gateway.rename(task_id, f"{world.prefix} [2] renamed")
    assert only(world, task_id).name == f"{world.prefix} [2] renamed"


def test_renaming_a_task_that_is_gone_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        world.gateway.rename(NOBODY, "a name")


@pytest.mark.parametrize("status", ["created", "queued", "in_progress"])
def test_configuration_is_written_and_deleted_by_name(world: World, status: str) -> None:
    task_id = an_instance(world, definition="old", state="kept")
    bring(world, task_id, status)
    world.gateway.write_configuration(task_id, {"definition": "new", "x.y": "1", "long": "x" * 100_000})
    assert only(world, task_id).configuration == {
        "definition": "new",
        "state": "kept",
        "x.y": "1",
        "long": "x" * 100_000,
    }
    world.gateway.delete_configuration(task_id, ["long", "x.y", "never there"])
    assert only(world, task_id).configuration == {"definition": "new", "state": "kept"}


@pytest.mark.parametrize("status", ["stopped", "completed", "failed"])
def test_the_configuration_of_a_task_that_ended_is_fixed(world: World, status: str) -> None:
    task_id = an_instance(world, state="old")
    bring(world, task_id, status)
    with pytest.raises(Conflict):
        world.gateway.write_configuration(task_id, {"state": "new"})
    with pytest.raises(Conflict):
        world.gateway.delete_configuration(task_id, ["state"])
    assert only(world, task_id).configuration == {"state": "old"}


def test_the_configuration_of_a_task_that_is_gone_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        world.gateway.write_configuration(NOBODY, {"state": "new"})
    with pytest.raises(NotFound):
        world.gateway.delete_configuration(NOBODY, ["state"])


def test_a_ping_shows_that_a_task_is_alive(world: World) -> None:
    task_id = an_instance(world)
    world.start(task_id)
    before = only(world, task_id)
    pause()
    world.gateway.ping(task_id)
    after = only(world, task_id)
    assert before.last_update is not None
    assert after.last_update is not None
    assert after.last_update > before.last_update
    assert (after.status, after.status_changed) == (before.status, before.status_changed)


def test_a_ping_of_a_task_that_is_gone_says_nothing(world: World) -> None:
    world.gateway.ping(NOBODY)
    assert world.gateway.tasks(TaskQuery(ids=(NOBODY,))) == []


def test_lines_of_a_task_that_is_gone_are_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        world.gateway.report_log(NOBODY, [line("hello")])
    with pytest.raises(NotFound):
        world.gateway.report_table(NOBODY, "Scheduled", {"a": [1]})


def test_a_table_takes_the_place_of_the_one_of_its_title(world: World) -> None:
    task_id = an_instance(world)
    world.gateway.report_table(task_id, "Scheduled", {"name": ["old"]})
    world.gateway.report_table(task_id, "Executed", {"name": ["x", None], "n": [1, 2.5]})
    world.gateway.report_table(task_id, "Scheduled", {"name": []})
    expected = {"Scheduled": {"name": []}, "Executed": {"name": ["x", None], "n": [1, 2.5]}}
    assert world.tables(task_id) == expected


@pytest.mark.parametrize("status", ["created", "stopped", "completed", "published"])
def test_a_task_that_does_not_run_is_deleted(world: World, status: str) -> None:
    task_id = an_instance(world)
    bring(world, task_id, status)
    world.gateway.delete_task(task_id)
    assert found(world, system_tags=(INSTANCE_TAG,)) == []
    with pytest.raises(NotFound):
        world.gateway.delete_task(task_id)


@pytest.mark.parametrize("status", ["queued", "in_progress"])
def test_a_task_that_runs_is_not_deleted(world: World, status: str) -> None:
    task_id = an_instance(world)
    bring(world, task_id, status)
    with pytest.raises(Conflict):
        world.gateway.delete_task(task_id)
    assert only(world, task_id).status == status


def test_runs_outlive_the_task_they_belong_to(world: World) -> None:
    instance = an_instance(world)
    run = world.gateway.clone(a_clone(world, world.task(), parent=instance))
    world.gateway.delete_task(instance)
    assert only(world, run).parent != instance
