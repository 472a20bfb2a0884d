"""What the page asks for single items and runs, and the numbers of the head."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import attrs
import pytest

from clearml_sched_widgets import Action, Dashboard, Definition, Manager, SchedulerApp, StatusChanged, TaskTrigger
from clearml_sched_widgets.codec import from_data, to_data
from clearml_sched_widgets.engine import planner
from clearml_sched_widgets.engine.instance_task import commands
from clearml_sched_widgets.engine.instance_task.lease import PREFIX
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from clearml_sched_widgets.policy.state import State
from clearml_sched_widgets.records import TaskQuery
from clearml_sched_widgets.views.history import ExecutedRow, ScheduledRow, View
from clearml_sched_widgets.widgets.dashboard import vitals
from clearml_sched_widgets.widgets.dashboard.vitals import (
    RecentlyEnded,
    VitalsPart,
    counters,
    last_heartbeat,
    reasons_data,
)
from clearml_sched_widgets.widgets.host.connection import Connection
from clearml_sched_widgets.widgets.host.page_values import millis
from clearml_sched_widgets.widgets.host.subshells import route_by_page_subshell
from clearml_sched_widgets.widgets.host.worker import COMMANDS
from tests.unit.widgets.page import Page, first_rows, memory_manager, schedule_data
from tests.waiting import until

NOW = datetime(2026, 11, 22, 12, 0, 7, tzinfo=timezone.utc)


@pytest.fixture
def page() -> Iterator[Page]:
    manager, task = memory_manager()
    instance = manager.launch(from_data(schedule_data(task)))
    dashboard = Dashboard(instance, manager)
    page = Page(dashboard)
    page.ask("open")
    until(lambda: dashboard.view.get("id") == instance.id)
    yield page
    instance.stop()
    dashboard.close()


def test_k28_a_command_of_a_silent_instance_is_kept_and_its_answer_says_so() -> None:
    ahead = timedelta(0)
    gateway = MemoryGateway(now=lambda: datetime.now(timezone.utc) + ahead)
    gateway.add_queue("default")
    manager = Manager(gateway=gateway)
    instance = manager.save(from_data(schedule_data(gateway.add_task("train model"))))
    gateway.set_status(instance.id, "in_progress")
    gateway.create_lease(f"{PREFIX}{instance.id}", "{}")
    heard = gateway.leases(PREFIX)[0].last_update
    ahead = timedelta(minutes=10)
    dashboard = Dashboard(manager.get(instance.id), manager)
    page = Page(dashboard)
    page.ask("open")
    until(lambda: dashboard.view.get("status") == "silent")
    until(lambda: dashboard.vitals["heartbeat"] == millis(heard))
    assert {row["state"] for row in rows(page, "scheduled")} == {"silent"}
    assert {row["next_run"] for row in rows(page, "scheduled")} == {None}
    for action, payload in (
        ("run_now", {"item": "a1"}),
        ("pause_item", {"item": "a1"}),
        ("pause", {}),
        ("run_all", {}),
    ):
        said = page.ask(action, instance=instance.id, **payload)["result"]["said"]
        assert "no sign of life for 10 min. This is kept" in said
    (task,) = gateway.tasks(TaskQuery(ids=(instance.id,), configuration=True))
    assert sum(name.startswith(commands.PREFIX) for name in task.configuration) == 4
    assert page.ask("console", instance=instance.id, run=instance.id)["result"].keys() == {"lines"}
    dashboard.close()


def reasons(page: Page) -> dict[str, dict[str, Any]]:
    """What the page is told about why items do not run."""
    assert isinstance(page.widget, Dashboard)
    return dict(page.widget.reasons)


def rows(page: Page, table: str = "executed") -> list[dict[str, Any]]:
    """The rows of a table as the page sees them."""
    assert isinstance(page.widget, Dashboard)
    return first_rows(page.widget, table)


def test_a_command_is_for_the_instance_that_it_names_though_another_one_is_chosen_before_its_turn() -> None:
    manager, task = memory_manager()
    first, second = (manager.launch(from_data({**schedule_data(task), "name": name})) for name in ("first", "second"))
    app = SchedulerApp(manager)
    page = Page(app)
    page.ask("open")
    until(lambda: len(app.instances) == 2)
    page.ask("select", instance=first.id)
    over = threading.Event()

    def busy() -> None:
        assert over.wait(60)

    COMMANDS.submit(busy)  # an earlier command takes long
    page.post({"id": "p", "action": "pause", "payload": {"instance": first.id, "note": "new data"}})
    page.post({"id": "r", "action": "run_now", "payload": {"instance": first.id, "item": "a1"}})
    page.ask("select", instance=second.id)
    over.set()
    until(lambda: {answer["id"] for answer in page.final if answer["ok"]} >= {"p", "r"})
    assert (first.status, second.status) == ("paused", "running")
    until(lambda: first.view().executed)
    assert not second.view().executed
    assert "The instance that is shown is 'second'" in page.ask("edit", instance=first.id)["error"]["message"]
    for instance in (first, second):
        instance.stop()
    app.close()


def test_what_takes_time_is_accepted_first_and_answered_later(page: Page) -> None:
    page.answers.clear()
    page.ask("pause_item", item="a1", note="new data")
    assert [sorted(set(answer) & {"accepted", "ok"}) for answer in page.answers] == [["accepted"], ["ok"]]
    assert len({answer["id"] for answer in page.answers}) == 1


def test_an_item_is_paused_and_resumed_and_the_page_told_why(page: Page) -> None:
    page.ask("pause_item", item="a1", note="new data")
    until(lambda: reasons(page).get("a1", {}).get("code") == "paused")
    assert {"name": "new data"} in reasons(page)["a1"]["said"]
    page.ask("resume_item", item="a1")
    until(lambda: reasons(page) == {})


def test_an_item_that_is_set_aside_tells_the_page_why_and_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    manager, task = memory_manager()

    def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(planner, "RETRY_AFTER", timedelta(0))
    every = schedule_data(task, recurrence={"type": "interval", "every": "1s"})
    instance = manager.launch(from_data(every))
    dashboard = Dashboard(instance, manager)
    page = Page(dashboard)
    page.ask("open")
    with monkeypatch.context() as patched:
        patched.setattr(planner, "decide", broken)
        until(lambda: reasons(page).get("a1", {}).get("code") == "set_aside")
        assert {"name": "RuntimeError: a bug."} in reasons(page)["a1"]["said"]
        (row,) = rows(page, "scheduled")
        assert (row["state"], row["next_run"]) == ("error", None)
        until(lambda: dashboard.vitals["next_run"] is None)
    assert page.ask("resume_item", instance=instance.id, item="a1")["ok"]
    until(lambda: reasons(page) == {})
    until(lambda: rows(page, "executed"))
    assert rows(page, "scheduled")[0]["state"] == "waiting"
    instance.stop()
    dashboard.close()


def test_the_page_is_told_what_a_trigger_could_not_look_at_beyond_what_its_row_shows() -> None:
    item = TaskTrigger(Action("t1"), StatusChanged(["failed"]), id="a")
    plain = view(definition=Definition("Nightly", [], [item]), state=State(), executed=())
    assert reasons_data(plain, {}, NOW) == {}
    told = reasons_data(attrs.evolve(plain, left_out={"a": 2}), {}, NOW)
    assert told["a"]["said"] == [
        "No event has matched since it last ran. 2 objects could not be looked at; the log says why."
    ]


def test_a_period_is_counted_before_it_is_backfilled(page: Page) -> None:
    period = {"item": "a1", "start": "2026-01-10T00:00Z", "end": "2026-01-14T00:00Z"}
    found = page.ask("slots", **period)["result"]
    assert (found["count"], found["more"], len(found["first"]), found["overlap"]) == (8, False, 5, "allow")
    assert found["zone"] == "UTC"
    assert page.ask("backfill", **period)["result"] == {"count": 8}
    until(lambda: len(rows(page)) == 8)
    wrong = page.ask("slots", item="a1", start="2026-01-10", end="x")["error"]
    assert {problem["path"] for problem in wrong["problems"]} == {"start", "end"}
    assert "expected a schedule" in page.ask("slots", **{**period, "item": "nobody"})["error"]["message"]


def test_a_run_is_aborted_launched_again_and_read(page: Page) -> None:
    page.ask("run_now", item="a1")
    until(lambda: rows(page))
    run = rows(page)[0]["run"]
    assert page.ask("console", run=run)["result"] == {"lines": []}
    assert page.ask("abort", run=run)["ok"]
    until(lambda: rows(page)[0]["status"] == "stopped")
    assert "it is stopped already" in page.ask("abort", run=run)["error"]["message"]
    assert page.ask("rerun", run=run)["ok"]
    until(lambda: len(rows(page)) == 2)


def opened(page: Page) -> tuple[dict[str, Any], str]:
    """What the form begins with, and which version of the definition that is."""
    assert isinstance(page.widget, Dashboard)
    assert page.widget.instance is not None
    result = page.ask("edit", instance=page.widget.instance.id)["result"]
    return result["data"], result["base"]


def test_all_items_are_run_of_the_instance_that_the_page_meant(page: Page) -> None:
    assert isinstance(page.widget, Dashboard)
    instance = page.widget.instance
    assert instance is not None
    assert (page.widget.view["enabled"], page.widget.view["disabled"]) == (1, 0)
    second = {**schedule_data(instance.definition.schedules[0].action.task)["schedules"][0], "id": "a2"}
    data, base = opened(page)
    data["schedules"] += [second, {**second, "id": "a3", "enabled": False}]
    page.ask("update", instance=instance.id, data=data, base=base)
    until(lambda: (page.widget.view["enabled"], page.widget.view["disabled"]) == (2, 1))
    assert "The instance that is shown is 'Nightly'" in page.ask("run_all", instance="other")["error"]["message"]
    assert page.ask("run_all", instance=instance.id)["ok"]
    until(lambda: sorted((row["item"], row["cause"]) for row in rows(page)) == [("a1", "manual"), ("a2", "manual")])


def test_the_definition_is_edited_and_taken_over(page: Page) -> None:
    data, base = opened(page)
    data["schedules"][0]["name"] = "Another name"
    assert (
        "Open the form from it again" in page.ask("update", instance="other", data=data, base=base)["error"]["message"]
    )
    assert isinstance(page.widget, Dashboard)
    assert page.ask("update", instance=page.widget.selected, data=data, base=base)["ok"]
    until(lambda: rows(page, "scheduled")[0]["name"] == "Another name")


def test_what_somebody_else_changed_meanwhile_is_not_overwritten_unasked(page: Page) -> None:
    data, base = opened(page)
    assert isinstance(page.widget, Dashboard)
    instance = page.widget.instance
    assert instance is not None
    theirs = from_data({**data, "description": "theirs"})
    instance.update(theirs)
    until(lambda: instance.definition.description == "theirs")
    data["description"] = "ours"
    refused = page.ask("update", instance=instance.id, data=data, base=base)["error"]["message"]
    assert "Somebody else changed 'Nightly' since these changes were begun" in refused
    assert instance.definition.description == "theirs"
    assert page.ask("update", instance=instance.id, data=data, base=base)["ok"]  # now the user knows
    until(lambda: instance.definition.description == "ours")


def test_edits_that_outlived_their_kernel_are_not_put_over_what_somebody_changed_meanwhile(page: Page) -> None:
    data, base = opened(page)
    assert isinstance(page.widget, Dashboard)
    instance = page.widget.instance
    assert instance is not None
    instance.stop()
    kept = from_data({**data, "description": "kept"})

    def restarted() -> Page:
        return Page(Dashboard(Manager(gateway=instance.gateway).get(instance.id)))

    assert opened(restarted())[1] == base  # the same content is the same version, whoever read it
    instance.update(from_data({**data, "description": "theirs"}))
    later = restarted()
    assert opened(later)[1] != base
    request = {"instance": instance.id, "data": to_data(kept), "base": base}
    assert "Somebody else changed" in later.ask("update", **request)["error"]["message"]
    assert "Somebody else changed" in restarted().ask("update", **request)["error"]["message"]
    assert later.ask("update", **request)["ok"]
    assert Manager(gateway=instance.gateway).get(instance.id).definition == kept


def row(status: str, hours: float) -> ExecutedRow:
    end = NOW - timedelta(hours=hours)
    return ExecutedRow(
        run=f"{status}{hours}", item="a", name="Train", item_name="Train", cause="schedule", scheduled=None,
        started=end, status=status, finished=None if status in ("queued", "in_progress") else end,
    )  # fmt: skip


def scheduled(minutes: int | None) -> ScheduledRow:
    return ScheduledRow(
        item="a", kind="schedule", name="Train", task="t", task_name="", project="", queue="default", schedule="",
        next_run=None if minutes is None else NOW + timedelta(minutes=minutes), start=None, recurring=True,
        single_instance=False, parameters="",
    )  # fmt: skip


def view(**changes: Any) -> View:
    rows = (row("queued", 0), row("in_progress", 1), row("failed", 2), row("completed", 3), row("failed", 25))
    plain: dict[str, Any] = {
        "id": "i1", "name": "Nightly", "status": "running", "where": "kernel", "note": "", "user": "Ann",
        "started": NOW, "heartbeat": NOW, "scheduled": (scheduled(None), scheduled(9), scheduled(5)),
        "executed": rows, "log": (),
    }  # fmt: skip
    return View(**{**plain, **changes})


def test_the_head_counts_what_goes_on_and_what_ended_within_a_day() -> None:
    found = counters(view(), RecentlyEnded().update(view(), NOW))
    assert found.pop("next_run") == int((NOW + timedelta(minutes=5)).timestamp() * 1000)
    assert found == {"running": 1, "queued": 1, "ended_day": 2, "failed_day": 1}
    assert counters(view(scheduled=(), executed=()), ())["next_run"] is None


def test_what_ended_within_a_day_is_followed() -> None:
    ended, rows = RecentlyEnded(), view().executed
    assert [row.status for row in ended.update(view(executed=rows), NOW)] == ["failed", "completed"]
    later = (attrs.evolve(rows[0], status="completed", finished=NOW), *rows[1:])
    assert len(ended.update(view(executed=later), NOW)) == 3
    assert ended.update(view(executed=later), NOW + timedelta(hours=21, minutes=30)) == [later[2], later[0]]
    assert ended.update(view(executed=()), NOW) == []


def test_the_numbers_of_one_instance_are_never_shown_for_another_one(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter(range(1000))  # a count takes a second, and another one is not due for ten
    monkeypatch.setattr(vitals, "time", SimpleNamespace(monotonic=lambda: float(next(ticks))))
    shown = view()
    part = VitalsPart(Connection(memory_manager()[0]), lambda: shown, lambda: None)
    assert part.state()["vitals"]["queued"] == 1
    shown = view(id="i2", executed=())
    assert part.state()["vitals"]["queued"] == 0


def test_a_count_that_takes_long_takes_little_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, counts = [0.0], [0]

    def slow(*_: Any) -> dict[str, Any]:
        clock[0] += 0.2
        counts[0] += 1
        return {}

    monkeypatch.setattr(vitals, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    monkeypatch.setattr(vitals, "counters", slow)
    shown = view()
    part = VitalsPart(Connection(memory_manager()[0]), lambda: shown, lambda: None)

    def in_a_minute(*, changing: bool) -> int:
        nonlocal shown
        counts[0], end = 0, clock[0] + 60
        while clock[0] < end:
            clock[0] += 0.25
            shown = view() if changing else shown
            part.state()
        return counts[0]

    assert in_a_minute(changing=False) <= 4  # a hundredth
    assert 20 <= in_a_minute(changing=True) <= 31  # a tenth


def test_signs_of_life_change_every_ten_seconds_only_and_the_last_one_of_a_silent_instance_is_exact() -> None:
    at = int(NOW.timestamp() * 1000)
    seen = [last_heartbeat(view(), NOW + timedelta(seconds=seconds)) for seconds in (0, 2, 9)]
    assert seen == [at - 7000, at - 7000, at + 3000]
    assert last_heartbeat(view(status="silent"), NOW) == at
    assert last_heartbeat(view(), None) is None


def test_the_kernels_note_of_who_published_last_is_taken_back() -> None:
    class Comm:
        def __init__(self) -> None:
            self._reply_subshell_id = None

    comm = Comm()
    for _ in range(2):
        route_by_page_subshell(comm)
    assert not hasattr(comm, "_reply_subshell_id")


def test_of_a_manager_without_instances_nothing_is_told() -> None:
    manager: Manager = memory_manager()[0]
    dashboard = Dashboard(manager=manager)
    assert dashboard.reasons == {}
    assert dashboard.vitals == {"heartbeat": None}
