"""Removes what a task leaves behind when it is reset or deleted: events, unpublished output models, links."""

from __future__ import annotations

from clearml_sched_widgets.sandbox import clock
from clearml_sched_widgets.sandbox.call import Call
from clearml_sched_widgets.sandbox.errors import TASK_CANNOT_BE_DELETED
from clearml_sched_widgets.sandbox.kinds import MODELS, TASKS
from clearml_sched_widgets.sandbox.lifecycle import DELETED_PREFIX
from clearml_sched_widgets.sandbox.store import Doc, Store, dumps


def _output_models(store: Store, task: Doc) -> list[Doc]:
    ids = [item["model"] for item in task["models"]["output"]]
    return store.find(MODELS, "task = ? OR id IN (SELECT value FROM json_each(?))", [task["id"], dumps(ids)])


def check_outputs(store: Store, task: Doc, *, force: bool) -> None:
    """Refuse to reset or delete a task with published children or output models.

    Raises:
        ApiError: 400/123, unless forced.
    """
    if force:
        return
    children = store.count(TASKS, "parent = ? AND status = 'published'", [task["id"]])
    if children:
        raise TASK_CANNOT_BE_DELETED("has children, use force=True", task=task["id"], children=children)
    published = [model for model in _output_models(store, task) if model["ready"]]
    if published:
        raise TASK_CANNOT_BE_DELETED("has output models, use force=True", task=task["id"], models=len(published))


def clean_up(call: Call, task: Doc, *, delete_models: bool, children: bool) -> Doc:
    """Delete a task's unpublished output models and unlink the others; returns counts and URLs of files.

    With `children`, also marks the parent of its child tasks as deleted.
    """
    store = call.store
    models = _output_models(store, task)
    in_use = {model["id"] for model in models if _is_input_model(store, model["id"])}
    to_delete = [model for model in models if delete_models and not model["ready"] and model["id"] not in in_use]
    store.delete(MODELS, [model["id"] for model in to_delete])
    kept = [model for model in models if model not in to_delete]
    for model in kept:
        if children and not (delete_models and model["id"] in in_use):
            model["task"] = DELETED_PREFIX + task["id"]
        else:
            model.pop("task", None)
        model.update(last_change=clock.stored(clock.now()), last_changed_by=call.user)
        store.save(MODELS, model)
    orphans = store.find(TASKS, "parent = ?", [task["id"]]) if children else []
    for child in orphans:
        child.update(parent=DELETED_PREFIX + task["id"], last_change=clock.stored(clock.now()))
        store.save(TASKS, child)
    artifacts = [item["uri"] for item in task["execution"].get("artifacts", []) if item.get("uri")]
    return {
        "deleted_models": len(to_delete),
        "updated_children": len(orphans),
        "updated_models": len(kept) if children else 0,
        "urls": {
            "artifact_urls": artifacts,
            "model_urls": [model["uri"] for model in to_delete if model.get("uri")],
        },
    }


def _is_input_model(store: Store, model_id: str) -> bool:
    sql = "SELECT 1 FROM labels WHERE kind = 'tasks' AND field = 'models.input.model' AND value = ? LIMIT 1"
    return bool(store.rows(sql, [model_id]))


def delete_events(store: Store, ids: list[str]) -> int:
    """Delete the events of tasks or models; returns how many there were."""
    sql = "DELETE FROM events WHERE task IN (SELECT value FROM json_each(?))"
    return int(store.sql.execute(sql, (dumps(ids),)).rowcount)
