"""The steps of a pipeline's run, as the page asks for them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from clearml_sched_widgets import Dashboard
from clearml_sched_widgets.codec import from_data
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from clearml_sched_widgets.instances.steps import MOST_STEPS, steps_of
from clearml_sched_widgets.manager import Manager
from tests.unit.widgets.page import Page, memory_manager, schedule_data


def test_the_steps_of_a_run_are_read_in_one_request_oldest_first_without_the_runs_of_schedulers() -> None:
    now = datetime(2026, 11, 23, tzinfo=timezone.utc)

    def tick() -> datetime:
        nonlocal now
        now += timedelta(seconds=1)
        return now

    gateway = MemoryGateway(now=tick)
    gateway.add_queue("default")
    manager = Manager(gateway=gateway)
    run = gateway.add_task("three steps", type="controller", system_tags=["pipeline", "clearml-sched"])
    first = gateway.add_task("<b>one</b>", parent=run, status="completed")
    second = gateway.add_task("two", parent=run, status="in_progress")
    gateway.add_task("its clone by a schedule", parent=run, system_tags=["clearml-sched"])
    instance = manager.save(from_data(schedule_data(run)))
    dashboard = Dashboard(instance, manager)
    page = Page(dashboard)
    before = gateway.requests.copy()
    answer = page.ask("steps", run=run)["result"]
    assert dict(gateway.requests - before) == {"tasks": 1}
    assert [(step["id"], step["name"], step["status"]) for step in answer["steps"]] == [
        (first, "<b>one</b>", "completed"),
        (second, "two", "in_progress"),
    ]
    assert answer["steps"][0]["finished"] >= answer["steps"][0]["started"]
    assert (answer["steps"][1]["finished"], answer["more"]) == (None, False)
    assert page.ask("steps", run=first)["result"] == {"steps": [], "more": False}
    dashboard.close()


def test_of_very_many_steps_the_first_ones_are_told_and_that_there_are_more() -> None:
    gateway = MemoryGateway()
    run = gateway.add_task("many", type="controller", system_tags=["pipeline"])
    made = [gateway.add_task(f"step {number}", parent=run) for number in range(MOST_STEPS + 1)]
    steps, more = steps_of(gateway, run)
    assert ({step.id for step in steps}.issubset(made), len(steps), more) == (True, MOST_STEPS, True)


@pytest.mark.parametrize("run", ["", "-" + "a" * 32, "__$not", "A" * 32, "a" * 31])
def test_what_is_no_id_of_a_task_is_not_asked_for(run: str) -> None:
    manager, task = memory_manager()
    instance = manager.save(from_data(schedule_data(task)))
    answer = Page(Dashboard(instance, manager)).ask("steps", run=run)
    assert answer["error"]["kind"] == "BadMessage"
