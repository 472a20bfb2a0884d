"""The endpoints `workers.*`."""

from __future__ import annotations

import re
from datetime import timedelta

from clearml_sched_widgets.sandbox import clock, queueing, registry
from clearml_sched_widgets.sandbox.call import Call, endpoint
from clearml_sched_widgets.sandbox.errors import INVALID_TASK_ID
from clearml_sched_widgets.sandbox.identity import COMPANY_ID
from clearml_sched_widgets.sandbox.kinds import PROJECTS, QUEUES, TASKS
from clearml_sched_widgets.sandbox.store import Doc, Store


@endpoint("workers.register", since="2.4", required=("worker",))
def register(call: Call) -> Doc:
    registry.register(call.store, call.data["worker"], call.ip, call.data)
    return {}


@endpoint("workers.unregister", since="2.4", required=("worker",))
def unregister(call: Call) -> Doc:
    registry.unregister(call.store, call.data["worker"])
    return {}


@endpoint("workers.status_report", since="2.4", required=("worker", "timestamp"))
def status_report(call: Call) -> Doc:
    data, store = call.data, call.store
    entry = registry.get(store, data["worker"]) or registry.register(store, data["worker"], call.ip, {})
    moment = clock.now()
    entry.update(ip=call.ip, last_activity_time=clock.text(moment), last_report_time=clock.text(moment))
    for name in ("tags", "system_tags", "queues"):
        if data.get(name) is not None and (data[name] or name != "queues"):
            entry[name] = data[name]
    entry["queue"] = data.get("queue")
    entry.pop("task", None)
    entry.pop("project", None)
    try:
        if data.get("task"):
            _record_running_task(call, entry, data["task"], clock.stored(moment))
    finally:
        registry.save(store, entry)
    return {}


def _record_running_task(call: Call, entry: Doc, task_id: str, moment: str) -> None:
    task = call.store.get(TASKS, task_id)
    if task is None:
        raise INVALID_TASK_ID(id=task_id, company=COMPANY_ID)
    task.update(last_worker=entry["id"], last_worker_report=moment, last_changed_by=call.user)
    task.update(last_update=moment, last_change=moment)
    call.store.save(TASKS, task)
    entry["task"] = {"id": task_id, "name": task["name"]}
    project = call.store.get(PROJECTS, task["project"]) if task.get("project") else None
    if project:
        entry["project"] = {"id": project["id"], "name": project["name"]}


def _describe_queue(store: Store, queue_id: str) -> Doc:
    queue = store.get(QUEUES, queue_id)
    if queue is None:
        return {"id": queue_id}
    waiting = queueing.entries(store, queue_id)
    shown: Doc = {"id": queue_id, "name": queue["name"], "num_tasks": len(waiting)}
    if queue.get("display_name"):
        shown["display_name"] = queue["display_name"]
    if waiting:
        task = store.get(TASKS, waiting[0]["task"])
        shown["next_task"] = {"id": waiting[0]["task"], **({"name": task["name"]} if task else {})}
    return shown


def _describe_worker(store: Store, worker: Doc) -> Doc:
    shown = {name: value for name, value in worker.items() if name != "queue"}
    shown["queues"] = [_describe_queue(store, queue_id) for queue_id in worker["queues"]]
    shown.update({"queue": _describe_queue(store, worker["queue"])} if worker.get("queue") else {})
    task = store.get(TASKS, worker["task"]["id"]) if worker.get("task") else None
    if task:
        running = {"running_time": task.get("active_duration", 0) * 1000, "last_iteration": task["last_iteration"]}
        shown["task"] = {**worker["task"], **running}
    return shown


def _select_workers(call: Call, last_seen: int) -> list[Doc]:
    workers = registry.active(call.store)
    if last_seen:
        since = clock.text(clock.now() - timedelta(seconds=max(1, last_seen)))
        workers = [worker for worker in workers if worker["last_activity_time"] >= since]
    for name in ("tags", "system_tags"):
        for tag in call.data.get(name) or []:
            has = tag.lstrip("-")
            workers = [worker for worker in workers if (has in worker[name]) != tag.startswith("-")]
    pattern = call.data.get("worker_pattern")
    if pattern:
        regex = re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".?") + "$")
        workers = [worker for worker in workers if regex.search(worker["id"])]
    return workers


@endpoint("workers.get_all", since="2.4")
def get_all(call: Call) -> Doc:
    last_seen = call.data.get("last_seen", 3600) or 0
    return {"workers": [_describe_worker(call.store, worker) for worker in _select_workers(call, last_seen)]}


@endpoint("workers.get_count")
def get_count(call: Call) -> Doc:
    return {"count": len(_select_workers(call, call.data.get("last_seen") or 0))}
