"""A pause leaves out what comes due while it lasts, and nothing else."""

from __future__ import annotations

import json

import pytest

from clearml_sched_widgets import codec
from clearml_sched_widgets.definition import (
    Action,
    Definition,
    Interval,
    Once,
    Policies,
    Schedule,
    StatusChanged,
    Tagged,
    TaskTrigger,
)
from clearml_sched_widgets.engine.instance_task.commands import PREFIX, Command
from clearml_sched_widgets.engine.instance_task.task import DEFINITION, LAUNCHED
from clearml_sched_widgets.engine.loop import Engine
from clearml_sched_widgets.engine.planner import POLL_SLICE
from clearml_sched_widgets.errors import AccessDenied, Unavailable
from tests.engine.world import START, World


def send(world: World, engine: Engine, *commands: Command, here: bool) -> None:
    for command in commands:
        if here:
            engine.command(command)
        else:
            data = {"do": command.do, "item": command.item, "note": command.note}
            world.gateway.write_configuration(world.instance, {f"{PREFIX}{command.id}": json.dumps(data)})


def keys(world: World) -> list[str]:
    return [key.partition("T")[2] for key in world.launched() if "@" in key]


@pytest.mark.parametrize("here", [True, False])
@pytest.mark.parametrize("item", ["", "every"])
def test_k25_a_slot_that_was_due_before_a_pause_is_launched(world: World, here: bool, item: str) -> None:
    schedule = Schedule(Action(world.base), Interval("30s"), Policies(missed="skip"), id="every")
    engine = world.engine(Definition("nightly", [schedule]))
    world.run_for(engine, 29)
    world.clock.advance(2.5)  # the engine is asleep when the slot and then the pause come
    send(world, engine, Command(do="pause", item=item), here=here)
    world.run_for(engine, 40)
    send(world, engine, Command(do="resume", item=item), here=here)
    world.run_for(engine, 25)
    assert keys(world) == ["12:00:30Z", "12:01:30Z"]  # that of 12:01:00 came due in the pause


@pytest.mark.parametrize("item", ["", "done"])
def test_k25_an_event_that_came_before_a_pause_is_launched(world: World, item: str) -> None:
    trigger = TaskTrigger(Action(world.base), StatusChanged(to=["completed"]), id="done")
    engine = world.engine(Definition("nightly", [], [trigger], poll_every="1m"))
    world.run_for(engine, 70)

    def end_a_task() -> str:
        task = world.gateway.add_task("somebody's", status="completed")
        return str(task)

    before = end_a_task()
    world.clock.advance(1)
    send(world, engine, Command(do="pause", item=item), here=True)
    world.run_for(engine, 20, world.end_runs)
    end_a_task()  # in the pause
    world.run_for(engine, 120, world.end_runs)
    send(world, engine, Command(do="resume", item=item), here=True)
    world.run_for(engine, 5, world.end_runs)
    after = end_a_task()
    world.run_for(engine, 130, world.end_runs)
    assert [run.object for run in world.runs(engine)] == [before, after]


def test_k25_pause_and_resume_in_one_moment_leave_out_nothing(world: World) -> None:
    schedule = Schedule(Action(world.base), Interval("30s"), Policies(missed="skip"), id="every")
    engine = world.engine(Definition("nightly", [schedule]))
    world.run_for(engine, 29)
    world.clock.advance(2.5)
    send(
        world, engine, Command(do="pause"), Command(do="resume"), Command(do="pause"), Command(do="resume"), here=False
    )
    world.run_for(engine, 40)
    assert keys(world) == ["12:00:30Z", "12:01:00Z"]


@pytest.mark.parametrize("missed", ["skip", "latest", "all"])
def test_k26_what_came_due_while_the_launch_still_worked_runs_at_once(world: World, missed: str) -> None:
    once = Schedule(Action(world.base), Once("2026-11-23", "12:00:20"), Policies(missed=missed), id="once")
    world.create(Definition("nightly", [once]))
    world.gateway.write_configuration(world.instance, {LAUNCHED: START.isoformat()})
    world.clock.advance(45)  # a slow server
    engine = world.engine()
    world.run_for(engine, 5)
    assert keys(world) == ["12:00:20Z"]
    world.run_for(world.engine(), 60)
    assert keys(world) == ["12:00:20Z"]


@pytest.mark.parametrize("text", ["garbage", "", "2026-11-23T12:00:00", "9999-01-01T00:00:00+00:00"])
def test_a_moment_of_launch_that_makes_no_sense_is_ignored(world: World, text: str) -> None:
    world.create(Definition("nightly", [Schedule(Action(world.base), Interval("10s"), id="every")]))
    world.gateway.write_configuration(world.instance, {LAUNCHED: text})
    world.clock.advance(45)
    world.run_for(world.engine(), 10)
    assert keys(world) == ["12:00:50Z"]


