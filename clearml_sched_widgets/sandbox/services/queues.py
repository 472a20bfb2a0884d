"""The endpoints `queues.*`."""

from __future__ import annotations

from clearml_sched_widgets.sandbox import clock, identity, listing, queueing, registry, task_fields
from clearml_sched_widgets.sandbox import status as st
from clearml_sched_widgets.sandbox.call import Call, endpoint
from clearml_sched_widgets.sandbox.errors import NOT_UNIQUE, QUEUE_NOT_EMPTY
from clearml_sched_widgets.sandbox.kinds import QUEUES, TASKS
from clearml_sched_widgets.sandbox.lifecycle import change_status
from clearml_sched_widgets.sandbox.store import Doc

_HIDDEN_TAG = "k8s-glue"
_EDITABLE = ("name", "display_name", "tags", "system_tags", "metadata")


def _adapt_to_version(call: Call, queues: list[Doc]) -> None:
    for queue in queues:
        if "metadata" in queue and not queue["metadata"] and call.api_older_than("2.17"):
            queue["metadata"] = []


def _entries(call: Call, queue_id: str, *, join: bool) -> list[Doc]:
    entries = queueing.entries(call.store, queue_id, call.data.get("max_task_entries") or -1)
    if join:
        tasks = call.store.get_many(TASKS, [entry["task"] for entry in entries])
        for entry in entries:
            task = tasks.get(entry["task"])
            entry["task"] = {"id": entry["task"], **({"name": task["name"]} if task else {})}
    return entries


def _list_queues(call: Call, *, join: bool) -> list[Doc]:
    only = call.data.get("only_fields") or []
    if only:  # entries have their own table, which is read by the queue's id
        call.data["only_fields"] = [name for name in only if name.partition(".")[0] != "entries"] + ["id"]
    hidden = any(call.data.get(key) for key in ("search_hidden", "id", "name"))
    extra = None if hidden else listing.not_tagged(QUEUES, _HIDDEN_TAG)
    return list(listing.list_docs(call, QUEUES, extra, join=join)["queues"])


@endpoint("queues.get_by_id", since="2.4", required=("queue",))
def get_by_id(call: Call) -> Doc:
    queue = queueing.get(call.store, call.data["queue"])
    queue["entries"] = _entries(call, queue["id"], join=False)
    _adapt_to_version(call, [queue])
    return {"queue": queue}


@endpoint("queues.get_default", since="2.4")
def get_default(call: Call) -> Doc:
    queue = queueing.default(call.store)
    return {"id": queue["id"], "name": queue["name"]}


@endpoint("queues.get_all", since="2.4")
def get_all(call: Call) -> Doc:
    only = list(call.data.get("only_fields") or [])
    queues = _list_queues(call, join=False)
    for queue in queues:
        if not only or any(name.partition(".")[0] == "entries" for name in only):
            queue["entries"] = _entries(call, queue["id"], join=False)
        if only and "id" not in only:
            del queue["id"]
    _adapt_to_version(call, queues)
    return {"queues": queues}


@endpoint("queues.get_all_ex", since="2.4")
def get_all_ex(call: Call) -> Doc:
    only = list(call.data.get("only_fields") or [])
    queues = _list_queues(call, join=True)
    workers = registry.active(call.store)
    for queue in queues:
        if not only or any(name.partition(".")[0] == "entries" for name in only):
            queue["entries"] = _entries(call, queue["id"], join=True)
        queue["workers"] = [
            {"name": worker["id"], "ip": worker["ip"], "key": worker["key"], "task": worker.get("task")}
            for worker in workers
            if queue["id"] in worker["queues"]
        ]
    _adapt_to_version(call, queues)
    return {"queues": queues}


@endpoint("queues.create", since="2.4", required=("name",))
def create(call: Call) -> Doc:
    data = call.data
    task_fields.check_tags(data.get("tags"), data.get("system_tags"))
    name = task_fields.checked_name(data["name"])
    fields = {key: data.get(key) for key in _EDITABLE[1:]}
    return {"id": queueing.make(call.store, name, **fields)["id"]}


@endpoint("queues.update", since="2.4", required=("queue",))
def update(call: Call) -> Doc:
    queue = queueing.get(call.store, call.data["queue"])
    fields = {name: call.data[name] for name in _EDITABLE if call.data.get(name) is not None}
    task_fields.check_tags(fields.get("tags"), fields.get("system_tags"))
    other = queueing.by_name(call.store, fields["name"]) if "name" in fields else None
    if other and other["id"] != queue["id"]:
        raise NOT_UNIQUE(name=fields["name"], company=identity.COMPANY_ID)
    if not fields:
        return {"updated": 0, "fields": {}}
    queue.update(fields, last_update=clock.stored(clock.now()))
    call.store.save(QUEUES, queue)
    return {"updated": 1, "fields": fields}


