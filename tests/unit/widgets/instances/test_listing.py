"""The list of instances: what it asks of the server, what it says, and how little of it is sent again."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import attrs
import pytest

from clearml_sched_widgets import Dashboard, Manager, SchedulerApp, Wizard
from clearml_sched_widgets.codec import dumps, from_data
from clearml_sched_widgets.engine.instance_task.lease import PREFIX
from clearml_sched_widgets.errors import InstanceStateError, Unavailable
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from clearml_sched_widgets.instances.instance import Instance
from clearml_sched_widgets.instances.running import snapshot_here
from clearml_sched_widgets.records import LOOKBACK, Task, TaskQuery
from clearml_sched_widgets.widgets.instances import entries
from clearml_sched_widgets.widgets.instances import listing as listings
from clearml_sched_widgets.widgets.instances.deltas import Deltas
from clearml_sched_widgets.widgets.instances.discovery import ALL_IDS_EVERY
from clearml_sched_widgets.widgets.instances.entries import DETAILS_EVERY
from clearml_sched_widgets.widgets.instances.listing import MOST_BATCHES, Listing
from tests.unit.widgets.page import Page, memory_manager, schedule_data
from tests.waiting import until


class Seconds:
    """A clock that stands still until it is moved."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Asked(MemoryGateway):
    """Keeps the queries that it was asked, and how many tasks it answered with. Each change has a time of its own."""

    def __init__(self) -> None:
        self._at = datetime.now(timezone.utc) - timedelta(hours=1)
        super().__init__(now=self._tick)
        self.queries: list[TaskQuery] = []
        self.answered = 0

    def _tick(self) -> datetime:
        self.wait(timedelta(milliseconds=100))
        return self._at

    def wait(self, time: timedelta) -> None:
        """Let time pass on the server."""
        self._at += time

    def tasks(self, query: TaskQuery) -> list[Task]:
        self.queries.append(query)
        found = super().tasks(query)
        self.answered += len(found)
        return found

    def during(self, act: Callable[[], object]) -> list[TaskQuery]:
        """What was asked while this was done."""
        before = len(self.queries)
        act()
        return self.queries[before:]


def merged(base: list[dict[str, Any]], changes: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows as the page puts them together."""
    rows = {row["id"]: row for row in [*base, *changes["rows"]]}
    return [row for key, row in rows.items() if key not in changes["gone"]]


def rows(listing: Listing) -> dict[str, dict[str, Any]]:
    """The rows by name; a second's wait between two looks left out."""
    listing.look_again()
    state = listing.state()
    return {row["name"]: row for row in merged(state["instances"], state["instance_changes"])}


def shown(app: SchedulerApp) -> list[dict[str, Any]]:
    """The rows of an app."""
    return merged(app.instances, app.instance_changes)


def saved(manager: Manager, task: str, name: str) -> Instance:
    return manager.save(from_data({**schedule_data(task), "name": name}))


def requests(manager: Manager, listing: Listing) -> int:
    """How many requests one reading takes."""
    gateway = manager.gateway
    assert isinstance(gateway, MemoryGateway)
    before = gateway.requests.total() - gateway.requests["server"]
    listing.read(gateway)
    return gateway.requests.total() - gateway.requests["server"] - before


def test_a_row_says_what_runs_where_since_when_and_when_next() -> None:
    manager, task = memory_manager()
    running = manager.launch(from_data({**schedule_data(task), "name": "Nightly"}))
    saved(manager, task, "Draft")
    listing = Listing()
    listing.read(manager.gateway)
    found = rows(listing)
    now = datetime.now(timezone.utc).timestamp() * 1000
    row = found["Nightly"]
    assert (row["status"], row["where"], row["user"], row["mine"], row["items"]) == (
        "running",
        "kernel",
        "tester",
        True,
        1,
    )
    assert now < row["next"] < now + timedelta(days=1) / timedelta(milliseconds=1)
    assert row["started"] <= now
    assert row["heard"] is None
    assert (found["Draft"]["status"], found["Draft"]["next"], found["Draft"]["items"]) == ("draft", None, 1)
    running.stop()
    listing.read(manager.gateway)
    assert (rows(listing)["Nightly"]["status"], rows(listing)["Nightly"]["next"]) == ("stopped", None)


def test_an_item_that_is_set_aside_is_not_what_runs_next(monkeypatch: pytest.MonkeyPatch) -> None:
    manager, task = memory_manager()
    running = manager.launch(from_data({**schedule_data(task), "name": "Nightly"}))
    shot, listing = snapshot_here(running.id), Listing()
    running.stop()
    assert shot is not None
    found = []
    for set_aside in ({}, {"a1": "RuntimeError: a bug"}, {}):
        now = attrs.evolve(shot, set_aside=set_aside)
        monkeypatch.setattr(entries, "snapshot_here", lambda _, now=now: now)
        listing.read(manager.gateway)
        found.append(rows(listing)["Nightly"]["next"])
    assert found[0] is not None
    assert found == [found[0], None, found[0]]


def test_what_nobody_changed_costs_one_request_and_no_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listings, "BATCH_SIZE", 3)
    monkeypatch.setattr(listings, "MOST_BATCHES", 2)
    clock, asked = Seconds(), Asked()
    asked.add_queue("default")
    manager, task = Manager(gateway=asked), asked.add_task("train model")
    made = [saved(manager, task, f"number {number}") for number in range(7)]
    listing = Listing(clock)
    assert [requests(manager, listing) for _ in range(4)] == [3, 2, 1, 1]
    assert {row["items"] for row in rows(listing).values()} == {1}

    manager.gateway.ping(made[0].id)  # it changes, but was read just now
    assert requests(manager, listing) == 1
    clock.now += DETAILS_EVERY
    assert [requests(manager, listing) for _ in range(2)] == [2, 1]
    clock.now += DETAILS_EVERY
    for instance in made:  # what was read before is read again at leisure
        manager.gateway.ping(instance.id)
    assert [requests(manager, listing) for _ in range(4)] == [2, 2, 2, 1]


