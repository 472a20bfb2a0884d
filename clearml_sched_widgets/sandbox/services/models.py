"""The endpoints `models.*`."""

from __future__ import annotations

from typing import Any

from clearml_sched_widgets.sandbox import clock, identity, listing, projects_tree, task_fields
from clearml_sched_widgets.sandbox.call import Call, endpoint
from clearml_sched_widgets.sandbox.cleanup import delete_events
from clearml_sched_widgets.sandbox.errors import (
    INVALID_MODEL_ID,
    MISSING_FIELDS,
    MODEL_CREATOR_EXISTS,
    MODEL_IN_USE,
    MODEL_IS_READY,
    VALIDATION,
)
from clearml_sched_widgets.sandbox.kinds import ARCHIVED, MODELS, PROJECTS, TASKS
from clearml_sched_widgets.sandbox.lifecycle import DELETED_PREFIX, for_each, get_task
from clearml_sched_widgets.sandbox.projection import select
from clearml_sched_widgets.sandbox.services.tasks import target_project
from clearml_sched_widgets.sandbox.services.tasks_status import publish_task
from clearml_sched_widgets.sandbox.store import Doc, dumps

_FIELDS: dict[str, type | None] = {
    "name": str,
    "tags": list,
    "system_tags": list,
    "task": str,
    "comment": str,
    "uri": str,
    "project": str,
    "parent": str,
    "framework": str,
    "design": dict,
    "labels": dict,
    "ready": bool,
    "metadata": dict,
}
# An edit of one of these fields sets `last_update`.
_CONTENT_FIELDS = frozenset(("uri", "framework", "design", "labels", "ready", "metadata", "system_tags", "tags"))


def _get_model(call: Call, model_id: str) -> Doc:
    model = call.store.get(MODELS, model_id)
    if model is None:
        raise INVALID_MODEL_ID(company=identity.COMPANY_ID, id=model_id)
    return model


def _save_model(call: Call, model: Doc, *, update: bool) -> Doc:
    """Store a model. Sets `last_change` and its author, with `update` also `last_update`; returns these fields."""
    moment = clock.now()
    names = ("last_change", "last_update") if update else ("last_change",)
    model.update(dict.fromkeys(names, clock.stored(moment)), last_changed_by=call.user)
    call.store.save(MODELS, model)
    projects_tree.touch(call.store, model.get("project"))
    return {**dict.fromkeys(names, clock.text(moment)), "last_changed_by": call.user}


def _read_fields(call: Call) -> Doc:
    fields: Doc = {}
    for name, expected in _FIELDS.items():
        value = call.data.get(name)
        if value is None:
            continue
        if expected is not None and not isinstance(value, expected):
            raise VALIDATION(f"error for field '{name}'. value is wrong, expected type \"{expected.__name__}\"")
        fields[name] = value
    if str(fields.get("task", "")).startswith(DELETED_PREFIX):
        del fields["task"]
    if fields.get("task"):
        get_task(call.store, fields["task"])
    if fields.get("project") and call.store.get(PROJECTS, fields["project"]) is None:
        raise VALIDATION("Invalid project ids", project=fields["project"])
    if any(not isinstance(value, int) for value in fields.get("labels", {}).values()):
        raise VALIDATION("labels values must be integers")
    task_fields.check_tags(fields.get("tags"), fields.get("system_tags"))
    for name in ("tags", "system_tags"):
        if name in fields:
            fields[name] = sorted(set(fields[name]))
    return fields


def _adapt_to_version(call: Call, models: list[Doc]) -> None:
    for model in models:
        if "metadata" in model and not model["metadata"] and call.api_older_than("2.17"):
            model["metadata"] = []


@endpoint("models.get_by_id", required=("model",))
def get_by_id(call: Call) -> Doc:
    model = call.store.get(MODELS, call.data["model"])
    if model is None:
        company = identity.COMPANY_ID
        raise INVALID_MODEL_ID("no such public or company model", id=call.data["model"], company=company)
    model = select(MODELS, model, [])
    _adapt_to_version(call, [model])
    return {"model": model}


