"""`tasks.*`: reset and delete, with what goes along."""

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
    why,
    with_steps,
)
from clearml_sched_widgets.sandbox.store import Doc

_RESET_DROPS = (
    "last_worker",
    "last_worker_report",
    "started",
    "completed",
    "published",
    "active_duration",
    "enqueue_status",
)


def _reset(call: Call, task_id: str) -> Doc:
    task, data = get_task(call.store, task_id), call.data
    if not bool(call.data.get("force")) and task["status"] == st.PUBLISHED:
        raise INVALID_TASK_STATUS(task_id=task_id, status=task["status"])
    check_outputs(call.store, task, force=bool(call.data.get("force")))
    dequeued = dequeue(call.store, task)
    queueing.remove_everywhere(call.store, task_id)
    gone = clean_up(call, task, delete_models=data.get("delete_output_models", True), children=False)
    _forget_run(task, clear_all=bool(data.get("clear_all")))
    answer = change_status(call, task, st.CREATED, reason="reset", message="reset", force=bool(call.data.get("force")))
    delete_events(call.store, [task_id])
    urls = gone["urls"] if data.get("return_file_urls") else {}
    return {**answer, "dequeued": dequeued, "deleted_models": gone["deleted_models"], "urls": urls}


def _forget_run(task: Doc, *, clear_all: bool) -> None:
    task.update(last_iteration=0, last_metrics={}, unique_metrics=[], metric_stats={}, runtime={})
    task["models"]["output"] = []
    for name in _RESET_DROPS:
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
    return {**_reset(call, call.data["task"]), "events": {}}


@endpoint("tasks.reset_many", nonempty=("ids",))
def reset_many(call: Call) -> Doc:
    def one(task_id: str) -> Doc:
        answer = _reset(call, task_id)
        return {**answer, "dequeued": bool(answer["dequeued"])}

    return for_each(call.data["ids"], one)


def _delete(call: Call, task_id: str) -> Doc:
    task, data = get_task(call.store, task_id), call.data
    if task["status"] != st.CREATED and ARCHIVED not in task["system_tags"] and not bool(call.data.get("force")):
        raise TASK_CANNOT_BE_DELETED(
            "due to status, use force=True", task=task_id, expected=st.CREATED, current=task["status"]
        )

    def one(doomed: Doc, force: bool) -> Doc:
        check_outputs(call.store, doomed, force=force)
        dequeue_and_change(call, doomed, **why(call), everywhere=True)
        gone = clean_up(call, doomed, delete_models=data.get("delete_output_models", True), children=True)
        call.store.delete(TASKS, [doomed["id"]])
        delete_events(call.store, [doomed["id"]])
        projects_tree.touch(call.store, doomed.get("project"))
        return gone

    gone = with_steps(call, task_id, one)
    return {**gone, "deleted": True, "urls": gone["urls"] if data.get("return_file_urls") else None}


@endpoint("tasks.delete", required=("task",))
def delete(call: Call) -> Doc:
    return _delete(call, call.data["task"])


@endpoint("tasks.delete_many", nonempty=("ids",))
def delete_many(call: Call) -> Doc:
    return for_each(call.data["ids"], lambda task_id: _delete(call, task_id))
