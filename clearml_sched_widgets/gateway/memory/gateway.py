"""The gateway to a server in this process, for tests, simulations and demonstrations."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Concatenate, ParamSpec, TypeVar

import attrs

from clearml_sched_widgets.errors import Conflict, NotFound, PermanentError
from clearml_sched_widgets.gateway.console import last_lines
from clearml_sched_widgets.gateway.memory.objects import WORKER_TIMEOUT
from clearml_sched_widgets.gateway.memory.query import matches, model_entity, projected, task_entity
from clearml_sched_widgets.gateway.memory.server import MemoryServer
from clearml_sched_widgets.gateway.memory.store import NO_SUCH_QUEUE, server_clock
from clearml_sched_widgets.gateway.pipelines import pipeline_projects
from clearml_sched_widgets.records import (
    ACTIVE,
    INSTANCE_TAG,
    PIPELINE_TAG,
    Clone,
    Edit,
    Enqueued,
    Entity,
    Lease,
    LogLine,
    Present,
    Project,
    Queue,
    Server,
    Table,
    Task,
    TaskQuery,
)

PAGE = 500  # the most rows of one answer
MAX_TIME = datetime.max.replace(tzinfo=timezone.utc)
NON_TASK_TAGS = frozenset({"dataset", "reports", "hidden", INSTANCE_TAG})

P = ParamSpec("P")
R = TypeVar("R")
Fault = Callable[[str, str], None]


def _no_fault(method: str, moment: str) -> None:
    """The default fault hook: raises nothing."""


def _counted_request(
    method: Callable[Concatenate[MemoryGateway, P], R],
) -> Callable[Concatenate[MemoryGateway, P], R]:
    """Make a method count its calls, and call the fault hook before and after the request is carried out."""

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
    """A `Gateway` with its server in the same object. Thread-safe. Tests inject errors with `fault`.

    `now` is the server's clock (aware datetimes). `fault` is called with the method's name and "before" (the request
    is not yet carried out) or "after" (it is carried out but not yet answered). The caller gets whatever it raises.
    `requests` counts the calls by method.
    """

    def __init__(self, now: Callable[[], datetime] = server_clock, fault: Fault = _no_fault) -> None:
        super().__init__(now)
        self.fault = fault
        self.requests: Counter[str] = Counter()

    # -- where we are
    @_counted_request
    def server(self) -> Server:
        """Return the server and the user."""
        return Server(api_url="memory:", web_url="", user_id="tester", user="tester")

    def present(self, task_id: str = "", *, ask: bool = True) -> Present:  # noqa: ARG002 - it is known without asking
        """Return the server's present, which is certain here."""
        return Present(time=self._server_time(), uncertainty=timedelta(0))

    def own_connection(self, timeout: float = 60.0) -> MemoryGateway:  # noqa: ARG002 - it never waits
        """Return this very gateway: it has no connections."""
        return self

    def left_out(self) -> tuple[str, ...]:
        """Return what was left out of lists: nothing, as all objects make sense here."""
        return ()

    # -- reading
    @_counted_request
    def tasks(self, query: TaskQuery) -> list[Task]:
        """Return the tasks that match, in the query's order."""
        rows = [task for task in self._tasks.values() if matches(task, query)]
        field = query.order.removeprefix("-")
        # In both directions, rows with equal times are ordered by id, and rows without a time come last.
        rows.sort(key=lambda task: task.id)
        rows.sort(key=lambda task: getattr(task, field) or MAX_TIME, reverse=query.order.startswith("-"))
        if query.order.startswith("-"):
            rows.sort(key=lambda task: getattr(task, field) is None)
        size = min(query.limit, PAGE)
        return [projected(task, query) for task in rows[query.page * size : (query.page + 1) * size]]

    @_counted_request
    def changed(self, entity: str, since: datetime | None, limit: int = PAGE) -> list[Entity]:
        """Return objects that changed at or after `since`, oldest first; without `since`, the one that changed last."""
        rows = sorted(self._entities(entity), key=lambda row: (row.changed or MAX_TIME, row.id))
        if since is None:
            return rows[-1:]
        return [row for row in rows if row.changed and row.changed >= since][: min(limit, PAGE)]

    @_counted_request
    def changed_at(self, entity: str, moment: datetime, page: int) -> list[Entity]:
        """Return objects that last changed at exactly `moment`, ordered by id."""
        rows = sorted((row for row in self._entities(entity) if row.changed == moment), key=lambda row: row.id)
        return rows[page * PAGE : (page + 1) * PAGE]

    @_counted_request
    def queues(self, *, watched: bool = False) -> list[Queue]:
        """Return all queues, sorted by name."""
        return [
            Queue(id=queue.id, name=queue.name, waiting=len(queue.entries), watched=queue.watched if watched else None)
            for queue in sorted(self._queues.values(), key=lambda queue: queue.name)
        ]

    @_counted_request
    def projects(self, text: str = "", limit: int = 50, *, pipelines: bool = False) -> list[Project]:
        """Return projects whose name contains `text`, recently used first; with `pipelines`, also theirs."""
        shown = [p for p in self._projects.values() if not p.hidden or (pipelines and p.pipeline)]
        projects = [p for p in shown if text.lower() in p.name.lower()]
        projects.sort(key=lambda p: p.last_update, reverse=True)
        return [Project(id=p.id, name=p.name) for p in projects[:limit]]

    @_counted_request
    def project_ids(self, names: Iterable[str]) -> dict[str, str]:
        """Return the ids of the projects with exactly these full names, by name."""
        wanted = set(names)
        return {project.name: project.id for project in self._projects.values() if project.name in wanted}

    @_counted_request
    def log(self, task_id: str, limit: int = 200, before: datetime | None = None) -> list[LogLine]:
        """Return the last lines of a task's console, oldest first; with `before`, the last lines before that time."""
        self._get_task(task_id)
        lines = [line for line in self._extras[task_id].log if before is None or line.time < before]
        return last_lines(sorted(lines, key=lambda line: line.time), limit)

    # -- launching
    @_counted_request
    def clone(self, request: Clone) -> str:
        """Clone the base task into a draft; returns the draft's id."""
        base = self._get_task(request.task)
        if request.parent not in self._tasks:
            raise NotFound(f"there is no task {request.parent} to be the parent", code=400, subcode=101)
        project = self._ensure_project(request.project) if request.project else None
        self._insert_task(
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
        base_extras = self._extras[request.task]
        self._extras[new_id].script = base_extras.script
        self._extras[new_id].container = dict(request.container) or base_extras.container
        return new_id

    @_counted_request
    def make_pipeline_project(self, name: str) -> None:
        """Make the project of a pipeline, and the folder above it, with their system tags."""
        for each, tags in pipeline_projects(name).items():
            project = self._ensure_project(each)
            project.hidden, project.pipeline = True, PIPELINE_TAG in tags

    @_counted_request
    def edit_script(self, task_id: str, fields: Mapping[str, str]) -> None:
        """Set fields of a draft's script; others stay."""
        self._get_editable(task_id, {"created"})
        self._extras[task_id].script = {**self._extras[task_id].script, **fields}
        self._touch(task_id)

    @_counted_request
    def edit_draft(self, task_id: str, request: Edit) -> None:
        """Replace a draft's tags, hyperparameters and container."""
        self._get_editable(task_id, {"created"})
        self._touch(
            task_id,
            tags=tuple(sorted(set(request.tags))),
            system_tags=tuple(sorted(set(request.system_tags))),
            hyperparams=request.hyperparams,
        )
        if request.container:
            self._extras[task_id].container = dict(request.container)

    @_counted_request
    def enqueue(self, ids: Sequence[str], queue_id: str) -> Enqueued:
        """Put drafts on a queue; returns the outcome for each id."""
        succeeded: list[str] = []
        failed: dict[str, PermanentError] = {}
        for task_id in ids:
            try:
                self._enqueue_task(task_id, queue_id)
                succeeded.append(task_id)
            except PermanentError as error:
                failed[task_id] = error
        if missing_queue := next((error for error in failed.values() if error.subcode == NO_SUCH_QUEUE), None):
            raise missing_queue
        watched = self._queues[queue_id].watched if succeeded else None
        messages = {task_id: str(error) for task_id, error in failed.items()}
        return Enqueued(succeeded=tuple(succeeded), failed=messages, watched=watched)

    @_counted_request
    def delete_drafts(self, ids: Sequence[str]) -> None:
        """Delete those of the tasks that are still drafts and not archived. Ignores the others."""
        for task_id in ids:
            task = self._tasks.get(task_id)
            if task is not None and task.status == "created" and "archived" not in task.system_tags:
                self._delete_task(task_id)

    # -- the instance's own task
    @_counted_request
    def create_instance(self, name: str, project: str, configuration: Mapping[str, str]) -> str:
        """Create a draft of type `service` with the instance tag; returns its id."""
        return self.add_task(name, project, type="service", system_tags=(INSTANCE_TAG,), configuration=configuration)

    @_counted_request
    def set_script(self, task_id: str, entry_point: str, code: str, requirements: Iterable[str]) -> None:
        """Replace a task's script by one without a repository. Works in any status."""
        self._get_task(task_id)
        script = {"entry_point": entry_point, "diff": code, "requirements.pip": "\n".join(requirements)}
        self._extras[task_id].script = script
        self._touch(task_id)

    @_counted_request
    def set_status(self, task_id: str, status: str, reason: str = "") -> None:
        """Move a task to in_progress, stopped, completed, failed or created (created erases its output)."""
        if status == "created":
            self._reset_task(task_id)
        elif status == "in_progress":
            started = self._get_task(task_id).started if self._get_task(task_id).status == "in_progress" else None
            self._change_status(task_id, status, reason=reason)
            self._put(task_id, started=started or self._server_time(), completed=None)
        else:
            self._change_status(task_id, status, reason=reason)
            self._put(task_id, completed=self._server_time())

    @_counted_request
    def request_stop(self, task_id: str, reason: str = "") -> None:
        """Ask the agent that runs the task to stop it. A task without an agent, or a queued one, stops at once."""
        task, extras = self._get_task(task_id), self._extras[task_id]
        alive = bool(extras.worker and task.last_update and self._server_time() - task.last_update < WORKER_TIMEOUT)
        if alive and task.status != "queued" and "development" not in task.system_tags:
            self._change_status(task_id, task.status, reason=reason, message="stopping")
            return
        self._remove_from_queues(task_id)
        self._change_status(task_id, "stopped", reason=reason, message="Stopped by tester")

    @_counted_request
    def rename(self, task_id: str, name: str) -> None:
        """Change a task's name. Works in any status."""
        self._put(task_id, name=name, last_change=self._server_time())

    @_counted_request
    def write_configuration(self, task_id: str, items: Mapping[str, str]) -> None:
        """Set configuration objects by name; others stay. Raises Conflict unless it is a draft, queued or running."""
        task = self._get_editable(task_id, {"created", *ACTIVE})
        self._touch(task_id, configuration={**task.configuration, **items})

    @_counted_request
    def delete_configuration(self, task_id: str, names: Sequence[str]) -> None:
        """Remove configuration objects by name. Raises Conflict unless the task is a draft, queued or running."""
        task = self._get_editable(task_id, {"created", *ACTIVE})
        self._touch(task_id, configuration={k: v for k, v in task.configuration.items() if k not in names})

    @_counted_request
    def ping(self, task_id: str) -> None:
        """Tell the server that the task is alive. Does not fail if the task does not exist."""
        if task_id in self._tasks:
            self._touch(task_id)

    @_counted_request
    def report_log(self, task_id: str, lines: Sequence[LogLine]) -> None:
        """Append lines to a task's console."""
        self._get_task(task_id)
        self._extras[task_id].log.extend(lines)
        self._touch(task_id)

    @_counted_request
    def report_table(self, task_id: str, title: str, table: Table) -> None:
        """Show a table among a task's plots. Replaces the table with the same title."""
        self._get_task(task_id)
        self._extras[task_id].tables[title] = {column: list(values) for column, values in table.items()}
        self._touch(task_id)

    @_counted_request
    def delete_task(self, task_id: str) -> None:
        """Delete a task. Raises NotFound if it does not exist, Conflict if it is queued or running."""
        if self._get_task(task_id).status in ACTIVE:
            raise Conflict("a task that is queued or running cannot be deleted; stop it first", code=400, subcode=123)
        self._delete_task(task_id)

    # -- leases
    @_counted_request
    def create_lease(self, name: str, text: str) -> str:
        """Create a lease; returns its id. Raises Conflict if the name is taken."""
        if any(project.name == name for project in self._projects.values()):
            raise Conflict("Project with the same name already exists", code=400, subcode=801)
        project = self._ensure_project(name)
        project.hidden, project.text = True, text
        return project.id

    @_counted_request
    def leases(self, prefix: str) -> list[Lease]:
        """Return the leases whose names start with `prefix`, sorted by name."""
        projects = [p for p in self._projects.values() if p.hidden and p.name.startswith(prefix)]
        rows = [Lease(id=p.id, name=p.name, text=p.text, last_update=p.last_update) for p in projects]
        return sorted(rows, key=lambda row: row.name)

    @_counted_request
    def write_lease(self, lease_id: str, text: str) -> None:
        """Change a lease's text. Raises NotFound if this id is gone."""
        project = self._get_lease_project(lease_id)
        project.text, project.last_update = text, self._server_time()

    @_counted_request
    def delete_lease(self, lease_id: str) -> None:
        """Delete a lease. Raises NotFound if this id is gone."""
        self._get_lease_project(lease_id)
        del self._projects[lease_id]

    # -- internal: the caller holds the lock
    def _entities(self, entity: str) -> list[Entity]:
        if entity == "model":
            return [model_entity(model, self._project_id(model.project)) for model in self._models.values()]
        if entity == "dataset":
            tasks = [t for t in self._tasks.values() if "dataset" in t.system_tags and t.type == "data_processing"]
        else:
            tasks = [t for t in self._tasks.values() if not NON_TASK_TAGS.intersection(t.system_tags)]
        return [task_entity(entity, task) for task in tasks]

    def _project_id(self, name: str) -> str | None:
        return next((project.id for project in self._projects.values() if project.name == name), None)
