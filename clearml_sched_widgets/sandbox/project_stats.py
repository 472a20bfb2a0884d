"""Counts for lists of projects: tasks by status, running times, own contents, sub-projects."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from clearml_sched_widgets.sandbox import clock, projects_tree
from clearml_sched_widgets.sandbox.kinds import MODELS, PROJECTS, TASKS
from clearml_sched_widgets.sandbox.status import STATUSES
from clearml_sched_widgets.sandbox.store import Doc, Store, dumps

_SCOPE = (
    "project IN (SELECT value FROM json_each(?)) AND NOT EXISTS (SELECT 1 FROM labels WHERE kind = 'tasks'"
    " AND owner = tasks.id AND field = 'system_tags' AND value IN (SELECT value FROM json_each(?)))"
)


def stats(store: Store, project_id: str, hidden: bool) -> Doc:
    """Return `stats` (of the tasks in the project and below it that are not archived) and `sub_projects`."""
    ids = projects_tree.with_children(store, [project_id])
    scope = [dumps(ids), dumps(["archived"] if hidden else ["archived", "hidden"])]
    counts: dict[str, int] = dict.fromkeys(sorted(STATUSES), 0)
    counts.update({str(s): int(n) for s, n in _task_rows(store, "status, count(*)", scope, " GROUP BY status")})
    runtime, last = _task_rows(store, "sum(active_duration), max(started)", scope)[0]
    since = clock.stored(clock.now() - timedelta(hours=24))
    recent = f" AND completed > '{since}' AND status NOT IN ('queued', 'in_progress', 'failed')"
    active = {
        "status_count": counts,
        "total_tasks": sum(counts.values()),
        "total_runtime": int(runtime or 0),
        "completed_tasks_24h": int(_task_rows(store, "count(*)", scope, recent)[0][0]),
        "last_task_run": last,
    }
    below = store.get_many(PROJECTS, [id_ for id_ in ids if id_ != project_id]).values()
    return {
        "stats": {"active": active},
        "sub_projects": [{"id": project["id"], "name": project["name"]} for project in below],
    }


def _task_rows(store: Store, what: str, scope: list[str], tail: str = "") -> list[tuple[Any, ...]]:
    return store.rows(f"SELECT {what} FROM tasks WHERE {_SCOPE}{tail}", scope)


def own_contents(store: Store, project_id: str) -> Doc:
    """Count the tasks and models in the project itself, without sub-projects."""
    return {
        "own_tasks": store.count(TASKS, "project = ?", [project_id]),
        "own_models": store.count(MODELS, "project = ?", [project_id]),
    }
