"""How every gateway finds and reads tasks, whichever server is behind it."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import Any

import attrs
import pytest

from clearml_sched_widgets.records import SECTION, Param, TaskQuery
from tests.contract.objects import NOBODY, a_clone, an_instance, bring, found, only
from tests.contract.worlds import World, pause


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


NAME = "a.b (c) [x]+? $1|^ \N{SNOWMAN}"


def test_a_name_is_the_whole_name_with_no_special_characters(world: World) -> None:
    task_id = world.task(NAME)
    for other in (NAME.upper(), f"{NAME} 2", f"2 {NAME}", "a+b (c) [x] $1"):
        world.task(other)
    assert found(world, name=f"{world.prefix} {NAME}") == [task_id]
    assert found(world, name=NAME) == []


def test_tags_mean_all_of_them(world: World) -> None:
    both = world.task(tags=["prod", "a.b -c"])
    world.task(tags=["prod"])
    assert found(world, tags=("prod", "a.b -c")) == [both]
    assert found(world, tags=("prod",), name=f"{world.prefix} other") == []


def test_the_task_that_completed_last_comes_first_and_those_without_that_time_last(world: World) -> None:
    first, last, stopped, draft = world.task(), world.task(), world.task(), world.task()
    for task_id in (last, first, stopped):
        world.start(task_id)
    for task_id in (first, last):
        pause()
        world.finish(task_id)
    pause()
    world.finish(stopped, "stopped")
    world.publish(first)  # later, which does not change when it completed
    assert found(world, order="-completed", statuses=("completed", "published")) == [last, first]
    assert found(world, order="-completed") == [stopped, last, first, draft]
    assert found(world, order="-completed", statuses=("completed", "published"), limit=1) == [last]


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
    read = [world.gateway.tasks(TaskQuery(ids=(task_id,), hyperparams=how))[0] for how in ("none", "scheduler", "all")]
    assert [task.hyperparams for task in read] == [{}, {}, {"Args": {"lr": Param(value="1")}, **mine}]
    assert [task.scheduler for task in read] == [{}, {"key": "k"}, {"key": "k"}]


def test_a_task_without_a_scheduler_section_has_none(world: World) -> None:
    task_id = world.task(hyperparams={"Args": {"lr": Param(value="1")}})
    (task,) = world.gateway.tasks(TaskQuery(ids=(task_id,), hyperparams="scheduler"))
    assert (task.hyperparams, task.scheduler) == ({}, {})


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


def of(world: World, task_id: str, **query: Any) -> tuple[dict[str, str], dict[str, str]]:
    """A task's configuration objects and marks, as a query gives them."""
    (task,) = world.gateway.tasks(TaskQuery(ids=(task_id,), **query))
    return dict(task.configuration), dict(task.marks)


def test_configuration_is_read_by_name_or_all_but_some_names(world: World) -> None:
    texts = {"big": "{}", "part.1": "x" * 10_000, "part.2": "", "command.$1%": "do"}
    task_id = an_instance(world, **texts)
    marks = only(world, task_id).marks
    assert {*marks} == {*texts}
    assert len({*marks.values()}) == 4
    assert of(world, task_id, objects=("part.1", "gone")) == ({"part.1": texts["part.1"]}, {"part.1": marks["part.1"]})
    assert of(world, task_id, marks=("part.1", "command.$1%", "gone")) == (
        {},
        {name: marks[name] for name in ("part.1", "command.$1%")},
    )
    assert of(world, task_id, objects=("part.2",), marks=("big", "part.2")) == (
        {"part.2": ""},
        {name: marks[name] for name in ("big", "part.2")},
    )
    read, _ = of(world, task_id, without=("big", "part.1", "part.2", "gone"))
    assert read == {"command.$1%": "do"}


def test_another_text_has_another_mark_and_the_same_text_the_same(world: World) -> None:
    task_id = an_instance(world, one="a", two="b")
    before = only(world, task_id).marks
    world.gateway.write_configuration(task_id, {"one": "c"})
    after = only(world, task_id).marks
    assert (after["one"] != before["one"], after["two"]) == (True, before["two"])
    world.gateway.write_configuration(task_id, {"one": "a"})
    assert only(world, task_id).marks == before


def test_with_names_left_out_the_rest_of_a_task_is_as_ever(world: World) -> None:
    task_id = an_instance(world, big="{}")
    bring(world, task_id, "in_progress")
    world.gateway.set_status(task_id, "stopped", "because")
    whole = only(world, task_id)
    (task,) = world.gateway.tasks(TaskQuery(ids=(task_id,), without=("big",)))
    left: dict[str, Any] = {"project": "", "user": "", "configuration": {}, "marks": {}, "hyperparams": {}}
    assert attrs.evolve(task, **left) == attrs.evolve(whole, **left)
    assert task.status_reason == "because"


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
