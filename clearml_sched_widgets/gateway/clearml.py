"""The gateway to a ClearML server over HTTP. The only module that imports clearml, and only on the first request.

It uses the SDK only to read the user's configuration (`clearml.conf`, `CLEARML_*`); `http` says why.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from clearml_sched_widgets.errors import Conflict, NotFound, Refused
from clearml_sched_widgets.gateway import bodies, failures, parse
from clearml_sched_widgets.gateway.console import last_lines
from clearml_sched_widgets.gateway.http import Account, Answer, Connection
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

STATUS_ENDPOINTS = {
    "in_progress": "tasks.started",
    "stopped": "tasks.stopped",
    "completed": "tasks.completed",
    "failed": "tasks.failed",
    "created": "tasks.reset",
}
NO_SUCH_QUEUE = 701
WORKER_LAST_SEEN_SECONDS = 600  # after this time the server drops a silent worker
ENQUEUE_SECONDS = 0.5  # longest time for one task: the server enqueues a batch one by one


class ClearMLGateway:
    """A `Gateway` to the server in the user's ClearML configuration. Thread-safe.

    The first call reads the configuration and logs in. After the first successful login the configuration is kept, so
    a changed clearml.conf needs a new gateway. `workers`: the most requests at once. `timeout`: seconds to wait for an
    answer. `requests` counts the requests by endpoint.
    """

    def __init__(self, *, workers: int = 8, timeout: float = 60.0) -> None:
        self.requests: Counter[str] = Counter()
        self._workers = workers
        self._timeout = timeout
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._server: Server | None = None

    def __repr__(self) -> str:
        connection = self._connection
        return f"ClearMLGateway({connection.account.host if connection else 'not connected'})"

    # -- where we are
    def server(self) -> Server:
        """Return the server and the user. Raises NotConfigured, AccessDenied, Unavailable."""
        if self._server is None:
            user = self._read("users.get_current_user", {}).get("user") or {}
            account = self._get_connection().account
            self._server = Server(
                api_url=account.host,
                web_url=account.web_url,
                user_id=str(user.get("id") or ""),
                user=str(user.get("name") or ""),
            )
        return self._server

    # -- reading
    def tasks(self, query: TaskQuery) -> list[Task]:
        """Return the tasks that match. Hidden ones are included only if the query has ids or system tags."""
        if query.ids is not None and not query.ids:
            return []  # the server reads an empty list as "no filter"
        return [parse.task(row) for row in self._read("tasks.get_all_ex", bodies.task_query(query))["tasks"]]

    def changed(self, entity: str, since: datetime | None, limit: int = bodies.PAGE) -> list[Entity]:
        """Return objects of one kind that changed at or after `since`; see the protocol."""
        return self._entities(entity, bodies.changed_query(entity, since, limit))

    def changed_at(self, entity: str, moment: datetime, page: int) -> list[Entity]:
        """Return objects that last changed at exactly `moment`, ordered by id."""
        return self._entities(entity, bodies.changed_at_query(entity, moment, page))

    def queues(self, *, watched: bool = False) -> list[Queue]:
        """Return all queues, sorted by name; with `watched`, also whether an agent serves each."""
        served = self._served_queue_ids() if watched else None
        queues: list[Queue] = []
        for page in range(1000):
            rows = self._read("queues.get_all", bodies.queues_query(page))["queues"]
            queues += [parse.queue(row, served) for row in rows]
            if len(rows) < bodies.PAGE:
                break
        return sorted(queues, key=lambda queue: queue.name)

    def projects(self, text: str = "", limit: int = 50) -> list[Project]:
        """Return projects whose full name contains `text`, recently used first. Leaves out hidden ones."""
        rows = self._read("projects.get_all", bodies.projects_query(text, limit))["projects"]
        return [Project(id=str(row["id"]), name=str(row["name"])) for row in rows]

    def log(self, task_id: str, limit: int = 200, before: datetime | None = None) -> list[LogLine]:
        """Return the last lines of a task's console, oldest first; with `before`, the last lines before that time."""
        answer = self._read("events.get_task_log", bodies.log_query(task_id, limit, before))
        return last_lines(parse.log_lines(answer.get("events") or ()), limit)

    # -- launching
    def clone(self, request: Clone) -> str:
        """Clone the base task into a draft; returns the draft's id."""
        return str(self._write("tasks.clone", bodies.clone(request))["id"])

    def edit_script(self, task_id: str, fields: Mapping[str, str]) -> None:
        """Set fields of a draft's script; others stay. Raises Conflict if the task is no longer a draft."""
        self._write("tasks.edit", {"task": task_id, "script": bodies.script_fields(fields)})

    def edit_draft(self, task_id: str, request: Edit) -> None:
        """Replace a draft's tags, hyperparameters and container. Raises Conflict if the task is no longer a draft."""
        self._write("tasks.edit", {"task": task_id, **bodies.edit(request)})

    def enqueue(self, ids: Sequence[str], queue_id: str) -> Enqueued:
        """Put drafts on a queue. Raises NotFound if the queue does not exist."""
        body = {"ids": list(ids), "queue": queue_id, "verify_watched_queue": True}
        data = self._get_connection().write("tasks.enqueue_many", body, timeout=ENQUEUE_SECONDS * len(ids))
        succeeded = tuple(str(row["id"]) for row in data.get("succeeded") or ())
        failed = {str(row["id"]): row.get("error") or {} for row in data.get("failed") or ()}
        if not succeeded and any(NO_SUCH_QUEUE in (error.get("codes") or ()) for error in failed.values()):
            raise NotFound(f"tasks.enqueue_many: there is no queue {queue_id}", code=400, subcode=NO_SUCH_QUEUE)
        messages = {task_id: str(error.get("msg") or "refused") for task_id, error in failed.items()}
        return Enqueued(succeeded=succeeded, failed=messages, watched=data.get("queue_watched"))

    def delete_drafts(self, ids: Sequence[str]) -> None:
        """Delete tasks that are still drafts. Skips archived ones: the server would delete them in any status."""
        if not ids:
            return
        query = TaskQuery(ids=tuple(ids), statuses=("created",), without_system_tags=("archived",), order="created")
        drafts = [task.id for task in self.tasks(query)]
        if drafts:
            self._write("tasks.delete_many", {"ids": drafts, "force": False})

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
        return str(self._write("tasks.create", body)["id"])

    def set_script(self, task_id: str, entry_point: str, code: str, requirements: Iterable[str]) -> None:
        """Replace a task's script by one without a repository. Works in any status."""
        script = bodies.script(entry_point, code, requirements)
        self._write("tasks.edit", {"task": task_id, "script": script, "force": True})

    def set_status(self, task_id: str, status: str, reason: str = "") -> None:
        """Move a task to in_progress, stopped, completed, failed or created (created erases its output)."""
        self._write(STATUS_ENDPOINTS[status], {"task": task_id, "status_reason": reason, "status_message": ""})

    def request_stop(self, task_id: str, reason: str = "") -> None:
        """Ask the agent that runs the task to stop it. A task without an agent, or a queued one, stops at once."""
        self._write("tasks.stop", {"task": task_id, "status_reason": reason})

    def rename(self, task_id: str, name: str) -> None:
        """Change a task's name. Works in any status."""
        self._write("tasks.edit", {"task": task_id, "name": name, "force": True})

    def write_configuration(self, task_id: str, items: Mapping[str, str]) -> None:
        """Set configuration objects by name; others stay. Raises Conflict unless it is a draft, queued or running."""
        body = {"task": task_id, "configuration": bodies.configuration(items), "force": True}
        self._write("tasks.edit_configuration", body)

    def delete_configuration(self, task_id: str, names: Sequence[str]) -> None:
        """Remove configuration objects by name. Raises Conflict unless the task is a draft, queued or running."""
        self._write("tasks.delete_configuration", {"task": task_id, "configuration": list(names), "force": True})

    def ping(self, task_id: str) -> None:
        """Tell the server that the task is alive. Does not fail if the task does not exist."""
        self._write("tasks.ping", {"task": task_id})

    def report_log(self, task_id: str, lines: Sequence[LogLine]) -> None:
        """Append lines to a task's console."""
        if lines:
            self._get_connection().write_lines("events.add_batch", bodies.log_events(task_id, lines))

    def report_table(self, task_id: str, title: str, table: Table) -> None:
        """Show a table among a task's plots. Replaces the table with the same title."""
        event = bodies.table_event(task_id, title, table, datetime.now(timezone.utc))
        self._get_connection().write_lines("events.add_batch", [event])

    def delete_task(self, task_id: str) -> None:
        """Delete a task. Raises NotFound if it does not exist, Conflict if it is queued or running."""
        tasks = self.tasks(TaskQuery(ids=(task_id,), order="created"))
        if tasks and tasks[0].status in ACTIVE:
            raise Conflict("a task that is queued or running cannot be deleted; stop it first", code=400, subcode=123)
        self._write("tasks.delete", {"task": task_id, "force": True})

    # -- leases
    def create_lease(self, name: str, text: str) -> str:
        """Create a lease (a hidden project); returns its id. Raises Conflict if the name is taken."""
        return str(self._write("projects.create", bodies.lease(name, text))["id"])

    def leases(self, prefix: str) -> list[Lease]:
        """Return the leases whose names start with `prefix`, sorted by name."""
        rows = self._read("projects.get_all", bodies.leases_query(prefix))["projects"]
        return [Lease(id=row["id"], name=row["name"], text=str(row.get("description") or "")) for row in rows]

    def write_lease(self, lease_id: str, text: str) -> None:
        """Change a lease's text. Raises NotFound if this id is gone."""
        self._write("projects.update", {"project": lease_id, "description": text})

    def delete_lease(self, lease_id: str) -> None:
        """Delete a lease. Raises NotFound if this id is gone."""
        self._write("projects.delete", {"project": lease_id})

    # -- internal
    def _get_connection(self) -> Connection:
        with self._lock:
            if self._connection is None:
                connection = Connection(
                    configured_account(), self.requests, workers=self._workers, timeout=self._timeout
                )
                connection.login()
                self._connection = connection
            return self._connection

    def _read(self, endpoint: str, body: Mapping[str, Any]) -> Answer:
        return self._get_connection().read(endpoint, body)

    def _write(self, endpoint: str, body: Mapping[str, Any]) -> Answer:
        return self._get_connection().write(endpoint, body)

    def _entities(self, entity: str, body: Mapping[str, Any]) -> list[Entity]:
        service = "models" if entity == "model" else "tasks"
        return [parse.entity(entity, row) for row in self._read(f"{service}.get_all_ex", body)[service]]

    def _served_queue_ids(self) -> set[str]:
        return parse.served_queues(
            self._read("workers.get_all", {"last_seen": WORKER_LAST_SEEN_SECONDS}).get("workers") or ()
        )

    def _project(self, name: str) -> str:
        """Return a project's id. Creates the project if missing; if another process creates it first, reads its id."""
        clean_name = "/".join(part.strip() for part in name.split("/") if part.strip())
        project_id = self._find_project(clean_name)
        if not project_id:
            try:
                project_id = str(self._write("projects.create", {"name": clean_name, "description": ""})["id"])
            except Conflict:
                project_id = self._find_project(clean_name)
        if not project_id:
            raise Refused(f"the project {clean_name!r} is neither there nor can be made")
        return project_id

    def _find_project(self, name: str) -> str:
        rows = self._read("projects.get_all", bodies.project_named(name))["projects"]
        return next((str(row["id"]) for row in rows if row.get("name") == name), "")


