"""The list of all instances of the workspace: read again and again, at little cost for the server and the page."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import attrs

from clearml_sched_widgets.definition import Definition
from clearml_sched_widgets.engine import own
from clearml_sched_widgets.engine.state import State
from clearml_sched_widgets.errors import InstanceStateError, SchedulerError
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.history import scheduled_rows
from clearml_sched_widgets.instance import Instance
from clearml_sched_widgets.records import INSTANCE_TAG, Task, TaskQuery
from clearml_sched_widgets.running import engine_here
from clearml_sched_widgets.widgets.deltas import Deltas
from clearml_sched_widgets.widgets.plain import millis
from clearml_sched_widgets.widgets.rows import brief

LOOK_EVERY = 1.0  # seconds between two looks at what the rows say
DETAILS_EVERY = 15.0  # seconds between two readings of the configuration of one instance that changes all the time
DETAILS = 100  # configurations in one answer
FRESH = timedelta(seconds=90)  # a heartbeat comes every minute: a younger one says nothing
MOST_SCHEDULES = 500  # of a larger definition the next run is not looked for
LONGEST = 300  # characters of a name or a problem
ALIVE = frozenset({"running", "paused", "lost"})


@attrs.frozen(kw_only=True)
class Entry:
    """One instance, and what its configuration said when it was last read (`change`: at which change of its task)."""

    instance: Instance
    task: Task
    mine: bool
    change: datetime | None = None
    read_at: float = float("-inf")  # monotonic seconds
    definition: Definition | None = None
    state: State | None = None
    problem: str = ""
    next_run: datetime | None = None

    def stale(self, now: float) -> bool:
        return self.change != self.task.last_change and now - self.read_at >= DETAILS_EVERY


class Listing:
    """Reads in the worker's thread, is looked at by the publisher's."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[str, Entry] = {}
        self._deltas = Deltas()
        self._look_at = 0.0
        self.loaded = False

    def __iter__(self) -> Iterator[Instance]:
        """The instances, the latest first."""
        return iter([entry.instance for entry in self._entries.values()])

    def get(self, instance_id: str) -> Instance:
        """An instance by its id. Raises InstanceStateError if it is not there (any more)."""
        entry = self._entries.get(instance_id)
        if entry is None:
            raise InstanceStateError(f"There is no instance {instance_id} any more.")
        return entry.instance

    def add(self, instance: Instance) -> None:
        """One that was just made, before the next reading shows it."""
        with self._lock:
            if instance.id not in self._entries:
                entry = Entry(instance=instance, task=instance.task, mine=True)
                self._entries = {instance.id: entry, **self._entries}
            self._look_at = 0.0

    def drop(self, instance_id: str) -> None:
        """One that was just deleted."""
        with self._lock:
            self._entries = {key: entry for key, entry in self._entries.items() if key != instance_id}
            self._look_at = 0.0

    def look_again(self) -> None:
        """Something was done: what the rows say may be another thing already."""
        self._look_at = 0.0

    def state(self) -> dict[str, Any]:
        """The traits of the list, from memory only."""
        if time.monotonic() >= self._look_at:
            self._look_at = time.monotonic() + LOOK_EVERY
            now = datetime.now(timezone.utc)
            self._deltas.update([_row(entry, now) for entry in self._entries.values()])
        return {
            "instances": self._deltas.base,
            "instance_changes": self._deltas.changes,
            "loaded": self.loaded,
        }

    def read(self, gateway: Gateway) -> None:
        """Read what the server has: one request, and one more if configurations are new or may have changed."""
        query = TaskQuery(system_tags=(INSTANCE_TAG,), without_system_tags=("archived",))
        user = gateway.server().user_id
        before = self._entries
        found = {task.id: _known(gateway, task, before.get(task.id), user) for task in gateway.tasks(query)}
        now = datetime.now(timezone.utc)
        found.update(self._detailed(gateway, found))
        with self._lock:
            # What was made or deleted during the requests is not in the answer, or still in it.
            made = {key: entry for key, entry in self._entries.items() if key not in before and key not in found}
            deleted = before.keys() - self._entries.keys()
            kept = {key: _guarded(entry, now) for key, entry in found.items() if key not in deleted}
            self._entries, self.loaded, self._look_at = {**made, **kept}, True, 0.0

    def _detailed(self, gateway: Gateway, found: dict[str, Entry]) -> dict[str, Entry]:
        now = time.monotonic()
        stale = [key for key, entry in found.items() if entry.stale(now)][:DETAILS]
        if not stale:
            return {}
        query = TaskQuery(ids=tuple(stale), order="created", configuration=True)
        return {task.id: _detail(gateway, task, found[task.id], now) for task in gateway.tasks(query)}


def _known(gateway: Gateway, task: Task, before: Entry | None, user: str) -> Entry:
    """An instance as the light reading shows it; its configuration is the one that was last read."""
    if before is None:
        return Entry(instance=Instance(gateway, task), task=task, mine=task.user_id == user)
    task = attrs.evolve(task, configuration=before.task.configuration)
    if task == before.task:
        return before
    return attrs.evolve(before, task=task, instance=Instance(gateway, task))


def _detail(gateway: Gateway, task: Task, before: Entry, now: float) -> Entry:
    """An instance with its configuration; a definition is parsed only if its text is another one."""
    entry = attrs.evolve(
        before, task=task, instance=Instance(gateway, task), change=task.last_change, read_at=now, next_run=None
    )
    try:
        read = own.parse(task)
        old, new = (each.configuration.get(own.DEFINITION) for each in (before.task, task))
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


def _guarded(entry: Entry, now: datetime) -> Entry:
    try:
        return _upcoming(entry, now)
    except Exception as error:  # noqa: BLE001 - as above: its state is text that anybody may have written
        return _broken(entry, error)


def _upcoming(entry: Entry, now: datetime) -> Entry:
    """With its next run, which is looked for again when it has passed."""
    engine = engine_here(entry.instance.id)
    if engine is not None and engine.snapshot is not None:  # it knows better than what the server was told
        known = engine.snapshot.definition, engine.snapshot.state
        if known[0] is not entry.definition or known[1] is not entry.state:
            entry = attrs.evolve(entry, definition=known[0], state=known[1], next_run=None, problem="")
    if entry.definition is None or entry.state is None or len(entry.definition.schedules) > MOST_SCHEDULES:
        return entry
    if entry.instance.status != "running" or (entry.next_run is not None and entry.next_run > now):
        return entry
    rows = scheduled_rows(entry.definition, entry.state, {}, now)
    return attrs.evolve(entry, next_run=min((row.next_run for row in rows if row.next_run), default=None))


def _short(text: str) -> str:
    """At most `LONGEST` characters: one instance with a huge text must not make the list slow for everybody."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _row(entry: Entry, now: datetime) -> dict[str, Any]:
    """One row of the list."""
    row, heard = brief(entry.instance), entry.task.last_update
    alive = row["status"] in ALIVE
    silent = alive and row["where"] != "kernel" and heard is not None and now - heard > FRESH
    running = row["status"] == "running"
    return {
        **row,
        "name": _short(row["name"]),
        "user": _short(row["user"]),
        "mine": entry.mine,
        "changed": millis(entry.task.status_changed or entry.task.created),
        "heard": millis(heard) if silent else None,
        "items": len(entry.definition.items) if entry.definition else None,
        "next": millis(entry.next_run) if running else None,
        "problem": entry.problem,
    }
