"""The endpoints `tasks.*` that reset and delete tasks."""

from __future__ import annotations

from clearml_sched_widgets.sandbox import projects_tree, queueing
from clearml_sched_widgets.sandbox import status as st
from clearml_sched_widgets.sandbox.call import Call, endpoint
from clearml_sched_widgets.sandbox.cleanup import check_outputs, clean_up, delete_events
from clearml_sched_widgets.sandbox.errors import INVALID_TASK_STATUS, TASK_CANNOT_BE_DELETED
from clearml_sched_widgets.sandbox.kinds import ARCHIVED, TASKS
from clearml_sched_widgets.sandbox.lifecycle import (
    change_status,
    dequeue,
    dequeue_and_change,
    for_each,
    get_task,
    status_texts,
    with_pipeline_steps,
)
from clearml_sched_widgets.sandbox.store import Doc

_FIELDS_DROPPED_BY_RESET = (
    "last_worker",
    "last_worker_report",
    "started",
    "completed",
    "published",
    "active_duration",
    "enqueue_status",
)


def _reset_task(call: Call, task_id: str) -> Doc:
    task, data = get_task(call.store, task_id), call.data
    if not bool(call.data.get("force")) and task["status"] == st.PUBLISHED:
        raise INVALID_TASK_STATUS(task_id=task_id, status=task["status"])
    check_outputs(call.store, task, force=bool(call.data.get("force")))
    dequeued = dequeue(call.store, task)
    queueing.remove_everywhere(call.store, task_id)
    removed = clean_up(call, task, delete_models=data.get("delete_output_models", True), children=False)
    _clear_output(task, clear_all=bool(data.get("clear_all")))
    answer = change_status(call, task, st.CREATED, reason="reset", message="reset", force=bool(call.data.get("force")))
    delete_events(call.store, [task_id])
    urls = removed["urls"] if data.get("return_file_urls") else {}
    return {**answer, "dequeued": dequeued, "deleted_models": removed["deleted_models"], "urls": urls}


def _clear_output(task: Doc, *, clear_all: bool) -> None:
    task.update(last_iteration=0, last_metrics={}, unique_metrics=[], metric_stats={}, runtime={})
    task["models"]["output"] = []
    for name in _FIELDS_DROPPED_BY_RESET:
        task.pop(name, None)
    for name in ("result", "error"):
        task["output"].pop(name, None)
    if clear_all:
        task["execution"] = {"test_split": 0, "parameters": {}, "model_desc": {}, "model_labels": {}, "artifacts": []}
        task["script"] = {"binary": "python", "repository": "", "entry_point": "", "requirements": {}}
        return
    task["execution"].pop("queue", None)
    artifacts = task["execution"].get("artifacts", [])
    task["execution"]["artifacts"] = [item for item in artifacts if item.get("mode") == "input"]


@endpoint("tasks.reset", required=("task",))
def reset(call: Call) -> Doc:
    return {**_reset_task(call, call.data["task"]), "events": {}}


@endpoint("tasks.reset_many", nonempty=("ids",))
def reset_many(call: Call) -> Doc:
    def reset_one(task_id: str) -> Doc:
        answer = _reset_task(call, task_id)
        return {**answer, "dequeued": bool(answer["dequeued"])}

    return for_each(call.data["ids"], reset_one)


def _delete_task(call: Call, task_id: str) -> Doc:
    task, data = get_task(call.store, task_id), call.data
    if task["status"] != st.CREATED and ARCHIVED not in task["system_tags"] and not bool(call.data.get("force")):
        raise TASK_CANNOT_BE_DELETED(
            "due to status, use force=True", task=task_id, expected=st.CREATED, current=task["status"]
        )

    def delete_one(target: Doc, force: bool) -> Doc:
        check_outputs(call.store, target, force=force)
        dequeue_and_change(call, target, **status_texts(call), everywhere=True)
        removed = clean_up(call, target, delete_models=data.get("delete_output_models", True), children=True)
        call.store.delete(TASKS, [target["id"]])
        delete_events(call.store, [target["id"]])
        projects_tree.touch(call.store, target.get("project"))
        return removed

    removed = with_pipeline_steps(call, task_id, delete_one)
    return {**removed, "deleted": True, "urls": removed["urls"] if data.get("return_file_urls") else None}


@endpoint("tasks.delete", required=("task",))
def delete(call: Call) -> Doc:
    return _delete_task(call, call.data["task"])


@endpoint("tasks.delete_many", nonempty=("ids",))
def delete_many(call: Call) -> Doc:
    return for_each(call.data["ids"], lambda task_id: _delete_task(call, task_id))
