"""The gateway to a ClearML server over HTTP. The only module that imports clearml, and only when it first connects.

From the SDK we take the user's configuration (`clearml.conf`, `CLEARML_*`), nothing else: see `http` for why.
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
WORKER_SEEN = 600  # seconds; the server forgets a silent worker after as long
ENQUEUE_SECONDS = 0.5  # per task, at most: the server enqueues a batch one by one


class ClearMLGateway:
    """A `Gateway` to the server that the user's ClearML configuration names. Safe to use from several threads.

    Nothing is read or sent before the first call. The configuration is read until a login succeeds, then kept: a
    changed clearml.conf needs a new gateway, a server that comes back does not. `workers`: how many requests at once;
    `timeout`: seconds to wait for an answer. `requests` counts what was sent, by endpoint.
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
        """Who and where we are. Raises NotConfigured, AccessDenied, Unavailable."""
        if self._server is None:
            user = self._read("users.get_current_user", {}).get("user") or {}
            account = self._connected().account
            self._server = Server(
                api_url=account.host,
                web_url=account.web_url,
                user_id=str(user.get("id") or ""),
                user=str(user.get("name") or ""),
            )
        return self._server

    # -- reading
    def tasks(self, query: TaskQuery) -> list[Task]:
        """The tasks of the query, in its order. Hidden ones only where ids or system tags are asked for."""
        if query.ids is not None and not query.ids:
            return []  # the server would take an empty list for no restriction
        return [parse.task(row) for row in self._read("tasks.get_all_ex", bodies.task_query(query))["tasks"]]

    def changed(self, entity: str, since: datetime | None, limit: int = bodies.PAGE) -> list[Entity]:
        """Objects of one kind by their `last_change`, which every write moves; see the protocol."""
        return self._entities(entity, bodies.changed_query(entity, since, limit))

    def changed_at(self, entity: str, moment: datetime, page: int) -> list[Entity]:
        """Objects of one kind whose last change is exactly `moment`, ordered by id."""
        return self._entities(entity, bodies.changed_at_query(entity, moment, page))

    def queues(self, *, watched: bool = False) -> list[Queue]:
        """All queues by name; with `watched` also whether an agent serves each."""
        served = self._served() if watched else None
        found: list[Queue] = []
        for page in range(1000):
            rows = self._read("queues.get_all", bodies.queues_query(page))["queues"]
            found += [parse.queue(row, served) for row in rows]
            if len(rows) < bodies.PAGE:
                break
        return sorted(found, key=lambda queue: queue.name)

    def projects(self, text: str = "", limit: int = 50) -> list[Project]:
        """Projects whose full names contain `text`, recently used first; hidden ones left out."""
        rows = self._read("projects.get_all", bodies.projects_query(text, limit))["projects"]
        return [Project(id=str(row["id"]), name=str(row["name"])) for row in rows]

    def log(self, task_id: str, limit: int = 200, before: datetime | None = None) -> list[LogLine]:
        """The last lines of a task's console, oldest first; with a time, the last ones that are earlier."""
        answer = self._read("events.get_task_log", bodies.log_query(task_id, limit, before))
        return last_lines(parse.log_lines(answer.get("events") or ()), limit)

    # -- launching
    def clone(self, request: Clone) -> str:
        """Make one run as a draft; its new id."""
        return str(self._write("tasks.clone", bodies.clone(request))["id"])

    def edit_script(self, task_id: str, fields: Mapping[str, str]) -> None:
        """Set fields of a draft's script; others stay. Conflict if it is no draft any more."""
        self._write("tasks.edit", {"task": task_id, "script": bodies.script_fields(fields)})

    def edit_draft(self, task_id: str, request: Edit) -> None:
        """Replace tags, hyperparameters and container of a draft. Conflict if it is no draft any more."""
        self._write("tasks.edit", {"task": task_id, **bodies.edit(request)})

    def enqueue(self, ids: Sequence[str], queue_id: str) -> Enqueued:
        """Put drafts on a queue. If the queue is gone they stay drafts, but the server marks them as changed."""
        body = {"ids": list(ids), "queue": queue_id, "verify_watched_queue": True}
        data = self._connected().write("tasks.enqueue_many", body, timeout=ENQUEUE_SECONDS * len(ids))
        succeeded = tuple(str(row["id"]) for row in data.get("succeeded") or ())
        failed = {str(row["id"]): row.get("error") or {} for row in data.get("failed") or ()}
        if not succeeded and any(NO_SUCH_QUEUE in (error.get("codes") or ()) for error in failed.values()):
            raise NotFound(f"tasks.enqueue_many: there is no queue {queue_id}", code=400, subcode=NO_SUCH_QUEUE)
        words = {task_id: str(error.get("msg") or "refused") for task_id, error in failed.items()}
        return Enqueued(succeeded=succeeded, failed=words, watched=data.get("queue_watched"))

    def delete_drafts(self, ids: Sequence[str]) -> None:
        """Delete tasks that are still drafts. Archived ones stay: the server would delete those in any status."""
        if not ids:
            return
        query = TaskQuery(ids=tuple(ids), statuses=("created",), without_system_tags=("archived",), order="created")
        drafts = [task.id for task in self.tasks(query)]
        if drafts:
            self._write("tasks.delete_many", {"ids": drafts, "force": False})

    # -- the instance's own task
    def create_instance(self, name: str, project: str, configuration: Mapping[str, str]) -> str:
        """A draft task of type `service` with our system tag; the project is created if missing. Its id."""
        body = {
            "name": name,
            "type": "service",
            "project": self._project(project),
            "system_tags": [INSTANCE_TAG],
            "configuration": {item["name"]: item for item in bodies.configuration(configuration)},
        }
        return str(self._write("tasks.create", body)["id"])

    def set_script(self, task_id: str, entry_point: str, code: str, requirements: Iterable[str]) -> None:
        """Give a task a script without a repository, whatever its status."""
        script = bodies.script(entry_point, code, requirements)
        self._write("tasks.edit", {"task": task_id, "script": script, "force": True})

    def set_status(self, task_id: str, status: str, reason: str = "") -> None:
        """Move a task to in_progress, stopped, completed, failed or created (which erases its output)."""
        self._write(STATUS_ENDPOINTS[status], {"task": task_id, "status_reason": reason, "status_message": ""})

    def request_stop(self, task_id: str, reason: str = "") -> None:
        """Ask whoever runs the task to end it; one that no agent runs is stopped at once, a queued one dequeued."""
        self._write("tasks.stop", {"task": task_id, "status_reason": reason})

    def rename(self, task_id: str, name: str) -> None:
        """Change a task's name, whatever its status."""
        self._write("tasks.edit", {"task": task_id, "name": name, "force": True})

    def write_configuration(self, task_id: str, items: Mapping[str, str]) -> None:
        """Set the named configuration objects of a draft or running task; others stay. Conflict on a stopped one."""
        body = {"task": task_id, "configuration": bodies.configuration(items), "force": True}
        self._write("tasks.edit_configuration", body)

    def delete_configuration(self, task_id: str, names: Sequence[str]) -> None:
        """Remove the named configuration objects of a draft or running task."""
        self._write("tasks.delete_configuration", {"task": task_id, "configuration": list(names), "force": True})

    def ping(self, task_id: str) -> None:
        """Tell the server that the task is alive. The server says nothing if it is gone."""
        self._write("tasks.ping", {"task": task_id})

    def report_log(self, task_id: str, lines: Sequence[LogLine]) -> None:
        """Append lines to a task's console."""
        if lines:
            self._connected().write_lines("events.add_batch", bodies.log_events(task_id, lines))

    def report_table(self, task_id: str, title: str, table: Table) -> None:
        """Show a table among a task's plots, in place of the one of that title."""
        event = bodies.table_event(task_id, title, table, datetime.now(timezone.utc))
        self._connected().write_lines("events.add_batch", [event])

    def delete_task(self, task_id: str) -> None:
        """Delete a task that is not running. NotFound if it is gone already, Conflict if it is queued or running."""
        found = self.tasks(TaskQuery(ids=(task_id,), order="created"))
        if found and found[0].status in ACTIVE:
            raise Conflict("a task that is queued or running cannot be deleted; stop it first", code=400, subcode=123)
        self._write("tasks.delete", {"task": task_id, "force": True})

    # -- leases
    def create_lease(self, name: str, text: str) -> str:
        """A hidden project of that name; its id. Conflict if the name is taken."""
        return str(self._write("projects.create", bodies.lease(name, text))["id"])

    def leases(self, prefix: str) -> list[Lease]:
        """The leases whose names begin so, by name."""
        rows = self._read("projects.get_all", bodies.leases_query(prefix))["projects"]
        return [Lease(id=row["id"], name=row["name"], text=str(row.get("description") or "")) for row in rows]

    def write_lease(self, lease_id: str, text: str) -> None:
        """Change a lease's text. NotFound if that very lease is gone."""
        self._write("projects.update", {"project": lease_id, "description": text})

    def delete_lease(self, lease_id: str) -> None:
        """Free the name. NotFound if that very lease is gone."""
        self._write("projects.delete", {"project": lease_id})

    # -- inside
    def _connected(self) -> Connection:
        with self._lock:
            if self._connection is None:
                connection = Connection(
                    configured_account(), self.requests, workers=self._workers, timeout=self._timeout
                )
                connection.login()
                self._connection = connection
            return self._connection

    def _read(self, endpoint: str, body: Mapping[str, Any]) -> Answer:
        return self._connected().read(endpoint, body)

    def _write(self, endpoint: str, body: Mapping[str, Any]) -> Answer:
        return self._connected().write(endpoint, body)

    def _entities(self, entity: str, body: Mapping[str, Any]) -> list[Entity]:
        service = "models" if entity == "model" else "tasks"
        return [parse.entity(entity, row) for row in self._read(f"{service}.get_all_ex", body)[service]]

    def _served(self) -> set[str]:
        return parse.served_queues(self._read("workers.get_all", {"last_seen": WORKER_SEEN}).get("workers") or ())

    def _project(self, name: str) -> str:
        """The id of a project, made if missing. Names are unique, so of two who make one, one is refused and reads."""
        clean = "/".join(part.strip() for part in name.split("/") if part.strip())
        found = self._find_project(clean)
        if not found:
            try:
                found = str(self._write("projects.create", {"name": clean, "description": ""})["id"])
            except Conflict:
                found = self._find_project(clean)
        if not found:
            raise Refused(f"the project {clean!r} is neither there nor can be made")
        return found

    def _find_project(self, name: str) -> str:
        rows = self._read("projects.get_all", bodies.project_named(name))["projects"]
        return next((str(row["id"]) for row in rows if row.get("name") == name), "")


