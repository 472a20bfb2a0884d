"""The status of instances that run elsewhere: read again when it is old, and silent without a sign of life."""

from __future__ import annotations

from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import attrs
import pytest

from clearml_sched_widgets import Action, Daily, Definition, Instance, Manager, Schedule
from clearml_sched_widgets.engine.instance_task.lease import PREFIX
from clearml_sched_widgets.errors import InstanceStateError, NotFound, Unavailable
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from clearml_sched_widgets.gateway.memory.store import server_clock
from clearml_sched_widgets.instances.kept import collected
from tests.waiting import until


class Clock:
    """The server's clock and the monotonic clock of instances, which both run ahead of the real ones by `ahead`."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def server(self) -> datetime:
        return server_clock() + timedelta(seconds=self.ahead)

    def monotonic(self) -> float:
        return monotonic() + self.ahead


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("clearml_sched_widgets.instances.handle.monotonic", clock.monotonic)
    return clock


@pytest.fixture
def gateway(clock: Clock) -> MemoryGateway:
    gateway = MemoryGateway(now=clock.server)
    gateway.add_queue("default")
    gateway.add_queue("services")
    return gateway


@pytest.fixture
def definition(gateway: MemoryGateway) -> Definition:
    return Definition(
        "nightly", [Schedule(Action(gateway.add_task("train")), Daily(["06:20"]), name="Morning", id="a")]
    )


@pytest.fixture
def running(manager: Manager, gateway: MemoryGateway, definition: Definition) -> Instance:
    """An instance that an engine of another kernel has just started."""
    draft = manager.save(definition)
    gateway.set_status(draft.id, "in_progress")
    gateway.create_lease(f"{PREFIX}{draft.id}", "{}")
    return manager.get(draft.id)


@pytest.fixture
def silent(running: Instance, manager: Manager, clock: Clock) -> Instance:
    """An instance whose kernel was killed 40 s ago."""
    clock.ahead += 40
    return manager.get(running.id)


def count(gateway: MemoryGateway) -> dict[str, int]:
    """The requests since the last call, by method."""
    counted = dict(gateway.requests)
    gateway.requests.clear()
    return counted


def renew(gateway: MemoryGateway, instance: Instance) -> None:
    (lease,) = gateway.leases(f"{PREFIX}{instance.id}")
    gateway.write_lease(lease.id, "renewed")


# -- K37
def test_k37_a_loop_on_the_status_of_a_service_sees_that_it_runs(
    manager: Manager, gateway: MemoryGateway, definition: Definition, clock: Clock
) -> None:
    instance = manager.launch(definition, where="service")
    count(gateway)
    assert [instance.status for _ in range(10)] == ["queued"] * 10
    assert count(gateway) == {}, "it was read a moment ago"
    clock.ahead += 2.1
    assert [instance.status for _ in range(10)] == ["queued"] * 10
    assert count(gateway) == {"tasks": 1}
    gateway.start(instance.id)
    assert instance.status == "queued"
    clock.ahead += 2.1
    assert instance.status == "running"
    assert count(gateway) == {"tasks": 2, "leases": 1}, "its mark, all of it, its lease"
    clock.ahead += 2.1
    assert instance.status == "running"
    assert count(gateway) == {"tasks": 1, "leases": 1}


def test_k37_refresh_reads_it_now_and_returns_it(
    manager: Manager, gateway: MemoryGateway, definition: Definition
) -> None:
    instance = manager.launch(definition, where="service")
    gateway.set_status(instance.id, "in_progress")
    gateway.set_status(instance.id, "stopped")
    count(gateway)
    assert instance.refresh() is instance
    assert count(gateway) == {"tasks": 1}
    assert instance.status == "stopped"
    assert count(gateway) == {}
    gateway.delete_task(instance.id)
    with pytest.raises(NotFound):
        instance.refresh()


def test_k37_a_status_that_cannot_be_read_again_stays_as_it_was_and_is_not_asked_for_at_once(
    running: Instance, gateway: MemoryGateway, clock: Clock
) -> None:
    assert running.status == "running"
    asked = 0

    def down(_method: str, _moment: str) -> None:
        nonlocal asked
        asked += 1
        raise Unavailable("The server does not answer")

    healthy, gateway.fault = gateway.fault, down
    clock.ahead += 600
    assert [running.status for _ in range(10)] == ["running"] * 10, "nothing was heard of the server, either"
    assert asked == 1
    with pytest.raises(Unavailable):
        running.refresh()
    gateway.fault = healthy
    clock.ahead += 2.1
    assert running.status == "silent"


def test_an_instance_that_ends_while_it_is_read_is_never_called_silent(
    running: Instance, gateway: MemoryGateway, clock: Clock
) -> None:
    clock.ahead += 40
    renew(gateway, running)

    def end(method: str, moment: str) -> None:
        if (method, moment) == ("leases", "after"):
            gateway.fault = lambda *_: None
            gateway.set_status(running.id, "stopped")
            gateway.delete_lease(gateway.leases(PREFIX)[0].id)

    gateway.fault = end
    assert running.status == "stopped"


# -- K28
def test_k28_an_instance_whose_kernel_was_killed_is_silent_after_half_a_minute(
    running: Instance, gateway: MemoryGateway, clock: Clock
) -> None:
    clock.ahead += 29
    assert running.status == "running"
    clock.ahead += 3
    assert running.status == "silent"
    renew(gateway, running)  # a laptop that was asleep
    clock.ahead += 3
    assert running.status == "running"


def test_k28_a_new_process_sees_it_at_once_in_all_that_shows_it(
    silent: Instance, manager: Manager, gateway: MemoryGateway
) -> None:
    assert silent.status == "silent"
    assert "status='silent'" in repr(silent)
    count(gateway)
    (listed,) = manager.instances()
    assert listed.status == "silent"
    assert count(gateway) == {"leases": 1, "tasks": 1}
    view = manager.get(silent.id).view()
    assert view.status == "silent"
    assert view.heartbeat == gateway.leases(PREFIX)[0].last_update
    shown = silent._repr_html_()
    assert "<strong>nightly</strong>: silent, no sign of life for 40 s, elsewhere." in shown
    assert "gone" not in shown


@pytest.mark.parametrize("known", [False, True])
def test_what_is_known_without_a_request_is_as_it_was_read(
    silent: Instance, gateway: MemoryGateway, clock: Clock, known: bool
) -> None:
    if known:
        assert silent.status == "silent"
        clock.ahead += 600
    count(gateway)
    picture = silent.at_hand(clock.server())
    assert (picture.status, picture.silence) == (("silent", "no sign of life for 40 s") if known else ("running", ""))
    assert count(gateway) == {}


def test_k28_run_now_does_not_make_a_dead_instance_look_alive(silent: Instance, gateway: MemoryGateway) -> None:
    with pytest.warns(
        UserWarning, match="nightly: no sign of life for 40 s. This is kept, and done when it runs again"
    ):
        silent.run_now("a")
    assert silent.refresh().status == "silent"
    assert len([name for name in gateway.task(silent.id).configuration if name.startswith("command.")]) == 1


@pytest.mark.parametrize(
    "command",
    [
        lambda instance: instance.pause("holidays"),
        lambda instance: instance.pause("broken data", "a"),
        lambda instance: instance.resume("a"),
        lambda instance: instance.run_now(),
        lambda instance: instance.update(attrs.evolve(instance.definition, name="renamed")),
        lambda instance: instance.backfill("a", "2026-01-01T06:30:00Z", "2026-01-02T18:20:00Z"),
    ],
    ids=["pause", "pause an item", "resume an item", "run all now", "update", "backfill"],
)
def test_each_command_to_a_silent_instance_is_kept_and_says_so(
    silent: Instance, running: Instance, gateway: MemoryGateway, command: Any
) -> None:
    with pytest.warns(UserWarning, match="This is kept") as warned:
        command(silent)
    assert warned[0].filename == __file__, "the line that called the method"
    with collected() as told:
        command(silent)
    assert [text.partition(":")[0] for text in told] == [silent.name]
    renew(gateway, silent)
    with collected() as told:
        command(running)
    assert told == [], "it was delivered"


def test_what_is_told_to_a_screen_is_no_warning_and_stays_in_its_block(silent: Instance) -> None:
    with collected() as told:
        silent.run_now("a")
        with collected() as inner:
            silent.run_now("a")
    assert (len(told), len(inner)) == (1, 1)
    with pytest.warns(UserWarning, match="This is kept"):
        silent.run_now("a")


# -- what may be done with a silent instance
def test_a_silent_instance_is_resumed_in_this_kernel(silent: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clearml_sched_widgets.engine.loop.LIVE_HOLDER_TIMEOUT", 0)
    silent.resume()
    assert (silent.where, silent.status) == ("kernel", "running")
    silent.stop()


def test_k28_what_was_kept_is_done_when_the_instance_runs_again(silent: Instance, gateway: MemoryGateway) -> None:
    with collected() as told:
        silent.run_now("a")
        silent.pause("holidays")
    assert len(told) == 2
    gateway.delete_lease(gateway.leases(PREFIX)[0].id)  # its time is over
    silent.resume()
    until(lambda: silent.status == "paused")
    assert list(silent.executed.cause) == ["manual"]
    silent.stop()


def test_a_silent_service_is_put_on_its_queue_again(
    manager: Manager, gateway: MemoryGateway, definition: Definition, clock: Clock
) -> None:
    service = manager.launch(definition, where="service")
    gateway.start(service.id)
    gateway.create_lease(f"{PREFIX}{service.id}", "{}")
    clock.ahead += 5
    renew(gateway, service)
    with pytest.raises(InstanceStateError, match="is running already"):
        service.resume()
    clock.ahead += 40
    service.resume()
    assert service.status == "queued"


def test_a_silent_instance_is_moved_to_a_service(silent: Instance) -> None:
    silent.move_to_service()
    assert (silent.status, silent.where) == ("queued", "service")


def test_a_living_instance_is_neither_moved_nor_deleted(running: Instance) -> None:
    with pytest.raises(InstanceStateError, match="in another kernel"):
        running.move_to_service()
    with pytest.raises(InstanceStateError, match="is running; stop it before you delete it"):
        running.delete()


def test_a_silent_instance_is_deleted_with_its_lease(silent: Instance, gateway: MemoryGateway) -> None:
    silent.delete()
    assert gateway.leases(PREFIX) == []
    with pytest.raises(NotFound):
        silent.refresh()
