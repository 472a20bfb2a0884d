"""The gateway to a ClearML server over HTTP. It uses no session of the SDK; `http` says why."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from functools import partial
from typing import Any

from clearml_sched_widgets.errors import Conflict, NotFound, PermanentError, Refused, Unavailable
from clearml_sched_widgets.gateway import bodies, failures, parse
from clearml_sched_widgets.gateway.answers import Created, CurrentUser, EnqueueError, EnqueueMany
from clearml_sched_widgets.gateway.api import Api
from clearml_sched_widgets.gateway.configuration import configured_account
from clearml_sched_widgets.gateway.console import last_lines
from clearml_sched_widgets.gateway.pipelines import pipeline_projects
from clearml_sched_widgets.records import (
    ACTIVE,
    INSTANCE_TAG,
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

STATUS_ENDPOINTS = {
    "in_progress": "tasks.started",
    "stopped": "tasks.stopped",
    "completed": "tasks.completed",
    "failed": "tasks.failed",
    "created": "tasks.reset",
}
NO_SUCH_QUEUE = 701
WORKER_LAST_SEEN_SECONDS = 600  # after this time the server drops a silent worker
MOST_OWN_TIMES = 1000  # own writes whose times are still to be read
ENQUEUE_SECONDS = 0.5  # longest time for one task: the server enqueues a batch one by one
NAMES_PER_REQUEST = 100  # in one pattern
MOST_LOG_EVENTS = 10_000  # that the server returns at once


class ClearMLGateway:
    """A `Gateway` to the server in the user's ClearML configuration. Thread-safe.

    The first call reads the configuration and logs in. After the first successful login the configuration is kept, so
    a changed clearml.conf needs a new gateway. `workers`: the most requests at once. `timeout`: seconds to wait for a
    whole answer. In a forked child it connects anew.
    """

    def __init__(self, *, workers: int = 8, timeout: float = 60.0) -> None:
        self._api = Api(configured_account, workers=workers, timeout=timeout)
        self._server: Server | None = None
        self._own_clones: dict[str, tuple[float, float]] = {}  # by id: when the request was sent and answered
        self._own_pings: dict[str, float] = {}  # by task id: when the last ping was sent

    def __repr__(self) -> str:
        return f"ClearMLGateway({self._api.host or 'not connected'})"

    @property
    def requests(self) -> Counter[str]:
        """The number of requests by endpoint."""
        return self._api.requests

    def left_out(self) -> Sequence[str]:
        """What was left out of lists because it made no sense; see the protocol."""
        return self._api.left_out.sentences()

    # -- where we are
    def server(self) -> Server:
        """Return the server and the user. Raises NotConfigured, AccessDenied, Unavailable."""
        if self._server is None:
            user = self._api.read_as("users.get_current_user", {}, CurrentUser).user
            account = self._api.account
            self._server = Server(api_url=account.host, web_url=account.web_url, user_id=user.id, user=user.name or "")
        return self._server

    def present(self, task_id: str = "", *, ask: bool = True) -> Present:
        """Return the server's present; see the protocol. Raises Unavailable if no answer has a time."""
        clock = self._api.clock
        if ask and not clock.fresh():
            self._ask_for_time()
            if clock.suspended:
                self._ask_for_time()
            if not clock.fresh() and task_id:
                self.ping(task_id)
                self.tasks(TaskQuery(ids=(task_id,), order="created"))
            if not clock.fresh():
                raise Unavailable("The server's answers do not say what time it is")
        return clock.present()

    def _ask_for_time(self) -> None:
        with contextlib.suppress(PermanentError):  # a refusal has a date, too
            self._api.read("debug.ping", {})

    def own_connection(self, timeout: float = 60.0) -> ClearMLGateway:
        """Return a gateway with connections of its own to the same server. It counts into the same `requests`."""
        other = ClearMLGateway()
        other._api = self._api.with_own_connection(timeout)
        return other

    # -- reading
    def tasks(self, query: TaskQuery) -> list[Task]:
        """Return the tasks that match. Hidden ones are included only if the query has ids or system tags."""
        if query.ids is not None and not query.ids:
            return []  # the server reads an empty list as "no filter"
        request_rows = self._api.every_row if query.ids is not None and len(query.ids) == 1 else self._api.page
        rows = request_rows("tasks.get_all_ex", bodies.task_query(query), parse.task_reader(query))
        self._learn_times(rows)
        return rows

    def changed(self, entity: str, since: datetime | None, limit: int = bodies.PAGE) -> list[Entity]:
        """Return objects of one kind that changed at or after `since`; see the protocol."""
        return self._entities(entity, bodies.changed_query(entity, since, limit), since)

    def changed_at(self, entity: str, moment: datetime, page: int) -> list[Entity]:
        """Return objects that last changed at exactly `moment`, ordered by id."""
        return self._entities(entity, bodies.changed_at_query(entity, moment, page), moment, moment)

    def queues(self, *, watched: bool = False) -> list[Queue]:
        """Return all queues, sorted by name; with `watched`, also whether an agent serves each."""
        served = self._served_queue_ids() if watched else None
        queues = self._api.all_pages("queues.get_all", bodies.queues_query(), partial(parse.queue, served))
        return sorted(queues, key=lambda queue: queue.name)

    def projects(self, text: str = "", limit: int = 50, *, pipelines: bool = False) -> list[Project]:
        """Return projects whose full name contains `text`, recently used first; with `pipelines`, also theirs."""
        body = bodies.projects_query(text, limit, pipelines=pipelines)
        return self._api.page("projects.get_all", body, parse.project)

    def project_ids(self, names: Iterable[str]) -> dict[str, str]:
        """Return the ids of the projects with exactly these full names, by name."""
        wanted = sorted(set(names))
        found: list[Project] = []
        for start in range(0, len(wanted), NAMES_PER_REQUEST):
            body = bodies.projects_named(wanted[start : start + NAMES_PER_REQUEST])
            found += self._api.every_row("projects.get_all", body, parse.project)
        return {project.name: project.id for project in found if project.name in wanted}

    def log(self, task_id: str, limit: int = 200, before: datetime | None = None) -> list[LogLine]:
        """Return the last lines of a task's console, oldest first; with `before`, the last lines before that time."""
        size = limit
        while True:
            events = self._api.rows("events.get_task_log", bodies.log_query(task_id, size, before))
            found = self._api.left_out.read_rows("events.get_task_log", events, parse.log_lines)
            if len(events) < size or len(found) >= limit or size >= MOST_LOG_EVENTS:
                return last_lines([line for lines in found for line in lines], limit)
            # Those that were left out must not look like the beginning of the log.
            size = min(MOST_LOG_EVENTS, limit + 2 * (len(events) - len(found)))

    # -- launching
    def clone(self, request: Clone) -> str:
        """Clone the base task into a draft; returns the draft's id."""
        sent = self._api.clock.monotonic()
        new_id = self._api.write_as("tasks.clone", bodies.clone(request), Created).id
        if len(self._own_clones) < MOST_OWN_TIMES:
            self._own_clones[new_id] = (sent, self._api.clock.monotonic())
        return new_id

    def make_pipeline_project(self, name: str) -> None:
        """Make the project of a pipeline, and the folder above it, with their system tags; see the protocol."""
        wanted = pipeline_projects(name)
        found = self._api.every_row("projects.get_all", bodies.projects_named(wanted), parse.project)
        known = {project.name: project for project in found}
        for each, tags in wanted.items():
            project = known.get(each)
            if project is None:
                self._api.write("projects.create", {"name": each, "description": "", "system_tags": list(tags)})
            elif not set(tags).issubset(project.system_tags):
                body = {"project": project.id, "system_tags": sorted({*project.system_tags, *tags})}
                self._api.write("projects.update", body)

    def edit_script(self, task_id: str, fields: Mapping[str, str]) -> None:
        """Set fields of a draft's script; others stay. Raises Conflict if the task is no longer a draft."""
        self._api.write("tasks.edit", {"task": task_id, "script": bodies.script_fields(fields)})

    def edit_draft(self, task_id: str, request: Edit) -> None:
        """Replace a draft's tags, hyperparameters and container. Raises Conflict if the task is no longer a draft."""
        self._api.write("tasks.edit", {"task": task_id, **bodies.edit(request)})

    def enqueue(self, ids: Sequence[str], queue_id: str) -> Enqueued:
        """Put drafts on a queue. Raises NotFound if the queue does not exist."""
        body = {"ids": list(ids), "queue": queue_id, "verify_watched_queue": True}
        timeout = ENQUEUE_SECONDS * len(ids)
        answer = self._api.write_as("tasks.enqueue_many", body, EnqueueMany, timeout=timeout)
        succeeded = tuple(row.id for row in answer.succeeded)
        failed = {row.id: row.error or EnqueueError() for row in answer.failed}
        if not {*succeeded, *failed}.issuperset(ids):
            raise failures.nonsense(self._api.host, "tasks.enqueue_many", "id", read_only=False)
        if not succeeded and any(NO_SUCH_QUEUE in error.codes for error in failed.values()):
            raise NotFound(f"tasks.enqueue_many: there is no queue {queue_id}", code=400, subcode=NO_SUCH_QUEUE)
        messages = {task_id: error.msg or "refused" for task_id, error in failed.items()}
        return Enqueued(succeeded=succeeded, failed=messages, watched=answer.queue_watched)

    def delete_drafts(self, ids: Sequence[str]) -> None:
        """Delete tasks that are still drafts. Skips archived ones: the server would delete them in any status."""
        if not ids:
            return
        query = TaskQuery(ids=tuple(ids), statuses=("created",), without_system_tags=("archived",), order="created")
        drafts = [task.id for task in self.tasks(query)]
        if drafts:
            self._api.write("tasks.delete_many", {"ids": drafts, "force": False})

    # -- the instance's own task
    def create_instance(self, name: str, project: str, configuration: Mapping[str, str]) -> str:
        """Create a draft of type `service` with the instance tag; returns its id. Creates the project if missing."""
        body = {
            "name": name,
            "type": "service",
            "project": self._project(project),
            "system_tags": [INSTANCE_TAG],
            "configuration": {item["name"]: item for item in bodies.configuration(configuration)},
        }
        return self._api.write_as("tasks.create", body, Created).id

    def set_script(self, task_id: str, entry_point: str, code: str, requirements: Iterable[str]) -> None:
        """Replace a task's script by one without a repository. Works in any status.

        When the task is stopped, its agent waits a while until the script has ended by itself.
        """
        script = bodies.script(entry_point, code, requirements)
        body = {"task": task_id, "script": script, "runtime": bodies.TIME_TO_STOP, "force": True}
        self._api.write("tasks.edit", body)

    def set_status(self, task_id: str, status: str, reason: str = "") -> None:
        """Move a task to in_progress, stopped, completed, failed or created (created erases its output)."""
        self._api.write(STATUS_ENDPOINTS[status], {"task": task_id, "status_reason": reason, "status_message": ""})

    def request_stop(self, task_id: str, reason: str = "") -> None:
        """Ask the agent that runs the task to stop it. A task without an agent, or a queued one, stops at once."""
        self._api.write("tasks.stop", {"task": task_id, "status_reason": reason})

    def rename(self, task_id: str, name: str) -> None:
        """Change a task's name. Works in any status."""
        self._api.write("tasks.edit", {"task": task_id, "name": name, "force": True})

    def write_configuration(self, task_id: str, items: Mapping[str, str]) -> None:
        """Set configuration objects by name; others stay. Raises Conflict unless it is a draft, queued or running."""
        body = {"task": task_id, "configuration": bodies.configuration(items), "force": True}
        self._api.write("tasks.edit_configuration", body)

    def delete_configuration(self, task_id: str, names: Sequence[str]) -> None:
        """Remove configuration objects by name. Raises Conflict unless the task is a draft, queued or running."""
        self._api.write("tasks.delete_configuration", {"task": task_id, "configuration": list(names), "force": True})

    def ping(self, task_id: str) -> None:
        """Tell the server that the task is alive. Does not fail if the task does not exist."""
        sent = self._api.clock.monotonic()
        self._api.write("tasks.ping", {"task": task_id})
        if len(self._own_pings) < MOST_OWN_TIMES:
            self._own_pings[task_id] = sent

    def report_log(self, task_id: str, lines: Sequence[LogLine]) -> None:
        """Append lines to a task's console."""
        if lines:
            self._api.write_lines("events.add_batch", bodies.log_events(task_id, lines))

    def report_table(self, task_id: str, title: str, table: Table) -> None:
        """Show a table among a task's plots. Replaces the table with the same title."""
        event = bodies.table_event(task_id, title, table, datetime.now(timezone.utc))
        self._api.write_lines("events.add_batch", [event])

    def delete_task(self, task_id: str) -> None:
        """Delete a task. Raises NotFound if it does not exist, Conflict if it is queued or running."""
        tasks = self.tasks(TaskQuery(ids=(task_id,), order="created"))
        if tasks and tasks[0].status in ACTIVE:
            raise Conflict("a task that is queued or running cannot be deleted; stop it first", code=400, subcode=123)
        self._api.write("tasks.delete", {"task": task_id, "force": True})

    # -- leases
    def create_lease(self, name: str, text: str) -> str:
        """Create a lease (a hidden project); returns its id. Raises Conflict if the name is taken."""
        return self._api.write_as("projects.create", bodies.lease(name, text), Created).id

    def leases(self, prefix: str) -> list[Lease]:
        """Return the leases whose names start with `prefix`, sorted by name."""
        return self._api.all_pages("projects.get_all", bodies.leases_query(prefix), partial(parse.lease, prefix))

    def write_lease(self, lease_id: str, text: str) -> None:
        """Change a lease's text. Raises NotFound if this id is gone."""
        self._api.write("projects.update", {"project": lease_id, "description": text})

    def delete_lease(self, lease_id: str) -> None:
        """Delete a lease. Raises NotFound if this id is gone."""
        self._api.write("projects.delete", {"project": lease_id})

    # -- internal
    def _learn_times(self, tasks: Iterable[Task]) -> None:
        """Narrow what is known of the server's clock by the times that it put on our own writes."""
        for task in tasks:
            if task.created and (sent_and_answered := self._own_clones.pop(task.id, None)):
                self._api.clock.saw_own_time(task.created, *sent_and_answered)
            if task.last_change and (sent := self._own_pings.pop(task.id, None)):
                # Whoever has written last: it was after our ping was sent, and before this answer came.
                self._api.clock.saw_own_time(task.last_change, sent, self._api.clock.monotonic())

    def _entities(
        self, entity: str, body: Mapping[str, Any], since: datetime | None, until: datetime | None = None
    ) -> list[Entity]:
        endpoint = "models.get_all_ex" if entity == "model" else "tasks.get_all_ex"
        return self._api.page(endpoint, body, parse.entity_reader(entity, since, until))

    def _served_queue_ids(self) -> set[str]:
        body = {"last_seen": WORKER_LAST_SEEN_SECONDS}
        workers = self._api.rows("workers.get_all", body)
        return set().union(*self._api.left_out.read_rows("workers.get_all", workers, parse.served_queues))

    def _project(self, name: str) -> str:
        """Return a project's id. Creates the project if missing; if another process creates it first, reads its id."""
        clean_name = "/".join(part.strip() for part in name.split("/") if part.strip())
        project_id = self._find_project(clean_name)
        if not project_id:
            try:
                body = {"name": clean_name, "description": ""}
                project_id = self._api.write_as("projects.create", body, Created).id
            except Conflict:
                project_id = self._find_project(clean_name)
        if not project_id:
            raise Refused(f"the project {clean_name!r} is neither there nor can be made")
        return project_id

    def _find_project(self, name: str) -> str:
        projects = self._api.every_row("projects.get_all", bodies.project_named(name), parse.project)
        return next((project.id for project in projects if project.name == name), "")


_default = ClearMLGateway()


def connect() -> ClearMLGateway:
    """Return this process's gateway. Sends nothing before the gateway is first used."""
    return _default
