"""Several Python objects of one instance in a kernel show the same state, whichever of them changes it."""

from __future__ import annotations

import attrs
import pandas as pd
import pytest

from clearml_sched_widgets import Action, Daily, Definition, Instance, Manager, Schedule
from clearml_sched_widgets.engine.loop import Engine
from clearml_sched_widgets.engine.step import Stepper
from clearml_sched_widgets.errors import InstanceStateError, NotFound, Unavailable
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from tests.waiting import until


@pytest.fixture
def definition(gateway: MemoryGateway) -> Definition:
    return Definition("nightly", [Schedule(Action(gateway.add_task("train")), Daily(["06:20"]), name="Morning")])


@pytest.fixture
def both(manager: Manager, definition: Definition) -> tuple[Instance, Instance]:
    """Two objects of one instance that runs here."""
    first = manager.launch(definition)
    return first, manager.get(first.id)


def types(frame: pd.DataFrame) -> dict[str, str]:
    return {str(name): str(kind) for name, kind in frame.dtypes.items()}


def test_two_objects_of_one_instance_are_equal(both: tuple[Instance, Instance], manager: Manager) -> None:
    first, second = both
    assert first == second
    assert first in manager.instances()
    assert len({first, second}) == 1
    assert first != manager.save(first.definition)


def test_a_new_name_shows_in_each_object(both: tuple[Instance, Instance]) -> None:
    first, second = both
    second.update(attrs.evolve(second.definition, name="renamed"))
    assert (first.name, second.name) == ("renamed", "renamed")
    assert "renamed" in repr(first)


def test_a_stop_by_one_object_shows_in_the_other(both: tuple[Instance, Instance]) -> None:
    first, second = both
    assert first.started is not None
    second.stop()
    assert (first.status, second.status) == ("stopped", "stopped")


def test_a_stop_in_clearml_shows_in_the_status(both: tuple[Instance, Instance], gateway: MemoryGateway) -> None:
    first, _ = both
    gateway.set_status(first.id, "stopped")
    until(lambda: first.status == "stopped")


def test_what_ended_here_and_cannot_be_read_is_not_called_running(both: tuple[Instance, Instance]) -> None:
    first, second = both
    second.stop()
    second.delete()
    assert first.status == "stopped"
    with pytest.raises(NotFound):
        first.resume()
    assert "There is no instance" in first._repr_html_()


def test_a_service_that_is_resumed_is_queued_at_once(manager: Manager, definition: Definition) -> None:
    instance = manager.launch(definition, where="service", queue="services")
    with pytest.raises(InstanceStateError, match="waits in its queue; try again when an agent runs it"):
        instance.pause("too early")
    instance.stop()
    instance.resume()
    assert instance.status == "queued"


def test_a_draft_cannot_be_stopped_and_says_why(manager: Manager, definition: Definition) -> None:
    draft = manager.save(definition)
    with pytest.raises(InstanceStateError, match="is a draft: nothing runs that could be stopped"):
        draft.stop()
    assert draft.status == "draft"


def test_an_aborted_run_is_stopped_at_once(both: tuple[Instance, Instance]) -> None:
    first, _ = both
    first.run_now()
    first.abort(first.executed["run"].iloc[0])
    assert first.executed["status"].iloc[0] == "stopped"


def test_an_empty_frame_has_the_types_of_a_full_one(both: tuple[Instance, Instance], manager: Manager) -> None:
    first, _ = both
    empty, draft = first.executed, manager.save(Definition("empty"))
    assert empty.empty
    assert not empty["name"].str.contains("x").any()
    first.run_now()
    assert types(first.executed) == types(empty)
    assert types(first.scheduled) == types(draft.scheduled)
    assert types(first.log) == types(draft.log)
    assert list(first.executed) == list(empty)


@pytest.mark.parametrize("late", [False, True])
def test_an_interrupted_launch_leaves_nothing_running_unseen(
    manager: Manager, definition: Definition, monkeypatch: pytest.MonkeyPatch, late: bool
) -> None:
    kind, name = (Engine, "start") if late else (Stepper, "open")
    real = getattr(kind, name)

    def interrupted(self: object) -> None:
        real(self)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(kind, name, interrupted)
        with pytest.raises(KeyboardInterrupt):
            manager.launch(definition)
    (instance,) = manager.instances()
    until(lambda: manager.get(instance.id).status == "stopped")
    instance.resume()  # at once: nobody holds it
    assert (instance.status, instance.where) == ("running", "kernel")


def test_a_notebook_shows_what_is_known_of_an_instance_that_cannot_be_read(
    manager: Manager, gateway: MemoryGateway, definition: Definition
) -> None:
    draft = manager.save(definition)

    def down(_method: str, _moment: str) -> None:
        raise Unavailable("The server does not answer")

    healthy, gateway.fault = gateway.fault, down
    shown = draft._repr_html_()
    gateway.fault = healthy
    assert "It could not be read: The server does not answer" in shown
    assert "Morning" in shown
