"""One instance of the list: its task, its configuration as last read, and its row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from functools import cached_property
from typing import Any

import attrs

from clearml_sched_widgets.definition import Definition
from clearml_sched_widgets.engine.instance_task import task as instance_task
from clearml_sched_widgets.engine.snapshot import Snapshot
from clearml_sched_widgets.errors import SchedulerError
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.instances.instance import Instance
from clearml_sched_widgets.instances.running import snapshot_here
from clearml_sched_widgets.policy.state import State
from clearml_sched_widgets.records import Lease, Task
from clearml_sched_widgets.views import viewer
from clearml_sched_widgets.views.history import rows_set_aside, scheduled_rows
from clearml_sched_widgets.widgets.host.page_values import millis
from clearml_sched_widgets.widgets.instances.leases import Leases

NEVER = float("-inf")
BEGINNING = datetime.min.replace(tzinfo=timezone.utc)
DETAILS_EVERY = 15.0  # least seconds between two readings of the configuration of one instance
LARGE_CONFIGURATION = 50_000  # characters; of a larger configuration only the changed parts are read again
MOST_SCHEDULES = 500  # the next run of a larger definition is not computed
LONGEST_TEXT = 300  # characters of a name or a problem
ALIVE = frozenset({"running", "paused", "silent"})


@attrs.frozen(kw_only=True)
class Entry:
    """One instance of the list. `detailed_task` is its task at the last reading of the configuration.

    `lease` is its lease at `lease_read_at` (server time). Whether it is silent is judged by that time: if the server
    does not answer any more, no instance begins to look silent.
    """

    gateway: Gateway
    task: Task
    mine: bool
    detailed_task: Task | None = None
    lease: Lease | None = viewer.NOT_READ
    lease_read_at: datetime = BEGINNING
    read_at: float = NEVER  # monotonic seconds
    definition: Definition | None = None
    state: State | None = None
    set_aside: Mapping[str, str] = attrs.field(factory=dict)  # as in the snapshot of an engine in this kernel
    problem: str = ""
    next_run: datetime | None = None

    @cached_property
    def instance(self) -> Instance:
        return Instance(self.gateway, self.task)

    def stale(self, now: float) -> bool:
        """Whether the configuration may have changed since it was read. False if an engine of this kernel has it."""
        if self.read_at != NEVER and snapshot_here(self.task.id) is not None:
            return False
        last_change = None if self.detailed_task is None else self.detailed_task.last_change
        return last_change != self.task.last_change and now - self.read_at >= DETAILS_EVERY

    @property
    def large(self) -> bool:
        """Whether the configuration is too large to be read again completely."""
        if self.detailed_task is None:
            return False
        return sum(map(len, self.detailed_task.configuration.values())) > LARGE_CONFIGURATION

    @property
    def read_order(self) -> tuple[float, bool]:
        """Sorts entries for reading: the oldest reading first, and of those never read, running ones first."""
        return self.read_at, self.task.status != "in_progress"

    @property
    def status(self) -> str:
        """The status of the instance as far as known, without any request."""
        snapshot = snapshot_here(self.task.id)
        if snapshot is not None:
            return viewer.status_here(snapshot)
        paused = self.state is not None and self.state.paused
        return viewer.status_of(self.task, self.lease_read_at, lease=self.lease, paused=paused)

    @property
    def in_progress_elsewhere(self) -> bool:
        """Whether an engine outside this kernel should give signs of life of it."""
        return self.task.status == "in_progress" and snapshot_here(self.task.id) is None

    @property
    def where(self) -> str:
        """Where it runs: kernel, service or elsewhere. Empty until the configuration was read."""
        where = self.instance.where
        return where if self.read_at != NEVER or where == "kernel" else ""


def with_task(gateway: Gateway, task: Task, before: Entry | None, user: str) -> Entry:
    """The entry with a task that was read without its configuration. The configuration read before stays."""
    if before is None:
        return Entry(gateway=gateway, task=task, mine=task.user_id == user)
    task = attrs.evolve(task, configuration=before.task.configuration, marks=before.task.marks)
    mine = task.user_id == user
    return before if (task, mine) == (before.task, before.mine) else attrs.evolve(before, task=task, mine=mine)


def with_lease(entry: Entry, leases: Leases) -> Entry:
    """The entry with its lease, if it is in progress elsewhere."""
    if not entry.in_progress_elsewhere:
        return entry
    return attrs.evolve(entry, lease=leases.by_instance.get(entry.task.id), lease_read_at=leases.read_at)


def with_configuration(task: Task, before: Entry, now: float) -> Entry:
    """The entry with the configuration of the task. The definition is parsed again only if its text changed."""
    entry = attrs.evolve(before, task=task, detailed_task=task, read_at=now, set_aside={}, next_run=None)
    try:
        parsed = instance_task.parse(task)
        old, new = (each.configuration.get(instance_task.DEFINITION) for each in (before.task, task))
        definition = before.definition if old == new and before.definition else parsed.definition
        return attrs.evolve(entry, definition=definition, state=parsed.state, problem="")
    except Exception as error:  # noqa: BLE001 - bad data of one instance must not break the list
        return _unreadable(entry, error)


def _unreadable(entry: Entry, error: Exception) -> Entry:
    """The entry of an instance whose configuration cannot be read or is not valid."""
    problem = (
        str(error) if isinstance(error, SchedulerError) else f"It holds what nobody expects ({type(error).__name__})."
    )
    return attrs.evolve(entry, definition=None, state=None, next_run=None, problem=_shortened(problem))


def with_next_run(entry: Entry, now: datetime) -> Entry:
    """The entry with its next run, which is computed again only when it has passed."""
    try:
        return _with_next_run(entry, now)
    except Exception as error:  # noqa: BLE001 - anybody may have written the text of its state
        return _unreadable(entry, error)


def _with_next_run(entry: Entry, now: datetime) -> Entry:
    snapshot = snapshot_here(entry.task.id)
    # An engine in this kernel is more up to date than the server.
    if snapshot is not None:
        entry = _as_in(snapshot, entry)
    if entry.definition is None or entry.state is None or len(entry.definition.schedules) > MOST_SCHEDULES:
        return entry
    if (entry.next_run is not None and entry.next_run > now) or entry.status != "running":
        return entry
    rows = rows_set_aside(scheduled_rows(entry.definition, entry.state, {}, now), entry.set_aside)
    return attrs.evolve(entry, next_run=min((row.next_run for row in rows if row.next_run), default=None))


def _as_in(shot: Snapshot, entry: Entry) -> Entry:
    """The entry, without a next run if the snapshot differs from it."""
    definition, state, set_aside = shot.definition, shot.state, shot.set_aside
    if definition is entry.definition and state is entry.state and set_aside == entry.set_aside:
        return entry
    return attrs.evolve(entry, definition=definition, state=state, set_aside=set_aside, next_run=None, problem="")


def _shortened(text: str) -> str:
    """At most `LONGEST_TEXT` characters, so that one huge text does not make the list slow."""
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"


def row_data(entry: Entry) -> dict[str, Any]:
    """One row of the list. Times are milliseconds since the epoch."""
    task, status, where, snapshot = entry.task, entry.status, entry.where, snapshot_here(entry.task.id)
    return {
        "id": task.id,
        "name": _shortened(task.name),
        "status": status,
        "where": where,
        "user": _shortened(task.user),
        "mine": entry.mine,
        "started": millis(task.started if snapshot is None else snapshot.started),
        "changed": millis(task.status_changed or task.created),
        "heard": millis(viewer.last_sign(task, entry.lease)) if status == "silent" else None,
        "items": len(entry.definition.items) if entry.definition else None,
        "next": millis(entry.next_run) if status == "running" else None,
        "problem": entry.problem,
    }
