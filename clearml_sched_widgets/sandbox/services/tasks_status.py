"""The endpoints `tasks.*` that change a task's status, and `tasks.ping`."""

from __future__ import annotations

from datetime import timedelta

from clearml_sched_widgets.sandbox import clock, identity, queueing
from clearml_sched_widgets.sandbox import status as st
from clearml_sched_widgets.sandbox.call import Call, endpoint
from clearml_sched_widgets.sandbox.errors import (
    VALIDATION,
    ApiError,
)
from clearml_sched_widgets.sandbox.kinds import MODELS, TASKS
from clearml_sched_widgets.sandbox.lifecycle import (
    change_status,
    dequeue,
    dequeue_and_change,
    for_each,
    get_task,
    status_texts,
    touch_running,
    with_pipeline_steps,
)
from clearml_sched_widgets.sandbox.store import Doc

_WORKER_SILENT = timedelta(seconds=600)  # after this time without updates, a worker counts as dead


def _force(call: Call) -> bool:
    return bool(call.data.get("force"))


def _end_task(call: Call, status: str) -> Doc:
    task = get_task(call.store, call.data["task"])
    return change_status(
        call, task, status, **status_texts(call), force=_force(call), completed=clock.text(clock.now())
    )


@endpoint("tasks.started", required=("task",))
def started(call: Call) -> Doc:
    task = get_task(call.store, call.data["task"])
    again = task["status"] == st.IN_PROGRESS and task.get("started")
    extra = {} if again else {"started": clock.text(clock.now())}
    answer = change_status(call, task, st.IN_PROGRESS, **status_texts(call), force=_force(call), **extra)
    if not again:
        for name in ("completed", "active_duration"):
            task.pop(name, None)
        call.store.save(TASKS, task)
    return {**answer, "started": answer["updated"]}


@endpoint("tasks.stopped", required=("task",))
def stopped(call: Call) -> Doc:
    return _end_task(call, st.STOPPED)


@endpoint("tasks.failed", required=("task",))
def failed(call: Call) -> Doc:
    return _end_task(call, st.FAILED)


@endpoint("tasks.close", required=("task",))
def close(call: Call) -> Doc:
    task = get_task(call.store, call.data["task"])
    return change_status(call, task, st.CLOSED, **status_texts(call), force=_force(call))


@endpoint("tasks.completed", since="2.2", required=("task",))
def completed(call: Call) -> Doc:
    answer = _end_task(call, st.COMPLETED)
    if not call.data.get("publish"):
        return {**answer, "published": 0}
    published = publish_task(call, call.data["task"], force=_force(call))
    answer["fields"]["status"] = published["fields"]["status"]
    return {**answer, "published": published["updated"]}


def publish_task(call: Call, task_id: str, *, force: bool, models: bool = True) -> Doc:
    """Publish a task, and with `models` also its last output model."""
    task = get_task(call.store, task_id)
    if not force:
        st.check_change(task["status"], st.PUBLISHED)
    outputs = task["models"]["output"]
    model = call.store.get(MODELS, outputs[-1]["model"]) if models and outputs else None
    if model and not model["ready"]:
        moment = clock.stored(clock.now())
        model.update(ready=True, last_update=moment, last_change=moment, last_changed_by=call.user)
        call.store.save(MODELS, model)
    moment = clock.text(clock.now())
    return change_status(
        call, task, st.PUBLISHED, **status_texts(call), force=True, published=moment, output=task["output"]
    )


@endpoint("tasks.publish", required=("task",))
def publish(call: Call) -> Doc:
    return publish_task(call, call.data["task"], force=_force(call), models=call.data.get("publish_model", True))


@endpoint("tasks.publish_many", nonempty=("ids",))
def publish_many(call: Call) -> Doc:
    models = call.data.get("publish_model", True)
    return for_each(call.data["ids"], lambda task_id: publish_task(call, task_id, force=_force(call), models=models))