_default: ClearMLGateway | None = None
_default_lock = threading.Lock()


def connect() -> ClearMLGateway:
    """Return this process's gateway. Sends nothing before the gateway is first used."""
    global _default
    with _default_lock:
        if _default is None:
            _default = ClearMLGateway()
        return _default


def configured_account() -> Account:
    """Read the user's ClearML configuration. Raises NotConfigured."""
    # Import the package before its submodules. Another thread may be importing clearml right now, and importing a
    # submodule first could deadlock: each thread would hold one import lock and wait for the other.
    import clearml  # noqa: F401
    from clearml.backend_api import Session, load_config
    from clearml.backend_api.session import defs
    from clearml.backend_config.defs import get_active_config_file
    from clearml.backend_config.errors import ConfigurationError
    from clearml.utilities.pyhocon.exceptions import ConfigException

    problem = ""
    try:
        config = load_config()
    except (ConfigurationError, ConfigException, UnicodeDecodeError):
        problem = "it is not valid HOCON"
    except OSError as error:
        problem = error.strerror or "it cannot be opened"
    if problem:  # raised outside of the handler: the parser's error quotes the file with its secrets
        raise failures.bad_configuration(str(get_active_config_file() or ""), problem)
    # Session.get_api_server_host would return ClearML's public server if nothing is configured.
    host = defs.ENV_HOST.get() or config.get("api.api_server", None) or config.get("api.host", None)
    token = defs.ENV_AUTH_TOKEN.get() or ""
    key = defs.ENV_ACCESS_KEY.get() or config.get("api.credentials.access_key", None) or ""
    secret = defs.ENV_SECRET_KEY.get() or config.get("api.credentials.secret_key", None) or ""
    if not host or not (token or (key and secret)):
        raise failures.not_configured()
    return Account(
        api_url=str(host).strip().rstrip("/"),
        web_url=_web_url(Session, config),
        key=str(key),
        secret=str(secret),
        token=str(token),
        verify=_verify(defs.ENV_HOST_VERIFY_CERT.get(default=config.get("api.verify_certificate", True))),
    )


def _web_url(session: Any, config: Any) -> str:
    try:
        return str(session.get_app_server_host(config)).rstrip("/")
    except ValueError:
        return ""  # not configured, and the SDK cannot derive it from the API's address


def _verify(value: object) -> bool | str:
    """Whether to check certificates, or the file of a CA to trust. Accepts the same words as the SDK."""
    words = {"true": True, "yes": True, "1": True, "on": True, "false": False, "no": False, "0": False, "off": False}
    if isinstance(value, str):
        return words.get(value.strip().lower(), value)
    return bool(value)
