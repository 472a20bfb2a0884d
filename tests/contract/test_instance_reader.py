"""Which data the regular reads of an instance with a large definition transfer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import attrs
import pytest
import requests

from clearml_sched_widgets import Manager, codec
from clearml_sched_widgets.definition import Action, Daily, Definition, Schedule
from clearml_sched_widgets.engine.instance_task import task as instance_task
from clearml_sched_widgets.engine.loop import Engine
from clearml_sched_widgets.gateway.clearml import ClearMLGateway
from clearml_sched_widgets.gateway.http import Connection
from clearml_sched_widgets.instances.instance import Instance
from clearml_sched_widgets.widgets.instances.entries import DETAILS_EVERY
from clearml_sched_widgets.widgets.instances.listing import Listing
from tests.contract.server_world import ServerWorld

SCHEDULES = 1000


class Wire:
    """Counts the bytes of requests and answers, by endpoint."""

    def __init__(self) -> None:
        self.bytes: dict[str, list[int]] = {}

    def count(self, request: requests.PreparedRequest, answer: requests.Response) -> None:
        endpoint = (request.url or "").rpartition("/")[2]
        self.bytes.setdefault(endpoint, []).append(len(request.body or b"") + len(answer.content))

    @property
    def total(self) -> int:
        return sum(map(sum, self.bytes.values()))

    def clear(self) -> None:
        self.bytes.clear()


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    wire, send = Wire(), requests.Session.send

    def counted(self: requests.Session, request: requests.PreparedRequest, **more: Any) -> requests.Response:
        answer = send(self, request, **more)
        wire.count(request, answer)
        return answer

    monkeypatch.setattr(requests.Session, "send", counted)
    return wire


class Ahead:
    """The real clock, some seconds ahead."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def now(self) -> datetime:
        return datetime.now(timezone.utc) + timedelta(seconds=self.ahead)

    def monotonic(self) -> float:
        return self.now().timestamp()

    def wait(self, event: threading.Event, seconds: float) -> None:  # noqa: ARG002 - nobody sets it in between
        self.ahead += seconds


class Running:
    """An instance of a thousand schedules with the engine that runs it, and one who looks at it from elsewhere."""

    def __init__(self, world: ServerWorld) -> None:
        self.gateway = world.gateway
        self.clock = Ahead()
        time = f"{(datetime.now(timezone.utc) + timedelta(hours=6)):%H:%M}"  # nothing is due while a test runs
        base = world.task()
        schedules = [Schedule(Action(base), Daily(time), name=f"number {number}") for number in range(SCHEDULES)]
        self.definition = Definition(f"{world.prefix} large", schedules)
        saved = Manager(project=world.prefix, gateway=world.gateway).save(self.definition)
        self.engine = Engine(saved.id, world.gateway, clock=self.clock)
        self.engine.open()
        self.engine.step()
        self.there = Instance(world.gateway, saved.task)

    def go_on(self, seconds: float) -> None:
        """Step as the engine's own thread would."""
        end = self.clock.now() + timedelta(seconds=seconds)
        while self.clock.now() < end:
            self.engine.step()
            self.clock.ahead += 1


@pytest.fixture
def running(server_gateway: ClearMLGateway, connection: Connection) -> Iterator[Running]:
    world = ServerWorld(server_gateway, connection)
    running = Running(world)
    yield running
    running.engine.ask_to_stop()
    running.engine.run()
    world.clean_up()


def test_an_idle_engine_reads_neither_its_definition_nor_its_state(running: Running, wire: Wire) -> None:
    running.go_on(5)
    wire.clear()
    instance_task.read(running.gateway, running.engine.id)
    assert wire.total > 300_000
    wire.clear()
    running.go_on(20)
    looks = wire.bytes["tasks.get_all_ex"]
    assert len(looks) >= 10
    assert max(looks) < 5_000


def test_a_command_from_elsewhere_is_carried_out_at_the_next_look(running: Running, wire: Wire) -> None:
    running.go_on(5)
    running.there.pause("for a while")
    wire.clear()
    running.go_on(3)
    assert running.engine.snapshot is not None
    assert (running.engine.snapshot.state.paused, running.engine.snapshot.state.note) == (True, "for a while")
    assert max(wire.bytes["tasks.get_all_ex"]) < 5_000
    assert running.there.view().status == "paused"


