"""Two processes start one instance at the same moment; one gets it, and the other takes over after a kill."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from multiprocessing.context import ForkServerProcess
from typing import Any

import pytest

from clearml_sched_widgets import Action, Definition, Interval, Policies, Schedule, codec
from clearml_sched_widgets.engine.instance_task import task as instance_task
from clearml_sched_widgets.engine.instance_task.lease import PREFIX
from clearml_sched_widgets.records import INSTANCE_TAG, RUN_TAG, run_tag
from clearml_sched_widgets.sandbox import Sandbox
from tests.faults.processes import context, kill, spawn, start, work
from tests.plain import Plain
from tests.waiting import until

EVERY = timedelta(seconds=2)


class Duel:
    """One instance on the server, and the processes that want it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.plain, self._environment = Plain(sandbox), sandbox.environment()
        base = self.plain.call("tasks.create", name="duel base", type="training")["id"]
        schedule = Schedule(Action(base), Interval(every=EVERY), Policies(missed="all", overlap="allow"), id="tick")
        texts = {
            instance_task.DEFINITION: codec.dumps(Definition("duel", [schedule])),
            instance_task.STATE: "{}",
            instance_task.WHERE: "kernel",
        }
        body = {name: {"name": name, "value": text} for name, text in texts.items()}
        created = self.plain.call(
            "tasks.create", name="duel", type="service", system_tags=[INSTANCE_TAG], configuration=body
        )
        self.id = str(created["id"])
        self.said: Any = context.Queue()
        self.processes: list[ForkServerProcess] = []

    def start(self) -> ForkServerProcess:
        self.processes.append(spawn(start, self._environment, self.id, self.said))
        return self.processes[-1]

    def wait_in_line(self) -> ForkServerProcess:
        self.processes.append(spawn(work, self._environment, self.id))
        return self.processes[-1]

    def slots(self) -> list[datetime]:
        """The slots of everything that was enqueued, from the server's own data."""
        tasks = self.plain.call(
            "tasks.get_all_ex",
            system_tags=["__$all", RUN_TAG, run_tag(self.id)],
            only_fields=["status", "hyperparams.Scheduler"],
            page_size=500,
        )["tasks"]
        texts = [t["hyperparams"]["Scheduler"]["scheduled"]["value"] for t in tasks if t["status"] != "created"]
        return sorted(datetime.fromisoformat(text.replace("Z", "+00:00")) for text in texts)

    def leases(self) -> list[str]:
        name = f"^{PREFIX}{self.id}".replace(".", "\\.")
        rows = self.plain.call("projects.get_all", name=name, search_hidden=True, only_fields=["id"])["projects"]
        return [row["id"] for row in rows]

    def stop(self) -> None:
        self.plain.call("tasks.stop", task=self.id)

    def assert_each_slot_once(self) -> None:
        slots = self.slots()
        assert slots == [slots[0] + number * EVERY for number in range(len(slots))]


@pytest.fixture
def duel(sandbox: Sandbox) -> Iterator[Duel]:
    made = Duel(sandbox)
    yield made
    for process in made.processes:
        kill(process)


@pytest.mark.parametrize("attempt", range(3))
def test_of_two_processes_one_works_and_the_other_says_who_holds_it(duel: Duel, attempt: int) -> None:  # noqa: ARG001
    duel.start()
    duel.start()
    said = dict(duel.said.get(timeout=60) for _ in range(2))
    (winner,) = [pid for pid, words in said.items() if not words]
    (words,) = [words for words in said.values() if words]
    assert f"process {winner}" in words
    assert os.uname().nodename in words
    until(lambda: len(duel.slots()) >= 3, what="three runs")
    duel.stop()
    until(lambda: not duel.leases(), what="the lease to be given back")
    duel.assert_each_slot_once()


def test_when_the_holder_is_killed_the_one_that_waits_takes_over_and_loses_nothing(duel: Duel) -> None:
    first = duel.wait_in_line()
    until(lambda: len(duel.slots()) >= 3, what="three runs")
    duel.wait_in_line()
    until(lambda: len(duel.slots()) >= 5, what="two more runs")
    kill(first)
    killed = len(duel.slots())
    until(lambda: len(duel.slots()) >= killed + 12, what="the other one")
    duel.stop()
    until(lambda: not duel.leases(), what="the lease to be given back")
    duel.assert_each_slot_once()
