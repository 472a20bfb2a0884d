"""Reads tasks, stores edits, changes their status, and takes them out of queues."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from clearml_sched_widgets.sandbox import clock, identity, projects_tree, queueing
from clearml_sched_widgets.sandbox import status as st
from clearml_sched_widgets.sandbox.call import Call
from clearml_sched_widgets.sandbox.errors import INVALID_TASK_ID, INVALID_TASK_STATUS, ApiError
from clearml_sched_widgets.sandbox.kinds import TASKS
from clearml_sched_widgets.sandbox.store import Doc, Store

DELETED_PREFIX = "__DELETED__"


def get_task(store: Store, task_id: str) -> Doc:
    """Return the task.

    Raises:
        ApiError: 400/101.
    """
    task = store.get(TASKS, task_id)
    if task is None:
        raise INVALID_TASK_ID(id=task_id, company=identity.COMPANY_ID)
    return task


def get_tasks(store: Store, ids: list[str]) -> list[Doc]:
    """Return all of these tasks.

    Raises:
        ApiError: 400/101 with all ids, if one is missing.
    """
    tasks = store.get_many(TASKS, ids)
    if len(tasks) != len(set(ids)):
        raise INVALID_TASK_ID(ids=ids)
    return [tasks[id_] for id_ in dict.fromkeys(ids)]


def get_editable(store: Store, task_id: str, *, force: bool = False, any_status: bool = False) -> Doc:
    """Return the task if it may be edited: a draft, or with `force` also a queued or running task.

    Raises:
        ApiError: 400/101, 400/110.
    """
    task = get_task(store, task_id)
    allowed = (st.CREATED, st.QUEUED, st.IN_PROGRESS) if force else (st.CREATED,)
    if not any_status and task["status"] not in allowed:
        raise INVALID_TASK_STATUS(expected=st.CREATED, status=task["status"])
    return task


def save(call: Call, task: Doc, *, update: bool = True) -> int:
    """Store an edited task. Sets `last_change`, and with `update` also `last_update`. Returns 1."""
    moment = clock.stored(clock.now())
    task.update(last_change=moment, last_changed_by=call.user)
    if update:
        task["last_update"] = moment
    call.store.save(TASKS, task)
    return 1


def change_status(
    call: Call,
    task: Doc,
    new: str,
    *,
    reason: str = "",
    message: str = "",
    force: bool = False,
    **extra: Any,
) -> Doc:
    """Change a task's status with its time, reason and message; returns `updated` and `fields` for the answer.

    `extra` are further fields to set (None removes a field) and to include in the answer.

    Raises:
        ApiError: 400/110 if this change of status is not allowed.
    """
    if not force and new != task["status"]:
        st.check_change(task["status"], new)
    moment = clock.now()
    fields: Doc = {"status": new, "status_reason": reason, "status_message": message}
    fields.update(dict.fromkeys(("status_changed", "last_update", "last_change"), clock.text(moment)))
    fields["last_changed_by"] = call.user
    task.update(fields)
    task.update(dict.fromkeys(("status_changed", "last_update", "last_change"), clock.stored(moment)))
    if new == st.QUEUED and "development" in task["system_tags"]:
        task["system_tags"] = [tag for tag in task["system_tags"] if tag != "development"]
    for name, value in extra.items():
        fields[name] = value
        if value is None:
            task.pop(name, None)
        else:
            task[name] = clock.stored(clock.parse(value)) if name in ("completed", "started", "published") else value
    call.store.save(TASKS, task)
    projects_tree.touch(call.store, task.get("project"))
    return {"updated": 1, "fields": fields}


def touch_running(task: Doc) -> None:
    """Record that a task is alive: set its update time and its running time."""
    now = clock.now()
    task.update(last_update=clock.stored(now), last_change=clock.stored(now))
    if task["status"] == st.IN_PROGRESS and task.get("started"):
        task["active_duration"] = int((now - clock.parse(task["started"])).total_seconds())


def dequeue(store: Store, task: Doc) -> Doc:
    """Take a task out of its queue; returns `{"removed": n}`, or `{}` if it was not in a queue."""
    queue_id = task.get("execution", {}).get("queue")
    if task["status"] != st.QUEUED or not queue_id:
        return {}
    try:
        return {"removed": queueing.remove(store, queue_id, task["id"])}
    except ApiError:  # an agent has taken it, or the queue was deleted
        return {}


def dequeue_and_change(
    call: Call,
    task: Doc,
    *,
    reason: str = "",
    message: str = "",
    everywhere: bool = False,
    new: str | None = None,
    aborted: str | None = None,
) -> Doc:
    """Dequeue a task and set its status to `new`, or to the status from before it was queued.

    If the task is running and `aborted` is given, its status becomes `aborted`.
    """
    dequeue(call.store, task)
    if everywhere:
        queueing.remove_everywhere(call.store, task["id"])
    if task["status"] not in (st.QUEUED, st.IN_PROGRESS):
        return {"updated": 0}
    if aborted and task["status"] == st.IN_PROGRESS:
        new = aborted
    target = new or task.get("enqueue_status") or st.CREATED
    return change_status(call, task, target, reason=reason, message=message, force=True, enqueue_status=None)


def for_each(ids: list[str], action: Callable[[str], Doc]) -> Doc:
    """Apply an action to several objects. An ApiError for one object does not stop the others."""
    succeeded, failed = [], []
    for id_ in ids:
        try:
            succeeded.append({"id": id_, **action(id_)})
        except ApiError as error:
            codes = [error.code, error.subcode]
            failed.append({"id": id_, "error": {"codes": codes, "msg": error.msg, "data": error.data}})
    return {"succeeded": succeeded, "failed": failed}


def with_pipeline_steps(call: Call, task_id: str, action: Callable[[Doc, bool], Doc]) -> Doc:
    """Apply an action to a task. If the request includes pipeline steps, apply it to them first, by force."""
    task = get_task(call.store, task_id)
    if call.data.get("include_pipeline_steps") and task["type"] == "controller":
        for step in call.store.find(TASKS, "parent = ?", [task_id]):
            action(step, True)
    return action(task, bool(call.data.get("force")))


def status_texts(call: Call) -> dict[str, str]:
    """The request's reason and message, as arguments of `change_status`."""
    return {"reason": call.data.get("status_reason") or "", "message": call.data.get("status_message") or ""}
