"""The endpoints `tasks.*` that create, list, edit, clone and move tasks."""

from __future__ import annotations

from typing import Any

from clearml_sched_widgets.sandbox import clock, listing, projects_tree, task_fields
from clearml_sched_widgets.sandbox.call import Call, endpoint
from clearml_sched_widgets.sandbox.cloning import clone
from clearml_sched_widgets.sandbox.conditions import Condition
from clearml_sched_widgets.sandbox.errors import (
    EMPTY_BATCH,
    INVALID_PROJECT_ID,
    INVALID_TASK_STATUS,
    MISSING_FIELDS,
)
from clearml_sched_widgets.sandbox.kinds import ARCHIVED, HIDDEN, MODELS, PROJECTS, TASKS
from clearml_sched_widgets.sandbox.lifecycle import dequeue_and_change, for_each, get_task, get_tasks
from clearml_sched_widgets.sandbox.lifecycle import save as save_task
from clearml_sched_widgets.sandbox.projection import select
from clearml_sched_widgets.sandbox.status import CREATED
from clearml_sched_widgets.sandbox.store import Doc, dumps
from clearml_sched_widgets.sandbox.tags import update_tags


def _all_fields(task: Doc) -> Doc:
    return {**select(TASKS, task, []), "unique_metrics": []}  # always empty, as on the real server


def _expand_subprojects(call: Call) -> None:
    project = call.data.get("project")
    if call.data.pop("include_subprojects", False) and project:
        ids = project if isinstance(project, list) else [project]
        call.data["project"] = projects_tree.with_children(call.store, ids)


def _visible_only(data: Doc) -> Condition | None:
    return None if data.get("search_hidden") or data.get("id") else listing.not_tagged(TASKS, HIDDEN)


def _list_tasks(call: Call, *, join: bool) -> Doc:
    _expand_subprojects(call)
    answer = listing.list_docs(call, TASKS, _visible_only(call.data), join=join)
    task_fields.adapt_to_version(call, answer["tasks"])
    return answer


@endpoint("tasks.get_by_id", required=("task",))
def get_by_id(call: Call) -> Doc:
    task = _all_fields(get_tasks(call.store, [call.data["task"]])[0])
    task_fields.adapt_to_version(call, [task])
    return {"task": task}


@endpoint("tasks.get_all")
def get_all(call: Call) -> Doc:
    return _list_tasks(call, join=False)


@endpoint("tasks.get_all_ex")
def get_all_ex(call: Call) -> Doc:
    return _list_tasks(call, join=True)


@endpoint("tasks.get_by_id_ex", required=("id",))
def get_by_id_ex(call: Call) -> Doc:
    return _list_tasks(call, join=True)


@endpoint("tasks.get_types")
def get_types(call: Call) -> Doc:
    projects = call.data.get("projects")
    where = "project IN (SELECT value FROM json_each(?))" if projects else "1"
    ids = [dumps(projects_tree.with_children(call.store, projects))] if projects else []
    rows = call.store.rows(f"SELECT DISTINCT type FROM tasks WHERE {where}", ids)
    return {"types": sorted(str(row[0]) for row in rows)}


def _new_task(call: Call) -> Doc:
    fields = task_fields.read(call, call.data)
    task = task_fields.blank(call.user, clock.stored(clock.now()))
    task.update(task_fields.merged(task, fields))
    task_fields.check_input_models(call.store, task["models"]["input"])
    return task


@endpoint("tasks.create", required=("name", "type"), choices={"type": task_fields.TYPES})
def create(call: Call) -> Doc:
    task = _new_task(call)
    call.store.insert(TASKS, task)
    projects_tree.touch(call.store, task.get("project"))
    return {"id": task["id"]}


@endpoint("tasks.validate", required=("name", "type"), choices={"type": task_fields.TYPES})
def validate(call: Call) -> Doc:
    _new_task(call)
    return {}


@endpoint(
    "tasks.clone",
    required=("task",),
    types={
        "new_task_name": str,
        "new_task_comment": str,
        "new_task_tags": list,
        "new_task_system_tags": list,
        "new_task_parent": str,
        "new_task_project": str,
        "new_task_hyperparams": dict,
        "new_task_configuration": dict,
        "new_task_container": dict,
        "new_task_input_models": list,
        "execution_overrides": dict,
        "new_project_name": str,
    },
)
def clone_task(call: Call) -> Doc:
    return clone(call)


