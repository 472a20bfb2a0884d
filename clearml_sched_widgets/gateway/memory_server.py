"""A ClearML server in one process, as far as this package looks at one: what `MemoryGateway` talks to.

Statuses, times and refusals are the real server's. The methods here are what other users, agents and the web page do to
a server; the methods of the protocol are in `memory`.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

import attrs

from clearml_sched_widgets.errors import Conflict, NotFound, Refused
from clearml_sched_widgets.gateway.memory_objects import (
    NEXT,
    Extras,
    StoredModel,
    StoredProject,
    StoredQueue,
    sorted_tags,
    stored_params,
)
from clearml_sched_widgets.records import Params, Table, Task

SHORTEST = 3  # characters of a name
WHY_LONGER = "the server wants three characters"


def server_clock() -> datetime:
    """The present in UTC."""
    return datetime.now(timezone.utc)


class MemoryServer:
    """Holds the objects and changes them the way the server does. Safe to use from several threads."""

    def __init__(self, now: Callable[[], datetime] = server_clock) -> None:
        self._now = now
        self._lock = threading.RLock()
        self._made = 0
        self._tasks: dict[str, Task] = {}
        self._extras: dict[str, Extras] = {}
        self._models: dict[str, StoredModel] = {}
        self._queues: dict[str, StoredQueue] = {}
        self._projects: dict[str, StoredProject] = {}

    # -- making things
    def add_task(
        self,
        name: str = "a task",
        project: str = "",
        *,
        type: str = "training",
        status: str = "created",
        tags: Sequence[str] = (),
        system_tags: Sequence[str] = (),
        hyperparams: Params | Mapping[str, Mapping[str, str]] | None = None,
        configuration: Mapping[str, str] | None = None,
        parent: str | None = None,
        user: str = "tester",
    ) -> str:
        """A task as another user makes one; with a `status`, brought there the shortest way. Its id."""
        with self._lock:
            task = Task(
                id=self._new_id(),
                name=name,
                type=type,
                project_id=self._project(project).id if project else None,
                project=project,
                user_id=user,
                user=user,
                parent=parent,
                tags=sorted_tags(tags),
                system_tags=sorted_tags(system_tags),
                hyperparams=stored_params(hyperparams or {}),
                configuration=dict(configuration or {}),
            )
            self._insert(task)
            self._bring(task.id, status)
            return task.id

    def add_dataset(
        self, name: str = "a dataset", project: str = "", *, status: str = "completed", tags: Sequence[str] = ()
    ) -> str:
        """A dataset: a task of a certain type and system tag. Its id."""
        return self.add_task(name, project, type="data_processing", status=status, tags=tags, system_tags=("dataset",))

    def add_model(
        self, name: str = "a model", project: str = "", *, published: bool = False, tags: Sequence[str] = ()
    ) -> str:
        """A model; its id."""
        with self._lock:
            now = self._time()
            if project:
                self._project(project)
            model = StoredModel(
                id=self._new_id(),
                name=name,
                project=project,
                tags=sorted_tags(tags),
                system_tags=(),
                ready=published,
                created=now,
                last_change=now,
            )
            self._models[model.id] = model
            return model.id

    def add_queue(self, name: str, *, watched: bool = True) -> str:
        """A queue, with or without an agent that serves it; its id. Conflict if the name is taken."""
        with self._lock:
            if any(queue.name == name for queue in self._queues.values()):
                raise Conflict(f"there is a queue {name!r} already", code=400, subcode=801)
            queue = StoredQueue(id=self._new_id(), name=name, watched=watched)
            self._queues[queue.id] = queue
            return queue.id

    def delete_queue(self, queue_id: str) -> None:
        """Delete a queue; what waited in it becomes what it was before."""
        with self._lock:
            queue = self._queues.pop(queue_id)
            for task_id in queue.entries:
                self._change(task_id, self._extras[task_id].before_queue, force=True)

    def add_project(self, name: str, *, hidden: bool = False) -> str:
        """A project; its id."""
        with self._lock:
            project = self._project(name)
            project.hidden = hidden
            return project.id

    # -- what agents and users do to tasks and models
    def take(self, queue_id: str, worker: str = "agent:0") -> str | None:
        """What an agent does: take the first task of a queue and start it. Its id, None if nothing waits."""
        with self._lock:
            entries = self._queues[queue_id].entries
            if not entries:
                return None
            task_id = entries[0]
            self.start(task_id, worker)
            return task_id

    def start(self, task_id: str, worker: str = "") -> None:
        """Start a task, as an agent (with a worker's name) or as a script that a user runs (without)."""
        with self._lock:
            self._change(task_id, "in_progress")
            self._unqueue(task_id)
            self._extras[task_id].worker = worker
            self._put(task_id, started=self._time(), completed=None)

    def finish(self, task_id: str, status: str = "completed", reason: str = "") -> None:
        """End a running task: completed, failed or stopped."""
        with self._lock:
            self._change(task_id, status, reason=reason)
            self._put(task_id, completed=self._time())

    def publish(self, object_id: str) -> None:
        """Publish a task, a dataset or a model."""
        with self._lock:
            if model := self._models.get(object_id):
                model.ready, model.last_change = True, self._time()
            else:
                self._change(object_id, "published")

    def dequeue(self, task_id: str) -> None:
        """Take a task off its queue: it becomes what it was before, with a time of a status change."""
        with self._lock:
            self._unqueue(task_id)
            self._change(task_id, self._extras[task_id].before_queue, force=True)

    def reset(self, task_id: str) -> None:
        """Reset a task: a draft again, its output erased."""
        with self._lock:
            self._reset(task_id)

    def tag(self, object_id: str, *tags: str, remove: Sequence[str] = ()) -> None:
        """Add tags to a task, a dataset or a model, and remove some."""
        with self._lock:
            self._retag(object_id, "tags", tags, remove)

    def archive(self, object_id: str) -> None:
        """Archive a task, a dataset or a model; a queued task is dequeued, a running one stopped."""
        with self._lock:
            task = self._tasks.get(object_id)
            if task is not None and task.status == "queued":
                self.dequeue(object_id)
            elif task is not None and task.status == "in_progress":
                self._change(object_id, "stopped", force=True)
            self._retag(object_id, "system_tags", ("archived",), ())

    def restore(self, object_id: str) -> None:
        """Take something out of the archive."""
        with self._lock:
            self._retag(object_id, "system_tags", (), ("archived",))

    def report(self, task_id: str) -> None:
        """What a running script does with every metric: nothing but the times change."""
        with self._lock:
            self._touch(task_id)

    def delete(self, object_id: str) -> None:
        """Delete a task, a dataset or a model, whatever its status."""
        with self._lock:
            if self._models.pop(object_id, None) is None:
                self._delete(object_id)

    # -- looking at what the protocol only writes
    def task(self, task_id: str) -> Task:
        """Everything of one task. NotFound if there is none."""
        with self._lock:
            return self._get(task_id)

    def all_tasks(self) -> list[Task]:
        """Every task, oldest first."""
        with self._lock:
            return list(self._tasks.values())

    def tables(self, task_id: str) -> dict[str, Table]:
        """The tables among a task's plots, by title."""
        with self._lock:
            return dict(self._extras[task_id].tables)

    def script(self, task_id: str) -> Mapping[str, str]:
        """A task's script, as far as it was set: such as entry_point, diff and requirements.pip."""
        with self._lock:
            return self._extras[task_id].script

    def container(self, task_id: str) -> Mapping[str, str]:
        """A task's container: image, arguments and setup_shell_script."""
        with self._lock:
            return self._extras[task_id].container

    def waiting(self, queue_id: str) -> list[str]:
        """The ids of the tasks that wait in a queue, first come first."""
        with self._lock:
            return list(self._queues[queue_id].entries)

    # -- how the server does it; the lock is held
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

    def _bring(self, task_id: str, status: str) -> None:
        if status == "queued":
            raise ValueError("use the gateway's `enqueue`: a queued task is on a queue")
        if status != "created":
            self.start(task_id)
        if status == "published":
            self.finish(task_id)
            self.publish(task_id)
        elif status not in ("created", "in_progress"):
            self.finish(task_id, status)

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