def many(gateway: MemoryGateway, count: int) -> list[str]:
    """So many saved instances; their ids."""
    text = dumps(from_data(schedule_data(gateway.add_task("train model"))))
    configuration = {"definition": text, "state": "{}", "where": "kernel"}
    return [gateway.create_instance(f"number {number}", "Many", configuration) for number in range(count)]


def test_two_thousand_are_all_listed_and_then_only_what_changed_is_read_and_sent() -> None:
    clock, asked = Seconds(), Asked()
    ids = many(asked, 2000)
    listing = Listing(clock)
    reading = asked.during(lambda: listing.read(asked))
    assert len(rows(listing)) == 2000
    details = [query for query in reading if query.configuration]
    assert len(reading) - len(details) <= 2000 / 499 + 2  # the newest come first, to be shown while the others follow
    assert len(details) == MOST_BATCHES
    while any(query.configuration for query in asked.during(lambda: listing.read(asked))):
        pass
    assert {row["items"] for row in rows(listing).values()} == {1}
    everything = len(json.dumps(listing.state()["instances"]))

    asked.wait(LOOKBACK)
    asked.rename(ids[1234], "another")
    asked.rename(ids[4], "and another")
    asked.answered = 0
    assert len(asked.during(lambda: listing.read(asked))) == 1
    asked.answered = 0
    assert len(asked.during(lambda: listing.read(asked))) == 1
    assert asked.answered == 2  # what changed a moment ago is looked at twice, and nothing else
    assert {"another", "and another"} <= set(rows(listing))
    assert everything > 300_000
    assert len(json.dumps(listing.state()["instance_changes"])) < 1000


def test_what_somebody_deleted_or_archived_leaves_the_list() -> None:
    clock, asked = Seconds(), Asked()
    ids = many(asked, 1200)
    listing = Listing(clock)
    listing.read(asked)
    asked.delete_task(ids[0])
    asked.delete_task(ids[999])
    asked.archive(ids[500])
    listing.read(asked)
    assert len(listing) < 1200  # that one is archived is a change; that one is gone is found out later
    clock.now += ALL_IDS_EVERY
    reading = asked.during(lambda: listing.read(asked))
    assert sum(query.bare for query in reading) == 3
    assert len(rows(listing)) == 1197
    assert not any(query.bare for query in asked.during(lambda: listing.read(asked)))


def test_a_reading_that_failed_half_way_goes_on_and_none_is_missing() -> None:
    asked, failures = Asked(), iter([False, False, True, False, True])

    def fault(method: str, moment: str) -> None:
        if (method, moment) == ("tasks", "before") and next(failures, False):
            raise Unavailable("no answer")

    many(asked, 1600)
    listing = Listing(Seconds())
    asked.fault = fault
    for least in (1000, 1400):
        with pytest.raises(Unavailable):
            listing.read(asked)
        assert least <= len(listing) < 1600
        assert not listing.loaded
    listing.read(asked)
    assert (len(listing), listing.loaded) == (1600, True)


