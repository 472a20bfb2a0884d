"""Looks up base tasks by text, id or web address on the server, their parameters, and projects."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import attrs

from clearml_sched_widgets.definition import Definition
from clearml_sched_widgets.errors import Problem
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.records import INSTANCE_TAG, PIPELINE_TAG, RUN_TAG, SECTION, Param, Task, TaskQuery

PAGE_SIZE = 20  # tasks per page of the picker
PROJECTS_SEARCHED = 200  # projects with the text in their names, whose tasks are found too
LONGEST_VALUE = 10_000  # characters of a parameter's value or description that are sent to the page
TASK_IN_PATH = re.compile(r"/(?:experiments|tasks)/([0-9a-f]{32})(?=[/;]|$)")
# The first of these system tags tells what a task is: the run of a pipeline is a run above all.
KINDS = {"dataset": "dataset", "reports": "report", INSTANCE_TAG: "scheduler", RUN_TAG: "run", PIPELINE_TAG: "pipeline"}
NOT_BASE_TASKS = ("archived", "dataset", "reports", INSTANCE_TAG, RUN_TAG)  # their system tags


@attrs.frozen
class Reference:
    """A task id, and for a web address also its host. The id is empty if the address is not that of a task."""

    id: str
    host: str = ""


def reference(text: str) -> Reference:
    """The reference in a text, which is a task id or the address of a task's page."""
    text = text.strip()
    try:
        parts = urlsplit(text)
    except ValueError:  # for example a lone bracket in the host
        return Reference(text)
    if parts.scheme not in ("http", "https"):
        return Reference(text)
    # Some installations of the web server keep the route in the fragment.
    match = TASK_IN_PATH.search(parts.path) or TASK_IN_PATH.search(parts.fragment)
    return Reference(match[1] if match else "", parts.netloc.rpartition("@")[2].lower())


def search(gateway: Gateway, text: str, page: int, *, pipelines: bool = False) -> tuple[list[Task], bool]:
    """A page of base tasks whose name, tag, project or id matches, the latest first; and whether there are more.

    With `pipelines`, these alone. Their projects are hidden, but are found here either way.
    """
    text = reference(text).id or text.strip()
    projects = gateway.projects(text, limit=PROJECTS_SEARCHED, pipelines=True) if text else []
    query = TaskQuery(
        text=text,
        text_tags=True,
        text_projects=tuple(project.id for project in projects),
        types=("controller",) if pipelines else (),
        system_tags=(PIPELINE_TAG,) if pipelines else (),
        without_system_tags=NOT_BASE_TASKS,
        limit=PAGE_SIZE,
        page=page,
    )
    tasks = gateway.tasks(query)
    return tasks, len(tasks) == PAGE_SIZE


def resolve(gateway: Gateway, text: str) -> dict[str, Any]:
    """The task of an id or a web address, as `{id, task, problem}`; `task` is None if there is a problem."""
    wanted = reference(text)
    server = gateway.server()
    own_host = urlsplit(server.web_url).netloc.lower()
    other_host = wanted.host if wanted.host != own_host else ""
    problem = ""
    if not wanted.id:
        if wanted.host:
            problem = "This address names no task. Paste the address of a task's page, or a task's id."
        return {"id": "", "task": None, "problem": problem}
    tasks = gateway.tasks(TaskQuery(ids=(wanted.id,), limit=1, order="created"))
    if not tasks:
        here = own_host or urlsplit(server.api_url).netloc or "this server"
        problem = (
            f"This address is of another server, {other_host}; you are connected to {here}, which has no such task."
            if other_host
            else "The server has no task of this id. Browse for one, or paste the id or the address of a task."
        )
    return {"id": wanted.id, "task": task_data(tasks[0]) if tasks else None, "problem": problem}


def task_data(task: Task) -> dict[str, Any]:
    """A base task for the page. `kind` is empty for an ordinary task."""
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
    """The hyperparameters of a task, named "Section/name", with the type that the SDK recorded for each."""
    tasks = gateway.tasks(TaskQuery(ids=(task_id,), limit=1, order="created", hyperparams="all"))
    return [_parameter_data(name, param) for name, param in _named_parameters(tasks[0])] if tasks else []


def projects(gateway: Gateway, text: str, limit: int = 50) -> dict[str, Any]:
    """Names of projects that contain the text. `exists`: whether one has exactly that name; None if not known."""
    names = [project.name for project in gateway.projects(text, limit)]
    exists = True if text.strip() in names else None if len(names) == limit else False
    return {"projects": names, "exists": exists}


def type_mismatches(definition: Definition, bases: Mapping[str, Task]) -> Iterator[Problem]:
    """Parameters whose value cannot be read as the type that the base task has. `bases` are those of the items' ids."""
    for path, item in definition.paths():
        base_params = dict(_named_parameters(bases[item.id])) if item.action.parameters and item.id in bases else {}
        for name, value in item.action.parameters.items():
            expected = expected_format(base_params[name].type, value) if name in base_params else ""
            if expected:
                message = f"the base task's own value is {base_params[name].value!r}: expected {expected}"
                yield Problem(f"{path}.action.parameters[{name!r}]", value, message)


def expected_format(kind: str, value: str) -> str:
    """What a value of the type must be, if this value is not that. Empty if it fits or the type is not checked."""
    if "${" in value:
        return ""  # the value of a variable is not known yet
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


def _named_parameters(task: Task) -> Iterator[tuple[str, Param]]:
    for section, items in task.hyperparams.items():
        if section != SECTION:
            yield from ((f"{section}/{name}", param) for name, param in items.items())


def _parameter_data(name: str, param: Param) -> dict[str, Any]:
    return {
        "name": name,
        "value": param.value[:LONGEST_VALUE],
        "length": len(param.value),
        "type": param.type,
        "description": param.description[:LONGEST_VALUE],
    }


def _millis(time: datetime | None) -> int | None:
    return None if time is None else int(time.timestamp() * 1000)
