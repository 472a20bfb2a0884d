"""Run now of a whole instance: every enabled item once, none left out and none doubled, whatever is killed."""

from __future__ import annotations

from collections import Counter

import pytest

from clearml_sched_widgets.definition import Action, Daily, Definition, Policies, Schedule, StatusChanged, TaskTrigger
from clearml_sched_widgets.engine.instance_task.commands import Command, dumps
from clearml_sched_widgets.engine.loop import Engine
from clearml_sched_widgets.errors import InstanceStateError
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from clearml_sched_widgets.manager import Manager
from tests.engine.world import Killed, World
from tests.waiting import until

COMMAND = Command(do="run_now", id="now")
LAUNCHED = {"first*now": 1, "second*now": 1, "event*now": 1}


def definition(base: str) -> Definition:
    """Two schedules and a trigger that are enabled, and one of each that is not."""
    action, rule = Action(base), Daily("06:20")
    names = {"first": True, "second": True, "asleep": False}
    schedules = [Schedule(action, rule, Policies(overlap="skip"), id=key, enabled=on) for key, on in names.items()]
    when = StatusChanged(to=["completed"])
    triggers = [TaskTrigger(action, when, id=key, enabled=on) for key, on in {"event": True, "deaf": False}.items()]
    return Definition("nightly", schedules, triggers)


def give(world: World, engine: Engine, here: bool) -> None:
    """The command, as users of this kernel or of another one give it."""
    if here:
        engine.command(COMMAND)
    else:
        world.gateway.write_configuration(world.instance, dumps(COMMAND))


@pytest.mark.parametrize("paused", [False, True])
@pytest.mark.parametrize("here", [True, False])
def test_every_enabled_schedule_and_trigger_runs_once(world: World, here: bool, paused: bool) -> None:
    engine = world.engine(definition(world.base))
    if paused:
        engine.command(Command(do="pause"))
    give(world, engine, here)
    world.run_for(engine, 10)
    assert Counter(world.launched()) == LAUNCHED
    assert {run.cause for run in world.runs(engine)} == {"manual"}
    assert world.log(engine).count("3 items are run once, by hand.") == 1
    assert [name for name in world.gateway.task(world.instance).configuration if name.startswith("command.")] == []
    engine.command(COMMAND)  # heard twice, carried out once
    world.run_for(engine, 10)
    assert Counter(world.launched()) == LAUNCHED


@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("method", ["clone", "enqueue", "write_configuration", "delete_configuration"])
@pytest.mark.parametrize("here", [True, False])
def test_killed_in_the_middle_it_is_carried_out_to_its_end_and_none_is_doubled(
    here: bool, method: str, moment: str, nth: int
) -> None:
    world = World()
    engine = world.engine(definition(world.base))
    world.run_for(engine, 5)
    give(world, engine, here)
    left = nth

    def kill(name: str, when: str) -> None:
        nonlocal left
        left -= (name, when) == (method, moment)
        if left == 0:
            world.gateway.fault = lambda _name, _when: None
            raise Killed

    world.gateway.fault = kill
    try:
        world.run_for(engine, 20)
    except Killed:
        world.run_for(world.engine(), 20)
    # One that was given to the process that died before anything could be written is gone with it.
    unheard = here and (method, moment, nth) == ("write_configuration", "before", 1)
    assert Counter(world.launched()) == ({} if unheard else LAUNCHED)


def test_one_that_cannot_be_launched_yet_holds_up_none_of_the_others(world: World) -> None:
    items = [Schedule(Action(world.base, queue), Daily("06:20"), id=queue) for queue in ("default", "gone")]
    engine = world.engine(Definition("nightly", items))
    engine.command(COMMAND)
    world.run_for(engine, 10)
    assert world.launched() == ["default*now"]
    world.gateway.add_queue("gone")
    world.run_for(engine, 60)
    assert sorted(world.launched()) == ["default*now", "gone*now"]


def test_users_run_all_of_an_instance_that_runs_and_has_something_to_run(
    manager: Manager, gateway: MemoryGateway
) -> None:
    base = gateway.add_task("train model")
    instance = manager.launch(definition(base))
    instance.run_now()
    until(lambda: len(instance.executed) == 3)
    assert sorted(instance.executed.item) == ["event", "first", "second"]
    instance.stop()
    with pytest.raises(InstanceStateError, match="is stopped; resume it first"):
        instance.run_now()
    idle = manager.save(Definition("idle", [Schedule(Action(base), Daily("06:20"), enabled=False)]))
    with pytest.raises(InstanceStateError, match="has no item that is enabled"):
        idle.run_now()
