"""Actions that launch the latest of several tasks: what each run is a clone of. On a virtual clock."""

from __future__ import annotations

from collections.abc import Iterable

import attrs
import pytest

from clearml_sched_widgets.definition import (
    Action,
    Definition,
    Interval,
    Latest,
    Once,
    Policies,
    Schedule,
    StatusChanged,
    TaskTrigger,
)
from clearml_sched_widgets.engine.instance_task.commands import Command
from clearml_sched_widgets.engine.loop import Engine
from clearml_sched_widgets.errors import OutcomeUnknown, Refused, Unavailable
from clearml_sched_widgets.records import LATEST_TAG, RUN_TAG, Task, TaskQuery
from clearml_sched_widgets.views.history import executed_row, scheduled_rows
from tests.engine.world import World, slot_times

TRAIN = Latest(project="Vision", name="train")


def trained(
    world: World, name: str = "train", *, status: str = "completed", project: str = "Vision", tag: str = ""
) -> str:
    """A new task that somebody else has run."""
    return world.gateway.add_task(
        name, project, status=status, tags=(tag,) if tag else (), hyperparams={"Args": {"lr": "1"}}
    )


def every_minute(latest: Latest = TRAIN, **action: object) -> Schedule:
    return Schedule(Action(latest=latest, **action), Interval("1m"), name="retrain")  # type: ignore[arg-type]


def bases(world: World, engine: Engine) -> list[str]:
    """The ids of the tasks of which the runs are clones, oldest run first."""
    assert engine.snapshot is not None
    return [executed_row(run, engine.snapshot.definition).base for run in world.runs(engine)]


def test_b19_each_run_is_a_clone_of_what_is_the_latest_at_its_launch(world: World) -> None:
    first = trained(world)
    engine = world.start(every_minute())
    world.run_for(engine, 70)
    second = trained(world)
    world.run_for(engine, 60)
    world.gateway.archive(second)
    world.run_for(engine, 60)
    assert bases(world, engine) == [first, second, first]
    assert slot_times(world.launched()) == ["12:01:00", "12:02:00", "12:03:00"]
    assert f", a clone of task {second}, for 2026-11-23T12:02:00Z" in world.log(engine)


def test_the_run_has_the_settings_of_its_base_with_the_actions_changes(world: World) -> None:
    trained(world, tag="prod")
    engine = world.start(every_minute(parameters={"Args/epochs": 3}, tags=["nightly"]))
    world.run_for(engine, 70)
    (run,) = (world.gateway.task(run.task.id) for run in world.runs(engine))
    assert {name: param.value for name, param in run.hyperparams["Args"].items()} == {"lr": "1", "epochs": "3"}
    assert run.tags == ("nightly", "prod")
    assert set(run.system_tags) >= {RUN_TAG, LATEST_TAG}


def test_what_does_not_fit_or_has_not_completed_is_not_the_latest(world: World) -> None:
    latest = trained(world, tag="prod")
    trained(world, tag="dev")
    trained(world, "train more", tag="prod")
    trained(world, "Train", tag="prod")
    trained(world, project="Vision/Nightly", tag="prod")
    for status in ("failed", "stopped", "in_progress", "created"):
        trained(world, status=status, tag="prod")
    engine = world.start(every_minute(Latest(project="Vision", name="train", tags=["prod"])))
    world.run_for(engine, 70)
    assert bases(world, engine) == [latest]


def test_the_latest_published_is_the_published_one_that_completed_last(world: World) -> None:
    first, second = trained(world), trained(world)
    world.gateway.publish(second)
    world.gateway.publish(first)  # later
    last = trained(world)
    engine = world.start(
        every_minute(Latest(name="train", status="published")),
        every_minute(Latest(name="train")),
        every_minute(Latest(project="Vision")),
    )
    world.run_for(engine, 70)
    assert sorted(bases(world, engine)) == sorted([second, last, last])


