"""Twenty schedules and ten triggers go from the kernel to an agent and back while they launch, exactly once each."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from clearml_sched_widgets import Action, Definition, Instance, Interval, Manager, Policies, Schedule, Select, Tagged
from clearml_sched_widgets.definition import TaskTrigger
from clearml_sched_widgets.gateway.clearml import ClearMLGateway
from clearml_sched_widgets.sandbox import Agent, Sandbox
from tests.agent import environments
from tests.plain import Plain
from tests.waiting import until

PATIENCE = 180  # seconds for the agent to fetch a task and start it on a busy machine
EVERY = timedelta(seconds=3)


@pytest.fixture
def agent(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    folder = tmp_path_factory.mktemp("handover")
    python = environments.with_clearml_alone(folder / "env")
    with Agent.start(sandbox, ["services"], folder=folder / "agent", python=python, name="handover:agent") as running:
        yield running


@pytest.fixture
def manager(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Manager:
    for name, value in sandbox.environment().items():
        monkeypatch.setenv(name, value)
    return Manager(gateway=ClearMLGateway())


@contextmanager
def events(plain: Plain, project: str) -> Iterator[list[str]]:
    """Tags a new task every second, until the block ends. Yields the list of their ids."""
    made: list[str] = []
    end = threading.Event()

    def work() -> None:
        while not end.wait(1):
            task = str(plain.call("tasks.create", name="object", type="training", project=project)["id"])
            plain.call("tasks.edit", task=task, tags=["go"])
            made.append(task)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield made
    finally:
        end.set()
        thread.join()


def runs_of(instance: Instance, plain: Plain) -> list[dict[str, str]]:
    """Our own section of all runs, from the server."""
    found: list[dict[str, str]] = []
    for page in range(100):
        body = {"system_tags": [f"clearml-sched:{instance.id}"], "only_fields": ["hyperparams.Scheduler"]}
        rows = plain.call("tasks.get_all_ex", **body, page=page, page_size=500, order_by=["created", "id"])["tasks"]
        found += [{key: item["value"] for key, item in row["hyperparams"]["Scheduler"].items()} for row in rows]
        if len(rows) < 500:
            break
    return found


@pytest.mark.slow
@pytest.mark.usefixtures("agent")
def test_it_goes_to_an_agent_and_back_under_load(sandbox: Sandbox, manager: Manager) -> None:
    plain, watcher = Plain(sandbox), Plain(sandbox)
    project = str(plain.call("projects.create", name="Handed over", description="")["id"])
    base = str(plain.call("tasks.create", name="handover base", type="training")["id"])
    policies = Policies(missed="all")
    definition = Definition(
        "handed over",
        [Schedule(Action(base), Interval(every=EVERY), policies, id=f"schedule {number}") for number in range(20)],
        [
            TaskTrigger(
                Action(base),
                Tagged(any=["go"]),
                Select(projects=["Handed over"]),
                Policies(overlap="allow"),
                id=f"trigger {n}",
            )
            for n in range(10)
        ],
        poll_every="1s",
    )
    instance = manager.launch(definition)

    def until_more() -> None:
        before = len(instance.refresh().view().executed)
        until(lambda: len(instance.refresh().view().executed) >= before + 60, PATIENCE, "sixty more runs")

    with events(watcher, project) as objects:
        until_more()
        instance.move_to_service()
        until(lambda: instance.refresh().status == "running", PATIENCE, "the agent")
        until_more()
        instance.pause("a pause of a moment", "schedule 0")
        instance.resume("schedule 0")
        instance.move_to_kernel()
        assert (instance.where, instance.status) == ("kernel", "running")
        until_more()
    expected = {(f"trigger {n}", task) for n in range(10) for task in objects}

    def seen() -> Counter[tuple[str, str]]:
        return Counter((run["item"], run["object"]) for run in runs_of(instance, plain) if run["object"])

    until(lambda: set(seen()) >= expected, PATIENCE, "all events")
    instance.stop()
    assert seen() == Counter(expected), "each event once for each trigger"
    for number in range(1, 20):
        slots = sorted(
            datetime.fromisoformat(run["scheduled"])
            for run in runs_of(instance, plain)
            if run["item"] == f"schedule {number}"
        )
        assert {later - earlier for earlier, later in pairwise(slots)} == {EVERY}, f"schedule {number}: {slots}"
    assert [line.text for line in instance.view().log if line.level == "error"] == []