def _list_models(call: Call, *, join: bool) -> Doc:
    project = call.data.get("project")
    if call.data.pop("include_subprojects", False) and project:
        ids = project if isinstance(project, list) else [project]
        call.data["project"] = projects_tree.with_children(call.store, ids)
    answer = listing.list_docs(call, MODELS, join=join)
    _adapt_to_version(call, answer["models"])
    return answer


@endpoint("models.get_all")
def get_all(call: Call) -> Doc:
    return _list_models(call, join=False)


@endpoint("models.get_all_ex")
def get_all_ex(call: Call) -> Doc:
    return _list_models(call, join=True)


@endpoint("models.get_by_id_ex", required=("id",))
def get_by_id_ex(call: Call) -> Doc:
    return _list_models(call, join=True)


@endpoint("models.get_frameworks")
def get_frameworks(call: Call) -> Doc:
    rows = call.store.rows("SELECT DISTINCT framework FROM models WHERE framework IS NOT NULL ORDER BY framework")
    return {"frameworks": [row[0] for row in rows]}


@endpoint("models.create", required=("name", "uri"), types={"uri": str})
def create(call: Call) -> Doc:
    fields = _read_fields(call)
    moment = clock.stored(clock.now())
    model: Doc = {
        "id": identity.new_id(),
        "company": identity.COMPANY_ID,
        "user": call.user,
        **dict.fromkeys(("created", "last_update", "last_change"), moment),
        "last_changed_by": call.user,
        **{"tags": [], "system_tags": [], "design": {}, "labels": {}, "ui_cache": {}, "metadata": {}},
        **{"ready": True, "last_iteration": 0, "last_metrics": {}, "unique_metrics": []},
        **fields,
    }
    call.store.insert(MODELS, model)
    projects_tree.touch(call.store, model.get("project"))
    return {"id": model["id"], "created": True}


def _edit_model(call: Call) -> Doc:
    model = _get_model(call, call.data["model"])
    fields = _read_fields(call)
    if "uri" in fields:  # the real server's web page caches data about the file here
        fields["ui_cache"] = {}
    task_id = model.get("task") or fields.get("task")
    task = call.store.get(TASKS, task_id) if task_id and call.data.get("iteration") is not None else None
    if task:
        task["last_iteration"] = max(task["last_iteration"], int(call.data["iteration"]))
        call.store.save(TASKS, task)
    if not fields:
        return {"updated": 0, "fields": {}}
    model.update(fields)
    return {"updated": 1, "fields": {**fields, **_save_model(call, model, update=bool(_CONTENT_FIELDS & set(fields)))}}


@endpoint("models.edit", required=("model",))
def edit(call: Call) -> Doc:
    return _edit_model(call)


@endpoint("models.update", required=("model",))
def update(call: Call) -> Doc:
    return _edit_model(call)


def _publish_model(call: Call, model_id: str) -> tuple[int, Doc | None]:
    model = _get_model(call, model_id)
    if model["ready"]:
        raise MODEL_IS_READY(company=identity.COMPANY_ID, model=model_id)
    task_id, published = model.get("task"), None
    task = call.store.get(TASKS, task_id) if task_id and call.data.get("publish_task", True) else None
    if task and task["status"] != "published":
        force = bool(call.data.get("force_publish_task"))
        published = {"id": task_id, "data": publish_task(call, str(task_id), force=force, models=False)}
    model["ready"] = True
    _save_model(call, model, update=True)
    return 1, published


@endpoint("models.set_ready", required=("model",))
def set_ready(call: Call) -> Doc:
    updated, task = _publish_model(call, call.data["model"])
    return {"updated": updated, "fields": {}, **({"published_task": task} if task else {})}


