"""What a trigger matches on the server now: what it would fire on at once if it included what exists."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from clearml_sched_widgets import Action, ModelTrigger, Published, Select, StatusChanged, Tagged, TaskTrigger, Wizard
from clearml_sched_widgets.definition import Condition
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from clearml_sched_widgets.widgets.wizard import matches as module
from clearml_sched_widgets.widgets.wizard.matches import find_matches, matches_data
from tests.unit.widgets.page import Page, memory_manager

COMPLETED = StatusChanged(["completed"])


@pytest.fixture
def gateway() -> MemoryGateway:
    gateway = MemoryGateway()
    gateway.add_task("train", "Vision", status="completed", tags=["ready"])
    gateway.add_task("train", "Vision/sub", status="failed")
    gateway.add_task("test", "Speech", status="completed", system_tags=["development"])
    gateway.add_task("release", "Speech", status="published", tags=["ready", "old"])
    gateway.archive(gateway.add_task("archived", "Vision", status="completed"))
    gateway.add_model("net", "Vision", published=True)
    gateway.add_model("draft net", "Vision")
    return gateway


@pytest.mark.parametrize(
    ("when", "select", "expected"),
    [
        (COMPLETED, {}, ["train"]),
        (StatusChanged(["completed", "failed"]), {"projects": ["Vision"]}, ["train", "train"]),
        (StatusChanged(["completed", "failed"]), {"projects": ["Vision"], "subprojects": False}, ["train"]),
        (COMPLETED, {"exclude_development": False}, ["test", "train"]),
        (COMPLETED, {"name": "nothing of this name"}, []),
        (StatusChanged(["failed"], from_=["in_progress"]), {}, ["train"]),
        (StatusChanged(["failed"], from_=["completed"]), {}, []),
        (Published(), {}, ["release"]),
        (Tagged(any=["ready"]), {}, ["release", "train"]),
        (Tagged(all=["ready"], none=["old"]), {}, ["train"]),
    ],
)
def test_objects_match_by_the_condition_and_the_selection(
    gateway: MemoryGateway, when: Condition, select: dict[str, Any], expected: list[str]
) -> None:
    found = find_matches(gateway, TaskTrigger(Action("t1"), when, Select(**select)))
    assert sorted(row.name for row in found.objects) == expected
    assert found.all_read


def test_models_match_too(gateway: MemoryGateway) -> None:
    assert [row.name for row in find_matches(gateway, ModelTrigger(Action("t1"), Published())).objects] == ["net"]


def test_an_empty_server_matches_nothing() -> None:
    assert find_matches(MemoryGateway(), TaskTrigger(Action("t1"), COMPLETED)) == module.Matches(
        objects=(), read=0, all_read=True
    )


def clock() -> Callable[[], datetime]:
    """A server's clock that goes on by twenty days with each reading."""
    moments = (datetime(2024, 1, 1, tzinfo=timezone.utc) + timedelta(days=20 * number) for number in range(10_000))
    return lambda: next(moments)


def test_in_a_full_workspace_only_what_changed_last_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_READ", 3)
    gateway = MemoryGateway(now=clock())
    for number in range(8):
        gateway.add_task(f"task {number}", status="completed")
    found = find_matches(gateway, TaskTrigger(Action("t1"), COMPLETED))
    assert not found.all_read
    assert [row.name for row in found.objects][:1] == ["task 7"]
    assert found.read <= 4


def test_old_objects_are_found_where_there_are_few() -> None:
    gateway = MemoryGateway(now=clock())
    for number in range(8):
        gateway.add_task(f"task {number}", status="completed")
    found = find_matches(gateway, TaskTrigger(Action("t1"), COMPLETED))
    assert [row.name for row in found.objects] == [f"task {number}" for number in reversed(range(8))]


def test_the_page_gets_the_first_of_them_and_how_many_there_are(
    gateway: MemoryGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_LISTED", 1)
    data = matches_data(find_matches(gateway, TaskTrigger(Action("t1"), Tagged(any=["ready"]))))
    assert (data["count"], data["all_read"], len(data["objects"])) == (2, True, 1)
    assert data["objects"][0]["name"] == "release"
    assert data["objects"][0]["tags"] == ["old", "ready"]


def test_the_page_asks_for_a_trigger_that_has_no_base_task_yet() -> None:
    manager, _ = memory_manager()
    page = Page(Wizard(manager=manager))
    trigger = {
        "id": "x",
        "entity": "task",
        "when": {"type": "status_changed", "to": ["created"]},
        "action": {"task": ""},
    }
    data = {"name": "", "schedules": [], "triggers": [trigger]}
    answer = page.ask("matches", data=data, item="x")
    assert [found["name"] for found in answer["result"]["objects"]] == ["train model"]
    refused = page.ask("matches", data={**data, "triggers": [{**trigger, "when": {}}]}, item="x")
    assert "not complete" in refused["error"]["message"]