_default: ClearMLGateway | None = None
_default_lock = threading.Lock()


def connect() -> ClearMLGateway:
    """The gateway of this process, made at the first call. Nothing is sent before its first use."""
    global _default
    with _default_lock:
        if _default is None:
            _default = ClearMLGateway()
        return _default


def configured_account() -> Account:
    """The user's configuration, read anew. Raises NotConfigured."""
    # The package itself before its parts: a cell of the user's may be importing it at this moment. Asking for a part
    # first would hold the part's import lock and wait for the package's, while that import waits the other way round.
    import clearml  # noqa: F401
    from clearml.backend_api import Session, load_config
    from clearml.backend_api.session import defs
    from clearml.backend_config.defs import get_active_config_file
    from clearml.backend_config.errors import ConfigurationError
    from clearml.utilities.pyhocon.exceptions import ConfigException

    wrong = ""
    try:
        config = load_config()
    except (ConfigurationError, ConfigException, UnicodeDecodeError):
        wrong = "it is not valid HOCON"
    except OSError as error:
        wrong = error.strerror or "it cannot be opened"
    if wrong:  # raised outside of the handler: the parser's error quotes the file
        raise failures.bad_configuration(str(get_active_config_file() or ""), wrong)
    # Session.get_api_server_host would name ClearML's own server where nothing is configured.
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
        return ""  # neither configured nor to be guessed from the API's address


def _verify(value: object) -> bool | str:
    """Whether to check certificates, or the file of the authority to trust; the SDK takes the same words."""
    words = {"true": True, "yes": True, "1": True, "on": True, "false": False, "no": False, "0": False, "off": False}
    if isinstance(value, str):
        return words.get(value.strip().lower(), value)
    return bool(value)
