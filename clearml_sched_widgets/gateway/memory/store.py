"""The objects of a ClearML server in one process, and how the server itself changes them.

Statuses, times and refusals are the real server's. Whoever calls holds the lock.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from typing import Any

import attrs

from clearml_sched_widgets.errors import Conflict, NotFound, Refused
from clearml_sched_widgets.gateway.memory.objects import (
    NEXT,
    Extras,
    StoredModel,
    StoredProject,
    StoredQueue,
    sorted_tags,
)
from clearml_sched_widgets.records import Task

NO_SUCH_QUEUE = 701
SHORTEST = 3  # characters of a name
WHY_LONGER = "the server wants three characters"


def server_clock() -> datetime:
    """The present in UTC."""
    return datetime.now(timezone.utc)


class MemoryStore:
    """Everything on the server, and its rules. `now` is the server's clock (aware datetimes)."""

    def __init__(self, now: Callable[[], datetime] = server_clock) -> None:
        self._now = now
        self._lock = threading.RLock()
        self._made = 0
        self._tasks: dict[str, Task] = {}
        self._extras: dict[str, Extras] = {}
        self._models: dict[str, StoredModel] = {}
        self._queues: dict[str, StoredQueue] = {}
        self._projects: dict[str, StoredProject] = {}

    def _time(self) -> datetime:
        now = self._now().astimezone(timezone.utc)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)  # the server stores milliseconds

    def _new_id(self) -> str:
        self._made += 1
        # The same in every run of a test, but in no order: as little to rely on as the server's.
        return hashlib.md5(str(self._made).encode(), usedforsecurity=False).hexdigest()

    def _project(self, name: str) -> StoredProject:
        clean = "/".join(part.strip() for part in name.split("/") if part)
        if any(len(part) < SHORTEST for part in clean.split("/")):
            raise Refused(f"the project name {name!r} is too short: {WHY_LONGER} in every part", code=400, subcode=12)
        found = next((project for project in self._projects.values() if project.name == clean), None)
        if found is None:
            found = StoredProject(id=self._new_id(), name=clean, hidden=False, last_update=self._time())
            self._projects[found.id] = found
        found.last_update = self._time()
        return found

    def _insert(self, task: Task) -> None:
        if len(task.name.strip()) < SHORTEST:
            raise Refused(f"the name {task.name!r} is too short: {WHY_LONGER}", code=400, subcode=12)
        now = self._time()
        self._tasks[task.id] = attrs.evolve(task, created=now, last_update=now, last_change=now)
        self._extras[task.id] = Extras()

    def _get(self, task_id: str) -> Task:
        task = self._tasks.get(task_id)
        if task is None:
            raise NotFound(f"there is no task {task_id}", code=400, subcode=101)
        return task

    def _put(self, task_id: str, **changes: Any) -> Task:
        task = attrs.evolve(self._get(task_id), **changes)
        self._tasks[task_id] = task
        return task

    def _touch(self, task_id: str, **changes: Any) -> None:
        """A write that moves both times; an edit of names or tags moves `last_change` alone."""
        now = self._time()
        self._put(task_id, last_update=now, last_change=now, **changes)

    def _change(self, task_id: str, status: str, *, reason: str = "", message: str = "", force: bool = False) -> None:
        task = self._get(task_id)
        if not force and status != task.status and status not in NEXT.get(task.status, ()):
            raise Conflict(f"a task that is {task.status} cannot become {status}", code=400, subcode=110)
        # The order in which the server's writes become visible is the order of its times.
        now = self._time()
        self._put(
            task_id,
            status=status,
            status_reason=reason,
            status_message=message,
            status_changed=now,
            last_update=now,
            last_change=now,
        )
        if task.project_id:
            self._projects[task.project_id].last_update = now

    def _unqueue(self, task_id: str) -> None:
        for queue in self._queues.values():
            if task_id in queue.entries:
                queue.entries.remove(task_id)

    def _reset(self, task_id: str) -> None:
        task = self._get(task_id)
        if task.status == "published":
            raise Conflict("a published task cannot be reset", code=400, subcode=110)
        self._unqueue(task_id)
        self._change(task_id, "created", reason="reset", message="reset")
        self._put(task_id, started=None, completed=None, queue_id=None)
        self._extras[task_id] = Extras(script=self._extras[task_id].script, container=self._extras[task_id].container)

    def _retag(self, object_id: str, field: str, add: Sequence[str], remove: Sequence[str]) -> None:
        stored: Task | StoredModel = self._models.get(object_id) or self._get(object_id)
        tags = sorted_tags({*getattr(stored, field), *add} - set(remove))
        if isinstance(stored, Task):
            self._put(object_id, last_change=self._time(), **{field: tags})
        else:
            setattr(stored, field, tags)
            stored.last_change = self._time()

    def _delete(self, task_id: str) -> None:
        self._get(task_id)
        self._unqueue(task_id)
        del self._tasks[task_id], self._extras[task_id]
        for child in [task.id for task in self._tasks.values() if task.parent == task_id]:
            self._put(child, parent=f"__DELETED__{task_id}", last_change=self._time())

    def _lease(self, lease_id: str) -> StoredProject:
        if lease_id not in self._projects:
            raise NotFound(f"there is no project {lease_id}", code=400, subcode=401)
        return self._projects[lease_id]

    def _editable(self, task_id: str, statuses: set[str]) -> Task:
        task = self._get(task_id)
        if task.status not in statuses:
            raise Conflict(f"a task that is {task.status} cannot be edited", code=400, subcode=110)
        return task

    def _enqueue(self, task_id: str, queue_id: str) -> None:
        task = self._get(task_id)
        self._change(task_id, "queued")
        queue = self._queues.get(queue_id)
        if queue is None or task_id in queue.entries:
            # As the server does: the status goes back, but the time of its change is now, so it is no virgin any more.
            self._change(task_id, task.status, reason="failed enqueueing", force=True)
            if queue is None:
                raise NotFound(f"there is no queue {queue_id}", code=400, subcode=NO_SUCH_QUEUE)
            raise Conflict(f"the task {task_id} is queued already", code=400, subcode=706)
        self._unqueue(task_id)
        queue.entries.append(task_id)
        if task.status != "queued":
            self._extras[task_id].before_queue = task.status
        tags = tuple(tag for tag in task.system_tags if tag != "development")
        self._put(task_id, queue_id=queue_id, system_tags=tags)
