"""Finds the base task of a `Latest` on the server: the task that completed last of those that fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from clearml_sched_widgets.definition import Latest
from clearml_sched_widgets.engine.launching.workers import workers_for
from clearml_sched_widgets.errors import PermanentError
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.gateway.pipelines import FOLDER
from clearml_sched_widgets.records import INSTANCE_TAG, LATEST_TAG, PIPELINE_TAG, Task, TaskQuery

# System tags of tasks that are never the latest. A run that was launched from a `Latest` has its base task's name and
# tags. If it counted, each run would be a copy of the run before, with that one's parameters.
LEFT_OUT = ("archived", "dataset", "reports", INSTANCE_TAG, LATEST_TAG)
STATUSES = {"completed": ("completed", "published"), "published": ("published",)}


def newest_tasks(
    gateway: Gateway,
    wanted: Iterable[Latest],
    objects: tuple[str, ...] = (),
    refused: dict[Latest, str] | None = None,
) -> dict[Latest, Task]:
    """The task that each of them is now, with its hyperparameters and these configuration objects, if it has them.

    Those that nothing fits are left out, and those that the server refuses; it is told in `refused`. One request for
    each different one, several at a time, and one before for the projects of all.
    """
    distinct = list(dict.fromkeys(wanted))
    refusals: dict[Latest, str] = {} if refused is None else refused
    projects = _known_projects(gateway, distinct, refusals)
    known = [latest for latest in distinct if latest.project is None or latest.project in projects]

    def read(latest: Latest) -> list[Task]:
        try:
            return gateway.tasks(_query(latest, projects, objects))
        except PermanentError as error:  # one that the server does not understand must not stop the others
            refusals[latest] = str(error)
            return []

    if len(known) <= 1:  # a thread would cost more than it saves
        found = list(map(read, known))
    else:
        with workers_for(len(known)) as pool:
            found = list(pool.map(read, known))
    return {latest: tasks[0] for latest, tasks in zip(known, found, strict=True) if tasks}


def _known_projects(gateway: Gateway, wanted: Sequence[Latest], refusals: dict[Latest, str]) -> dict[str, str]:
    """The ids of their projects; asked for one by one if the server refuses the request for all."""
    try:
        return project_ids(gateway, wanted)
    except PermanentError:
        found: dict[str, str] = {}
    for latest in wanted:
        try:
            found |= project_ids(gateway, [latest])
        except PermanentError as error:
            refusals[latest] = str(error)
    return found


def project_ids(gateway: Gateway, wanted: Iterable[Latest]) -> dict[str, str]:
    """The ids of their projects by name, without those that do not exist. No request if they name no project."""
    names = {latest.project for latest in wanted if latest.project}
    return gateway.project_ids(names) if names else {}


def _holds_pipelines(project: str | None) -> bool:
    """Whether it is the project of a pipeline. The SDK puts the steps there, too."""
    return project is not None and FOLDER in project.split("/")


def nothing_fits(latest: Latest) -> str:
    """Says that there is no such task now."""
    return f"there is no {latest.kind} now (runs launched from a latest task do not count)"


def _query(latest: Latest, projects: Mapping[str, str], objects: tuple[str, ...]) -> TaskQuery:
    return TaskQuery(
        project_id=projects[latest.project] if latest.project else None,
        name=latest.name or "",
        tags=latest.tags,
        statuses=STATUSES[latest.status],
        system_tags=(PIPELINE_TAG,) if _holds_pipelines(latest.project) else (),
        without_system_tags=LEFT_OUT,
        order="-completed",
        limit=1,
        hyperparams="all",
        objects=objects,
    )
