"""Moving an instance from this kernel to a service. On the in-memory server."""

from __future__ import annotations

import attrs
import pytest

from clearml_sched_widgets import Action, Daily, Definition, InvalidDefinition, Manager, Schedule
from clearml_sched_widgets.definition import Interval
from clearml_sched_widgets.engine.loop import Engine
from clearml_sched_widgets.errors import InstanceStateError, Unavailable
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from clearml_sched_widgets.instances.control import writable
from clearml_sched_widgets.instances.service_task import PACKAGE, Package, package_of
from clearml_sched_widgets.records import Task
from tests.waiting import until


@pytest.fixture
def often(gateway: MemoryGateway) -> Definition:
    base = gateway.add_task("train model", project="Vision")
    return Definition("often", [Schedule(Action(base), Interval(every="1s"), name="often")])


def waiting(gateway: MemoryGateway) -> list[str]:
    return gateway.waiting(next(queue.id for queue in gateway.queues() if queue.name == "services"))


def test_the_service_goes_on_with_the_state_and_launches_nothing_again(
    manager: Manager, gateway: MemoryGateway, often: Definition
) -> None:
    instance = manager.launch(often)
    until(lambda: len(instance.executed) >= 2)
    instance.move_to_service("services")
    assert (instance.status, instance.where) == ("queued", "service")
    assert waiting(gateway) == [instance.id]
    before = list(instance.executed.run)
    assert len(before) >= 2

    agent = Engine(instance.id, gateway)  # what `service.main` makes on the agent
    agent.start()
    try:
        until(lambda: len(instance.executed) >= len(before) + 2)
        assert set(before) < set(instance.executed.run)
        slots = [run.scheduled for run in instance.view().executed]
        assert len(slots) == len(set(slots)), "no slot twice"
        assert manager.get(instance.id).status == "running"
    finally:
        agent.stop()


def test_a_draft_and_a_stopped_instance_become_services_too(
    manager: Manager, gateway: MemoryGateway, often: Definition
) -> None:
    draft, stopped = manager.save(often), manager.launch(often)
    stopped.stop()
    draft.move_to_service()
    stopped.move_to_service()
    assert waiting(gateway) == [draft.id, stopped.id]
    assert [draft.where, stopped.where] == ["service", "service"]


def test_a_failed_instance_is_updated_and_moved(manager: Manager, gateway: MemoryGateway, often: Definition) -> None:
    instance = manager.launch(often)
    instance.stop()
    gateway.set_status(instance.id, "in_progress")
    gateway.set_status(instance.id, "failed")
    instance.update(often)
    assert manager.get(instance.id).status == "stopped"
    gateway.set_status(instance.id, "in_progress")
    gateway.set_status(instance.id, "failed")
    instance.move_to_service()
    assert instance.status == "queued"


def test_what_cannot_be_a_service_is_refused_and_goes_on(manager: Manager, often: Definition) -> None:
    def work() -> None:
        """Nothing."""

    calls = manager.launch(Definition("calls", [Schedule(Action(function=work), Daily("06:20"))]))
    with pytest.raises(InvalidDefinition, match="function"):
        calls.move_to_service()
    instance = manager.launch(often)
    with pytest.raises(InvalidDefinition, match="no such queue"):
        instance.move_to_service("nowhere")
    assert [calls.status, instance.status, instance.where] == ["running", "running", "kernel"]
    instance.move_to_service()
    with pytest.raises(InstanceStateError, match="a service already"):
        instance.move_to_service()


def test_what_runs_in_another_kernel_is_refused(manager: Manager, gateway: MemoryGateway, often: Definition) -> None:
    instance = manager.save(often)
    other = Engine(instance.id, gateway)
    other.start()
    try:
        with pytest.raises(InstanceStateError, match="in another kernel"):
            manager.get(instance.id).move_to_service()
    finally:
        other.stop()


def test_a_service_goes_on_in_this_kernel_and_keeps_its_pause(
    manager: Manager, gateway: MemoryGateway, often: Definition
) -> None:
    instance = manager.launch(often, where="service")
    agent = Engine(instance.id, gateway)
    agent.start()
    until(lambda: len(instance.executed) >= 2)
    instance.pause("holiday")
    until(lambda: instance.refresh().status == "paused")
    instance.move_to_kernel()
    assert (instance.where, instance.status) == ("kernel", "paused")
    until(lambda: agent.snapshot is not None and not agent.snapshot.running, what="the agent's engine to end")
    before = len(instance.executed)
    instance.resume()
    until(lambda: len(instance.executed) >= before + 2)
    slots = [run.scheduled for run in instance.view().executed]
    assert len(slots) == len(set(slots)), "no slot twice"
    with pytest.raises(InstanceStateError, match="is no service"):
        instance.move_to_kernel()


def test_a_queued_service_leaves_its_queue_and_runs_in_this_kernel(
    manager: Manager, gateway: MemoryGateway, often: Definition
) -> None:
    instance = manager.launch(often, where="service")
    assert waiting(gateway) == [instance.id]
    instance.move_to_kernel()
    assert waiting(gateway) == []
    assert (instance.where, instance.status) == ("kernel", "running")


@pytest.mark.parametrize("text", ["", "[", "{}", "[" * 10**5, '{"package": 1, "requirements": []}'])
def test_a_package_that_makes_no_sense_is_the_bundle(
    manager: Manager, gateway: MemoryGateway, often: Definition, text: str
) -> None:
    instance = manager.launch(often, where="service")
    instance.stop()
    gateway.set_status(instance.id, "in_progress")
    gateway.write_configuration(instance.id, {PACKAGE: text})
    gateway.set_status(instance.id, "stopped")
    instance.resume()
    assert gateway.script(instance.id)["requirements.pip"] == "clearml"


@pytest.mark.parametrize("kept", ['"regex"', "[null]", "[1]", "{}"])
def test_requirements_that_are_no_list_of_texts_are_none(kept: str) -> None:
    task = Task(id="a", configuration={PACKAGE: f'{{"package": "name", "requirements": {kept}}}'})
    assert package_of(task) == Package()


def test_a_service_returns_to_its_own_queue_also_if_it_never_reached_it(
    manager: Manager, gateway: MemoryGateway, often: Definition, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway.add_queue("gpu")
    with monkeypatch.context() as patch:
        patch.setattr(gateway, "enqueue", lambda *_: (_ for _ in ()).throw(Unavailable("the server is away")))
        with pytest.raises(Unavailable, match="the server is away It is saved as the draft"):
            manager.launch(often, where="service", queue="gpu")
    (instance,) = manager.instances()
    assert instance.status == "draft"
    instance.resume()
    queue = next(queue.id for queue in gateway.queues() if queue.name == "gpu")
    assert gateway.waiting(queue) == [instance.id]


def test_an_edit_does_not_end_an_engine_that_was_started_meanwhile(
    manager: Manager, gateway: MemoryGateway, often: Definition
) -> None:
    instance = manager.launch(often)
    instance.stop()
    mine = manager.get(instance.id)
    instance.resume()
    engine = instance._handle.engine
    assert engine is not None
    mine._handle.task = attrs.evolve(mine._handle.task, status="stopped")
    with pytest.raises(InstanceStateError, match="by now"), writable(mine._handle, "Updated"):
        pytest.fail("it must not come so far")
    assert gateway.task(instance.id).status == "in_progress"