def watched(world: World, **fields: object) -> Definition:
    condition = fields.pop("when", Tagged(any=["go"]))
    trigger = TaskTrigger(Action(world.base), condition, id="go", **fields)  # type: ignore[arg-type]
    minutes = Schedule(Action(world.base), Interval("1m"), id="minutes")
    return Definition("nightly", [minutes], [trigger], poll_every="10s")


def launched_objects(world: World, engine: Engine) -> list[str]:
    return [run.object for run in world.runs(engine) if run.object]


@pytest.mark.parametrize("item", ["", "go"])
@pytest.mark.parametrize("restarted", [False, True])
def test_what_came_in_a_pause_makes_no_event_when_it_changes_after_it(world: World, item: str, restarted: bool) -> None:
    engine = world.engine(watched(world))
    world.run_for(engine, 12)
    send(world, engine, Command(do="pause", item=item), here=True)
    world.run_for(engine, 5)
    in_pause = world.gateway.add_task("tagged in the pause", tags=["go"])
    engine = world.engine() if restarted else engine
    world.run_for(engine, 2)
    send(world, engine, Command(do="resume", item=item), here=True)
    world.run_for(engine, 1)
    world.gateway.tag(in_pause, "more")
    world.run_for(engine, 30)
    assert launched_objects(world, engine) == []
    world.gateway.tag(in_pause, remove=("go",))
    world.run_for(engine, 12)
    world.gateway.tag(in_pause, "go")
    world.run_for(engine, 12)
    assert launched_objects(world, engine) == [in_pause]


def test_a_pause_does_not_launch_existing_objects_once_more(world: World) -> None:
    existing = world.gateway.add_task("there before", tags=["go"])
    engine = world.engine(watched(world, include_existing=True))
    world.run_for(engine, 12, world.end_runs)
    assert launched_objects(world, engine) == [existing]
    for do in ("pause", "resume"):
        send(world, engine, Command(do=do), here=True)
        world.run_for(engine, 25, world.end_runs)
    assert launched_objects(world, engine) == [existing]


def test_a_trigger_that_is_new_in_a_pause_launches_existing_objects_after_it(world: World) -> None:
    existing = world.gateway.add_task("there before", tags=["go"])
    engine = world.engine(Definition("nightly", [], [], poll_every="10s"))
    send(world, engine, Command(do="pause"), here=True)
    world.run_for(engine, 5)
    world.gateway.write_configuration(world.instance, {DEFINITION: codec.dumps(watched(world, include_existing=True))})
    send(world, engine, Command(do="reload"), here=True)
    world.run_for(engine, 30)
    assert launched_objects(world, engine) == []
    send(world, engine, Command(do="resume"), here=True)
    world.run_for(engine, 30)
    assert launched_objects(world, engine) == [existing]


@pytest.mark.parametrize("when", [StatusChanged(to=["completed"]), Tagged(any=["go"])])
def test_a_trigger_that_is_enabled_again_does_not_launch_existing_objects_once_more(
    world: World, when: StatusChanged | Tagged
) -> None:
    existing = world.gateway.add_task("there before", status="completed", tags=["go"])
    engine = world.engine(watched(world, include_existing=True, when=when))
    world.run_for(engine, 1200, world.end_runs)  # the memory of the event is tidied up, and its run no longer read
    for enabled in (False, True):
        definition = watched(world, include_existing=True, when=when, enabled=enabled)
        world.gateway.write_configuration(world.instance, {DEFINITION: codec.dumps(definition)})
        engine = world.engine()
        world.run_for(engine, 30, world.end_runs)
    world.gateway.tag(existing, "more")
    world.run_for(engine, 30, world.end_runs)
    assert len([key for key in world.launched() if existing in key]) == 1


def test_events_of_a_pause_are_told_in_one_line(world: World) -> None:
    engine = world.engine(watched(world))
    world.run_for(engine, 12)
    send(world, engine, Command(do="pause"), here=True)
    world.run_for(engine, 1)
    for number in range(3):
        world.gateway.add_task(f"train {number}", tags=["go"])
    world.run_for(engine, 12)
    assert "3 events were left out: it is paused." in world.log(engine)


def test_what_came_while_a_trigger_was_disabled_makes_no_event_later(world: World) -> None:
    engine = world.engine(watched(world))
    first = world.gateway.add_task("train 1", tags=["go"])
    world.run_for(engine, 12, world.end_runs)
    meanwhile = ""
    for enabled in (False, True):
        world.gateway.write_configuration(world.instance, {DEFINITION: codec.dumps(watched(world, enabled=enabled))})
        send(world, engine, Command(do="reload"), here=True)
        world.run_for(engine, 30, world.end_runs)
        meanwhile = meanwhile or str(world.gateway.add_task("train 2", tags=["go"]))
    world.gateway.tag(meanwhile, "more")
    world.run_for(engine, 30, world.end_runs)
    assert launched_objects(world, engine) == [first]
    world.gateway.tag(first, remove=("go",))
    world.run_for(engine, 12, world.end_runs)
    world.gateway.tag(first, "go")
    world.run_for(engine, 12, world.end_runs)
    assert launched_objects(world, engine) == [first, first]


