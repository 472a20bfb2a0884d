"""Changes to an instance by other users, and errors in it, are noticed and reported."""

from __future__ import annotations

import threading

import pytest

from clearml_sched_widgets import codec
from clearml_sched_widgets.definition import (
    Action,
    Daily,
    Definition,
    Interval,
    Monthly,
    Policies,
    Schedule,
    StatusChanged,
    TaskTrigger,
)
from clearml_sched_widgets.engine.instance_task import task as instance_task
from clearml_sched_widgets.engine.instance_task.commands import Command
from clearml_sched_widgets.errors import InstanceStateError, InvalidDefinition
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from clearml_sched_widgets.manager import Manager
from tests.engine.world import START, World
from tests.waiting import until


def every(world: World, text: str, **kwargs: object) -> Schedule:
    return Schedule(Action(world.base), Interval(every=text), name=text, id="item", **kwargs)  # type: ignore[arg-type]


@pytest.mark.parametrize(("missed", "most"), [("latest", 1), ("skip", 1), ("all", 180)])
def test_slots_that_cannot_be_launched_do_not_pile_up(world: World, missed: str, most: int) -> None:
    schedule = Schedule(Action(world.base, "later"), Interval(every="10s"), Policies(missed=missed), id="item")
    engine = world.engine(Definition("nightly", [schedule]))
    world.run_for(engine, 1800)
    assert engine.snapshot is not None
    assert len(engine.snapshot.state.pending) <= most + 2
    world.gateway.add_queue("later")
    before = world.clock.now()
    world.run_for(engine, 900)
    late = [run for run in world.runs(engine) if run.nominal and run.nominal < before]
    assert len(late) <= most + 2


def test_runs_that_were_given_up_do_not_count_for_max_runs(world: World) -> None:
    schedule = Schedule(Action(world.base, "later"), Interval(every="10s"), Policies(max_runs=2), id="item")
    engine = world.engine(Definition("nightly", [schedule]))
    world.run_for(engine, 120)
    world.gateway.add_queue("later")
    world.run_for(engine, 900)
    assert len(world.launched()) == 2


def update(world: World, *schedules: Schedule) -> None:
    text = codec.dumps(Definition("nightly", schedules))
    world.gateway.write_configuration(world.instance, {instance_task.DEFINITION: text})


def test_a_changed_recurrence_launches_none_of_its_past_slots(world: World) -> None:
    engine = world.engine(Definition("nightly", [Schedule(Action(world.base), Daily("06:00"), id="item")]))
    world.run_for(engine, 2400)
    update(world, Schedule(Action(world.base), Daily("12:10"), id="item"))
    engine.command(Command(do="reload"))
    world.run_for(engine, 60)
    assert world.launched() == []


def test_a_schedule_that_is_enabled_begins_then_and_one_that_is_disabled_owes_nothing(world: World) -> None:
    engine = world.engine(Definition("nightly", [every(world, "1h", enabled=False)]))
    world.run_for(engine, 3900)
    update(world, every(world, "1h"))
    engine.command(Command(do="reload"))
    world.run_for(engine, 60)
    assert world.launched() == []
    waiting = Schedule(Action(world.base, "later"), Interval(every="10s"), id="item")
    update(world, waiting)
    engine.command(Command(do="reload"))
    world.run_for(engine, 30)
    update(world, Schedule(waiting.action, waiting.recurrence, id="item", enabled=False))
    engine.command(Command(do="reload"))
    world.gateway.add_queue("later")
    world.run_for(engine, 300)
    assert world.launched() == []


def test_events_of_a_pause_are_left_out(world: World) -> None:
    trigger = TaskTrigger(Action(world.base), StatusChanged(to=["completed"]))
    engine = world.engine(Definition("triggers", [], [trigger], poll_every="5s"))
    world.run_for(engine, 10)
    engine.command(Command(do="pause"))
    world.run_for(engine, 10)
    task = world.gateway.add_task("train")
    world.gateway.start(task)
    world.gateway.finish(task)
    world.run_for(engine, 3)
    engine.command(Command(do="resume"))
    world.run_for(engine, 20)
    assert world.launched() == []


def test_s21_a_definition_that_was_broken_by_hand_is_told_and_the_old_one_goes_on(world: World) -> None:
    engine = world.engine(Definition("nightly", [every(world, "10s")]))
    world.gateway.write_configuration(world.instance, {instance_task.DEFINITION: "{broken"})
    engine.command(Command(do="reload"))
    world.run_for(engine, 25)
    assert len(world.launched()) == (world.clock.now() - START).seconds // 10
    assert "refused" in world.log(engine)


def test_commands_of_other_notebooks_are_obeyed_in_their_order() -> None:
    from clearml_sched_widgets.engine.instance_task import commands

    ordered = [Command(do="pause"), Command(do="resume"), Command(do="pause", note="last")]
    found = commands.waiting_commands(
        {name: text for one in reversed(ordered) for name, text in commands.dumps(one).items()}
    )
    assert found == ordered


# -- with a real thread


def daily(gateway: MemoryGateway) -> Definition:
    return Definition("nightly", [Schedule(Action(gateway.add_task("train model")), Daily("06:20"), id="item")])


def test_a_state_that_cannot_be_read_hides_neither_its_instance_nor_the_others(
    manager: Manager, gateway: MemoryGateway
) -> None:
    good, bad = manager.launch(daily(gateway)), manager.save(daily(gateway))
    gateway.write_configuration(bad.id, {instance_task.STATE: "{broken", instance_task.DEFINITION: "{broken"})
    assert {instance.id: instance.status for instance in manager.instances()} == {good.id: "running", bad.id: "draft"}
    manager.get(bad.id).delete()


def test_resuming_a_paused_instance_after_its_stop_ends_the_pause(manager: Manager, gateway: MemoryGateway) -> None:
    instance = manager.launch(daily(gateway))
    instance.pause("maintenance")
    until(lambda: instance.status == "paused")
    instance.stop()
    again = manager.get(instance.id)
    again.resume()
    until(lambda: again.status == "running")


def test_a_queued_service_is_not_updated(manager: Manager, gateway: MemoryGateway) -> None:
    instance = manager.launch(daily(gateway), where="service")
    with pytest.raises(InstanceStateError, match="waits in its queue"):
        instance.update(daily(gateway))
    assert manager.get(instance.id).status == "queued"


def test_resuming_at_the_same_moment_makes_one_engine(manager: Manager, gateway: MemoryGateway) -> None:
    instance = manager.save(daily(gateway))
    threads = [threading.Thread(target=instance.resume) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    names = [thread.name for thread in threading.enumerate()]
    assert names.count(f"clearml-sched-{instance.id[:8]}") == 1


def test_what_never_happens_is_called_so(manager: Manager, gateway: MemoryGateway) -> None:
    rule = Monthly(days=[31], times="06:20", months=[2])
    with pytest.raises(InvalidDefinition, match="it never happens"):
        manager.launch(Definition("nightly", [Schedule(Action(gateway.add_task("train")), rule)]))


def test_text_that_cannot_be_sent_is_refused(manager: Manager, gateway: MemoryGateway) -> None:
    with pytest.raises(InvalidDefinition, match="surrogate"):
        Definition("abc\ud800")
    instance = manager.launch(Definition("nightly", [Schedule(Action(gateway.add_task("train")), Daily("06:20"))]))
    with pytest.raises(InvalidDefinition, match=r"note = .*surrogate"):
        instance.pause("holid\ud83d")
    instance.stop()
