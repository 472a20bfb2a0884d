"""What users do to single runs: abort one, launch one again, read its console."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from clearml_sched_widgets import Action, Daily, Definition, Instance, Manager, Policies, Schedule
from clearml_sched_widgets.engine.instance_task.commands import Command
from clearml_sched_widgets.errors import InstanceStateError, InvalidDefinition
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from clearml_sched_widgets.records import LogLine
from tests.engine.world import World
from tests.waiting import until


def schedule(world: World, overlap: str | None = None) -> Schedule:
    return Schedule(
        Action(world.base), Daily(["12:00:05"]), policies=Policies(overlap=overlap), name="Train", id="train"
    )


def test_a_run_is_launched_again_for_its_slot_at_once_whatever_the_policies(world: World) -> None:
    engine = world.engine(Definition("Nightly", [schedule(world, overlap="skip")]))
    world.run_for(engine, 10)
    (first,) = world.runs(engine)
    assert first.status == "queued"
    command = Command(do="retry", item="train", run=first.task.id)
    engine.command(command)
    world.run_for(engine, 3)
    engine.command(command)  # heard twice, launched once
    world.run_for(engine, 3)
    _, second = world.runs(engine)
    assert (second.cause, second.nominal, second.status) == ("manual", first.nominal, "queued")
    assert second.key == f"train*{command.id}"


def test_what_is_no_run_of_the_item_is_not_launched_again(world: World) -> None:
    engine = world.engine(Definition("Nightly", [schedule(world)]))
    engine.command(Command(do="retry", item="train", run=world.base))
    world.run_for(engine, 3)
    assert world.runs(engine) == []
    assert engine.snapshot is not None
    assert "is no run of it" in engine.snapshot.lines[-1].text


def test_a_run_that_is_not_in_memory_any_more_is_read(world: World) -> None:
    engine = world.engine(Definition("Nightly", [schedule(world)]))
    world.run_for(engine, 10)
    (first,) = world.runs(engine)
    world.gateway.request_stop(first.task.id)
    world.run_for(engine, 5)
    engine._stepper.context.runs.drop([first.task.id])
    engine.command(Command(do="retry", item="train", run=first.task.id))
    world.run_for(engine, 3)
    assert world.runs(engine)[-1].cause == "manual"


@pytest.fixture
def instance(manager: Manager, gateway: MemoryGateway) -> Instance:
    base = gateway.add_task("train model")
    return manager.launch(Definition("Nightly", [Schedule(Action(base), Daily(["06:20"]), id="a")]))


def test_users_abort_retry_and_read_a_run_of_theirs(instance: Instance, gateway: MemoryGateway) -> None:
    instance.run_now("a")
    until(lambda: len(instance.executed) == 1)
    run = instance.executed.run[0]
    gateway.report_log(run, [LogLine(time=datetime.now(timezone.utc), level="info", text="epoch 1")])
    assert [line.text for line in instance.console(run)] == ["epoch 1"]
    instance.abort(run)
    until(lambda: list(instance.executed.status) == ["stopped"])
    with pytest.raises(InstanceStateError, match="cannot be aborted: it is stopped already"):
        instance.abort(run)
    instance.retry(run)
    until(lambda: len(instance.executed) == 2)
    assert list(instance.executed.cause) == ["manual", "manual"]
    instance.stop()


def test_a_task_of_somebody_else_is_neither_aborted_nor_launched_again(
    instance: Instance, gateway: MemoryGateway
) -> None:
    other = gateway.add_task("not ours", status="in_progress")
    for act in (instance.abort, instance.retry):
        with pytest.raises(InvalidDefinition, match="expected the id of a task that this instance launched"):
            act(other)
    instance.stop()