@endpoint("models.publish_many", nonempty=("ids",))
def publish_many(call: Call) -> Doc:
    def publish_one(model_id: str) -> Doc:
        updated, task = _publish_model(call, model_id)
        return {"updated": bool(updated), "published_task": task}

    return for_each(call.data["ids"], publish_one)


def _set_archived(call: Call, model_id: str, *, archived: bool) -> Doc:
    model = _get_model(call, model_id)
    kept = set(model["system_tags"]) - {ARCHIVED}
    model["system_tags"] = sorted({*kept, ARCHIVED} if archived else kept)
    _save_model(call, model, update=False)
    return {"archived" if archived else "unarchived": True}


@endpoint("models.archive_many", nonempty=("ids",))
def archive_many(call: Call) -> Doc:
    return for_each(call.data["ids"], lambda model_id: _set_archived(call, model_id, archived=True))


@endpoint("models.unarchive_many", nonempty=("ids",))
def unarchive_many(call: Call) -> Doc:
    return for_each(call.data["ids"], lambda model_id: _set_archived(call, model_id, archived=False))


def _delete_model(call: Call, model_id: str) -> Doc:
    model, force, store = _get_model(call, model_id), bool(call.data.get("force")), call.store
    users = "id IN (SELECT owner FROM labels WHERE kind='tasks' AND field='models.input.model' AND value = ?)"
    using = store.find(TASKS, users, [model_id])
    if using and not force:
        raise MODEL_IN_USE("as execution model, use force=True to delete", num_tasks=len(using))
    creator = store.get(TASKS, model["task"]) if model.get("task") else None
    if creator and creator["status"] == "published" and not force:
        raise MODEL_CREATOR_EXISTS("and published, use force=True to delete", task=model["task"])
    for task in using:
        _unlink_model(call, task, "input", model_id, keep=True)
    if creator:
        _unlink_model(call, creator, "output", model_id, keep=creator["status"] == "published")
    store.delete(MODELS, [model_id])
    delete_events(store, [model_id])
    return {"deleted": True, "url": model.get("uri")}


def _unlink_model(call: Call, task: Doc, side: str, model_id: str, *, keep: bool) -> None:
    deleted_id = DELETED_PREFIX + model_id
    items: list[dict[str, Any]] = task["models"][side]
    for item in items:
        if item["model"] == model_id:
            item["model"] = deleted_id
    task["models"][side] = [item for item in items if keep or item["model"] != deleted_id]
    call.store.save(TASKS, task)


@endpoint("models.delete", required=("model",))
def delete(call: Call) -> Doc:
    return _delete_model(call, call.data["model"])


@endpoint("models.delete_many", nonempty=("ids",))
def delete_many(call: Call) -> Doc:
    return for_each(call.data["ids"], lambda model_id: _delete_model(call, model_id))


@endpoint("models.move", nonempty=("ids",))
def move(call: Call) -> Doc:
    if "project" not in call.data and not call.data.get("project_name"):
        raise MISSING_FIELDS("project or project_name is required")
    project = target_project(call)
    for model in call.store.find(MODELS, "id IN (SELECT value FROM json_each(?))", [dumps(call.data["ids"])]):
        model.pop("project", None)
        model.update({"project": project} if project else {})
        _save_model(call, model, update=False)
    return {"project_id": project}


@endpoint("models.add_or_update_metadata", since="2.13", required=("model",), nonempty=("metadata",))
def add_or_update_metadata(call: Call) -> Doc:
    model = _get_model(call, call.data["model"])
    kept = {} if call.data.get("replace_metadata") else model["metadata"]
    model["metadata"] = {**kept, **{item["key"]: item for item in call.data["metadata"]}}
    _save_model(call, model, update=True)
    return {"updated": 1}


@endpoint("models.delete_metadata", since="2.13", required=("model",), nonempty=("keys",))
def delete_metadata(call: Call) -> Doc:
    model = _get_model(call, call.data["model"])
    for key in call.data["keys"]:
        model["metadata"].pop(key, None)
    _save_model(call, model, update=True)
    return {"updated": 1}
