"""Checks the actions that launch the latest of several tasks, before a launch."""

from __future__ import annotations

from collections.abc import Iterator

from clearml_sched_widgets.definition import Definition, Latest
from clearml_sched_widgets.engine.launching.latest import newest_tasks, nothing_fits, project_ids
from clearml_sched_widgets.errors import Problem
from clearml_sched_widgets.gateway.base import Gateway

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


def warnings(gateway: Gateway, definition: Definition) -> Iterator[Problem]:
    """A problem for each that nothing fits now. It is no error, as there may be such a task by the first run.

    The requests are those of `newest_tasks`.
    """
    named = _by_path(definition)
    found = newest_tasks(gateway, (latest for _, latest in named))
    for path, latest in named:
        if latest not in found:
            yield Problem(path, latest.words, f"{nothing_fits(latest)}: runs fail until there is one")


def _by_path(definition: Definition) -> list[tuple[str, Latest]]:
    return [(f"{path}.action.latest", item.action.latest) for path, item in definition.paths() if item.action.latest]
