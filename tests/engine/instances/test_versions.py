"""Engines and notebooks of different versions: what an engine publishes, and what a notebook does not send it."""

from __future__ import annotations

import json
from importlib.metadata import version

import pytest

from clearml_sched_widgets import (
    Action,
    Created,
    Daily,
    Definition,
    Interval,
    Manager,
    Schedule,
    Select,
    StatusChanged,
    TaskTrigger,
)
from clearml_sched_widgets.definition import Latest
from clearml_sched_widgets.engine.instance_task import abilities
from clearml_sched_widgets.engine.instance_task.abilities import Abilities
from clearml_sched_widgets.engine.loop import Engine
from clearml_sched_widgets.errors import InvalidDefinition, NotFound, OtherVersion
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from clearml_sched_widgets.instances.instance import Instance
from clearml_sched_widgets.instances.running import forget
from tests.waiting import until

LATEST = Definition("the latest", [Schedule(Action(latest=Latest(name="train")), Daily("06:20"))])
OLD = {abilities.ENGINE: json.dumps({"version": "0.0.9", "definition": 1, "commands": ["reload"], "regex": False})}


@pytest.fixture
def definition(gateway: MemoryGateway) -> Definition:
    return Definition("nightly", [Schedule(Action(gateway.add_task("train model")), Daily("06:20"), id="daily")])


def run_elsewhere(manager: Manager, gateway: MemoryGateway, definition: Definition) -> tuple[Instance, Engine]:
    """A service whose agent runs an engine that this kernel's instances know nothing of."""
    instance = manager.launch(definition, where="service")
    gateway.start(instance.id)  # the agent takes it from its queue
    engine = Engine(instance.id, gateway)
    engine.start()
    until(lambda: instance.refresh().status == "running")
    return instance, engine


def test_an_engine_publishes_what_it_understands_with_the_launch(
    manager: Manager, gateway: MemoryGateway, definition: Definition
) -> None:
    instance = manager.launch(definition)
    published = abilities.loads(gateway.task(instance.id).configuration)
    assert published == abilities.own()
    assert (published.version, published.definition) == (version("clearml-sched-widgets"), 2)


def test_an_engine_corrects_what_an_earlier_one_published(
    manager: Manager, gateway: MemoryGateway, definition: Definition
) -> None:
    instance = manager.launch(definition)
    gateway.write_configuration(instance.id, OLD)
    instance.stop()
    instance.resume()
    assert abilities.loads(gateway.task(instance.id).configuration) == abilities.own()


@pytest.mark.parametrize("text", ["", "{}", "[]", "nonsense", '{"version": 1}', '{"definition": "x"}', "[" * 10**5])
def test_what_makes_no_sense_is_as_if_nothing_was_published(text: str) -> None:
    assert abilities.loads({abilities.ENGINE: text}) == Abilities()
    assert abilities.loads({}).definition == 1


def test_what_an_engine_does_not_understand_is_not_sent(
    manager: Manager, gateway: MemoryGateway, definition: Definition
) -> None:
    instance, engine = run_elsewhere(manager, gateway, definition)
    try:
        gateway.write_configuration(instance.id, OLD)
        before = dict(gateway.task(instance.id).configuration)
        with pytest.raises(OtherVersion, match=r"runs with 0.0.9 .* does not understand a definition of version 2"):
            instance.update(LATEST, check=False)
        with pytest.raises(OtherVersion, match=r"the command run_now\. Restart it with this version"):
            instance.run_now("daily")
        created = TaskTrigger(Action("a" * 32), Created())
        with pytest.raises(OtherVersion, match="a definition of version 2"):
            instance.update(Definition("nightly", triggers=[created]), check=False)
        regex = TaskTrigger(Action("a" * 32), StatusChanged(to=["completed"]), Select(name_regex="a"))
        with pytest.raises(OtherVersion, match="name_regex"):
            instance.update(Definition("nightly", triggers=[regex]), check=False)
        assert gateway.task(instance.id).configuration == before
        instance.update(Definition("edited", definition.schedules), check=False)
        until(lambda: engine.snapshot is not None and engine.snapshot.definition.name == "edited")
    finally:
        engine.stop()


