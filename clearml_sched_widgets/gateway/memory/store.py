"""The stored objects of the in-memory server, and the rules that change them.

Statuses, times and errors are the same as on the real server. Callers hold the lock.
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
    ALLOWED_NEXT,
    StoredModel,
    StoredProject,
    StoredQueue,
    TaskExtras,
    sorted_tags,
)
from clearml_sched_widgets.records import Task

NO_SUCH_QUEUE = 701
MIN_NAME_LENGTH = 3  # characters
MIN_NAME_RULE = "the server wants three characters"


def server_clock() -> datetime:
    """The current time, aware, in UTC."""
    return datetime.now(timezone.utc)


class MemoryStore:
    """All objects of one server. `now` is the server's clock (aware datetimes)."""

    def __init__(self, now: Callable[[], datetime] = server_clock) -> None:
        self._now = now
        self._lock = threading.RLock()
        self._ids_made = 0
        self._tasks: dict[str, Task] = {}
        self._extras: dict[str, TaskExtras] = {}
        self._models: dict[str, StoredModel] = {}
        self._queues: dict[str, StoredQueue] = {}
        self._projects: dict[str, StoredProject] = {}

    def _server_time(self) -> datetime:
        now = self._now().astimezone(timezone.utc)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)  # the server stores milliseconds

    def _new_id(self) -> str:
        self._ids_made += 1
        # Ids are the same in every test run, but their order means nothing, as on the real server.
        return hashlib.md5(str(self._ids_made).encode(), usedforsecurity=False).hexdigest()

    def _ensure_project(self, name: str) -> StoredProject:
        clean_name = "/".join(part.strip() for part in name.split("/") if part)
        if any(len(part) < MIN_NAME_LENGTH for part in clean_name.split("/")):
            raise Refused(
                f"the project name {name!r} is too short: {MIN_NAME_RULE} in every part", code=400, subcode=12
            )
        project = next((project for project in self._projects.values() if project.name == clean_name), None)
        if project is None:
            project = StoredProject(id=self._new_id(), name=clean_name, hidden=False, last_update=self._server_time())
            self._projects[project.id] = project
        project.last_update = self._server_time()
        return project

    def _insert_task(self, task: Task) -> None:
        if len(task.name.strip()) < MIN_NAME_LENGTH:
            raise Refused(f"the name {task.name!r} is too short: {MIN_NAME_RULE}", code=400, subcode=12)
        now = self._server_time()
        self._tasks[task.id] = attrs.evolve(task, created=now, last_update=now, last_change=now)
        self._extras[task.id] = TaskExtras()

    def _get_task(self, task_id: str) -> Task:
        task = self._tasks.get(task_id)
        if task is None:
            raise NotFound(f"there is no task {task_id}", code=400, subcode=101)
        return task

    def _put(self, task_id: str, **changes: Any) -> Task:
        task = attrs.evolve(self._get_task(task_id), **changes)
        self._tasks[task_id] = task
        return task

    def _touch(self, task_id: str, **changes: Any) -> None:
        """Change a task, and set `last_update` and `last_change`. (Edits of names or tags set only `last_change`.)"""
        now = self._server_time()
        self._put(task_id, last_update=now, last_change=now, **changes)

    def _change_status(
        self, task_id: str, status: str, *, reason: str = "", message: str = "", force: bool = False
    ) -> None:
        task = self._get_task(task_id)
        if not force and status != task.status and status not in ALLOWED_NEXT.get(task.status, ()):
            raise Conflict(f"a task that is {task.status} cannot become {status}", code=400, subcode=110)
        # Read the clock right before the write, so changes become visible in the order of their times.
        now = self._server_time()
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

    def _remove_from_queues(self, task_id: str) -> None:
        for queue in self._queues.values():
            if task_id in queue.entries:
                queue.entries.remove(task_id)

    def _reset_task(self, task_id: str) -> None:
        task = self._get_task(task_id)
        if task.status == "published":
            raise Conflict("a published task cannot be reset", code=400, subcode=110)
        self._remove_from_queues(task_id)
        self._change_status(task_id, "created", reason="reset", message="reset")
        self._put(task_id, started=None, completed=None, queue_id=None)
        self._extras[task_id] = TaskExtras(
            script=self._extras[task_id].script, container=self._extras[task_id].container
        )

    def _edit_tags(self, object_id: str, field: str, add: Sequence[str], remove: Sequence[str]) -> None:
        stored: Task | StoredModel = self._models.get(object_id) or self._get_task(object_id)
        tags = sorted_tags({*getattr(stored, field), *add} - set(remove))
        if isinstance(stored, Task):
            self._put(object_id, last_change=self._server_time(), **{field: tags})
        else:
            setattr(stored, field, tags)
            stored.last_change = self._server_time()

    def _delete_task(self, task_id: str) -> None:
        self._get_task(task_id)
        self._remove_from_queues(task_id)
        del self._tasks[task_id], self._extras[task_id]
        for child in [task.id for task in self._tasks.values() if task.parent == task_id]:
            self._put(child, parent=f"__DELETED__{task_id}", last_change=self._server_time())

    def _get_lease_project(self, lease_id: str) -> StoredProject:
        if lease_id not in self._projects:
            raise NotFound(f"there is no project {lease_id}", code=400, subcode=401)
        return self._projects[lease_id]

    def _get_editable(self, task_id: str, statuses: set[str]) -> Task:
        task = self._get_task(task_id)
        if task.status not in statuses:
            raise Conflict(f"a task that is {task.status} cannot be edited", code=400, subcode=110)
        return task

    def _enqueue_task(self, task_id: str, queue_id: str) -> None:
        task = self._get_task(task_id)
        self._change_status(task_id, "queued")
        queue = self._queues.get(queue_id)
        if queue is None or task_id in queue.entries:
            # As on the real server, the status goes back, but `status_changed` keeps the time of the attempt.
            self._change_status(task_id, task.status, reason="failed enqueueing", force=True)
            if queue is None:
                raise NotFound(f"there is no queue {queue_id}", code=400, subcode=NO_SUCH_QUEUE)
            raise Conflict(f"the task {task_id} is queued already", code=400, subcode=706)
        self._remove_from_queues(task_id)
        queue.entries.append(task_id)
        if task.status != "queued":
            self._extras[task_id].status_before_queue = task.status
        tags = tuple(tag for tag in task.system_tags if tag != "development")
        self._put(task_id, queue_id=queue_id, system_tags=tags)
