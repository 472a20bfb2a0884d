"""The gateway to a server that lives in this process: for tests, simulations and demonstrations without a server."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Concatenate, ParamSpec, TypeVar

import attrs

from clearml_sched_widgets.errors import Conflict, NotFound, PermanentError
from clearml_sched_widgets.gateway.console import last_lines
from clearml_sched_widgets.gateway.memory.objects import WORKER_TIMEOUT
from clearml_sched_widgets.gateway.memory.query import matches, model_entity, projected, task_entity
from clearml_sched_widgets.gateway.memory.server import MemoryServer
from clearml_sched_widgets.gateway.memory.store import NO_SUCH_QUEUE, server_clock
from clearml_sched_widgets.records import (
    ACTIVE,
    INSTANCE_TAG,
    Clone,
    Edit,
    Enqueued,
    Entity,
    Lease,
    LogLine,
    Project,
    Queue,
    Server,
    Table,
    Task,
    TaskQuery,
)

PAGE = 500  # the most rows of one answer
NEVER = datetime.max.replace(tzinfo=timezone.utc)
NOT_TASKS = frozenset({"dataset", "reports", "hidden", INSTANCE_TAG})

P = ParamSpec("P")
R = TypeVar("R")
Fault = Callable[[str, str], None]


def _no_fault(method: str, moment: str) -> None:
    """Nothing goes wrong."""


def _request(
    method: Callable[Concatenate[MemoryGateway, P], R],
) -> Callable[Concatenate[MemoryGateway, P], R]:
    """Count a request, and let the fault hook act before it is carried out and after."""

    @functools.wraps(method)
    def call(self: MemoryGateway, /, *args: P.args, **kwargs: P.kwargs) -> R:
        self.fault(method.__name__, "before")
        with self._lock:
            self.requests[method.__name__] += 1
            result = method(self, *args, **kwargs)
        self.fault(method.__name__, "after")
        return result

    return call


class MemoryGateway(MemoryServer):
    """A `Gateway` with its server inside. Safe to use from several threads.

    `now` is the server's clock (aware datetimes). `fault` is called with the method's name and "before" (the server has
    not seen the request) or "after" (it has carried it out, the answer is on its way): what it raises, the caller gets.
    `requests` counts the calls by method.
    """

    def __init__(self, now: Callable[[], datetime] = server_clock, fault: Fault = _no_fault) -> None:
        super().__init__(now)
        self.fault = fault
        self.requests: Counter[str] = Counter()

    # -- where we are
    @_request
    def server(self) -> Server:
        """Who and where we are."""
        return Server(api_url="memory:", web_url="", user_id="tester", user="tester")

    # -- reading
    @_request
    def tasks(self, query: TaskQuery) -> list[Task]:
        """The tasks of the query, in its order."""
        rows = [task for task in self._tasks.values() if matches(task, query)]
        field = query.order.removeprefix("-")
        # The id decides between equal times, and rows without a time come last, whatever the direction.
        rows.sort(key=lambda task: task.id)
        rows.sort(key=lambda task: getattr(task, field) or NEVER, reverse=query.order.startswith("-"))
        if query.order.startswith("-"):
            rows.sort(key=lambda task: getattr(task, field) is None)
        size = min(query.limit, PAGE)
        return [projected(task, query) for task in rows[query.page * size : (query.page + 1) * size]]

    @_request
    def changed(self, entity: str, since: datetime | None, limit: int = PAGE) -> list[Entity]:
        """Objects of one kind that changed at or after `since`, oldest first; without it the newest one."""
        rows = sorted(self._entities(entity), key=lambda row: (row.changed or NEVER, row.id))
        if since is None:
            return rows[-1:]
        return [row for row in rows if row.changed and row.changed >= since][: min(limit, PAGE)]

    @_request
    def changed_at(self, entity: str, moment: datetime, page: int) -> list[Entity]:
        """Objects of one kind that changed at exactly that moment, ordered by id."""
        rows = sorted((row for row in self._entities(entity) if row.changed == moment), key=lambda row: row.id)
        return rows[page * PAGE : (page + 1) * PAGE]

    @_request
    def queues(self, *, watched: bool = False) -> list[Queue]:
        """All queues by name."""
        return [
            Queue(id=queue.id, name=queue.name, waiting=len(queue.entries), watched=queue.watched if watched else None)
            for queue in sorted(self._queues.values(), key=lambda queue: queue.name)
        ]

    @_request
    def projects(self, text: str = "", limit: int = 50) -> list[Project]:
        """Projects whose names contain `text`, recently used first; hidden ones left out."""
        found = [p for p in self._projects.values() if text.lower() in p.name.lower() and not p.hidden]
        found.sort(key=lambda p: p.last_update, reverse=True)
        return [Project(id=p.id, name=p.name) for p in found[:limit]]

    @_request
    def log(self, task_id: str, limit: int = 200, before: datetime | None = None) -> list[LogLine]:
        """The last lines of a task's console, oldest first; with a time, the last ones that are earlier."""
        self._get(task_id)
        lines = [line for line in self._extras[task_id].log if before is None or line.time < before]
        return last_lines(sorted(lines, key=lambda line: line.time), limit)

    # -- launching
    @_request
    def clone(self, request: Clone) -> str:
        """Make one run as a draft; its new id."""
        base = self._get(request.task)
        if request.parent not in self._tasks:
            raise NotFound(f"there is no task {request.parent} to be the parent", code=400, subcode=101)
        project = self._project(request.project) if request.project else None
        self._insert(
            attrs.evolve(
                base,
                id=(new_id := self._new_id()),
                name=request.name or base.name,
                status="created",
                status_message="",
                status_reason="",
                project_id=project.id if project else base.project_id,
                project=project.name if project else base.project,
                user_id="tester",
                user="tester",
                parent=request.parent,
                queue_id=None,
                tags=tuple(sorted(set(request.tags or base.tags))),
                system_tags=tuple(sorted(set(request.system_tags))),
                started=None,
                completed=None,
                status_changed=None,
                hyperparams=request.hyperparams or base.hyperparams,
            )
        )
        own = self._extras[request.task]
        self._extras[new_id].script = own.script
        self._extras[new_id].container = dict(request.container) or own.container
        return new_id

    @_request
    def edit_script(self, task_id: str, fields: Mapping[str, str]) -> None:
        """Set fields of a draft's script; others stay."""
        self._editable(task_id, {"created"})
        self._extras[task_id].script = {**self._extras[task_id].script, **fields}
        self._touch(task_id)

    @_request
    def edit_draft(self, task_id: str, request: Edit) -> None:
        """Replace tags, hyperparameters and container of a draft."""
        self._editable(task_id, {"created"})
        self._touch(
            task_id,
            tags=tuple(sorted(set(request.tags))),
            system_tags=tuple(sorted(set(request.system_tags))),
            hyperparams=request.hyperparams,
        )
        if request.container:
            self._extras[task_id].container = dict(request.container)

    @_request
    def enqueue(self, ids: Sequence[str], queue_id: str) -> Enqueued:
        """Put drafts on a queue; per id an outcome."""
        succeeded: list[str] = []
        failed: dict[str, PermanentError] = {}
        for task_id in ids:
            try:
                self._enqueue(task_id, queue_id)
                succeeded.append(task_id)
            except PermanentError as error:
                failed[task_id] = error
        if gone := next((error for error in failed.values() if error.subcode == NO_SUCH_QUEUE), None):
            raise gone
        watched = self._queues[queue_id].watched if succeeded else None
        words = {task_id: str(error) for task_id, error in failed.items()}
        return Enqueued(succeeded=tuple(succeeded), failed=words, watched=watched)

    @_request
    def delete_drafts(self, ids: Sequence[str]) -> None:
        """Delete tasks that are still drafts; those that are not stay, silently."""
        for task_id in ids:
            task = self._tasks.get(task_id)
            if task is not None and task.status == "created" and "archived" not in task.system_tags:
                self._delete(task_id)

    # -- the instance's own task
    @_request
    def create_instance(self, name: str, project: str, configuration: Mapping[str, str]) -> str:
        """A draft task of type `service` with our system tag; its id."""
        return self.add_task(name, project, type="service", system_tags=(INSTANCE_TAG,), configuration=configuration)

    @_request
    def set_script(self, task_id: str, entry_point: str, code: str, requirements: Iterable[str]) -> None:
        """Give a task a script without a repository, whatever its status."""
        self._get(task_id)
        script = {"entry_point": entry_point, "diff": code, "requirements.pip": "\n".join(requirements)}
        self._extras[task_id].script = script
        self._touch(task_id)

    @_request
    def set_status(self, task_id: str, status: str, reason: str = "") -> None:
        """Move a task to in_progress, stopped, completed, failed or created (which erases its output)."""
        if status == "created":
            self._reset(task_id)
        elif status == "in_progress":
            started = self._get(task_id).started if self._get(task_id).status == "in_progress" else None
            self._change(task_id, status, reason=reason)
            self._put(task_id, started=started or self._time(), completed=None)
        else:
            self._change(task_id, status, reason=reason)
            self._put(task_id, completed=self._time())

    @_request
    def request_stop(self, task_id: str, reason: str = "") -> None:
        """Ask whoever runs the task to end it."""
        task, extras = self._get(task_id), self._extras[task_id]
        alive = bool(extras.worker and task.last_update and self._time() - task.last_update < WORKER_TIMEOUT)
        if alive and task.status != "queued" and "development" not in task.system_tags:
            self._change(task_id, task.status, reason=reason, message="stopping")
            return
        self._unqueue(task_id)
        self._change(task_id, "stopped", reason=reason, message="Stopped by tester")

    @_request
    def rename(self, task_id: str, name: str) -> None:
        """Change a task's name, whatever its status."""
        self._put(task_id, name=name, last_change=self._time())

    @_request
    def write_configuration(self, task_id: str, items: Mapping[str, str]) -> None:
        """Set the named configuration objects of a draft or running task; others stay."""
        task = self._editable(task_id, {"created", *ACTIVE})
        self._touch(task_id, configuration={**task.configuration, **items})

    @_request
    def delete_configuration(self, task_id: str, names: Sequence[str]) -> None:
        """Remove the named configuration objects of a draft or running task."""
        task = self._editable(task_id, {"created", *ACTIVE})
        self._touch(task_id, configuration={k: v for k, v in task.configuration.items() if k not in names})

    @_request
    def ping(self, task_id: str) -> None:
        """Tell the server that the task is alive. The server says nothing if it is gone."""
        if task_id in self._tasks:
            self._touch(task_id)

    @_request
    def report_log(self, task_id: str, lines: Sequence[LogLine]) -> None:
        """Append lines to a task's console."""
        self._get(task_id)
        self._extras[task_id].log.extend(lines)
        self._touch(task_id)

    @_request
    def report_table(self, task_id: str, title: str, table: Table) -> None:
        """Show a table among a task's plots, in place of the one of that title."""
        self._get(task_id)
        self._extras[task_id].tables[title] = {column: list(values) for column, values in table.items()}
        self._touch(task_id)

    @_request
    def delete_task(self, task_id: str) -> None:
        """Delete a task that is not running."""
        if self._get(task_id).status in ACTIVE:
            raise Conflict("a task that is queued or running cannot be deleted; stop it first", code=400, subcode=123)
        self._delete(task_id)

    # -- leases
    @_request
    def create_lease(self, name: str, text: str) -> str:
        """A lease of that name; its id. Conflict if the name is taken."""
        if any(project.name == name for project in self._projects.values()):
            raise Conflict("Project with the same name already exists", code=400, subcode=801)
        project = self._project(name)
        project.hidden, project.text = True, text
        return project.id

    @_request
    def leases(self, prefix: str) -> list[Lease]:
        """The leases whose names begin so, by name."""
        found = [project for project in self._projects.values() if project.hidden and project.name.startswith(prefix)]
        rows = [Lease(id=project.id, name=project.name, text=project.text) for project in found]
        return sorted(rows, key=lambda row: row.name)[:PAGE]

    @_request
    def write_lease(self, lease_id: str, text: str) -> None:
        """Change a lease's text. NotFound if that very lease is gone."""
        self._lease(lease_id).text = text

    @_request
    def delete_lease(self, lease_id: str) -> None:
        """Free the name. NotFound if that very lease is gone."""
        self._lease(lease_id)
        del self._projects[lease_id]

    # -- the lock is held
    def _entities(self, entity: str) -> list[Entity]:
        if entity == "model":
            return [model_entity(model, self._project_id(model.project)) for model in self._models.values()]
        if entity == "dataset":
            kept = [t for t in self._tasks.values() if "dataset" in t.system_tags and t.type == "data_processing"]
        else:
            kept = [t for t in self._tasks.values() if not NOT_TASKS.intersection(t.system_tags)]
        return [task_entity(entity, task) for task in kept]

    def _project_id(self, name: str) -> str | None:
        return next((project.id for project in self._projects.values() if project.name == name), None)