class Elsewhere:
    """An instance whose engine, in another process, gives a sign of life when a test says so. Time passes by `wait`."""

    def __init__(self) -> None:
        self.clock = Seconds()
        self.gateway = MemoryGateway(now=self.now)
        self.gateway.add_queue("default")
        self.instance = saved(Manager(gateway=self.gateway), self.gateway.add_task("train model"), "Nightly")
        self.gateway.set_status(self.instance.id, "in_progress")
        self.lease = self.gateway.create_lease(f"{PREFIX}{self.instance.id}", "{}")
        self.listing = Listing(self.clock)

    def now(self) -> datetime:
        return datetime(2026, 11, 22, 12, tzinfo=timezone.utc) + timedelta(seconds=self.clock.now - Seconds.now)

    def wait(self, seconds: float) -> None:
        self.clock.now += seconds

    def row(self) -> tuple[str, float | None]:
        """The status after another reading, and how long it has been silent, in seconds."""
        self.listing.read(self.gateway)
        return self.known_row()

    def known_row(self) -> tuple[str, float | None]:
        row = rows(self.listing)["Nightly"]
        return row["status"], None if row["heard"] is None else self.now().timestamp() - row["heard"] / 1000

    def lease_requests(self, *waits: float) -> list[int]:
        """How many requests for leases were sent by a reading after each of these waits."""
        counts = []
        for seconds in waits:
            self.wait(seconds)
            before = self.gateway.requests["leases"]
            self.listing.read(self.gateway)
            counts.append(self.gateway.requests["leases"] - before)
        return counts


def test_k28_one_elsewhere_without_a_sign_of_life_is_silent_and_says_for_how_long() -> None:
    there = Elsewhere()
    assert there.row() == ("running", None)
    seen = []
    for _ in range(8):
        there.wait(5)
        seen.append(there.row())
    assert seen[:6] == [("running", None)] * 6
    assert seen[6:] == [("silent", 35), ("silent", 40)]
    there.gateway.ping(there.instance.id)  # what users do changes the task, and is no sign of life
    there.wait(5)
    assert there.row() == ("silent", 45)
    there.gateway.write_lease(there.lease, "{}")
    there.wait(5)
    assert there.row() == ("running", None)
    assert Elsewhere().row() == ("running", None)


def test_k28_one_that_was_silent_before_the_page_opened_is_so_at_its_first_reading() -> None:
    there = Elsewhere()
    there.wait(600)
    assert there.row() == ("silent", 600)


def test_k28_one_without_a_lease_is_silent_from_half_a_minute_after_its_start() -> None:
    there = Elsewhere()
    there.gateway.delete_lease(there.lease)
    assert there.row() == ("running", None)
    there.wait(25)
    assert there.row() == ("running", None)
    there.wait(10)
    assert there.row() == ("silent", 35)


def test_all_leases_are_one_request_every_five_seconds_and_none_while_nothing_runs_elsewhere() -> None:
    there = Elsewhere()
    many(there.gateway, 20)
    assert there.lease_requests(0, 5, 5, 1, 1, 5) == [1, 1, 1, 0, 0, 1]
    there.gateway.set_status(there.instance.id, "stopped")
    there.listing.read(there.gateway)
    assert there.lease_requests(5, 5, 5) == [0, 0, 0]


def test_while_the_server_is_away_nobody_begins_to_look_silent() -> None:
    there = Elsewhere()
    assert there.row() == ("running", None)

    def fault(_method: str, _moment: str) -> None:
        raise Unavailable("no answer")

    there.gateway.fault = fault
    there.wait(600)
    with pytest.raises(Unavailable):
        there.listing.read(there.gateway)
    assert there.known_row() == ("running", None)


@pytest.mark.parametrize("readings", [0, 3])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_one_that_ends_while_the_list_is_read_does_not_look_silent(readings: int, moment: str) -> None:
    there = Elsewhere()
    there.wait(600)
    there.gateway.write_lease(there.lease, "{}")
    for _ in range(readings):
        assert there.row() == ("running", None)
        there.wait(5)

    def fault(method: str, when: str) -> None:
        if (method, when) == ("leases", moment):
            there.gateway.fault = lambda _method, _moment: None
            there.gateway.delete_lease(there.lease)
            there.gateway.set_status(there.instance.id, "stopped")

    there.gateway.fault = fault
    assert there.row() == ("stopped", None)


