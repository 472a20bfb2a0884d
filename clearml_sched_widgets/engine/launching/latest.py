"""Finds the base task of a `Latest` on the server: the task that completed last of those that fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from clearml_sched_widgets.definition import Latest
from clearml_sched_widgets.engine.launching.workers import workers_for
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.records import INSTANCE_TAG, LATEST_TAG, Task, TaskQuery

# System tags of tasks that are never the latest. A run that was launched from a `Latest` has its base task's name and
# tags. If it counted, each run would be a copy of the run before, with that one's parameters.
LEFT_OUT = ("archived", "dataset", "reports", INSTANCE_TAG, LATEST_TAG)
STATUSES = {"completed": ("completed", "published"), "published": ("published",)}


def newest_tasks(gateway: Gateway, wanted: Iterable[Latest], objects: tuple[str, ...] = ()) -> dict[Latest, Task]:
    """The task that each of them is now, with its hyperparameters and these configuration objects, if it has them.

    Those that nothing fits are left out.

    One request for each different one, several at a time, and one before for the projects of all.
    """
    distinct = list(dict.fromkeys(wanted))
    projects = project_ids(gateway, distinct)
    known = [latest for latest in distinct if latest.project is None or latest.project in projects]
    queries = [_query(latest, projects, objects) for latest in known]
    if len(known) <= 1:  # a thread would cost more than it saves
        found = list(map(gateway.tasks, queries))
    else:
        with workers_for(len(known)) as pool:
            found = list(pool.map(gateway.tasks, queries))
    return {latest: tasks[0] for latest, tasks in zip(known, found, strict=True) if tasks}


def project_ids(gateway: Gateway, wanted: Iterable[Latest]) -> dict[str, str]:
    """The ids of their projects by name, without those that do not exist. No request if they name no project."""
    names = {latest.project for latest in wanted if latest.project}
    return gateway.project_ids(names) if names else {}


def nothing_fits(latest: Latest) -> str:
    """Says that there is no such task now."""
    return f"there is no {latest.kind} now (runs launched from a latest task do not count)"


def _query(latest: Latest, projects: Mapping[str, str], objects: tuple[str, ...]) -> TaskQuery:
    return TaskQuery(
        project_id=projects[latest.project] if latest.project else None,
        name=latest.name or "",
        tags=latest.tags,
        statuses=STATUSES[latest.status],
        without_system_tags=LEFT_OUT,
        order="-completed",
        limit=1,
        hyperparams="all",
        objects=objects,
    )
