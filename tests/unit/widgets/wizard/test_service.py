"""What the form says of a service that cannot be launched: beside its field, and nothing is made."""

from __future__ import annotations

from typing import Any

import pytest

from clearml_sched_widgets import Action, Definition, Manager, Select, StatusChanged, TaskTrigger, Wizard
from clearml_sched_widgets.bundle import script
from clearml_sched_widgets.codec import to_data
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from tests.unit.widgets.page import Page, memory_manager, schedule_data


def refusals(manager: Manager, data: dict[str, Any], queue: str) -> list[tuple[str, str]]:
    """The problems of a launch as a service, by path."""
    gateway = manager.gateway
    assert isinstance(gateway, MemoryGateway)
    before = len(gateway.all_tasks())
    answer = Page(Wizard(manager=manager)).ask("launch", data=data, where="service", queue=queue)
    assert not answer["ok"]
    assert len(gateway.all_tasks()) == before, "nothing is made"
    return [(problem["path"], problem["message"]) for problem in answer["error"]["problems"]]


def test_a_missing_services_queue_is_said_with_what_to_do() -> None:
    manager, task = memory_manager()
    [(path, message)] = refusals(manager, schedule_data(task), "services")
    assert path == "service queue"
    assert message == "there is no such queue on the server; create it there, or choose one of: default"


def test_a_regular_expression_that_a_bundle_cannot_search_is_said_beside_its_field() -> None:
    manager, task = memory_manager()
    trigger = TaskTrigger(Action(task), StatusChanged(to=["completed"]), Select(name_regex="^train"))
    [(path, message)] = refusals(manager, to_data(Definition("Nightly", triggers=[trigger])), "default")
    assert path == "triggers[0].select.name_regex"
    assert "needs the package regex" in message


def test_a_bundle_that_is_too_large_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(script, "MOST_CHARACTERS", 1000)
    manager, task = memory_manager()
    [(path, message)] = refusals(manager, schedule_data(task), "default")
    assert path == "package"
    assert "more than the 1,000 of a task's script" in message
