"""Answers which task is the latest of several now, for the form."""

from __future__ import annotations

from typing import Any

from clearml_sched_widgets.definition import Latest
from clearml_sched_widgets.engine.launching.latest import newest_tasks
from clearml_sched_widgets.errors import InvalidDefinition
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.widgets.host.messages import Request
from clearml_sched_widgets.widgets.host.page_values import millis
from clearml_sched_widgets.widgets.wizard.lookup import task_data


def latest_now(request: Request, gateway: Gateway) -> dict[str, Any]:
    """The task that would be the base of a launch now, and when it completed. `asked` is false for unfinished input."""
    what = {key: request.text(key, "") for key in ("project", "name", "tags", "status")}
    try:
        wanted = Latest(**what)
    except InvalidDefinition:
        return {"task": None, "completed": None, "asked": False}
    task = newest_tasks(gateway, [wanted]).get(wanted)
    completed = millis(task.completed) if task else None
    return {"task": task_data(task) if task else None, "completed": completed, "asked": True}
