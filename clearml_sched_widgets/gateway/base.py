"""The protocol between the engine and a ClearML server. Two implementations: `clearml` (HTTP) and `memory`.

Every method may raise a GatewayError: `Unavailable` when the request surely was not carried out, `OutcomeUnknown` when
that is not known, a PermanentError when the server said no. Methods may be called from several threads at once.
No method repeats a request that changes something after an unknown outcome.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from clearml_sched_widgets.records import (
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


class Gateway(Protocol):
    """What this package needs of a ClearML server."""

    # -- where we are
    def server(self) -> Server:
        """Who and where we are. One request the first time, then none. Raises NotConfigured, AccessDenied."""

    # -- reading
    def tasks(self, query: TaskQuery) -> list[Task]:
        """The tasks of the query, in its order; hidden ones only if it has ids or system tags. One request."""

    def changed(self, entity: str, since: datetime | None, limit: int = 500) -> list[Entity]:
        """Objects of one kind whose last change is at or after `since` (server time), oldest first, archived ones too.

        Every write counts as a change: status, metrics, console, pings, tags, names. A "task" is no dataset, no report,
        no instance, and not hidden. A change gets its time before it can be read, so look back a little.
        The first page only: a caller moves `since` to the last row's `changed` and drops the ids it has seen.
        `changed_at` reads further within one identical time. Without `since`, the single newest one. One request.
        """

    def changed_at(self, entity: str, moment: datetime, page: int) -> list[Entity]:
        """Objects of one kind whose last change is exactly `moment`, ordered by id; 500 a page. One request."""

    def queues(self, *, watched: bool = False) -> list[Queue]:
        """All queues by name; with `watched` also whether an agent serves each (one more request)."""

    def projects(self, text: str = "", limit: int = 50) -> list[Project]:
        """Projects whose full names contain `text` (case-insensitive), recently used first; hidden ones left out."""

    def log(self, task_id: str, limit: int = 200, before: datetime | None = None) -> list[LogLine]:
        """The last lines of a task's console, oldest first; with a time, the last ones that are earlier.

        All lines of the earliest time are among them: there may be more than `limit`, and with that time as `before`
        follow the ones that are missing. Fewer than `limit` are all that there are.
        """

    # -- launching
    def clone(self, request: Clone) -> str:
        """Make one run as a draft; its new id. NotFound: the base task is gone."""

    def edit_script(self, task_id: str, fields: Mapping[str, str]) -> None:
        """Set fields of a draft's script, such as branch or requirements.pip; others stay, and it stays a virgin.

        Conflict if it is no draft any more.
        """

    def edit_draft(self, task_id: str, request: Edit) -> None:
        """Replace tags, system tags, hyperparameters and, if one is given, the container of a draft.

        Its status, and the time of its last change of status, stay. Conflict if it is no draft any more.
        """

    def enqueue(self, ids: Sequence[str], queue_id: str) -> Enqueued:
        """Put drafts on a queue, by the queue's id. Per id an outcome; NotFound if there is no such queue.

        In that case they stay drafts, but no virgins: the server has tried, and taken it back.
        """

    def delete_drafts(self, ids: Sequence[str]) -> None:
        """Delete tasks that are still drafts; those that are not, and archived ones, stay, silently."""

    # -- the instance's own task
    def create_instance(self, name: str, project: str, configuration: Mapping[str, str]) -> str:
        """A draft task of type `service` with our system tag; the project is created if missing. Its id."""

    def set_script(self, task_id: str, entry_point: str, code: str, requirements: Iterable[str]) -> None:
        """Give a task a script without a repository, whatever its status: the whole code, and its pip requirements."""

    def set_status(self, task_id: str, status: str, reason: str = "") -> None:
        """Move a task to in_progress, stopped, completed, failed or created (which erases its output).

        Raises Conflict where the status machine forbids it.
        """

    def request_stop(self, task_id: str, reason: str = "") -> None:
        """Ask whoever runs the task to end it; a task that no agent runs is stopped at once, a queued one dequeued.

        Conflict on a draft and on what has completed. A task that ends this way has no `completed` time.
        """

    def rename(self, task_id: str, name: str) -> None:
        """Change a task's name, whatever its status."""

    def write_configuration(self, task_id: str, items: Mapping[str, str]) -> None:
        """Set the named configuration objects of a draft or running task; others stay. Conflict on a stopped one."""

    def delete_configuration(self, task_id: str, names: Sequence[str]) -> None:
        """Remove the named configuration objects of a draft or running task."""

    def ping(self, task_id: str) -> None:
        """Tell the server that the task is alive. It does not say so if there is no such task."""

    def report_log(self, task_id: str, lines: Sequence[LogLine]) -> None:
        """Append lines to a task's console."""

    def report_table(self, task_id: str, title: str, table: Table) -> None:
        """Show a table among a task's plots, in place of the one of that title. Missing values are None."""

    def delete_task(self, task_id: str) -> None:
        """Delete a task that is not running. NotFound if it is gone already."""

    # -- leases: who of several processes may work
    def create_lease(self, name: str, text: str) -> str:
        """A lease of that name; its id. Of several that try at once one succeeds; Conflict if the name is taken."""

    def leases(self, prefix: str) -> list[Lease]:
        """The leases whose names begin so, by name; at most 500. One request."""

    def write_lease(self, lease_id: str, text: str) -> None:
        """Change a lease's text. NotFound if that very lease is gone, even if there is a new one of its name."""

    def delete_lease(self, lease_id: str) -> None:
        """Free the name. NotFound if that very lease is gone: of several that try, one succeeds."""
