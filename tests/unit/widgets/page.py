"""A fake page for a widget: sends it messages and records its answers."""

from __future__ import annotations

from itertools import count
from typing import Any

from clearml_sched_widgets import Dashboard
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from clearml_sched_widgets.manager import Manager
from clearml_sched_widgets.views.history import EXECUTED_COLUMNS, SCHEDULED_COLUMNS
from clearml_sched_widgets.widgets.host.base import SchedulerWidget
from tests.waiting import until


class Page:
    """Sends messages to a widget as its page does. `answers` has all its replies."""

    def __init__(self, widget: SchedulerWidget) -> None:
        self.widget = widget
        self.answers: list[dict[str, Any]] = []
        self._ids = count(1)
        widget.send = self.answers.append

    def post(self, content: object) -> None:
        """Send a message with any content, also an invalid one."""
        self.widget._handle_custom_msg(content, [])

    def ask(self, action: str, **payload: Any) -> dict[str, Any]:
        """Send a request and wait for its answer."""
        message = f"page-{next(self._ids)}"
        self.post({"id": message, "action": action, "payload": payload})
        until(lambda: any(answer["id"] == message for answer in self.final))
        return next(answer for answer in self.final if answer["id"] == message)

    @property
    def final(self) -> list[dict[str, Any]]:
        """The answers with a result, without acknowledgements of receipt."""
        return [answer for answer in self.answers if "ok" in answer]


def first_rows(dashboard: Dashboard, table: str) -> list[dict[str, Any]]:
    """The rows of a table that a newly opened page gets."""
    columns = {"scheduled": SCHEDULED_COLUMNS, "executed": EXECUTED_COLUMNS}[table]
    window = dashboard.get_state(f"{table}_window")[f"{table}_window"]
    return [dict(zip(columns, row, strict=True)) for row in window["rows"]]


def memory_manager() -> tuple[Manager, str]:
    """A manager on a server in this process with a queue `default`, and the id of a base task on it."""
    gateway = MemoryGateway()
    gateway.add_queue("default")
    task = gateway.add_task("train model", project="Vision")
    return Manager(gateway=gateway), task


def schedule_data(task: str, **changes: Any) -> dict[str, Any]:
    """A definition's data with one daily schedule."""
    item = {
        "id": "a1",
        "action": {"task": task, "queue": "default"},
        "recurrence": {"type": "daily", "times": ["06:20", "18:20"]},
        **changes,
    }
    return {"version": 1, "name": "Nightly", "schedules": [item], "triggers": []}