def test_runs_launched_from_the_latest_are_never_the_latest_themselves_and_others_are(world: World) -> None:
    base = trained(world)
    engine = world.start(
        attrs.evolve(every_minute(), name="train"),
        Schedule(Action(latest=Latest(name="train")), Interval("1m"), name="train"),
    )
    world.run_for(engine, 70)
    world.end_runs()
    world.run_for(engine, 60)
    assert bases(world, engine) == [base] * 4
    fixed = Schedule(
        Action(world.base, name="train", project="Vision"), Interval("10m"), name="train", run_at_start=True
    )
    other = world.start(fixed)
    other.step()
    (run,) = world.runs(other)
    world.end_runs()
    engine = world.start(every_minute())
    world.run_for(engine, 70)
    assert bases(world, engine) == [run.task.id], "somebody launched it anew from a certain task"
    (again,) = (world.gateway.task(run.task.id) for run in world.runs(engine))
    assert again.name == "retrain"


def test_nothing_found_is_an_error_of_that_item_alone_until_there_is_something(world: World) -> None:
    missing = every_minute(Latest(project="Vision", name="test", tags=["prod"]))
    nowhere = Schedule(Action(latest=Latest(project="Nowhere/Else")), Interval("1m"), name="nowhere")
    trained(world)
    plain, works = world.every("1m"), attrs.evolve(every_minute(), name="works")
    engine = world.start(missing, nowhere, plain, works)
    world.run_for(engine, 80)
    assert engine.snapshot is not None
    assert {run.item for run in world.runs(engine)} == {plain.id, works.id}
    states = engine.snapshot.state.items
    why = (
        "there is no completed task “test” in Vision tagged “prod” now (runs launched from a latest task do not count)"
    )
    assert states[missing.id].error == why
    assert states[nowhere.id].error.startswith("there is no completed task in Nowhere/Else now")
    assert f"retrain: not launched: {why}. It is tried again later." in world.log(engine)
    found = trained(world, "test", tag="prod")
    world.run_for(engine, 30)
    assert [run.base for run in world.runs(engine) if run.item == missing.id] == [found]
    assert engine.snapshot.state.items[missing.id].error == ""


def test_a_hundred_items_with_the_same_latest_ask_once_for_it(world: World) -> None:
    trained(world)
    schedules = [Schedule(Action(latest=TRAIN), Once("2026-11-23", "12:00:10"), name=f"n {n}") for n in range(100)]
    engine = world.start(*schedules)
    asked: list[TaskQuery] = []
    tasks = world.gateway.tasks
    world.gateway.tasks = lambda query: (asked.append(query), tasks(query))[1]  # type: ignore[method-assign,func-returns-value]
    world.gateway.requests.clear()
    world.run_for(engine, 12)
    assert len(world.runs(engine)) == 100
    assert len([query for query in asked if query.order == "-completed"]) == 1
    assert world.gateway.requests["project_ids"] == 1


