"""The list of all instances of the workspace, read repeatedly at little cost for the server and the page."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from heapq import nsmallest
from typing import Any

from clearml_sched_widgets.errors import InstanceStateError, NotFound
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.instances.instance import Instance
from clearml_sched_widgets.records import Task, TaskQuery
from clearml_sched_widgets.views import instance_reader
from clearml_sched_widgets.widgets.instances.deltas import Deltas
from clearml_sched_widgets.widgets.instances.discovery import ARCHIVED, Discovery
from clearml_sched_widgets.widgets.instances.entries import (
    BEGINNING,
    NEVER,
    Entry,
    row_data,
    with_configuration,
    with_lease,
    with_next_run,
    with_task,
)
from clearml_sched_widgets.widgets.instances.leases import LeaseReader

ROWS_EVERY = 1.0  # seconds between two updates of the rows
BATCH_SIZE = 100  # configurations read with one request
MOST_BATCHES = 5  # such requests in one reading, while some configurations were never read


class Listing:
    """The list. A worker thread reads it, the publisher's thread gets its state. `clock` gives monotonic seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: dict[str, Entry] = {}
        self._deleted_ids: set[str] = set()  # deleted by this widget; a late answer may still list them
        self._discovery = Discovery(clock)
        self._lease_reader = LeaseReader(clock)
        self._deltas = Deltas()
        self._rows_due = 0.0
        self.loaded = False

    def __iter__(self) -> Iterator[Instance]:
        """The instances, the latest first."""
        with self._lock:
            entries = sorted(self._entries.values(), key=_last_update, reverse=True)
        return (entry.instance for entry in entries)

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def has_unread(self) -> bool:
        """Whether the configuration of some instance was never read."""
        return any(entry.read_at == NEVER for entry in self._entries.copy().values())

    def get(self, instance_id: str) -> Instance:
        """An instance by its id. Raises InstanceStateError if it is not in the list."""
        entry = self._entries.get(instance_id)
        if entry is None:
            raise InstanceStateError(f"There is no instance {instance_id} any more. Choose another one from the list.")
        return entry.instance

    def add(self, instance: Instance) -> None:
        """Add an instance that was just made, before the next reading finds it."""
        with self._lock:
            if instance.id not in self._entries:
                self._entries[instance.id] = Entry(gateway=instance.gateway, task=instance.task, mine=True)
            self._rows_due = 0.0

    def drop(self, instance_id: str) -> None:
        """Remove an instance that was deleted."""
        with self._lock:
            self._deleted_ids.add(instance_id)
            self._entries.pop(instance_id, None)
            self._rows_due = 0.0

    def look_again(self) -> None:
        """Update the rows at the next call of `state`, because a command may have changed them."""
        self._rows_due = 0.0

    def rows(self) -> list[dict[str, Any]]:
        """The rows of all instances."""
        with self._lock:
            entries = list(self._entries.values())
        return [row_data(entry) for entry in entries]

    def state(self) -> dict[str, Any]:
        """The traits' values of the list, without any request."""
        if self._clock() >= self._rows_due:
            self._rows_due = self._clock() + ROWS_EVERY
            self._deltas.update(self.rows())
        return {
            "instances": self._deltas.base,
            "instance_changes": self._deltas.changes,
            "loaded": self.loaded,
        }

    def read(self, gateway: Gateway) -> None:
        """Read changed instances from the server, and configurations that are new or may have changed.

        Usually sends one request, one more if there are such configurations, and one more for the leases while an
        instance is in progress elsewhere; see Discovery and LeaseReader. Instances appear in the list while the rest is
        being read. Raises GatewayError.
        """
        user = gateway.server().user_id
        self._read_leases(gateway)  # before the tasks, or an instance that ends in between looks silent
        for tasks in self._discovery.changed(gateway):
            self._merge(gateway, tasks, user)
        before = set(self._entries)
        present = self._discovery.present(gateway)
        if present is not None:
            self._remove(before - present)
        self._read_leases(gateway)  # the first time, only now it is known whether that is needed
        self.loaded = True
        self._read_details(gateway)
        self._find_next_runs(gateway.present(ask=False).time)

    def _merge(self, gateway: Gateway, tasks: Iterable[Task], user: str) -> None:
        with self._lock:
            for task in tasks:
                if ARCHIVED in task.system_tags:
                    self._entries.pop(task.id, None)
                elif task.id not in self._deleted_ids:
                    self._entries[task.id] = with_task(gateway, task, self._entries.get(task.id), user)
            self._rows_due = 0.0

    def _remove(self, ids: Iterable[str]) -> None:
        with self._lock:
            for key in ids:
                self._entries.pop(key, None)
            self._rows_due = 0.0

    def _read_leases(self, gateway: Gateway) -> None:
        if not any(entry.in_progress_elsewhere for entry in self._entries.copy().values()):
            return
        leases = self._lease_reader.read_if_due(gateway)
        if leases is not None:
            entries = self._entries.copy()
            self._replace_present({key: with_lease(entry, leases) for key, entry in entries.items()})

    def _read_details(self, gateway: Gateway) -> None:
        for _ in range(MOST_BATCHES):
            now = self._clock()
            candidates = (entry for entry in self._entries.copy().values() if entry.stale(now))
            stale = nsmallest(BATCH_SIZE, candidates, key=lambda entry: entry.read_order)
            if not stale:
                return
            before = {entry.task.id: entry for entry in stale}
            read = {task.id: with_configuration(task, before[task.id], now) for task in _read_tasks(gateway, stale)}
            self._replace_present(read)
            self._remove(before.keys() - read.keys())  # deleted in the meantime
            if not all(entry.read_at == NEVER for entry in stale):
                return

    def _find_next_runs(self, now: datetime) -> None:
        entries = self._entries.copy()
        updated = {key: with_next_run(entry, now) for key, entry in entries.items()}
        self._replace_present({key: entry for key, entry in updated.items() if entry is not entries[key]})

    def _replace_present(self, entries: dict[str, Entry]) -> None:
        """Replace entries, except those that were removed from the list in the meantime."""
        with self._lock:
            self._entries.update({key: entry for key, entry in entries.items() if key in self._entries})
            self._rows_due = 0.0


def _read_tasks(gateway: Gateway, entries: Iterable[Entry]) -> Iterator[Task]:
    """The tasks with their configuration, without deleted ones.

    One request reads all small configurations. Of each large one only the changed parts are read.
    """
    small = tuple(entry.task.id for entry in entries if not entry.large)
    yield from gateway.tasks(TaskQuery(ids=small, order="created", configuration=True)) if small else ()
    for entry in entries:
        if entry.large and entry.detailed_task is not None:
            with suppress(NotFound):
                yield instance_reader.read_again(gateway, entry.detailed_task)


def _last_update(entry: Entry) -> datetime:
    return entry.task.last_update or BEGINNING
