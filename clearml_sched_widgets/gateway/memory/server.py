"""What users, agents and the web page do on the in-memory server. `gateway` has the methods of the protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from clearml_sched_widgets.errors import Conflict
from clearml_sched_widgets.gateway.memory.objects import StoredModel, StoredQueue, sorted_tags, stored_params
from clearml_sched_widgets.gateway.memory.store import MemoryStore
from clearml_sched_widgets.records import Params, Table, Task


class MemoryServer(MemoryStore):
    """The in-memory server as other users and agents use it. Thread-safe."""

    # -- creating objects
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
        """Create a task and bring it to `status` with as few changes of status as possible; returns its id."""
        with self._lock:
            task = Task(
                id=self._new_id(),
                name=name,
                type=type,
                project_id=self._ensure_project(project).id if project else None,
                project=project,
                user_id=user,
                user=user,
                parent=parent,
                tags=sorted_tags(tags),
                system_tags=sorted_tags(system_tags),
                hyperparams=stored_params(hyperparams or {}),
                configuration=dict(configuration or {}),
            )
            self._insert_task(task)
            self._move_to_status(task.id, status)
            return task.id

    def add_dataset(
        self, name: str = "a dataset", project: str = "", *, status: str = "completed", tags: Sequence[str] = ()
    ) -> str:
        """Create a dataset, which is a task with its own type and system tag; returns its id."""
        return self.add_task(name, project, type="data_processing", status=status, tags=tags, system_tags=("dataset",))

    def add_model(
        self, name: str = "a model", project: str = "", *, published: bool = False, tags: Sequence[str] = ()
    ) -> str:
        """Create a model; returns its id."""
        with self._lock:
            now = self._server_time()
            if project:
                self._ensure_project(project)
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
        """Create a queue; returns its id. `watched`: an agent serves it. Raises Conflict if the name is taken."""
        with self._lock:
            if any(queue.name == name for queue in self._queues.values()):
                raise Conflict(f"there is a queue {name!r} already", code=400, subcode=801)
            queue = StoredQueue(id=self._new_id(), name=name, watched=watched)
            self._queues[queue.id] = queue
            return queue.id

    def delete_queue(self, queue_id: str) -> None:
        """Delete a queue. Tasks waiting in it go back to the status they had before."""
        with self._lock:
            queue = self._queues.pop(queue_id)
            for task_id in queue.entries:
                self._change_status(task_id, self._extras[task_id].status_before_queue, force=True)

    def add_project(self, name: str, *, hidden: bool = False) -> str:
        """Create a project; returns its id."""
        with self._lock:
            project = self._ensure_project(name)
            project.hidden = hidden
            return project.id

    # -- what agents and users do to tasks and models
    def take(self, queue_id: str, worker: str = "agent:0") -> str | None:
        """Start the first task of a queue, as an agent does; returns its id, or None if the queue is empty."""
        with self._lock:
            entries = self._queues[queue_id].entries
            if not entries:
                return None
            task_id = entries[0]
            self.start(task_id, worker)
            return task_id

    def start(self, task_id: str, worker: str = "") -> None:
        """Start a task as an agent does. Without `worker`, as a script does that a user runs."""
        with self._lock:
            self._change_status(task_id, "in_progress")
            self._remove_from_queues(task_id)
            self._extras[task_id].worker = worker
            self._put(task_id, started=self._server_time(), completed=None)

    def finish(self, task_id: str, status: str = "completed", reason: str = "") -> None:
        """End a running task as completed, failed or stopped."""
        with self._lock:
            self._change_status(task_id, status, reason=reason)
            self._put(task_id, completed=self._server_time())

    def publish(self, object_id: str) -> None:
        """Publish a task, a dataset or a model."""
        with self._lock:
            if model := self._models.get(object_id):
                model.ready, model.last_change = True, self._server_time()
            else:
                self._change_status(object_id, "published")

    def dequeue(self, task_id: str) -> None:
        """Take a task off its queue. It goes back to the status it had before, and its `status_changed` is set."""
        with self._lock:
            self._remove_from_queues(task_id)
            self._change_status(task_id, self._extras[task_id].status_before_queue, force=True)

    def reset(self, task_id: str) -> None:
        """Make a task a draft again and erase its output."""
        with self._lock:
            self._reset_task(task_id)

    def tag(self, object_id: str, *tags: str, remove: Sequence[str] = ()) -> None:
        """Add tags to a task, a dataset or a model, and remove some."""
        with self._lock:
            self._edit_tags(object_id, "tags", tags, remove)

    def archive(self, object_id: str) -> None:
        """Archive a task, a dataset or a model. A queued task is dequeued first, a running one stopped."""
        with self._lock:
            task = self._tasks.get(object_id)
            if task is not None and task.status == "queued":
                self.dequeue(object_id)
            elif task is not None and task.status == "in_progress":
                self._change_status(object_id, "stopped", force=True)
            self._edit_tags(object_id, "system_tags", ("archived",), ())

    def report(self, task_id: str) -> None:
        """Change only the times of a task, as a running script does with every metric it reports."""
        with self._lock:
            self._touch(task_id)

    def delete(self, object_id: str) -> None:
        """Delete a task, a dataset or a model in any status."""
        with self._lock:
            if self._models.pop(object_id, None) is None:
                self._delete_task(object_id)

    # -- reading what the protocol only writes
    def task(self, task_id: str) -> Task:
        """Return a task with all its fields. Raises NotFound."""
        with self._lock:
            return self._get_task(task_id)

    def all_tasks(self) -> list[Task]:
        """Return all tasks, oldest first."""
        with self._lock:
            return list(self._tasks.values())

    def tables(self, task_id: str) -> dict[str, Table]:
        """Return the tables among a task's plots, by title."""
        with self._lock:
            return dict(self._extras[task_id].tables)

    def script(self, task_id: str) -> Mapping[str, str]:
        """Return the fields of a task's script that were set, such as entry_point, diff and requirements.pip."""
        with self._lock:
            return self._extras[task_id].script

    def container(self, task_id: str) -> Mapping[str, str]:
        """Return a task's container: image, arguments and setup_shell_script."""
        with self._lock:
            return self._extras[task_id].container

    def waiting(self, queue_id: str) -> list[str]:
        """Return the ids of the tasks waiting in a queue, the next one first."""
        with self._lock:
            return list(self._queues[queue_id].entries)

    def _move_to_status(self, task_id: str, status: str) -> None:
        if status == "queued":
            raise ValueError("use the gateway's `enqueue`: a queued task is on a queue")
        if status != "created":
            self.start(task_id)
        if status == "published":
            self.finish(task_id)
            self.publish(task_id)
        elif status not in ("created", "in_progress"):
            self.finish(task_id, status)