@endpoint("tasks.edit", required=("task",))
def edit(call: Call) -> Doc:
    task = get_task(call.store, call.data["task"])
    if not call.data.get("force") and task["status"] != CREATED:
        raise INVALID_TASK_STATUS(expected=CREATED, status=task["status"])
    fields = task_fields.merged(task, task_fields.read(call, call.data, more=("status",)))
    if not fields:
        return {"updated": 0, "fields": {}}
    if "models" in fields:
        task_fields.check_input_models(call.store, fields["models"].get("input", []))
    return _store_edit(call, task, fields, update=not set(fields) <= task_fields.USER_FIELDS)


def _store_edit(call: Call, task: Doc, fields: Doc, *, update: bool) -> Doc:
    moment = clock.now()
    task.update(fields)
    save_task(call, task, update=update)
    for project in {task.get("project"), fields.get("project")}:
        projects_tree.touch(call.store, project)
    shown: Doc = {**fields, "last_change": clock.text(moment), "last_changed_by": call.user}
    if update:
        shown["last_update"] = clock.text(moment)
    return {"updated": 1, "fields": shown}


def _update_fields(call: Call, data: Doc) -> Doc:
    fields = task_fields.read(call, data, more=("status_message", "created"))
    return {name: value for name, value in fields.items() if name in task_fields.USER_FIELDS}


@endpoint("tasks.update", required=("task",))
def update(call: Call) -> Doc:
    task = get_task(call.store, call.data["task"])
    fields = _update_fields(call, call.data)
    if not fields:
        return {"updated": 0, "fields": {}}
    return _store_edit(call, task, fields, update=False)


@endpoint("tasks.update_batch")
def update_batch(call: Call) -> Doc:
    if not call.batch:
        raise EMPTY_BATCH()
    tasks = {task["id"]: task for task in get_tasks(call.store, [item.get("task", "") for item in call.batch])}
    updated = 0
    for item in call.batch:
        fields = _update_fields(call, item)
        updated += _store_edit(call, tasks[item["task"]], fields, update=False)["updated"] if fields else 0
    return {"updated": updated}


@endpoint("tasks.move", nonempty=("ids",))
def move(call: Call) -> Doc:
    if "project" not in call.data and not call.data.get("project_name"):
        raise MISSING_FIELDS("project or project_name is required")
    tasks = get_tasks(call.store, call.data["ids"])
    project = target_project(call)
    for task in tasks:
        projects_tree.touch(call.store, task.get("project"))
        _set_project(task, project)
        save_task(call, task, update=False)
    projects_tree.touch(call.store, project)
    return {"project_id": project}


def _set_project(doc: Doc, project: str | None) -> None:
    if project is None:
        doc.pop("project", None)
    else:
        doc["project"] = project


def target_project(call: Call) -> str | None:
    """Return the id of the project in a move request, or None for no project. Creates a named project if missing."""
    project: Any = call.data.get("project")
    if project:
        if call.store.get(PROJECTS, project) is None:
            raise INVALID_PROJECT_ID(id=project)
        return str(project)
    name = call.data.get("project_name")
    return str(projects_tree.ensure(call.store, name, call.user)["id"]) if name else None


@endpoint("tasks.update_tags", nonempty=("ids",))
def edit_tags(call: Call) -> Doc:
    get_tasks(call.store, call.data["ids"])
    return update_tags(call, TASKS)


@endpoint("models.update_tags", nonempty=("ids",))
def edit_model_tags(call: Call) -> Doc:
    return update_tags(call, MODELS)


def _set_archived(call: Call, task_id: str, *, archived: bool) -> Doc:
    task = get_task(call.store, task_id)
    reason, message = call.data.get("status_reason") or "", call.data.get("status_message") or ""
    if archived:
        dequeue_and_change(call, task, reason=reason, message=message, everywhere=True, aborted="stopped")
    tags = {*task["system_tags"], ARCHIVED} if archived else set(task["system_tags"]) - {ARCHIVED}
    task.update(system_tags=sorted(tags), status_reason=reason, status_message=message)
    save_task(call, task, update=False)
    return {"archived" if archived else "unarchived": True}


@endpoint("tasks.archive", nonempty=("tasks",))
def archive(call: Call) -> Doc:
    ids = call.data["tasks"]
    get_tasks(call.store, ids)
    for task_id in ids:
        _set_archived(call, task_id, archived=True)
    return {"archived": len(ids)}


@endpoint("tasks.archive_many", nonempty=("ids",))
def archive_many(call: Call) -> Doc:
    return for_each(call.data["ids"], lambda task_id: _set_archived(call, task_id, archived=True))


@endpoint("tasks.unarchive_many", nonempty=("ids",))
def unarchive_many(call: Call) -> Doc:
    return for_each(call.data["ids"], lambda task_id: _set_archived(call, task_id, archived=False))