def test_a_slot_that_comes_due_while_the_command_is_read_is_before_the_pause(world: World) -> None:
    schedule = Schedule(Action(world.base), Interval("30s"), Policies(missed="skip"), id="every")
    engine = world.engine(Definition("nightly", [schedule]))
    world.run_for(engine, 25)
    send(world, engine, Command(do="pause"), here=False)

    def freeze(name: str, when: str) -> None:
        if (name, when) == ("tasks", "before"):
            world.gateway.fault = lambda *_: None
            world.clock.advance(10)

    world.gateway.fault = freeze
    world.run_for(engine, 30)
    assert keys(world) == ["12:00:30Z"]


def test_a_command_whose_effect_could_not_be_saved_is_not_lost_with_the_core(world: World) -> None:
    engine = world.engine(Definition("nightly", [Schedule(Action(world.base), Interval("1h"), id="every")]))
    world.run_for(engine, 5)

    def fail(name: str, when: str) -> None:
        if (name, when) == ("write_configuration", "before"):
            world.gateway.fault = lambda *_: None
            raise RuntimeError("a bug")

    world.gateway.fault = fail
    send(world, engine, Command(do="run_now", item="every"), here=True)
    world.run_for(engine, 120)
    assert len(world.launched()) == 1


def test_a_draft_of_a_launch_that_a_pause_holds_back_is_found_again_by_a_later_process(world: World) -> None:
    items = [Schedule(Action(world.base), Interval(text), id=text) for text in ("1h", "1m")]
    engine = world.engine(Definition("nightly", items))
    world.run_for(engine, 3590, world.end_runs)
    world.gateway.fault = refuse_enqueue
    world.run_for(engine, 20)
    draft = next(run.task.id for run in world.runs(engine) if run.item == "1h")
    world.gateway.fault = lambda *_: None
    send(world, engine, Command(do="pause", item="1h"), here=True)
    engine.step()
    assert not [key for key in world.launched() if key.startswith("1h")]
    world.run_for(engine, 1200, world.end_runs)
    engine = world.engine()
    send(world, engine, Command(do="resume", item="1h"), here=True)
    world.run_for(engine, 30)
    assert [run.task.id for run in world.runs(engine) if run.item == "1h"] == [draft]


def refuse_enqueue(name: str, when: str) -> None:
    if (name, when) == ("enqueue", "before"):
        raise Unavailable("HTTP 503")


@pytest.mark.parametrize("here", [True, False])
@pytest.mark.parametrize("do", ["pause", "resume"])
def test_a_pause_begins_and_ends_although_the_server_refuses_to_tell_the_events(
    world: World, here: bool, do: str
) -> None:
    engine = world.engine(watched(world))
    world.run_for(engine, 12)
    for command in ["pause", "resume"][: 1 + (do == "resume")]:
        if command == do:
            world.gateway.fault = refuse_changes
        send(world, engine, Command(do=command), here=here)
        world.run_for(engine, 130)
    assert engine.snapshot is not None
    assert engine.snapshot.state.paused == (do == "pause")
    assert "The events up to now cannot be looked for" in world.log(engine)


def refuse_changes(name: str, when: str) -> None:
    if (name, when) == ("changed", "before"):
        raise AccessDenied("HTTP 403")


@pytest.mark.parametrize("others", [0, 1])
def test_a_trigger_that_is_paused_after_failures_in_its_first_look_launches_the_existing_objects_later(
    world: World, others: int
) -> None:
    existing = [world.gateway.add_task(f"train {number}", tags=["go"]) for number in range(1200)]
    policies = Policies(overlap="allow", pause_after_failures=1)
    trigger = TaskTrigger(Action(world.base), Tagged(any=["go"]), policies=policies, id="go", include_existing=True)
    more = [TaskTrigger(Action(world.base), Tagged(any=["x"]), id=f"other {number}") for number in range(others)]
    engine = world.engine(Definition("nightly", [], [trigger, *more], poll_every="10s"))
    make_slow(world)
    send(world, engine, Command(do="run_now", item="go"), here=True)
    engine.step()
    world.end_runs("failed")
    steps = world.gateway.requests["tasks"]
    world.run_for(engine, 30)
    assert world.gateway.requests["tasks"] < steps + 100  # it does not work without a pause
    assert engine.snapshot is not None
    assert engine.snapshot.state.items["go"].paused
    assert launched_objects(world, engine) == []
    world.gateway.fault = lambda *_: None
    send(world, engine, Command(do="resume", item="go"), here=True)
    world.run_for(engine, 60)
    assert sorted(launched_objects(world, engine)) == sorted(existing)


def make_slow(world: World) -> None:
    """Let each page of changes take as long as a slice may."""

    def slow(name: str, when: str) -> None:
        if (name, when) == ("changed", "before"):
            world.clock.advance(POLL_SLICE + 0.1)

    world.gateway.fault = slow