@pytest.mark.parametrize("method", ["tasks", "project_ids", "clone", "enqueue"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_fault_in_the_middle_loses_and_doubles_nothing(world: World, method: str, moment: str) -> None:
    base = trained(world)
    engine = world.start(every_minute(), world.every("1m"))
    faults = 0

    def fault(name: str, when: str) -> None:
        nonlocal faults
        late = world.clock.monotonic() % 60 < 20  # while a slot is launched
        if (name, when) == (method, moment) and late and faults < 3 and engine.snapshot and world.runs(engine) == []:
            faults += 1
            raise (
                Unavailable("no route")
                if when == "before" or name in ("tasks", "project_ids")
                else OutcomeUnknown("cut")
            )

    world.run_for(engine, 55)
    world.gateway.fault = fault
    world.run_for(engine, 100)
    assert faults > 0
    assert slot_times(sorted(world.launched())) == ["12:01:00", "12:02:00"] * 2
    runs = [task for task in world.gateway.all_tasks() if LATEST_TAG in task.system_tags]
    assert [task.parent for task in runs] == [base, base]


def test_a_clone_whose_answer_was_lost_keeps_its_base_though_another_is_the_latest_now(world: World) -> None:
    first = trained(world)
    engine = world.start(every_minute())

    def fault(name: str, when: str) -> None:
        if (name, when) == ("clone", "after"):
            trained(world)
            world.gateway.fault = lambda *_: None
            raise OutcomeUnknown("cut")

    world.gateway.fault = fault
    world.run_for(engine, 90)
    assert bases(world, engine) == [first]


def test_retries_backfills_and_runs_by_hand_take_the_latest_too(world: World) -> None:
    ids = [trained(world)]
    schedule = attrs.evolve(every_minute(), policies=Policies(retries=1, retry_backoff="10s"))
    engine = world.start(schedule)
    world.run_for(engine, 65)
    ids.append(trained(world))
    world.end_runs("failed")
    world.run_for(engine, 20)
    ids.append(trained(world))
    engine.command(Command(do="run_now", item=schedule.id))
    world.run_for(engine, 5)
    ids.append(trained(world))
    start, end = "2026-11-23T09:00:30+00:00", "2026-11-23T09:01:30+00:00"
    engine.command(Command(do="backfill", item=schedule.id, start=start, end=end))
    world.run_for(engine, 5)
    assert [run.cause for run in world.runs(engine)] == ["schedule", "retry", "manual", "backfill"]
    assert bases(world, engine) == ids


def test_a_trigger_launches_the_latest_and_it_waits_while_a_run_is_unfinished(world: World) -> None:
    trigger = TaskTrigger(Action(latest=TRAIN), StatusChanged(to=["failed"]), name="repair")
    engine = world.engine(Definition("nightly", triggers=[trigger], poll_every="5s"))
    first = trained(world)
    for _ in range(2):
        trained(world, "broken", status="failed")
    world.run_for(engine, 20)
    assert bases(world, engine) == [first], "the second event waits"
    second = trained(world)
    world.end_runs()
    world.run_for(engine, 20)
    assert bases(world, engine) == [first, second]


def test_the_tables_say_what_is_launched_in_words(world: World) -> None:
    engine = world.start(Schedule(Action(latest=TRAIN), Interval("1m")))
    assert engine.snapshot is not None
    shot = engine.snapshot
    (row,) = scheduled_rows(shot.definition, shot.state, shot.names, shot.now)
    assert (row.task, row.task_name, row.name) == ("", TRAIN.words, TRAIN.words)
    assert (row.method, row.state) == ("clone", "waiting")


def test_what_the_server_refuses_is_an_error_of_its_item_alone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    trained(world)
    tasks = world.gateway.tasks

    def refusing(query: TaskQuery) -> list[Task]:
        if query.name == "odd one":
            raise Refused("Invalid value")
        return tasks(query)

    monkeypatch.setattr(world.gateway, "tasks", refusing)
    odd = attrs.evolve(every_minute(Latest(project="Vision", name="odd one")), name="odd", id="odd")
    engine = world.start(every_minute(), odd)
    world.run_for(engine, 130)
    assert len(world.runs(engine)) == 2
    assert engine.snapshot is not None
    assert engine.snapshot.state.items["odd"].error == "Invalid value"


def test_projects_that_the_server_refuses_together_are_asked_for_one_by_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained(world)
    ids = world.gateway.project_ids

    def refusing(names: Iterable[str]) -> dict[str, str]:
        if "Odd one" in (wanted := list(names)):
            raise Refused("Invalid value")
        return ids(wanted)

    monkeypatch.setattr(world.gateway, "project_ids", refusing)
    engine = world.start(every_minute(), attrs.evolve(every_minute(Latest(project="Odd one")), id="odd"))
    world.run_for(engine, 70)
    assert [run.item for run in world.runs(engine)] != ["odd"]
    assert len(world.runs(engine)) == 1


def test_of_the_project_of_a_pipeline_the_pipeline_is_the_latest_not_its_last_step(world: World) -> None:
    project = "Vision/.pipelines/retrain"
    pipeline = world.gateway.add_task(
        "retrain", project, type="controller", system_tags=["pipeline"], status="completed"
    )
    world.gateway.add_task("step one", project, status="completed")
    engine = world.start(every_minute(Latest(project=project)))
    world.run_for(engine, 70)
    assert bases(world, engine) == [pipeline]