def test_an_edit_from_elsewhere_is_taken_over_at_the_next_look(running: Running) -> None:
    running.there.update(attrs.evolve(running.definition, schedules=running.definition.schedules[:-1]))
    running.go_on(3)
    assert running.engine.snapshot is not None
    assert len(running.engine.snapshot.definition.schedules) == SCHEDULES - 1


def test_looking_from_elsewhere_reads_only_what_has_changed(running: Running, wire: Wire) -> None:
    first = running.there.view()
    wire.clear()
    assert running.there.view().definition is first.definition
    assert max(wire.bytes["tasks.get_all_ex"]) < 10_000

    item = running.definition.schedules[3]
    running.there.pause("not this one", item)
    running.go_on(3)
    wire.clear()
    view = running.there.view()
    assert view.state is not None
    assert view.state.items[item.id].note == "not this one"
    assert view.definition is first.definition
    assert 10_000 < wire.total < 60_000, "one part of the state"


def test_the_list_of_instances_reads_only_what_has_changed_of_a_large_one(running: Running, wire: Wire) -> None:
    seconds = 0.0
    listing = Listing(lambda: seconds)
    listing.read(running.gateway)
    assert wire.total > 300_000
    running.gateway.ping(running.engine.id)
    wire.clear()
    seconds += DETAILS_EVERY
    listing.read(running.gateway)
    assert max(wire.bytes["tasks.get_all_ex"]) < 10_000

    running.there.pause("all of them")
    running.go_on(3)
    wire.clear()
    seconds += DETAILS_EVERY
    listing.read(running.gateway)
    listing.look_again()
    shown = listing.state()
    row = {row["id"]: row for row in [*shown["instances"], *shown["instance_changes"]["rows"]]}[running.engine.id]
    assert (row["status"], row["items"]) == ("paused", SCHEDULES)
    assert max(wire.bytes["tasks.get_all_ex"]) < 30_000


def by_hand(world: ServerWorld, instance: Instance, definition: Definition) -> None:
    """Edit a draft as the ClearML web page does: all but the value stays as it was."""
    (read,) = world.read("tasks.get_configurations", tasks=[instance.id], names=[instance_task.DEFINITION])[
        "configurations"
    ]
    item = {**read["configuration"][0], "value": codec.dumps(definition)}
    world.write("tasks.edit_configuration", task=instance.id, configuration=[item])


def test_looking_sees_what_somebody_edits_by_hand_and_what_comes_after(
    server_gateway: ClearMLGateway, connection: Connection
) -> None:
    world = ServerWorld(server_gateway, connection)
    one = Definition(f"{world.prefix} one", [Schedule(Action(world.task()), Daily("06:20"))])
    instance = Manager(project=world.prefix, gateway=world.gateway).save(one)
    other = attrs.evolve(one, description="by hand")
    assert [instance.view().definition, instance.view().definition] == [one, one]
    by_hand(world, instance, other)
    assert [instance.view().definition, instance.view().definition] == [other, other]
    world.start(instance.id)
    assert [instance.view().definition, instance.view().definition] == [other, other]
    Manager(gateway=world.gateway).get(instance.id).update(one)
    assert instance.view().definition == one
    world.clean_up()


def test_looking_from_elsewhere_sees_the_edit_of_somebody_else(running: Running) -> None:
    running.there.view()
    somebody = Manager(gateway=running.gateway).get(running.engine.id)
    somebody.update(attrs.evolve(running.definition, description="another one"))
    view = running.there.view()
    assert view.definition is not None
    assert view.definition.description == "another one"
    fewer = attrs.evolve(running.definition, schedules=running.definition.schedules[:100])
    somebody.update(fewer)
    running.go_on(3)
    view = running.there.view()
    assert view.definition == fewer
    assert view.state is not None
    assert view.state.items.keys() == {item.id for item in fewer.schedules}