@pytest.mark.parametrize(
    "text",
    [
        '{"version": "1", "definition": 1e999, "commands": [], "regex": true}',
        '{"version": "1", "definition": Infinity, "commands": [], "regex": true}',
        '{"version": "1", "definition": 1, "commands": 3, "regex": true}',
        '{"version": "1", "definition": 1, "commands": [], "regex": true, "zones": 5}',
    ],
)
def test_a_hostile_object_hinders_nobody(
    manager: Manager, gateway: MemoryGateway, definition: Definition, text: str
) -> None:
    instance, engine = run_elsewhere(manager, gateway, definition)
    try:
        gateway.write_configuration(instance.id, {abilities.ENGINE: text})
        assert instance.view().other_version == "an earlier version"
        instance.run_now("daily")
        until(lambda: len(instance.view().executed) == 1)
    finally:
        engine.stop()


def test_a_version_is_one_short_line() -> None:
    data = {"version": "1\n\u202e" + "9" * 10**5, "definition": 1, "commands": [], "regex": True}
    assert abilities.loads({abilities.ENGINE: json.dumps(data)}).version == "1" + "9" * 39


def test_a_zone_that_the_agent_has_not_is_not_sent() -> None:
    few = Abilities(zones=frozenset({"UTC", "Europe/Berlin"}))
    assert abilities.loads(abilities.dumps(few)) == few

    def missing(zone: str) -> str:
        return few.missing_for(Definition("nightly", [Schedule(Action("a" * 32), Daily("06:20", timezone=zone))]))

    assert missing("Europe/Berlin") == ""
    assert missing("Asia/Tokyo") == "the time zone Asia/Tokyo (its system has no time zones)"


def test_a_restart_that_would_be_refused_stops_nothing(
    manager: Manager, gateway: MemoryGateway, definition: Definition
) -> None:
    instance, engine = run_elsewhere(manager, gateway, definition)
    try:
        regex = TaskTrigger(definition.schedules[0].action, StatusChanged(to=["completed"]), Select(name_regex="a"))
        instance.update(Definition("nightly", triggers=[regex]))
        with pytest.raises(InvalidDefinition, match="needs the package regex"):
            instance.restart()
        assert instance.refresh().status == "running"
        instance.update(definition)
        gateway.delete_queue(next(queue.id for queue in gateway.queues() if queue.name == "services"))
        with pytest.raises(NotFound, match=r'The queue "services" .* is not on the server any more'):
            instance.restart()
        assert instance.refresh().status == "running"
    finally:
        engine.stop()


def test_a_restart_of_another_kernels_functions_is_refused(manager: Manager, gateway: MemoryGateway) -> None:
    calls = Definition("calls", [Schedule(Action(function=print), Daily("06:20"))])
    launched = manager.launch(calls)
    launched.stop()
    forget(launched.id)  # as in another kernel
    instance = manager.get(launched.id)
    gateway.set_status(instance.id, "in_progress")
    with pytest.raises(InvalidDefinition, match="expected the function itself"):
        instance.restart()
    assert gateway.task(instance.id).status == "in_progress"
    gateway.set_status(instance.id, "stopped")


def test_a_view_tells_the_other_version_of_an_engine_that_runs(
    manager: Manager, gateway: MemoryGateway, definition: Definition
) -> None:
    instance, engine = run_elsewhere(manager, gateway, definition)
    assert instance.view().other_version == ""
    gateway.write_configuration(instance.id, OLD)
    assert instance.view().other_version == "0.0.9"
    gateway.delete_configuration(instance.id, [abilities.ENGINE])
    assert instance.view().other_version == "an earlier version"
    engine.stop()
    assert instance.refresh().view().other_version == ""


def test_a_restart_of_a_service_stops_it_and_gives_the_agent_this_version(
    manager: Manager, gateway: MemoryGateway, definition: Definition
) -> None:
    instance, engine = run_elsewhere(manager, gateway, definition)
    gateway.set_script(instance.id, "scheduler_service.py", "the old code", [])
    instance.restart()
    until(lambda: engine.snapshot is not None and not engine.snapshot.running, what="the engine to see its stop")
    assert instance.status == "queued"
    assert gateway.script(instance.id)["diff"] != "the old code"


def test_a_restart_in_this_kernel_keeps_a_pause(
    manager: Manager, gateway: MemoryGateway, definition: Definition
) -> None:
    often = Definition("often", [Schedule(Action(definition.schedules[0].action.task), Interval(every="1h"))])
    instance = manager.launch(often)
    instance.pause("holiday")
    instance.restart()
    assert (instance.status, instance.where) == ("paused", "kernel")
    assert gateway.task(instance.id).status == "in_progress"