def _restore_status(call: Call, queue_id: str, task_ids: list[str], reason: str) -> list[str]:
    """Set tasks that were removed from a queue to their earlier status; returns the ids of the changed tasks."""
    returned = []
    for task_id in task_ids:
        task = call.store.get(TASKS, task_id)
        if task and task["execution"].get("queue") == queue_id:
            del task["execution"]["queue"]
            status = task.get("enqueue_status") or st.CREATED
            change_status(call, task, status, reason=reason, force=True, enqueue_status=None)
            returned.append(task_id)
    return returned


def _clear_queue(call: Call, queue_id: str, reason: str) -> list[str]:
    waiting = [entry["task"] for entry in queueing.entries(call.store, queue_id)]
    call.store.sql.execute("DELETE FROM entries WHERE queue = ?", (queue_id,))
    return _restore_status(call, queue_id, waiting, reason)


@endpoint("queues.delete", since="2.4", required=("queue",))
def delete(call: Call) -> Doc:
    queue_id = queueing.get(call.store, call.data["queue"])["id"]
    if queueing.entries(call.store, queue_id, 1) and not call.data.get("force"):
        raise QUEUE_NOT_EMPTY("use force=true to delete", id=queue_id)
    _clear_queue(call, queue_id, f"Queue {queue_id} was deleted")
    call.store.delete(QUEUES, [queue_id])
    return {"deleted": 1}


@endpoint("queues.clear_queue", required=("queue",))
def clear_queue(call: Call) -> Doc:
    queue_id = queueing.get(call.store, call.data["queue"])["id"]
    return {"removed_tasks": _clear_queue(call, queue_id, f"Queue {queue_id} was cleared")}


@endpoint("queues.add_task", since="2.4", required=("queue", "task"))
def add_task(call: Call) -> Doc:
    queueing.add(call.store, call.data["queue"], call.data["task"])
    task = call.store.get(TASKS, call.data["task"])
    if task and call.data.get("update_execution_queue", True):
        task["execution"]["queue"] = call.data["queue"]
        call.store.save(TASKS, task)
    return {"added": 1}


@endpoint("queues.remove_task", since="2.4", required=("queue", "task"))
def remove_task(call: Call) -> Doc:
    queue_id, task_id = call.data["queue"], call.data["task"]
    removed = queueing.remove(call.store, queue_id, task_id)
    if call.data.get("update_task_status"):
        _restore_status(call, queue_id, [task_id], f"Task was removed from the queue {queue_id}")
    return {"removed": removed}


@endpoint("queues.get_next_task", required=("queue",))
def get_next_task(call: Call) -> Doc:
    entry = queueing.pop(call.store, call.data["queue"], call.data.get("task"))
    if not entry:
        return {}
    answer: Doc = {"entry": entry}
    task = call.store.get(TASKS, entry["task"])
    if task:
        if task["status"] == st.STOPPED:  # an agent stopped it after it was queued
            task["status"] = st.QUEUED
            call.store.save(TASKS, task)
        if call.data.get("get_task_info"):
            answer["task_info"] = {"company": task["company"], "user": task["user"]}
    return answer


@endpoint("queues.peek_task", since="2.15", required=("queue",))
def peek_task(call: Call) -> Doc:
    queue_id = queueing.get(call.store, call.data["queue"])["id"]
    first = queueing.entries(call.store, queue_id, 1)
    return {"task": first[0]["task"] if first else None}


@endpoint("queues.get_num_entries", since="2.15", required=("queue",))
def get_num_entries(call: Call) -> Doc:
    queue_id = queueing.get(call.store, call.data["queue"])["id"]
    return {"num": len(queueing.entries(call.store, queue_id))}


@endpoint("queues.move_task_forward", since="2.4", required=("queue", "task"))
def move_task_forward(call: Call) -> Doc:
    return {"position": _move(call, None, -int(call.data.get("count") or 1))}


@endpoint("queues.move_task_backward", since="2.4", required=("queue", "task"))
def move_task_backward(call: Call) -> Doc:
    return {"position": _move(call, None, int(call.data.get("count") or 1))}


@endpoint("queues.move_task_to_front", since="2.4", required=("queue", "task"))
def move_task_to_front(call: Call) -> Doc:
    return {"position": _move(call, 0)}


@endpoint("queues.move_task_to_back", since="2.4", required=("queue", "task"))
def move_task_to_back(call: Call) -> Doc:
    return {"position": _move(call, -1)}


def _move(call: Call, to: int | None, by: int = 0) -> int:
    return queueing.move(call.store, call.data["queue"], call.data["task"], to, by)
