"""A poll that takes long goes on from step to step, and everything else goes on meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import attrs
import pytest

from clearml_sched_widgets import codec
from clearml_sched_widgets.definition import (
    Action,
    Definition,
    Interval,
    Policies,
    Schedule,
    StatusChanged,
    Tagged,
    TaskTrigger,
)
from clearml_sched_widgets.engine.following import polling
from clearml_sched_widgets.engine.following.polling import Poll
from clearml_sched_widgets.engine.instance_task import task as instance_task
from clearml_sched_widgets.engine.instance_task.commands import Command
from clearml_sched_widgets.engine.instance_task.lease import VALID
from clearml_sched_widgets.engine.loop import Engine
from clearml_sched_widgets.errors import Unavailable
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from clearml_sched_widgets.policy.state import State
from clearml_sched_widgets.records import RUN_TAG, SECTION, Entity, Param
from tests.engine.world import Killed, VirtualClock, World

ALL = Policies(overlap="allow")
READ = 0.5  # seconds that the slow server takes for a page


def on_tag(world: World, tag: str, **kwargs: object) -> TaskTrigger:
    return TaskTrigger(Action(world.base), Tagged(any=[tag]), policies=ALL, id=tag, **kwargs)  # type: ignore[arg-type]


def on_completed(world: World, **kwargs: object) -> TaskTrigger:
    return TaskTrigger(Action(world.base), StatusChanged(["completed"]), policies=ALL, id="done", **kwargs)  # type: ignore[arg-type]


def make_slow(world: World) -> dict[str, list[float]]:
    """Let a minute pass, and each page take its time from now on. Returns when requests were sent, by method."""
    world.clock.advance(60)
    sent: dict[str, list[float]] = {}

    def delay(method: str, moment: str) -> None:
        if moment == "before":
            sent.setdefault(method, []).append(world.clock.monotonic())
            world.clock.advance(READ if method == "changed" else 0)

    world.gateway.fault = delay
    return sent


def pages_by_step(world: World, engine: Engine, seconds: float) -> list[int]:
    """Step for so long, and count the pages that were read in each step."""
    counts = [world.gateway.requests["changed"]]
    world.run_for(engine, seconds, lambda: counts.append(world.gateway.requests["changed"]))
    return [after - before for before, after in pairwise(counts)]


def runs_on_server(world: World) -> int:
    return sum(RUN_TAG in task.system_tags for task in world.gateway.all_tasks())


def objects(world: World, engine: Engine, trigger: str) -> list[str]:
    return [run.object for run in world.runs(engine) if run.item == trigger]


def test_k9_a_first_look_at_many_objects_goes_on_between_steps(world: World) -> None:
    for number in range(8000):
        world.gateway.add_task(f"train {number}", tags=["ready"] if number % 1000 == 0 else [])
    sent = make_slow(world)
    often = Schedule(Action(world.base), Interval(every="3s"), Policies(overlap="allow", missed="all"), id="often")
    engine = world.engine(Definition("both", [often], [on_tag(world, "ready")], poll_every="5s"))
    pages = pages_by_step(world, engine, 30)
    assert sum(pages) > 8000 / 500
    assert max(pages) == 1
    assert pages[-1] == 0

    runs = [run for run in world.runs(engine) if run.item == "often"]
    assert engine.snapshot is not None
    assert len(runs) == (world.clock.now() - engine.snapshot.started).seconds // 3
    late = [run.task.created - run.nominal for run in runs if run.task.created and run.nominal]
    assert max(late) <= timedelta(seconds=2 * READ + 0.1)
    renewed = sent["write_lease"]
    assert max(after - before for before, after in pairwise(renewed)) < VALID

    assert objects(world, engine, "ready") == []  # they were tagged before
    new = world.gateway.add_task("new", tags=["ready"])
    world.run_for(engine, 15)
    assert objects(world, engine, "ready") == [new]


def test_k9_commands_are_carried_out_during_a_first_look(world: World) -> None:
    for number in range(4000):
        world.gateway.add_task(f"train {number}")
    make_slow(world)
    engine = world.engine(Definition("one", [], [on_tag(world, "ready")], poll_every="5s"))
    engine.step()
    engine.command(Command(do="run_now", item="ready"))
    engine.step()
    assert world.gateway.requests["changed"] <= 2
    assert len(world.launched()) == 1


def test_k9_killed_in_the_middle_of_a_poll_every_event_is_found_once(world: World) -> None:
    tasks = [world.gateway.add_task(f"train {number}") for number in range(1200)]
    trigger = on_completed(world)
    world.run_for(world.engine(Definition("one", [], [trigger], poll_every="5s")), 6)
    for task in tasks:
        world.gateway.start(task)
        world.gateway.finish(task)
    slow, reads = make_slow(world), 0
    delay = world.gateway.fault

    def kill(method: str, moment: str) -> None:
        nonlocal reads
        reads += (method, moment) == ("changed", "after")
        if reads == 2:
            raise Killed
        delay(method, moment)

    world.gateway.fault = kill
    engine = world.engine()
    with pytest.raises(Killed):
        world.run_for(engine, 60)
    world.gateway.fault = delay
    assert len(slow["changed"]) == 2
    assert world.launched() == []
    engine = world.engine()
    world.run_for(engine, 60)
    assert sorted(objects(world, engine, "done")) == sorted(tasks)
    assert runs_on_server(world) == 1200


def test_k9_killed_in_the_middle_of_a_first_look_existing_objects_are_included_once(world: World) -> None:
    tasks = [world.gateway.add_task(f"train {number}", status="completed") for number in range(900)]
    make_slow(world)
    engine = world.engine(Definition("one", [], [on_completed(world, include_existing=True)], poll_every="5s"))
    engine.step()
    assert world.gateway.requests["changed"] == 1
    engine = world.engine()
    world.run_for(engine, 30)
    world.run_for(world.engine(), 30)
    assert sorted(objects(world, engine, "done")) == sorted(tasks)
    assert runs_on_server(world) == 900


def test_a_page_that_cannot_be_read_is_read_again_and_those_before_it_are_not(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4000):
        world.gateway.add_task(f"train {number}")
    make_slow(world)
    engine = world.engine(Definition("one", [], [on_tag(world, "ready")], poll_every="5s"))
    read, pages = world.gateway.changed, list[datetime | None]()

    def changed(entity: str, since: datetime | None, limit: int = 500) -> list[Entity]:
        pages.append(since)
        if len(pages) == 6:
            raise Unavailable("HTTP 503")
        return read(entity, since, limit)

    monkeypatch.setattr(world.gateway, "changed", changed)
    world.run_for(engine, 30)
    failed, *rest = pages[5:]
    first_look = [*pages[:5], *rest[:4]]
    assert rest[0] == failed
    assert first_look == sorted(set(first_look), key=str)
    new = world.gateway.add_task("new", tags=["ready"])
    world.run_for(engine, 15)
    assert objects(world, engine, "ready") == [new]


def test_schedules_are_launched_while_no_page_can_be_read(world: World) -> None:
    def fail(method: str, _: str) -> None:
        if method == "changed":
            raise Unavailable("HTTP 503")

    world.gateway.fault = fail
    often = Schedule(Action(world.base), Interval(every="10s"), Policies(overlap="allow"), id="often")
    engine = world.engine(Definition("both", [often], [on_completed(world)], poll_every="5s"))
    world.run_for(engine, 120)
    assert len(world.launched()) == 12


def test_a_reload_drops_the_poll_and_the_next_one_looks_at_all(world: World) -> None:
    for number in range(3000):
        world.gateway.add_task(f"train {number}", tags=["ready", "old"])
    make_slow(world)
    engine = world.engine(Definition("one", [], [on_tag(world, "ready")], poll_every="5s"))
    engine.step()
    both = Definition("two", [], [on_tag(world, "ready"), on_tag(world, "old")], poll_every="5s")
    world.gateway.write_configuration(world.instance, {instance_task.DEFINITION: codec.dumps(both)})
    engine.command(Command(do="reload"))
    world.run_for(engine, 30)
    assert world.launched() == []
    new = world.gateway.add_task("new", tags=["ready", "old"])
    world.run_for(engine, 30)
    assert objects(world, engine, "ready") == objects(world, engine, "old") == [new]


def test_a_pause_in_the_first_look_leaves_out_nothing_before_and_after_it(world: World) -> None:
    for number in range(3000):
        world.gateway.add_task(f"train {number}", tags=["ready"])
    make_slow(world)
    engine = world.engine(Definition("one", [], [on_tag(world, "ready")], poll_every="5s"))
    engine.step()
    engine.command(Command(do="pause"))
    world.run_for(engine, 10)
    in_pause = world.gateway.add_task("in the pause", tags=["ready"])
    world.run_for(engine, 60)
    engine.command(Command(do="resume"))
    world.run_for(engine, 30)
    new = world.gateway.add_task("new", tags=["ready"])
    world.gateway.tag(in_pause, "more")
    world.run_for(engine, 30)
    assert objects(world, engine, "ready") == [new]


def test_all_events_before_a_pause_are_launched_even_if_that_takes_many_pages(world: World) -> None:
    tasks = [world.gateway.add_task(f"train {number}") for number in range(1200)]
    engine = world.engine(Definition("one", [], [on_completed(world)], poll_every="60s"))
    world.run_for(engine, 6)
    for task in tasks:
        world.gateway.start(task)
        world.gateway.finish(task)
    make_slow(world)
    engine.step()
    late = world.gateway.add_task("late")
    world.gateway.start(late)
    world.gateway.finish(late)
    engine.command(Command(do="pause"))
    world.run_for(engine, 10)
    assert sorted(objects(world, engine, "done")) == sorted([*tasks, late])


# -- the poll itself


class BusyClock(VirtualClock):
    """A clock of a machine that needs ten milliseconds for everything."""

    def monotonic(self) -> float:
        self.advance(0.01)
        return super().monotonic()


def first_look(gateway: MemoryGateway, *triggers: TaskTrigger) -> tuple[Poll, State]:
    now: datetime = gateway.present().time
    state = polling.watch(Definition("one", [], triggers), State(), now)
    return Poll(gateway, triggers, state, BusyClock()), state


def test_k9_looking_at_many_rows_is_sliced_too(gateway: MemoryGateway) -> None:
    tasks = [gateway.add_task(f"train {number}", status="completed") for number in range(450)]
    trigger = TaskTrigger(Action("base"), StatusChanged(["completed"]), include_existing=True, id="done")
    poll, state = first_look(gateway, trigger)
    slices = 1
    while not poll.go_on(0.5):
        slices += 1
    assert slices >= 450 * 0.01 / 0.5
    assert gateway.requests["changed"] == 2
    assert sorted(launch.object for launch in poll.launches) == sorted(tasks)
    after = poll.applied_to(state)
    assert after.baseline == ("done",)
    assert polling.poll(gateway, [trigger], after)[1] == []


def test_a_slice_does_one_thing_at_least_however_long_it_takes(gateway: MemoryGateway) -> None:
    gateway.add_task("train")
    poll, _ = first_look(gateway, TaskTrigger(Action("base"), Tagged(any=["ready"]), id="ready"))
    for _ in range(20):
        if poll.go_on(0):
            break
    else:
        raise AssertionError("it never ends")
    assert gateway.requests["changed"] == 2


def test_a_poll_keeps_what_other_parts_of_a_step_have_changed(gateway: MemoryGateway) -> None:
    trigger = TaskTrigger(Action("base"), StatusChanged(["completed"]), id="done")
    poll, state = first_look(gateway, trigger)
    poll.go_on()
    other = attrs.evolve(state, note="changed meanwhile", paused=True)
    definition = Definition("one", [], [trigger])
    assert poll.fits(definition, other)
    after = poll.applied_to(other)
    assert (after.note, after.paused, after.baseline) == ("changed meanwhile", True, ("done",))
    assert not poll.fits(definition, polling.watch(definition, state, gateway.present().time))


# -- objects that make no sense


def test_an_object_that_makes_no_sense_is_left_out_and_the_others_go_on(world: World) -> None:
    engine = world.engine(Definition("one", [], [on_completed(world), on_tag(world, "ready")], poll_every="5s"))
    world.run_for(engine, 6)
    lineage = {SECTION: {"lineage": Param(value=None)}}  # type: ignore[arg-type]
    bad = [world.gateway.add_task("bad", status="completed", hyperparams=lineage) for _ in range(3)]
    good = world.gateway.add_task("good", status="completed", tags=["ready"])
    world.run_for(engine, 12)
    assert objects(world, engine, "done") == objects(world, engine, "ready") == [good]
    (told,) = [line for line in world.log(engine).splitlines() if "could not look at" in line]
    assert f"it could not look at the task {bad[0]}, which was left out" in told
    assert told.endswith("(2 more were left out).")
    assert list(engine._context.left_out["done"]) == bad
