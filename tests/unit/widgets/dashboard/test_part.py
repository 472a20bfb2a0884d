"""Following one instance: background reads of old runs hide neither new data nor another instance."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest

from clearml_sched_widgets import codec
from clearml_sched_widgets.codec import from_data
from clearml_sched_widgets.definition import Definition
from clearml_sched_widgets.errors import NotFound
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from clearml_sched_widgets.instances.instance import Instance
from clearml_sched_widgets.manager import Manager
from clearml_sched_widgets.records import SECTION, run_tag
from clearml_sched_widgets.widgets.dashboard import part
from clearml_sched_widgets.widgets.dashboard.part import DashboardPart
from clearml_sched_widgets.widgets.host.connection import Connection, check_server
from tests.unit.widgets.page import schedule_data


class Jobs:
    """The background's jobs, which run when a test wants them to."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def submit(self, job: Callable[[], None]) -> None:
        self.waiting.append(job)

    def run(self) -> int:
        now, self.waiting = self.waiting, []
        for job in now:
            job()
        return len(now)


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> Jobs:
    jobs = Jobs()
    monkeypatch.setattr(part, "READINGS", jobs)
    return jobs


def instance_with(runs: int) -> tuple[Manager, Instance]:
    """An instance that runs nowhere at present, with runs of the past."""
    clock = [datetime(2026, 1, 1, tzinfo=timezone.utc)]
    gateway = MemoryGateway(now=lambda: clock[0])
    manager = Manager(gateway=gateway)
    made = manager.save(from_data(schedule_data(gateway.add_task("train model"))))
    for number in range(runs):
        section = {"key": f"k{number}", "item": "a1", "cause": "schedule", "scheduled": "2026-01-01T06:20:00Z"}
        gateway.add_task(f"run {number}", system_tags=(run_tag(made.id),), hyperparams={SECTION: section})
        clock[0] += timedelta(minutes=1)
    gateway.ping(made.id)
    return manager, manager.get(made.id)


def followed(manager: Manager, instance: Instance) -> DashboardPart:
    """A part whose page has just opened."""
    connection = Connection(manager)
    connection._record_success(manager, check_server(manager))
    part = DashboardPart(connection, instance, automatic=False)
    part.refresh()
    return part


def test_while_runs_of_long_ago_are_read_what_is_new_stays_in_sight(jobs: Jobs) -> None:
    manager, instance = instance_with(runs=1100)
    part = followed(manager, instance)
    part.state()
    assert jobs.run() == 1
    manager.gateway.rename(instance.id, "A newer name")
    part.read_again()
    part.state()
    assert jobs.run() == 2  # the instance as it is now, and a page of older runs
    shown = part.shown_view()
    assert shown is not None
    assert (shown.name, len(shown.executed), shown.whole) == ("A newer name", 1000, False)


def test_why_an_instance_cannot_be_shown_is_not_said_of_the_next_one(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager, instance = instance_with(runs=0)
    part = followed(manager, instance)
    part.state()

    def view(_: Instance) -> None:
        part.choose(None)  # while the answer was on its way
        raise NotFound("There is no such instance.")

    monkeypatch.setattr(Instance, "view", view)
    assert jobs.run() == 1
    assert part.state()["view"] == {}


def test_a_definition_is_parsed_once_however_many_pages_of_runs_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    _, instance = instance_with(runs=1100)
    parsed: list[str] = []

    def loads(text: str) -> Definition:
        parsed.append(text)
        return original(text)

    original = codec.loads
    monkeypatch.setattr(codec, "loads", loads)
    assert len(instance.executed) == 1100
    assert len(parsed) == 1
