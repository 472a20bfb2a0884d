"""What every gateway does, whichever server is behind it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from typing import Any

import attrs
import pytest

from clearml_sched_widgets.errors import Conflict, NotFound, PermanentError, Refused
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.records import (
    INSTANCE_TAG,
    RUN_TAG,
    SECTION,
    Clone,
    Edit,
    Lease,
    LogLine,
    Param,
    Task,
    TaskQuery,
    run_tag,
)
from tests.contract.worlds import World, pause

NOBODY = "f" * 32  # an id that no object has


def only(world: World, task_id: str) -> Task:
    """One task, everything of it."""
    query = TaskQuery(ids=(task_id,), hyperparams="all", configuration=True)
    (task,) = world.gateway.tasks(query)
    return task


def found(world: World, **query: Any) -> list[str]:
    """Ids of the tasks of a query, among those of this test."""
    body = {"text": world.prefix, "order": "created", **query}
    return [task.id for task in world.gateway.tasks(TaskQuery(**body))]


def a_clone(world: World, base: str, **more: Any) -> Clone:
    request = Clone(
        task=base,
        name=f"{world.prefix} run",
        project=None,
        parent=base,
        tags=(),
        system_tags=(RUN_TAG,),
        hyperparams={SECTION: {"key": Param(value="item@slot")}},
    )
    return attrs.evolve(request, **more)


def a_run(world: World, base: str | None = None) -> str:
    return world.gateway.clone(a_clone(world, base or world.task()))


def an_instance(world: World, **configuration: str) -> str:
    return world.gateway.create_instance(f"{world.prefix} instance", world.prefix, configuration)


def line(text: str, seconds: float = 0, level: str = "info") -> LogLine:
    time = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc) + timedelta(seconds=seconds)
    return LogLine(time=time, level=level, text=text)


# -- where we are
def test_the_server_says_where_and_who_we_are_and_is_asked_once(world: World) -> None:
    server = world.gateway.server()
    assert server.api_url
    assert server.user_id
    assert server.user
    assert world.gateway.server() == server


# -- reading tasks
def test_a_task_is_read_with_all_its_fields(world: World) -> None:
    params = {"Args": {"lr": Param(value="0.1", type="float", description="the rate")}}
    task_id = world.task("all fields", "sub", type="testing", tags=["b", "a"], hyperparams=params)
    task = only(world, task_id)
    assert (task.name, task.type, task.status) == (f"{world.prefix} all fields", "testing", "created")
    assert task.project == f"{world.prefix}/sub"
    assert task.project_id
    assert task.user_id
    assert task.user
    assert task.tags == ("a", "b")
    assert task.system_tags == ()
    assert task.hyperparams == params
    assert task.virgin
    assert task.created is not None
    assert task.created.tzinfo is timezone.utc
    assert (task.started, task.completed, task.queue_id) == (None, None, None)


def test_a_life_of_a_task_shows_in_its_times(world: World) -> None:
    task_id = world.task()
    world.start(task_id)
    running = only(world, task_id)
    pause()
    world.finish(task_id)
    task = only(world, task_id)
    assert (running.status, task.status) == ("in_progress", "completed")
    assert running.started == task.started
    assert running.completed is None
    assert task.completed is not None
    assert task.started is not None
    assert task.started < task.completed
    assert task.status_changed is not None
    assert abs(task.status_changed - task.completed) < timedelta(seconds=1)
    assert not task.virgin


def test_ids_mean_any_of_them_and_unknown_ones_are_left_out(world: World) -> None:
    first, second, _ = world.task(), world.task(), world.task()
    query = TaskQuery(ids=(second, NOBODY, first), order="created")
    assert {task.id for task in world.gateway.tasks(query)} == {first, second}


def test_an_empty_list_of_ids_finds_nothing(world: World) -> None:
    world.task()
    assert world.gateway.tasks(TaskQuery(ids=())) == []


@pytest.mark.parametrize("text", ["a.b (c) [x]+? $1|^", "A.B (C)", "[X]+?", "b (c"])
def test_text_is_a_part_of_the_name_in_any_case_with_no_special_characters(world: World, text: str) -> None:
    task_id = world.task("a.b (c) [x]+? $1|^")
    world.task("a+b c x 1")
    assert [task.id for task in world.gateway.tasks(TaskQuery(text=text)) if task.name.startswith(world.prefix)] == [
        task_id
    ]


def test_a_whole_id_as_text_finds_its_task(world: World) -> None:
    task_id = world.task()
    world.task()
    assert [task.id for task in world.gateway.tasks(TaskQuery(text=task_id))] == [task_id]


def test_a_text_can_be_looked_for_in_tags_too_and_in_the_tasks_of_some_projects(world: World) -> None:
    tagged = world.task("one", tags=[f"{world.prefix}.Nightly (1)"])
    inside = world.task("two", project="a+b")
    world.task("three", project="elsewhere")
    (project,) = [each for each in world.gateway.projects(f"{world.prefix}/a+b") if each.name.endswith("/a+b")]
    text = f"{world.prefix}.NIGHTLY ("
    assert world.gateway.tasks(TaskQuery(text=text)) == []
    assert [task.id for task in world.gateway.tasks(TaskQuery(text=text, text_tags=True))] == [tagged]
    both = TaskQuery(text=text, text_tags=True, text_projects=(project.id,), order="created")
    assert [task.id for task in world.gateway.tasks(both)] == [tagged, inside]


def test_types_and_statuses_mean_any_of_them(world: World) -> None:
    draft, running, done = world.task(type="training"), world.task(type="testing"), world.task(type="service")
    world.start(running)
    world.start(done)
    world.finish(done)
    assert found(world, types=("training", "service")) == [draft, done]
    assert found(world, statuses=("created", "in_progress")) == [draft, running]
    assert found(world, types=("training",), statuses=("completed",)) == []


def test_system_tags_mean_all_of_them(world: World) -> None:
    both = world.task(system_tags=["one", "two"])
    world.task(system_tags=["one"])
    assert found(world, system_tags=("one", "two")) == [both]


def test_without_system_tags_means_none_of_them(world: World) -> None:
    plain, one = world.task(), world.task(system_tags=["one"])
    world.task(system_tags=["two"])
    world.task(system_tags=["two", "three"])
    assert found(world, without_system_tags=("two", "three")) == [plain, one]
    assert found(world, system_tags=("one",), without_system_tags=("two",)) == [one]


def test_a_project_is_that_one_alone(world: World) -> None:
    above, below = world.task(project="top"), world.task(project="top/below")
    project_id = only(world, above).project_id
    assert found(world, project_id=project_id) == [above]
    assert found(world) == [above, below]


def test_tasks_come_in_the_order_asked_for_and_in_pages(world: World) -> None:
    ids = []
    for _ in range(5):
        ids.append(world.task())
        pause()
    assert found(world, order="created") == ids
    assert found(world, order="-created") == ids[::-1]
    assert [found(world, order="created", limit=2, page=page) for page in range(4)] == [ids[:2], ids[2:4], ids[4:], []]


def test_tasks_without_a_time_come_last_in_either_direction(world: World) -> None:
    draft, running = world.task(), world.task()
    world.start(running)
    assert found(world, order="status_changed") == [running, draft]
    assert found(world, order="-status_changed") == [running, draft]


@pytest.mark.parametrize("field", ["created", "last_update", "last_change", "status_changed"])
def test_since_is_inclusive_and_about_the_field_of_the_order(world: World, field: str) -> None:
    ids = []
    for _ in range(3):
        ids.append(world.task())
        world.start(ids[-1])
        pause()
    world.task()
    pause()
    since = getattr(only(world, ids[1]), field)
    rows = found(world, order=field, since=since)
    assert ids[0] not in rows
    assert rows[:2] == ids[1:]
    assert len(rows) == (2 if field == "status_changed" else 3)


def test_of_the_hyperparameters_only_what_is_asked_for_is_read(world: World) -> None:
    mine = {SECTION: {"key": Param(value="k")}}
    task_id = world.task(hyperparams={"Args": {"lr": Param(value="1")}, **mine})
    read = {
        how: world.gateway.tasks(TaskQuery(ids=(task_id,), hyperparams=how))[0].hyperparams
        for how in ("none", "scheduler", "all")
    }
    assert read == {"none": {}, "scheduler": mine, "all": {"Args": {"lr": Param(value="1")}, **mine}}


def test_a_task_without_a_scheduler_section_has_none(world: World) -> None:
    task_id = world.task(hyperparams={"Args": {"lr": Param(value="1")}})
    assert world.gateway.tasks(TaskQuery(ids=(task_id,), hyperparams="scheduler"))[0].hyperparams == {}


def test_names_of_parameters_may_hold_any_character(world: World) -> None:
    params = {"my.section": {"a.b/c": Param(value="1"), "$x%_": Param(value=""), "__y": Param(value="ü\n{}")}}
    base = world.task(hyperparams=params)
    assert only(world, base).hyperparams == params
    run = world.gateway.clone(a_clone(world, base, hyperparams=params))
    assert only(world, run).hyperparams == params


def test_configuration_is_read_only_where_asked_for(world: World) -> None:
    task_id = world.task(configuration={"a.b": "{}"})
    assert world.gateway.tasks(TaskQuery(ids=(task_id,)))[0].configuration == {}
    assert only(world, task_id).configuration == {"a.b": "{}"}


def test_hidden_tasks_are_found_only_by_id_or_system_tag(world: World) -> None:
    hidden = world.task(system_tags=["hidden", "one"])
    assert found(world) == []
    assert found(world, ids=(hidden,)) == [hidden]
    assert found(world, system_tags=("one",)) == [hidden]


def test_archived_tasks_are_found(world: World) -> None:
    task_id = world.task()
    world.archive(task_id)
    assert found(world) == [task_id]
    assert "archived" in only(world, task_id).system_tags


# -- what changed
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


# -- queues, projects, consoles
def test_queues_come_by_name_with_what_waits(world: World) -> None:
    second, first = world.queue("queue b"), world.queue("queue a")
    world.gateway.enqueue([a_run(world)], first)
    queues = [queue for queue in world.gateway.queues() if queue.name.startswith(world.prefix)]
    assert [(queue.id, queue.waiting, queue.watched) for queue in queues] == [(first, 1, None), (second, 0, None)]


def test_a_queue_that_no_agent_serves_is_not_watched(world: World) -> None:
    queue_id = world.queue()
    (queue,) = [queue for queue in world.gateway.queues(watched=True) if queue.id == queue_id]
    assert queue.watched is False


def test_projects_are_found_by_a_part_of_their_name_recently_used_first(world: World) -> None:
    world.task(project="older")
    pause()
    world.task(project="newer")
    pause()
    world.task(project="secret")
    world.hide_project("secret")
    names = [found.name for found in world.gateway.projects(world.prefix.upper()) if found.name != world.prefix]
    assert names == [f"{world.prefix}/newer", f"{world.prefix}/older"]
    assert len(world.gateway.projects(world.prefix, limit=1)) == 1


def test_special_characters_of_a_projects_name_are_no_pattern(world: World) -> None:
    world.task(project="a+b (c)")
    assert [found.name for found in world.gateway.projects(f"{world.prefix}/A+B (C)")] == [f"{world.prefix}/a+b (c)"]


def test_the_console_is_read_from_its_end_oldest_line_first(world: World) -> None:
    task_id = an_instance(world)
    world.gateway.report_log(task_id, [line("one"), line("two", 1, "warning"), line("three", 2, "error")])
    world.gateway.report_log(task_id, [line("four", 3)])
    assert world.gateway.log(task_id, 3) == [line("two", 1, "warning"), line("three", 2, "error"), line("four", 3)]


def test_the_console_of_a_task_that_is_gone_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        world.gateway.log(NOBODY)


# -- launching
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


# -- the instance's own task
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


def test_a_script_is_refused_where_the_task_is_no_draft(world: World) -> None:
    task_id = an_instance(world)
    world.gateway.set_status(task_id, "in_progress")
    with pytest.raises(Conflict):
        world.gateway.set_script(task_id, "service.py", "", [])


def bring(world: World, task_id: str, status: str) -> None:
    """A draft to a status."""
    if status == "queued":
        world.gateway.enqueue([task_id], world.queue(f"queue of {task_id}"))
    elif status != "created":
        world.start(task_id)
    if status == "published":
        world.finish(task_id)
        world.publish(task_id)
    elif status in ("completed", "failed", "stopped"):
        world.finish(task_id, status)


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


# -- leases
def test_a_lease_is_read_by_its_name_and_changed_by_its_id(world: World) -> None:
    name = f"{world.prefix}.lease.1"
    lease_id = world.gateway.create_lease(name, "counter 1")
    assert world.gateway.leases(f"{world.prefix}.lease.") == [Lease(id=lease_id, name=name, text="counter 1")]
    world.gateway.write_lease(lease_id, "counter 2")
    assert world.gateway.leases(name) == [Lease(id=lease_id, name=name, text="counter 2")]
    world.gateway.delete_lease(lease_id)
    assert world.gateway.leases(world.prefix) == []


def test_special_characters_of_a_leases_name_are_no_pattern(world: World) -> None:
    world.gateway.create_lease(f"{world.prefix}xlease", "")
    assert world.gateway.leases(f"{world.prefix}.lease") == []


def test_a_lease_is_no_project_that_users_see(world: World) -> None:
    world.gateway.create_lease(f"{world.prefix} lease", "")
    assert world.gateway.projects(world.prefix) == []


def test_a_lease_of_a_name_that_is_taken_is_refused(world: World) -> None:
    name = f"{world.prefix} lease"
    lease_id = world.gateway.create_lease(name, "first")
    with pytest.raises(Conflict) as caught:
        world.gateway.create_lease(name, "second")
    assert (caught.value.code, caught.value.subcode) == (400, 801)
    assert [(lease.id, lease.text) for lease in world.gateway.leases(name)] == [(lease_id, "first")]


def test_of_many_that_create_one_lease_at_once_one_succeeds(world: World) -> None:
    def create(number: int) -> str:
        try:
            return world.gateway.create_lease(f"{world.prefix} lease", str(number))
        except Conflict:
            return ""

    with ThreadPoolExecutor(8) as pool:
        made = [lease_id for lease_id in pool.map(create, range(8)) if lease_id]
    assert [lease.id for lease in world.gateway.leases(world.prefix)] == made


def test_a_lease_that_is_gone_is_not_found_even_if_its_name_was_taken_again(world: World) -> None:
    name = f"{world.prefix} lease"
    old = world.gateway.create_lease(name, "old")
    world.gateway.delete_lease(old)
    new = world.gateway.create_lease(name, "new")
    with pytest.raises(NotFound) as caught:
        world.gateway.delete_lease(old)
    assert (caught.value.code, caught.value.subcode) == (400, 401)
    with pytest.raises(NotFound):
        world.gateway.write_lease(old, "late")
    assert [(lease.id, lease.text) for lease in world.gateway.leases(name)] == [(new, "new")]


def test_every_gateway_has_the_protocol(world: World) -> None:
    gateway: Gateway = world.gateway
    methods = [name for name in vars(Gateway) if not name.startswith("_")]
    assert [name for name in methods if not callable(getattr(gateway, name, None))] == []
