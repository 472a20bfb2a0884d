"""One instance of the list: its task, and what its configuration said when it was last read."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import attrs

from clearml_sched_widgets.definition import Definition
from clearml_sched_widgets.engine.instance_task import task as instance_task
from clearml_sched_widgets.errors import SchedulerError
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.instances.instance import Instance
from clearml_sched_widgets.instances.running import snapshot_here
from clearml_sched_widgets.policy.state import State
from clearml_sched_widgets.records import Task
from clearml_sched_widgets.views import viewer
from clearml_sched_widgets.views.history import scheduled_rows
from clearml_sched_widgets.widgets.host.page_values import millis

NEVER = float("-inf")
DETAILS_EVERY = 15.0  # seconds between two readings of the configuration of one instance that changes all the time
FRESH = timedelta(seconds=90)  # a heartbeat comes every minute: a younger one says nothing
LARGE = 50_000  # characters of a configuration: from here on only what has changed of it is read
MOST_SCHEDULES = 500  # of a larger definition the next run is not looked for
LONGEST = 300  # characters of a name or a problem
ALIVE = frozenset({"running", "paused", "lost"})


@attrs.frozen(kw_only=True)
class Entry:
    """One instance. `whole` is its task as it was when the configuration was read."""

    gateway: Gateway
    task: Task
    mine: bool
    whole: Task | None = None
    read_at: float = NEVER  # monotonic seconds
    definition: Definition | None = None
    state: State | None = None
    problem: str = ""
    next_run: datetime | None = None

    @cached_property
    def instance(self) -> Instance:
        return Instance(self.gateway, self.task)

    def stale(self, now: float) -> bool:
        """Whether its configuration may be another one by now. Of what runs here, the engine knows it."""
        if self.read_at != NEVER and snapshot_here(self.task.id) is not None:
            return False
        change = None if self.whole is None else self.whole.last_change
        return change != self.task.last_change and now - self.read_at >= DETAILS_EVERY

    @property
    def large(self) -> bool:
        """Whether its configuration is too much to be read again as a whole."""
        return self.whole is not None and sum(map(len, self.whole.configuration.values())) > LARGE

    @property
    def urgency(self) -> tuple[float, bool]:
        """Whose configuration is read first: what was never read, of that what is at work; else the oldest."""
        return self.read_at, self.task.status != "in_progress"

    def status(self, now: datetime) -> str:
        """As an instance says it, without reading its state anew for each look."""
        shot = snapshot_here(self.task.id)
        if shot is not None:
            return viewer.status_here(shot)
        return viewer.status_of(self.task, now, paused=self.state is not None and self.state.paused)

    @property
    def where(self) -> str:
        """kernel, service or elsewhere; empty until its configuration was read."""
        where = self.instance.where
        return where if self.read_at != NEVER or where == "kernel" else ""


def known(gateway: Gateway, task: Task, before: Entry | None, user: str) -> Entry:
    """An instance as the light reading shows it; its configuration is the one that was last read."""
    if before is None:
        return Entry(gateway=gateway, task=task, mine=task.user_id == user)
    task = attrs.evolve(task, configuration=before.task.configuration, marks=before.task.marks)
    mine = task.user_id == user
    return before if (task, mine) == (before.task, before.mine) else attrs.evolve(before, task=task, mine=mine)


def detailed(task: Task, before: Entry, now: float) -> Entry:
    """An instance with its configuration; a definition is parsed only if its text is another one."""
    entry = attrs.evolve(before, task=task, whole=task, read_at=now, next_run=None)
    try:
        read = instance_task.parse(task)
        old, new = (each.configuration.get(instance_task.DEFINITION) for each in (before.task, task))
        definition = before.definition if old == new and before.definition else read.definition
        return attrs.evolve(entry, definition=definition, state=read.state, problem="")
    except Exception as error:  # noqa: BLE001 - whatever somebody wrote there, the others are listed all the same
        return _broken(entry, error)


def _broken(entry: Entry, error: Exception) -> Entry:
    """An instance whose configuration cannot be read, or says what cannot be."""
    said = (
        str(error) if isinstance(error, SchedulerError) else f"It holds what nobody expects ({type(error).__name__})."
    )
    return attrs.evolve(entry, definition=None, state=None, next_run=None, problem=_short(said))


def upcoming(entry: Entry, now: datetime) -> Entry:
    """With its next run, which is looked for again when it has passed."""
    try:
        return _upcoming(entry, now)
    except Exception as error:  # noqa: BLE001 - its state is text that anybody may have written
        return _broken(entry, error)


def _upcoming(entry: Entry, now: datetime) -> Entry:
    shot = snapshot_here(entry.task.id)
    # The engine of this kernel knows better than what the server was told.
    if shot is not None and (shot.definition is not entry.definition or shot.state is not entry.state):
        entry = attrs.evolve(entry, definition=shot.definition, state=shot.state, next_run=None, problem="")
    if entry.definition is None or entry.state is None or len(entry.definition.schedules) > MOST_SCHEDULES:
        return entry
    if (entry.next_run is not None and entry.next_run > now) or entry.status(now) != "running":
        return entry
    rows = scheduled_rows(entry.definition, entry.state, {}, now)
    return attrs.evolve(entry, next_run=min((row.next_run for row in rows if row.next_run), default=None))


def _short(text: str) -> str:
    """At most `LONGEST` characters: one instance with a huge text must not make the list slow for everybody."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def row(entry: Entry, now: datetime) -> dict[str, Any]:
    """One row of the list. Times are milliseconds since the epoch."""
    task, status, where, shot = entry.task, entry.status(now), entry.where, snapshot_here(entry.task.id)
    heard = task.last_update
    silent = status in ALIVE and shot is None and heard is not None and now - heard > FRESH
    return {
        "id": task.id,
        "name": _short(task.name),
        "status": status,
        "where": where,
        "user": _short(task.user),
        "mine": entry.mine,
        "started": millis(task.started if shot is None else shot.started),
        "changed": millis(task.status_changed or task.created),
        "heard": millis(heard) if silent else None,
        "items": len(entry.definition.items) if entry.definition else None,
        "next": millis(entry.next_run) if status == "running" else None,
        "problem": entry.problem,
    }
