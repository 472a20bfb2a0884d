"""The list of all instances of the workspace: read again and again, at little cost for the server and the page."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timezone
from heapq import nsmallest
from typing import Any

from clearml_sched_widgets.errors import InstanceStateError, NotFound
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.instances.instance import Instance
from clearml_sched_widgets.records import Task, TaskQuery
from clearml_sched_widgets.views import instance_reader
from clearml_sched_widgets.widgets.instances.deltas import Deltas
from clearml_sched_widgets.widgets.instances.discovery import ARCHIVED, Discovery
from clearml_sched_widgets.widgets.instances.entries import NEVER, Entry, detailed, known, row, upcoming

LOOK_EVERY = 1.0  # seconds between two looks at what the rows say
DETAILS = 100  # configurations in one answer
MOST_DETAILS = 5  # such answers in one reading, while there are configurations that were never read


class Listing:
    """Reads in the worker's thread, is looked at by the publisher's. `clock` gives monotonic seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: dict[str, Entry] = {}
        self._dropped: set[str] = set()  # what was deleted here: an answer may have left before
        self._discovery = Discovery(clock)
        self._deltas = Deltas()
        self._look_at = 0.0
        self.loaded = False

    def __iter__(self) -> Iterator[Instance]:
        """The instances, the latest first."""
        with self._lock:
            entries = sorted(self._entries.values(), key=_latest, reverse=True)
        return (entry.instance for entry in entries)

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def behind(self) -> bool:
        """Whether there are instances whose configuration was never read."""
        return any(entry.read_at == NEVER for entry in self._entries.copy().values())

    def get(self, instance_id: str) -> Instance:
        """An instance by its id. Raises InstanceStateError if it is not there (any more)."""
        entry = self._entries.get(instance_id)
        if entry is None:
            raise InstanceStateError(f"There is no instance {instance_id} any more. Choose another one from the list.")
        return entry.instance

    def add(self, instance: Instance) -> None:
        """One that was just made, before the next reading shows it."""
        with self._lock:
            if instance.id not in self._entries:
                self._entries[instance.id] = Entry(gateway=instance.gateway, task=instance.task, mine=True)
            self._look_at = 0.0

    def drop(self, instance_id: str) -> None:
        """One that was deleted."""
        with self._lock:
            self._dropped.add(instance_id)
            self._entries.pop(instance_id, None)
            self._look_at = 0.0

    def look_again(self) -> None:
        """Something was done: what the rows say may be another thing already."""
        self._look_at = 0.0

    def rows(self, now: datetime) -> list[dict[str, Any]]:
        """What is known of the instances at this moment."""
        with self._lock:
            entries = list(self._entries.values())
        return [row(entry, now) for entry in entries]

    def state(self) -> dict[str, Any]:
        """The traits of the list, from memory only."""
        if self._clock() >= self._look_at:
            self._look_at = self._clock() + LOOK_EVERY
            self._deltas.update(self.rows(datetime.now(timezone.utc)))
        return {
            "instances": self._deltas.base,
            "instance_changes": self._deltas.changes,
            "loaded": self.loaded,
        }

    def read(self, gateway: Gateway) -> None:
        """Read what the server has: what changed, and configurations that are new or may be other ones by now.

        Mostly one request, and one more if there are such configurations; see Census. What was read is shown while
        the rest is being read. Raises GatewayError.
        """
        user = gateway.server().user_id
        for tasks in self._discovery.changed(gateway):
            self._take(gateway, tasks, user)
        before = set(self._entries)
        present = self._discovery.present(gateway)
        if present is not None:
            self._remove(before - present)
        self.loaded = True
        self._read_details(gateway)
        self._look_ahead()

    def _take(self, gateway: Gateway, tasks: Iterable[Task], user: str) -> None:
        with self._lock:
            for task in tasks:
                if ARCHIVED in task.system_tags:
                    self._entries.pop(task.id, None)
                elif task.id not in self._dropped:
                    self._entries[task.id] = known(gateway, task, self._entries.get(task.id), user)
            self._look_at = 0.0

    def _remove(self, ids: Iterable[str]) -> None:
        with self._lock:
            for key in ids:
                self._entries.pop(key, None)
            self._look_at = 0.0

    def _read_details(self, gateway: Gateway) -> None:
        for _ in range(MOST_DETAILS):
            now = self._clock()
            stale = nsmallest(DETAILS, (one for one in self._entries.copy().values() if one.stale(now)), _urgency)
            if not stale:
                return
            before = {entry.task.id: entry for entry in stale}
            read = {task.id: detailed(task, before[task.id], now) for task in _again(gateway, stale)}
            self._replace(read)
            self._remove(before.keys() - read.keys())  # they were deleted meanwhile
            if not all(entry.read_at == NEVER for entry in stale):
                return

    def _look_ahead(self) -> None:
        now = datetime.now(timezone.utc)
        entries = self._entries.copy()
        ahead = {key: upcoming(entry, now) for key, entry in entries.items()}
        self._replace({key: entry for key, entry in ahead.items() if entry is not entries[key]})

    def _replace(self, entries: dict[str, Entry]) -> None:
        """Others are here by now, or gone: only those that still are, are replaced."""
        with self._lock:
            self._entries.update({key: entry for key, entry in entries.items() if key in self._entries})
            self._look_at = 0.0


def _again(gateway: Gateway, entries: Iterable[Entry]) -> Iterator[Task]:
    """Tasks with their configuration: small ones together, of each large one what has changed; not those now gone."""
    small = tuple(entry.task.id for entry in entries if not entry.large)
    yield from gateway.tasks(TaskQuery(ids=small, order="created", configuration=True)) if small else ()
    for entry in entries:
        if entry.large and entry.whole is not None:
            with suppress(NotFound):
                yield instance_reader.read_again(gateway, entry.whole)


def _urgency(entry: Entry) -> tuple[float, bool]:
    return entry.urgency


def _latest(entry: Entry) -> datetime:
    return entry.task.last_update or datetime.min.replace(tzinfo=timezone.utc)
