"""What other users, agents and the web page do to the in-memory server; the methods of the protocol are in `memory`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from clearml_sched_widgets.errors import Conflict
from clearml_sched_widgets.gateway.memory.objects import StoredModel, StoredQueue, sorted_tags, stored_params
from clearml_sched_widgets.gateway.memory.store import MemoryStore
from clearml_sched_widgets.records import Params, Table, Task


class MemoryServer(MemoryStore):
    """A server that others use too. Safe to use from several threads."""

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
