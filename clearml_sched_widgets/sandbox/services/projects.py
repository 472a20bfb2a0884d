"""The endpoints `projects.*`."""

from __future__ import annotations

from typing import Any

from clearml_sched_widgets.sandbox import clock, listing, project_stats, projects_tree, tags, task_fields
from clearml_sched_widgets.sandbox.call import Call, endpoint
from clearml_sched_widgets.sandbox.conditions import Condition
from clearml_sched_widgets.sandbox.errors import (
    INVALID_PROJECT_ID,
    PROJECT_HAS_DATASETS,
    PROJECT_HAS_MODELS,
    PROJECT_HAS_PIPELINES,
    PROJECT_HAS_TASKS,
    PROJECT_LOCATION,
    PROJECT_SAME_PLACE,
    PROJECT_UNDER_ITSELF,
)
from clearml_sched_widgets.sandbox.kinds import ARCHIVED, HIDDEN, MODELS, PROJECTS, TASKS
from clearml_sched_widgets.sandbox.store import Doc, dumps

_FIELDS = ("name", "description", "tags", "system_tags", "default_output_destination")
_IN_PROJECTS = "project IN (SELECT value FROM json_each(?))"


def _get_project(call: Call) -> Doc:
    project = call.store.get(PROJECTS, call.data["project"])
    if project is None:
        raise INVALID_PROJECT_ID(id=call.data["project"])
    return project


@endpoint("projects.get_by_id", required=("project",))
def get_by_id(call: Call) -> Doc:
    return {"project": _get_project(call)}


def _hierarchy_filter(call: Call) -> Condition | None:
    """Rewrite the filter `parent` to mean any ancestor, unless the search is shallow.

    Returns the condition that excludes hidden projects, or None to include them.
    """
    data = call.data
    data.pop("path", None)
    if not data.get("shallow_search"):
        if "parent" in data:
            data["path"] = data.pop("parent")
    elif "parent" not in data:
        data["parent"] = [None]
    return None if data.get("search_hidden") or data.get("id") else listing.not_tagged(PROJECTS, HIDDEN)


@endpoint("projects.get_all")
def get_all(call: Call) -> Doc:
    return listing.list_docs(call, PROJECTS, _hierarchy_filter(call), join=False)


@endpoint("projects.get_all_ex")
def get_all_ex(call: Call) -> Doc:
    data = call.data
    extra = _hierarchy_filter(call)
    only = list(data.get("only_fields") or [])
    added = bool(data.get("search_hidden") and only and "system_tags" not in only)
    if added:
        data["only_fields"] = [*only, "system_tags"]
    answer = listing.list_docs(call, PROJECTS, extra, join=True)
    for project in answer["projects"]:
        system_tags = project.pop("system_tags", []) if added else project.get("system_tags", [])
        if data.get("search_hidden") and HIDDEN in system_tags:
            project["hidden"] = True
        if data.get("check_own_contents"):
            project.update(project_stats.own_contents(call.store, project["id"]))
        if data.get("include_stats"):
            project.update(project_stats.stats(call.store, project["id"], bool(data.get("search_hidden"))))
    return answer


@endpoint("projects.create", required=("name",))
def create(call: Call) -> Doc:
    fields = {name: call.data.get(name) for name in _FIELDS[1:]}
    task_fields.check_tags(fields["tags"], fields["system_tags"])
    return {"id": projects_tree.create(call.store, call.data["name"], call.user, **fields)["id"]}


@endpoint("projects.update", required=("project",))
def update(call: Call) -> Doc:
    project = _get_project(call)
    fields: dict[str, Any] = {name: call.data[name] for name in _FIELDS if name in call.data}
    task_fields.check_tags(fields.get("tags"), fields.get("system_tags"))
    if fields.get("name"):
        name = projects_tree.clean_name(fields["name"])
        if name.rpartition("/")[0] != project["name"].rpartition("/")[0]:
            raise PROJECT_LOCATION(name=name)
        _rename(call, project, name)
        fields.update(name=name, basename=project["basename"])
    project.update(fields, last_update=clock.stored(clock.now()))
    call.store.save(PROJECTS, project)
    return {"updated": 1, "fields": {name: value for name, value in fields.items() if name != "basename"}}


def _children(call: Call, project_id: str) -> list[Doc]:
    ids = [id_ for id_ in projects_tree.with_children(call.store, [project_id]) if id_ != project_id]
    return list(call.store.get_many(PROJECTS, ids).values())


def _rename(call: Call, project: Doc, name: str) -> int:
    """Rename a project and all projects below it; returns the number of renamed projects."""
    old, children = project["name"], _children(call, project["id"])
    for child in children:
        child.update(name=name + child["name"][len(old) :], last_update=clock.stored(clock.now()))
        call.store.save(PROJECTS, child)
    project.update(name=name, basename=name.rpartition("/")[2])
    return 1 + len(children)


