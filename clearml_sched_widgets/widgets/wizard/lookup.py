"""What the form looks up on the server: base tasks by text, id or web address, their parameters, and projects."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import attrs

from clearml_sched_widgets.definition import Definition
from clearml_sched_widgets.errors import Problem
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.records import INSTANCE_TAG, RUN_TAG, SECTION, Param, Task, TaskQuery

PAGE = 20  # tasks per page of the picker
PROJECTS_SEARCHED = 200  # a text finds the tasks of so many projects whose names hold it
LONGEST_VALUE = 10_000  # characters of a parameter's value that are sent to the page
TASK_IN_PATH = re.compile(r"/(?:experiments|tasks)/([0-9a-f]{32})(?=[/;]|$)")
KINDS = {"dataset": "dataset", "pipeline": "pipeline", "reports": "report", INSTANCE_TAG: "scheduler", RUN_TAG: "run"}
NO_BASE = ("archived", "dataset", "reports", INSTANCE_TAG, RUN_TAG)  # what nobody looks for to run it


@attrs.frozen
class Reference:
    """What was typed for a task: an id; of a web address also the server it names, and no id if it is of no task."""

    id: str
    host: str = ""


def reference(text: str) -> Reference:
    """The task that a text names: an id, or the address of its page in a ClearML web server."""
    text = text.strip()
    try:
        parts = urlsplit(text)
    except ValueError:  # such as a bracket in place of the host
        return Reference(text)
    if parts.scheme not in ("http", "https"):
        return Reference(text)
    # The web page keeps its route in the fragment on some installations.
    found = TASK_IN_PATH.search(parts.path) or TASK_IN_PATH.search(parts.fragment)
    return Reference(found[1] if found else "", parts.netloc.rpartition("@")[2].lower())


def search(gateway: Gateway, text: str, page: int) -> tuple[list[Task], bool]:
    """A page of base tasks whose name, tag, project or id fits, the latest first; and whether there are more."""
    text = reference(text).id or text.strip()
    projects = gateway.projects(text, limit=PROJECTS_SEARCHED) if text else []
    query = TaskQuery(
        text=text,
        text_tags=True,
        text_projects=tuple(project.id for project in projects),
        without_system_tags=NO_BASE,
        limit=PAGE,
        page=page,
    )
    found = gateway.tasks(query)
    return found, len(found) == PAGE


def resolve(gateway: Gateway, text: str) -> dict[str, Any]:
    """The task that an id or a web address names: its id, what the server knows of it, or what is wrong."""
    named = reference(text)
    server = gateway.server()
    ours = urlsplit(server.web_url).netloc.lower()
    elsewhere = named.host if named.host and named.host != ours else ""
    if not named.id:
        what = "This address names no task. Paste the address of a task's page, or a task's id." if named.host else ""
        return {"id": "", "task": None, "problem": what}
    found = gateway.tasks(TaskQuery(ids=(named.id,), limit=1, order="created"))
    problem = ""
    if not found:
        here = ours or urlsplit(server.api_url).netloc or "this server"
        problem = (
            f"This address is of another server, {elsewhere}; you are connected to {here}, which has no such task."
            if elsewhere
            else "The server has no task of this id. Browse for one, or paste the id or the address of a task."
        )
    return {"id": named.id, "task": task_data(found[0]) if found else None, "problem": problem}


def task_data(task: Task) -> dict[str, Any]:
    """A base task for the page. `kind` is empty for what can be run as it is."""
    return {
        "id": task.id,
        "name": task.name,
        "project": task.project,
        "status": task.status,
        "type": task.type,
        "tags": list(task.tags),
        "user": task.user,
        "updated": _millis(task.last_update),
        "archived": "archived" in task.system_tags,
        "kind": next((kind for tag, kind in KINDS.items() if tag in task.system_tags), ""),
    }


def parameters(gateway: Gateway, task_id: str) -> list[dict[str, Any]]:
    """The hyperparameters of a task, as "Section/name", with the type that the SDK noted for each."""
    found = gateway.tasks(TaskQuery(ids=(task_id,), limit=1, order="created", hyperparams="all"))
    return [_parameter(*each) for each in _listed(found[0])] if found else []


def projects(gateway: Gateway, text: str, limit: int = 50) -> dict[str, Any]:
    """Names of projects that hold the text; `exists` is whether there is one of just that name, null if not known."""
    names = [project.name for project in gateway.projects(text, limit)]
    exists = True if text.strip() in names else None if len(names) == limit else False
    return {"projects": names, "exists": exists}


def misfits(gateway: Gateway, definition: Definition) -> Iterator[Problem]:
    """Parameters whose value does not read as the type that the base task's own has. At most one request."""
    ids = tuple({item.action.task for item in definition.items if item.action.parameters})
    query = TaskQuery(ids=ids[:500], order="created", hyperparams="all")
    known = {task.id: dict(_listed(task)) for task in (gateway.tasks(query) if ids else ())}
    for path, item in definition.paths():
        own = known.get(item.action.task, {})
        for name, value in item.action.parameters.items():
            expected = misfit(own[name].type, value) if name in own else ""
            if expected:
                message = f"the base task's own value is {own[name].value!r}: expected {expected}"
                yield Problem(f"{path}.action.parameters[{name!r}]", value, message)


def misfit(kind: str, value: str) -> str:
    """What a value of that type looks like, if this one does not; empty if it does, or the type says nothing."""
    if "${" in value:
        return ""  # what will stand there is not known yet
    if kind == "int" and not re.fullmatch(r"\s*[+-]?\d[\d_]*\s*", value):
        return "a whole number"
    if kind == "float" and not _is_number(value):
        return "a number"
    if kind == "bool" and value.strip().lower() not in ("true", "false", "1", "0", "yes", "no"):
        return "True or False"
    return ""


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _listed(task: Task) -> Iterator[tuple[str, Param]]:
    for section, items in task.hyperparams.items():
        if section != SECTION:
            yield from ((f"{section}/{name}", param) for name, param in items.items())


def _parameter(name: str, param: Param) -> dict[str, Any]:
    return {
        "name": name,
        "value": param.value[:LONGEST_VALUE],
        "length": len(param.value),
        "type": param.type,
        "description": param.description[:LONGEST_VALUE],
    }


def _millis(time: datetime | None) -> int | None:
    return None if time is None else int(time.timestamp() * 1000)
