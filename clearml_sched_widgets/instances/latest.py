"""Checks the actions that launch the latest of several tasks, before a launch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from clearml_sched_widgets.definition import Definition, Latest
from clearml_sched_widgets.engine.launching.latest import nothing_fits, project_ids
from clearml_sched_widgets.errors import Problem
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.records import Task

MOST_NAMED = 20  # projects in a message


def problems(gateway: Gateway, definition: Definition) -> Iterator[Problem]:
    """A problem for each project that does not exist. One request if projects are named, two if one is missing."""
    named = _by_path(definition)
    known = project_ids(gateway, (latest for _, latest in named))
    missing = [(path, latest.project) for path, latest in named if latest.project and latest.project not in known]
    if not missing:
        return
    there = ", ".join(project.name for project in gateway.projects(limit=MOST_NAMED))
    for path, name in missing:
        message = f"there is no such project on the server; it has, recently used first: {there}"
        yield Problem(f"{path}.project", name, message)


def warnings(definition: Definition, bases: Mapping[str, Task]) -> Iterator[Problem]:
    """A problem for each that nothing fits now. It is no error, as there may be such a task by the first run.

    `bases` are the base tasks that were found, by the items' ids.
    """
    for path, item in definition.paths():
        if item.action.latest and item.id not in bases:
            message = f"{nothing_fits(item.action.latest)}: runs fail until there is one"
            yield Problem(f"{path}.action.latest", item.action.latest.words, message)


def _by_path(definition: Definition) -> list[tuple[str, Latest]]:
    return [(f"{path}.action.latest", item.action.latest) for path, item in definition.paths() if item.action.latest]