@endpoint("projects.move", required=("project",))
def move(call: Call) -> Doc:
    project = _get_project(call)
    location = call.data.get("new_location") or ""
    parent = projects_tree.ensure(call.store, location, call.user) if location.strip("/") else None
    if (parent["id"] if parent else None) == project.get("parent"):
        raise PROJECT_SAME_PLACE(location=location)
    if parent and project["id"] in (parent["id"], *parent["path"]):
        raise PROJECT_UNDER_ITSELF(project=project["id"], parent=parent["id"])
    depth = len(project["path"])
    moved = _rename(call, project, "/".join(filter(None, (parent["name"] if parent else "", project["basename"]))))
    project["path"] = [*parent["path"], parent["id"]] if parent else []
    project.pop("parent", None)
    project.update({"parent": parent["id"]} if parent else {})
    call.store.save(PROJECTS, project)
    for child in _children(call, project["id"]):
        child["path"] = project["path"] + child["path"][depth:]
        call.store.save(PROJECTS, child)
    return {"moved": moved}


def _count_active(call: Call, table: str, ids: list[str], more: str = "") -> int:
    archived = f"id IN (SELECT owner FROM labels WHERE kind = '{table}' AND field = 'system_tags' AND value = ?)"
    kind = TASKS if table == "tasks" else MODELS
    return call.store.count(kind, f"{_IN_PROJECTS} AND NOT ({archived}){more}", [dumps(ids), ARCHIVED])


def _group_by_type(call: Call, ids: list[str]) -> tuple[list[str], list[str], list[str]]:
    """Return the ids of plain, pipeline and dataset projects, in this order."""
    groups: tuple[list[str], list[str], list[str]] = ([], [], [])
    for project in call.store.get_many(PROJECTS, ids).values():
        system_tags = project["system_tags"]
        groups[1 if "pipeline" in system_tags else 2 if "dataset" in system_tags else 0].append(project["id"])
    return groups


@endpoint("projects.validate_delete", required=("project",))
def validate_delete(call: Call) -> Doc:
    ids = projects_tree.with_children(call.store, [_get_project(call)["id"]])
    plain, pipelines, datasets = _group_by_type(call, ids)
    return {
        "tasks": call.store.count(TASKS, _IN_PROJECTS, [dumps(plain)]),
        "non_archived_tasks": _count_active(call, "tasks", plain),
        "models": call.store.count(MODELS, _IN_PROJECTS, [dumps(plain)]),
        "non_archived_models": _count_active(call, "models", plain),
        "reports": 0,
        "non_archived_reports": 0,
        "pipelines": _count_active(call, "tasks", pipelines, " AND type = 'controller'"),
        "datasets": _count_active(call, "tasks", datasets),
    }


@endpoint("projects.delete", required=("project",))
def delete(call: Call) -> Doc:
    project_id = _get_project(call)["id"]
    ids = projects_tree.with_children(call.store, [project_id])
    if not call.data.get("force"):
        _refuse_if_used(call, project_id, ids)
    result = {"disassociated_tasks": 0, "deleted_models": 0, "deleted_tasks": 0, "urls": None}
    for kind, count in ((TASKS, "deleted_tasks"), (MODELS, "deleted_models")):
        docs = call.store.find(kind, _IN_PROJECTS, [dumps(ids)])
        if call.data.get("delete_contents"):
            result[count] = call.store.delete(kind, [doc["id"] for doc in docs])
            continue
        for doc in docs:
            del doc["project"]
            call.store.save(kind, doc)
        if kind is TASKS:
            result["disassociated_tasks"] = len(docs)
    return {"deleted": call.store.delete(PROJECTS, ids), **result}


def _refuse_if_used(call: Call, project_id: str, ids: list[str]) -> None:
    plain, pipelines, datasets = _group_by_type(call, ids)
    if _count_active(call, "tasks", pipelines, " AND type = 'controller'"):
        raise PROJECT_HAS_PIPELINES("please archive all the controllers or use force=true", id=project_id)
    if _count_active(call, "tasks", datasets):
        raise PROJECT_HAS_DATASETS("please delete all the dataset versions or use force=true", id=project_id)
    if _count_active(call, "tasks", plain):
        raise PROJECT_HAS_TASKS("use force=true", id=project_id)
    if _count_active(call, "models", plain):
        raise PROJECT_HAS_MODELS("use force=true", id=project_id)


@endpoint("projects.get_task_tags", since="2.8")
def get_task_tags(call: Call) -> Doc:
    return tags.tag_lists(call.store, [TASKS], call.data, call.data.get("projects"))


@endpoint("projects.get_model_tags", since="2.8")
def get_model_tags(call: Call) -> Doc:
    return tags.tag_lists(call.store, [MODELS], call.data, call.data.get("projects"))
