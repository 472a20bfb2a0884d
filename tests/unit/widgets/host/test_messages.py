"""Messages between page and kernel: each one is answered, and no answer contains secrets."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from clearml_sched_widgets import Dashboard, InvalidDefinition, SchedulerApp, Wizard
from clearml_sched_widgets.codec import from_data
from clearml_sched_widgets.surrogates import mended
from clearml_sched_widgets.widgets.host.messages import ACTIONS
from tests.paths import PAGE
from tests.unit.widgets.page import Page, memory_manager, schedule_data
from tests.waiting import until

PAGE_SIDE = PAGE / "messages" / "shared.ts"


def test_page_and_kernel_list_the_same_actions() -> None:
    listed = re.search(r"ACTIONS = \[(.*?)\]", PAGE_SIDE.read_text(), re.DOTALL)
    assert listed is not None
    assert re.findall(r'"(\w+)"', listed[1]) == list(ACTIONS)


def test_every_listed_action_is_handled_and_no_other() -> None:
    handled = {action for kind in (Wizard, Dashboard, SchedulerApp) for action in actions_of(kind())}
    assert handled == set(ACTIONS)
    assert set(ACTIONS) == actions_of(SchedulerApp())


def actions_of(widget: Any) -> set[str]:
    return {*widget._instant_handlers, *widget._slow_handlers}


@pytest.mark.parametrize(
    ("content", "answered_to"),
    [
        (None, ""),
        ("text", ""),
        ([], ""),
        ({}, ""),
        ({"id": 7, "action": "open"}, ""),
        ({"id": "a"}, "a"),
        ({"id": "a", "action": "format the disk"}, "a"),
        ({"id": "a", "action": "open", "payload": [1]}, "a"),
        ({"id": "a", "action": "validate", "payload": {}}, "a"),
        ({"id": "a", "action": "validate", "payload": {"revision": True, "data": {}}}, "a"),
        ({"id": "a", "action": "validate", "payload": {"revision": 1, "data": []}}, "a"),
        ({"id": "a", "action": "tasks", "payload": {"text": 5, "page": 0}}, "a"),
        ({"id": "a", "action": "stop", "payload": {"instance": "gone"}}, "a"),
        ({"id": "a", "action": "pause"}, "a"),
    ],
)
def test_every_message_is_answered(content: object, answered_to: str) -> None:
    manager, _ = memory_manager()
    page = Page(SchedulerApp(manager))
    page.post(content)
    until(lambda: page.final)
    [answer] = page.final
    assert answer["id"] == answered_to
    if not (isinstance(content, dict) and content.get("action") == "open" and content.get("id") == 7):
        assert answer["ok"] is False
        assert answer["error"]["message"]
    json.dumps(answer)


def test_an_unexpected_error_is_answered_without_its_text(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    manager, _ = memory_manager()

    def broken(**_: object) -> list[object]:
        raise ValueError("password=hunter2")

    monkeypatch.setattr(manager.gateway, "queues", broken)
    answer = Page(Wizard(manager=manager)).ask("queues")
    assert "ValueError" in answer["error"]["message"]
    assert "hunter2" not in json.dumps(answer)
    assert "hunter2" in caplog.text  # for those who can read the kernel's log


def test_a_refused_definition_comes_back_by_path_and_nothing_is_made() -> None:
    manager, task = memory_manager()
    page = Page(Wizard(manager=manager))
    wrong = schedule_data(task, recurrence={"type": "daily", "times": []})
    answer = page.ask("launch", data=wrong, where="kernel", queue="")
    assert [problem["path"] for problem in answer["error"]["problems"]] == ["schedules[0].recurrence.times"]

    unknown = schedule_data("0" * 32)
    answer = page.ask("launch", data=unknown, where="kernel", queue="")
    assert [problem["path"] for problem in answer["error"]["problems"]] == ["schedules[0].action.task"]
    assert manager.instances() == []


def test_a_draft_can_be_saved_cloned_exported_and_imported() -> None:
    manager, task = memory_manager()
    page = Page(SchedulerApp(manager))
    saved = page.ask("save", data=schedule_data(task))["result"]["instance"]
    assert (saved["name"], saved["status"]) == ("Nightly", "draft")
    alone = Wizard(manager=manager)
    Page(alone).ask("save", data=schedule_data(task))  # right after an edit, before it was validated
    assert alone.definition.name == "Nightly"
    clone = page.ask("clone", instance=saved["id"])["result"]["data"]
    assert clone["name"] == "Nightly (copy)"
    assert clone["schedules"][0]["id"] != "a1"
    exported = page.ask("export", data=clone)["result"]
    assert exported["name"] == "Nightly (copy)"
    assert page.ask("import", text=exported["text"])["result"]["data"] == clone


def test_tasks_are_found_page_by_page_without_runs_and_instances() -> None:
    manager, _ = memory_manager()
    for number in range(25):
        manager.gateway.add_task(f"evaluate {number}", project="Vision")  # type: ignore[attr-defined]
    page = Page(SchedulerApp(manager))
    page.ask("save", data=schedule_data("t1") | {"name": "evaluate all"})
    first = page.ask("tasks", text="evaluate", page=0)["result"]
    second = page.ask("tasks", text="evaluate", page=1)["result"]
    names = [task["name"] for task in first["tasks"] + second["tasks"]]
    assert (first["more"], second["more"]) == (True, False)
    assert sorted(names) == sorted(f"evaluate {number}" for number in range(25))


def test_an_unknown_task_is_null() -> None:
    manager, task = memory_manager()
    page = Page(Wizard(manager=manager))
    assert page.ask("task", id="0" * 32)["result"]["task"] is None
    assert page.ask("task", id=task)["result"]["task"]["name"] == "train model"


def test_a_dashboard_without_a_manager_asks_the_server_of_its_instance() -> None:
    manager, task = memory_manager()
    instance = manager.save(from_data(schedule_data(task)))
    dashboard = Dashboard(instance)
    assert Page(dashboard).ask("open")["ok"]
    until(lambda: dashboard.connection["state"] == "connected")
    until(lambda: dashboard.loaded)
    dashboard.close()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Wizard("nightly"), "definition = 'nightly': expected a Definition"),  # type: ignore[arg-type]
        (lambda: Dashboard("nightly"), "instance = 'nightly': expected an Instance, as Manager"),  # type: ignore[arg-type]
    ],
)
def test_what_a_widget_cannot_show_is_named(make: Callable[[], object], said: str) -> None:
    with pytest.raises(InvalidDefinition, match=said):
        make()


def test_halves_of_characters_from_a_page_are_replaced_wherever_they_are() -> None:
    manager, task = memory_manager()
    wizard = Wizard(manager=manager)
    answer = Page(wizard).ask(
        "validate", revision=1, data=schedule_data(task, name="half \ud83d", **{"\udc00": ["\ud83d"]})
    )
    assert "\ufffd" in json.dumps(answer, ensure_ascii=False).encode().decode()
    [item] = wizard._wizard.state()["draft"]["schedules"]
    assert (item["name"], item["\ufffd"]) == ("half \ufffd", ["\ufffd"])
    assert mended({"whole": "\U0001f600", "number": 1}) == {"whole": "\U0001f600", "number": 1}