def test_a_broken_definition_is_named_and_others_stay() -> None:
    manager, task = memory_manager()
    broken, _ = saved(manager, task, "Broken"), saved(manager, task, "Whole")
    manager.gateway.write_configuration(broken.id, {"definition": "{"})
    listing = Listing()
    listing.read(manager.gateway)
    found = rows(listing)
    assert found["Broken"]["problem"]
    assert (found["Whole"]["problem"], found["Whole"]["items"]) == ("", 1)


def test_what_was_made_or_deleted_during_a_reading_is_not_undone_by_it() -> None:
    manager, task = memory_manager()
    gateway = manager.gateway
    assert isinstance(gateway, MemoryGateway)
    old = saved(manager, task, "old")
    listing = Listing()
    listing.read(gateway)

    def meanwhile(method: str, moment: str) -> None:
        if (method, moment) == ("tasks", "after"):
            gateway.fault = lambda _method, _moment: None
            listing.add(saved(manager, task, "new"))
            listing.drop(old.id)

    gateway.fault = meanwhile
    listing.read(gateway)
    assert set(rows(listing)) == {"new"}
    with pytest.raises(InstanceStateError, match="no instance"):
        listing.get(old.id)


def test_of_two_hundred_rows_only_what_changed_is_sent_again() -> None:
    deltas = Deltas()
    many = [{"id": str(number), "name": "n" * 200, "status": "running"} for number in range(200)]
    deltas.update(many)
    base = deltas.base
    assert base == many
    assert deltas.changes == {"rows": [], "gone": []}

    deltas.update([dict(row) for row in many])
    assert deltas.base is base
    quiet = deltas.changes
    deltas.update([{**many[0], "status": "paused"}, *many[2:]])
    assert deltas.base is base
    assert deltas.changes == {"rows": [{**many[0], "status": "paused"}], "gone": ["1"]}
    assert len(json.dumps(deltas.changes)) < 500
    deltas.update(many)
    assert deltas.changes == quiet

    deltas.update([{**row, "status": "paused"} for row in many[:60]] + many[60:])
    assert deltas.base is not base
    assert deltas.changes == quiet


def test_a_widget_says_what_it_shows_without_a_request() -> None:
    manager, task = memory_manager()
    definition = from_data(schedule_data(task))
    instance = manager.save(definition)
    gateway = manager.gateway
    assert isinstance(gateway, MemoryGateway)
    before = gateway.requests.total()
    assert repr(Wizard(definition, manager)) == "Wizard(name='Nightly', items=1)"
    assert repr(Wizard(manager=manager)) == "Wizard(name='', items=0)"
    assert repr(Dashboard(instance, manager)) == "Dashboard(instance='Nightly', status='draft')"
    assert repr(SchedulerApp(manager)) == "SchedulerApp(instance=None)"
    assert gateway.requests.total() == before


ITEM = '{"watermark": "2026-01-01T00:00:00", "runs": 0, "error": ""}'  # a time without an offset
NAIVE = f'{{"version": 1, "items": {{"a1": {ITEM}}}, "pending": [], "entities": {{}}, "memory": {{}}, "watching": {{}},'
NAIVE += ' "baseline": [], "runs_since": null, "paused": false, "note": ""}'


@pytest.mark.parametrize(
    "configuration",
    [
        {"definition": "[" * 100_000},
        {"definition": '{"a":' * 100_000},
        {"definition": "\n".join(["a0: &a0 [1]", *(f"a{n}: &a{n} [{f'*a{n - 1},' * 9}]" for n in range(1, 10))])},
        {"definition": '{"schedules": [' + "1," * 20_000 + "1]}"},
        {"state": "[" * 100_000},
        {"state": "7"},
        {"state": NAIVE},
    ],
)
def test_whatever_somebody_wrote_into_one_instance_the_others_are_listed(configuration: dict[str, str]) -> None:
    manager, task = memory_manager()
    broken, _ = saved(manager, task, "Broken"), saved(manager, task, "Whole")
    manager.gateway.rename(broken.id, "Broken" + "!" * 1000)
    manager.gateway.set_status(broken.id, "in_progress")
    manager.gateway.write_configuration(broken.id, configuration)
    app = SchedulerApp(manager)
    page = Page(app)
    page.ask("open")
    until(lambda: {row["name"][:6]: row["items"] for row in shown(app)} == {"Broken": None, "Whole": 1})
    row = next(row for row in shown(app) if row["name"] != "Whole")
    assert row["problem"]
    assert len(json.dumps(row)) < 1500
    page.ask("select", instance=broken.id)
    until(lambda: app.view.get("problem"))
    app.close()