def _enqueue_task(call: Call, task_id: str, *, force: bool, update_queue: bool = True) -> Doc:
    queue_id, queue_name = call.data.get("queue"), call.data.get("queue_name")
    if queue_id and queue_name:
        raise VALIDATION("Either queue id or queue name should be provided")
    task = get_task(call.store, task_id)
    if not update_queue and not (task["status"] == st.QUEUED and task["execution"].get("queue")):
        raise VALIDATION(
            "Cannot skip setting execution queue for a task that is not enqueued or does not have execution queue set"
        )
    if queue_name:
        queue_id = (queueing.by_name(call.store, queue_name) or queueing.make(call.store, queue_name))["id"]
    queue_id = queue_id or queueing.default(call.store)["id"]
    old_status = task["status"]
    status_before_queue = (
        task.get("enqueue_status") if old_status == st.QUEUED and task.get("enqueue_status") else old_status
    )
    answer = change_status(call, task, st.QUEUED, **status_texts(call), force=force, enqueue_status=status_before_queue)
    try:
        queueing.add(call.store, queue_id, task_id)
    except ApiError:  # as on the real server, the status goes back, but `status_changed` stays changed
        change_status(call, task, old_status, reason="failed enqueueing", force=True, enqueue_status=None)
        raise
    if update_queue:
        task["execution"]["queue"] = queue_id
        call.store.save(TASKS, task)
        answer["fields"]["execution.queue"] = queue_id
    queueing.remove_everywhere(call.store, task_id, but=queue_id)
    return answer


@endpoint("tasks.enqueue", required=("task",), types={"queue": str, "queue_name": str})
def enqueue(call: Call) -> Doc:
    data = call.data
    update_queue = data.get("update_execution_queue", True)
    if data.get("verify_watched_queue") and not update_queue:
        raise VALIDATION("verify_watched_queue cannot be used with update_execution_queue=False")
    answer = _enqueue_task(call, data["task"], force=_force(call), update_queue=update_queue)
    if data.get("verify_watched_queue"):
        answer["queue_watched"] = queueing.watched(call.store, answer["fields"]["execution.queue"])
    return {**answer, "queued": 1}


@endpoint("tasks.enqueue_many", nonempty=("ids",), types={"ids": list, "queue": str, "queue_name": str})
def enqueue_many(call: Call) -> Doc:
    def enqueue_one(task_id: str) -> Doc:
        return {**_enqueue_task(call, task_id, force=False), "queued": True}

    answer = for_each(call.data["ids"], enqueue_one)
    if call.data.get("verify_watched_queue") and answer["succeeded"]:
        queue_id = answer["succeeded"][0]["fields"]["execution.queue"]
        answer["queue_watched"] = queueing.watched(call.store, queue_id)
    return answer


def _dequeue_task(call: Call, task_id: str) -> Doc:
    new = call.data.get("new_status")
    if new and new not in st.STATUSES:
        raise VALIDATION(f"Invalid task status: {new}")
    if call.store.get(TASKS, task_id) is None:
        queueing.remove_everywhere(call.store, task_id)
        return {"updated": 0, "fields": {}}
    task = get_task(call.store, task_id)
    everywhere = bool(call.data.get("remove_from_all_queues"))
    return {"fields": {}, **dequeue_and_change(call, task, **status_texts(call), everywhere=everywhere, new=new)}


@endpoint("tasks.dequeue", required=("task",))
def dequeue_task(call: Call) -> Doc:
    return {**_dequeue_task(call, call.data["task"]), "dequeued": 1}


@endpoint("tasks.dequeue_many", nonempty=("ids",))
def dequeue_many(call: Call) -> Doc:
    return for_each(call.data["ids"], lambda task_id: {**_dequeue_task(call, task_id), "dequeued": True})


def _worker_alive(task: Doc) -> bool:
    if not task.get("last_worker"):
        return False
    return clock.now() - clock.parse(task["last_update"]) < _WORKER_SILENT


def _stop_task(call: Call, task: Doc, force: bool) -> Doc:
    at_once = task["status"] == st.QUEUED or "development" in task["system_tags"] or not _worker_alive(task)
    reason = call.data.get("status_reason") or ""
    if not at_once:  # this message tells the worker to stop the task
        return change_status(call, task, task["status"], reason=reason, message="stopping", force=force)
    dequeue(call.store, task)
    message = f"Stopped by {identity.USER_NAME}"
    return change_status(call, task, st.STOPPED, reason=reason, message=message, force=force)


@endpoint("tasks.stop", required=("task",))
def stop(call: Call) -> Doc:
    return with_pipeline_steps(call, call.data["task"], lambda task, force: _stop_task(call, task, force))


@endpoint("tasks.stop_many", nonempty=("ids",))
def stop_many(call: Call) -> Doc:
    def stop_one(task_id: str) -> Doc:
        return with_pipeline_steps(call, task_id, lambda task, force: _stop_task(call, task, force))

    return for_each(call.data["ids"], stop_one)


@endpoint("tasks.ping", required=("task",))
def ping(call: Call) -> Doc:
    task = call.store.get(TASKS, call.data["task"])
    if task is not None:
        touch_running(task)
        task["last_changed_by"] = call.user
        call.store.save(TASKS, task)
    return {}
