"""Queues and their entries, the waiting tasks."""

from __future__ import annotations

import time

from clearml_sched_widgets.sandbox import clock, identity
from clearml_sched_widgets.sandbox.errors import (
    ALREADY_QUEUED,
    INVALID_QUEUE_ID,
    NO_DEFAULT_QUEUE,
    NOT_IN_QUEUE,
    NOT_UNIQUE,
)
from clearml_sched_widgets.sandbox.kinds import QUEUES
from clearml_sched_widgets.sandbox.store import Doc, Store


def make(store: Store, name: str, **fields: object) -> Doc:
    """Create a queue.

    Raises:
        ApiError: 400/801 if the name is taken.
    """
    if by_name(store, name):
        raise NOT_UNIQUE(name=name, company=identity.COMPANY_ID)
    moment = clock.stored(clock.now())
    doc: Doc = {
        "id": identity.new_id(),
        "name": name,
        "company": identity.COMPANY_ID,
        "created": moment,
        "tags": [],
        "system_tags": [],
        "last_update": moment,
        "metadata": {},
        **{key: value for key, value in fields.items() if value is not None},
    }
    store.insert(QUEUES, doc)
    return doc


def by_name(store: Store, name: str) -> Doc | None:
    """Return the queue with exactly this name, or None."""
    found = store.find(QUEUES, "name = ?", [name])
    return found[0] if found else None


def get(store: Store, queue_id: str) -> Doc:
    """Return the queue with this id.

    Raises:
        ApiError: 400/701.
    """
    queue = store.get(QUEUES, queue_id)
    if queue is None:
        raise INVALID_QUEUE_ID(id=queue_id, company=identity.COMPANY_ID)
    return queue


def default(store: Store) -> Doc:
    """Return the queue with the system tag `default`.

    Raises:
        ApiError: 400/707.
    """
    sql = "id IN (SELECT owner FROM labels WHERE kind = 'queues' AND field = 'system_tags' AND value = 'default')"
    found = store.find(QUEUES, sql)
    if not found:
        raise NO_DEFAULT_QUEUE()
    return found[0]


def entries(store: Store, queue_id: str, limit: int = -1) -> list[Doc]:
    """Return the waiting tasks, the next one first."""
    sql = "SELECT task, added FROM entries WHERE queue = ? ORDER BY seq LIMIT ?"
    return [{"task": task, "added": added} for task, added in store.rows(sql, [queue_id, limit])]


def touch(store: Store, queue_id: str) -> None:
    """Set the queue's `last_update` to now."""
    queue = store.get(QUEUES, queue_id)
    if queue:
        queue["last_update"] = clock.stored(clock.now())
        store.save(QUEUES, queue)


def add(store: Store, queue_id: str, task_id: str) -> None:
    """Put a task at the end of a queue.

    Raises:
        ApiError: 400/701 for an unknown queue, 400/706 if the task is already in the queue.
    """
    get(store, queue_id)
    if store.rows("SELECT 1 FROM entries WHERE queue = ? AND task = ?", [queue_id, task_id]):
        raise ALREADY_QUEUED(task=task_id)
    added = clock.stored(clock.now())
    store.sql.execute("INSERT INTO entries (queue, task, added) VALUES (?, ?, ?)", (queue_id, task_id, added))
    touch(store, queue_id)


def remove(store: Store, queue_id: str, task_id: str) -> int:
    """Take a task out of a queue; returns the number of removed entries.

    Raises:
        ApiError: 400/703 if the task is not in the queue.
    """
    removed = store.sql.execute("DELETE FROM entries WHERE queue = ? AND task = ?", (queue_id, task_id)).rowcount
    if not removed:
        raise NOT_IN_QUEUE(task=task_id, id=queue_id, company=identity.COMPANY_ID)
    touch(store, queue_id)
    return int(removed)


def remove_everywhere(store: Store, task_id: str, but: str | None = None) -> None:
    """Take a task out of every queue except `but`."""
    for (queue_id,) in store.rows("SELECT queue FROM entries WHERE task = ? AND queue IS NOT ?", [task_id, but]):
        remove(store, queue_id, task_id)


def pop(store: Store, queue_id: str, task_id: str | None = None) -> Doc | None:
    """Remove and return the first entry, or None if the queue is empty. With `task_id`, only if it is this task.

    Raises:
        ApiError: 400/701.
    """
    get(store, queue_id)
    first = entries(store, queue_id, 1)
    if not first or (task_id and first[0]["task"] != task_id):
        return None
    remove(store, queue_id, first[0]["task"])
    return first[0]


def move(store: Store, queue_id: str, task_id: str, to: int | None, by: int = 0) -> int:
    """Move a task in its queue to the position `to` (-1: the end), or by `by` places; returns its new position.

    Raises:
        ApiError: 400/703.
    """
    order = entries(store, queue_id)
    at = next((index for index, entry in enumerate(order) if entry["task"] == task_id), None)
    if at is None:
        raise NOT_IN_QUEUE(task=task_id, id=queue_id, company=identity.COMPANY_ID)
    target = at + by if to is None else (len(order) - 1 if to < 0 else to)
    target = max(0, min(target, len(order) - 1))
    order.insert(target, order.pop(at))
    store.sql.execute("DELETE FROM entries WHERE queue = ?", (queue_id,))
    rows = [(queue_id, entry["task"], entry["added"]) for entry in order]
    store.sql.executemany("INSERT INTO entries (queue, task, added) VALUES (?, ?, ?)", rows)
    return target


def watched(store: Store, queue_id: str) -> bool:
    """True if a registered worker serves the queue."""
    sql = "SELECT 1 FROM workers, json_each(workers.body, '$.queues') AS q WHERE expires > ? AND q.value = ? LIMIT 1"
    return bool(store.rows(sql, [time.time(), queue_id]))
