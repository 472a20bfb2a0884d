"""The protocol between this package and a ClearML server. Two implementations: `clearml` (HTTP) and `memory`.

Every method may raise a GatewayError: `Unavailable` if the request was certainly not carried out, `OutcomeUnknown` if
it may have been carried out, a PermanentError if the server refused it. All methods are thread-safe.
After an unknown outcome, no method repeats a request that changes something.

An answer that makes no sense raises `Unavailable` if the request only reads, else `OutcomeUnknown`. In a list, a row
that makes no sense is left out: one with a field of a wrong type, without its id, or without what was asked for.
`left_out` tells it. The rows that follow take its place (one more request), so fewer rows than asked for always mean
the end of a list. A single task that is asked for by its id is not left out, as it would seem not to exist: that is an
answer that makes no sense.
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
    Present,
    Project,
    Queue,
    Server,
    Table,
    Task,
    TaskQuery,
)


class Gateway(Protocol):
    """Every request that this package sends to a ClearML server. All times are aware datetimes."""

    # -- where we are
    def server(self) -> Server:
        """Return the server and the user. Sends a request the first time only. Raises NotConfigured, AccessDenied."""

    def present(self, task_id: str = "", *, ask: bool = True) -> Present:
        """Return the server's present. Decide by its `time`, the lower bound, what is due and what is overdue.

        Sends a request only if the last answer is older than ten seconds by one of the host's clocks. If the server's
        answers have no date, the task `task_id` is pinged and read. With `ask=False` nothing is sent: before the first
        answer it is the host's time, with an uncertainty of a day; later it is the last one, and the time since.
        """

    def own_connection(self, timeout: float = 60.0) -> Gateway:
        """Return a gateway with connections of its own to the same server, for a thread that must never wait long.

        `timeout`: seconds to wait for an answer. Raises GatewayError if it has to connect first.
        """

    def left_out(self) -> Sequence[str]:
        """Return what was left out of lists since the gateway was made, one sentence for each object and field.

        Oldest first; later calls only append. After 100 there is one last sentence, that more are not listed. Other
        connections of `own_connection` tell into the same list. Sends no request.
        """

    # -- reading
    def tasks(self, query: TaskQuery) -> list[Task]:
        """Return the tasks that match, in the query's order. One request.

        Hidden tasks are included only if the query has ids or system tags.
        """

    def changed(self, entity: str, since: datetime | None, limit: int = 500) -> list[Entity]:
        """Return objects of one kind that changed at or after `since` (server time), oldest first. One request.

        Every write counts as a change: status, metrics, console, pings, tags, names. Archived objects are included.
        The kind "task" excludes datasets, reports, instance tasks and hidden tasks.
        The server stamps a change shortly before it becomes readable, so callers must look back a little.
        Only the first page is returned. For the next one, pass the last row's `changed` as `since` and drop the ids
        already seen. If a whole page has the same time, read on with `changed_at`.
        Without `since`, returns only the object that changed last.
        """

    def changed_at(self, entity: str, moment: datetime, page: int) -> list[Entity]:
        """Return one page (500) of the objects that last changed at exactly `moment`, ordered by id. One request."""

    def queues(self, *, watched: bool = False) -> list[Queue]:
        """Return all queues, sorted by name. With `watched`, also whether an agent serves each (one more request)."""

    def projects(self, text: str = "", limit: int = 50, *, pipelines: bool = False) -> list[Project]:
        """Return projects whose full name contains `text` (any case), recently used first. Leaves out hidden ones.

        With `pipelines`, those that hold pipelines are there nevertheless.
        """

    def project_ids(self, names: Iterable[str]) -> dict[str, str]:
        """Return the ids of the projects with exactly these full names, by name, hidden ones too.

        Those that do not exist are left out. One request per 100 names.
        """

    def log(self, task_id: str, limit: int = 200, before: datetime | None = None) -> list[LogLine]:
        """Return the last lines of a task's console, oldest first; with `before`, the last lines before that time.

        Lines with the same time stay together, so there may be more than `limit` lines. To read further back, pass
        the first line's time as `before`. Fewer than `limit` lines mean that there are no earlier ones.
        """

    # -- launching
    def clone(self, request: Clone) -> str:
        """Clone the base task into a draft; returns the draft's id. Raises NotFound if the base task does not exist."""

    def make_pipeline_project(self, name: str) -> None:
        """Make the project of a pipeline, and the folder `.pipelines` above it, as ClearML's web page expects them.

        Their system tags hide both among the projects, and list the one among the pipelines. One request if all is so
        already. What misses is made, or gets the tags that it lacks. Raises Conflict if another process makes it now.
        """

    def edit_script(self, task_id: str, fields: Mapping[str, str]) -> None:
        """Set fields of a draft's script, such as `branch` or `requirements.pip`. Other fields stay.

        The time of its last status change stays. Raises Conflict if the task is no longer a draft.
        """

    def edit_draft(self, task_id: str, request: Edit) -> None:
        """Replace a draft's tags, system tags and hyperparameters, and its container if one is given.

        Its status and the time of its last status change stay. Raises Conflict if the task is no longer a draft.
        """

    def enqueue(self, ids: Sequence[str], queue_id: str) -> Enqueued:
        """Put drafts on a queue; returns the outcome for each id. Raises NotFound if the queue does not exist.

        In that case the tasks are still drafts, but the server has set the time of their last status change.
        """

    def delete_drafts(self, ids: Sequence[str]) -> None:
        """Delete those of the tasks that are still drafts and not archived. Ignores the others."""

    # -- the instance's own task
    def create_instance(self, name: str, project: str, configuration: Mapping[str, str]) -> str:
        """Create a draft of type `service` with the instance tag; returns its id. Creates the project if missing."""

    def set_script(self, task_id: str, entry_point: str, code: str, requirements: Iterable[str]) -> None:
        """Replace a task's script by `code` without a repository, with pip requirements. Works in any status."""

    def set_status(self, task_id: str, status: str, reason: str = "") -> None:
        """Move a task to in_progress, stopped, completed, failed or created (created erases its output).

        Raises Conflict if the server does not allow this change of status.
        """

    def request_stop(self, task_id: str, reason: str = "") -> None:
        """Ask the agent that runs the task to stop it. A task without an agent, or a queued one, stops at once.

        Raises Conflict if the task is a draft or has completed. A task stopped at once gets no `completed` time.
        """

    def rename(self, task_id: str, name: str) -> None:
        """Change a task's name. Works in any status."""

    def write_configuration(self, task_id: str, items: Mapping[str, str]) -> None:
        """Set configuration objects by name; others stay. Raises Conflict unless it is a draft, queued or running."""

    def delete_configuration(self, task_id: str, names: Sequence[str]) -> None:
        """Remove configuration objects by name. Raises Conflict unless the task is a draft, queued or running."""

    def ping(self, task_id: str) -> None:
        """Tell the server that the task is alive. Does not fail if the task does not exist."""

    def report_log(self, task_id: str, lines: Sequence[LogLine]) -> None:
        """Append lines to a task's console."""

    def report_table(self, task_id: str, title: str, table: Table) -> None:
        """Show a table among a task's plots. Replaces the table with the same title. Missing values are None."""

    def delete_task(self, task_id: str) -> None:
        """Delete a task. Raises NotFound if it does not exist, Conflict if it is queued or running."""

    # -- leases: which of several processes may work
    def create_lease(self, name: str, text: str) -> str:
        """Create a lease; returns its id. Raises Conflict if the name is taken, also by a concurrent call."""

    def leases(self, prefix: str) -> list[Lease]:
        """Return the leases whose names start with `prefix`, sorted by name. One request per 500 of them."""

    def write_lease(self, lease_id: str, text: str) -> None:
        """Change a lease's text. Raises NotFound if this id is gone, even if a new lease has the same name."""

    def delete_lease(self, lease_id: str) -> None:
        """Delete a lease. Raises NotFound if this id is gone: only one of several callers succeeds."""
