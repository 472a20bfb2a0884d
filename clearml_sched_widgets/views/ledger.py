"""Caches the table rows of one instance and rebuilds only the rows that have changed.

The inputs are frozen, so the same object means no change, and an update costs next to nothing while nothing happens.
An unchanged row stays the same object, so that callers find changes by identity. Both ledgers are thread-safe.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from datetime import datetime

import attrs

from clearml_sched_widgets.definition import Definition, Schedule, Trigger
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.gateway.paging import PAGE
from clearml_sched_widgets.policy.run import NEVER, Run, run_of
from clearml_sched_widgets.policy.state import ItemState, State
from clearml_sched_widgets.records import ACTIVE, TaskQuery, run_tag
from clearml_sched_widgets.sentences.log import title
from clearml_sched_widgets.views.history import (
    ExecutedRow,
    ScheduledRow,
    executed_row,
    item_rows,
    row_in_status,
    rows_set_aside,
)
from clearml_sched_widgets.views.list_diff import common_ends


def _sort_key(row: ExecutedRow) -> tuple[datetime, str]:
    return row.started or NEVER, row.run


class ExecutedLedger:
    """All runs of one instance, newest first: those that the engine follows, and older ones, read page by page.

    It keeps the rows of runs that the engine has dropped from its memory.
    """

    def __init__(self, instance_id: str) -> None:
        self._instance_id, self._tag = instance_id, run_tag(instance_id)
        self._lock = threading.Lock()
        self._read_lock = threading.Lock()
        self._rows: list[ExecutedRow] = []
        self._by_run: dict[str, ExecutedRow] = {}
        self._active: dict[str, ExecutedRow] = {}
        self._rows_tuple: tuple[ExecutedRow, ...] | None = ()
        self._runs: tuple[Run, ...] = ()
        self._definition: Definition | None = None
        self._names: Mapping[str, str] = {}
        self._page = 0
        self._whole = False

    @property
    def rows(self) -> tuple[ExecutedRow, ...]:
        """All rows so far; the same tuple as long as nothing changed."""
        with self._lock:
            if self._rows_tuple is None:
                self._rows_tuple = tuple(self._rows)
            return self._rows_tuple

    @property
    def active(self) -> tuple[ExecutedRow, ...]:
        """The rows of runs that are queued or running."""
        with self._lock:
            return tuple(self._active.values())

    @property
    def started_reading(self) -> bool:
        """Whether a page was read from the server, or none has to be."""
        return self._whole or self._page > 0

    @property
    def whole(self) -> bool:
        """Whether every run is here."""
        return self._whole

    def update(
        self,
        runs: tuple[Run, ...],
        definition: Definition,
        names: Mapping[str, str] | None = None,
        *,
        whole: bool = False,
    ) -> None:
        """Take over the runs as they are now: newest first, unchanged runs as the same objects.

        `names` are those of the base tasks, by id: an item without a name is called by its task's.
        `whole` says that there are no other runs.
        """
        with self._lock:
            self._whole = self._whole or whole
            self._update_item_names(definition, self._names if names is None else names)
            if runs is self._runs:
                return
            first, last = common_ends(self._runs, runs)
            old_ids = set(map(id, self._runs[first : len(self._runs) - last]))
            for run in runs[first : len(runs) - last]:
                if id(run) not in old_ids:
                    self._put(executed_row(run, definition, self._names))
            self._runs = runs

    def read_older(self, gateway: Gateway, definition: Definition) -> None:
        """Read the next page of older runs, newest first. One request. Raises GatewayError."""
        with self._read_lock:  # a second caller waits and reads the next page
            if self._whole:
                return
            query = TaskQuery(system_tags=(self._tag,), order="-created", hyperparams="scheduler", page=self._page)
            tasks = gateway.tasks(query)
            runs = [run for task in tasks if (run := run_of(task, self._instance_id))]
            with self._lock:
                for run in runs:
                    if run.id not in self._by_run:  # the engine knows a newer state of the run
                        self._put(executed_row(run, definition, self._names))
                self._page += 1
                self._whole = len(tasks) < PAGE

    # -- callers hold the lock
    def _update_item_names(self, definition: Definition, names: Mapping[str, str]) -> None:
        """Give the rows the current names of their items."""
        if definition is self._definition and names is self._names:
            return
        self._definition, self._names = definition, names
        titles = {item.id: title(item, names) for item in definition.items}
        for row in list(self._rows):
            called = titles.get(row.item, row.item)
            if row.item_name != called:
                self._put(attrs.evolve(row, item_name=called))

    def _put(self, row: ExecutedRow) -> None:
        old = self._by_run.get(row.run)
        if old == row:
            return
        self._rows_tuple = None
        self._by_run[row.run] = row
        if row.status in ACTIVE:
            self._active[row.run] = row
        else:
            self._active.pop(row.run, None)
        if old is not None and _sort_key(old) == _sort_key(row):
            self._rows[self._position(old)] = row
            return
        if old is not None:
            del self._rows[self._position(old)]
        self._rows.insert(self._position(row), row)

    def _position(self, row: ExecutedRow) -> int:
        """The index of a row, or where to insert it; the newest is first."""
        key, low, high = _sort_key(row), 0, len(self._rows)
        if high and key < _sort_key(self._rows[-1]):
            return high
        while low < high:
            middle = (low + high) // 2
            if _sort_key(self._rows[middle]) > key:
                low = middle + 1
            else:
                high = middle
        return low


@attrs.frozen
class _ItemRows:
    """The rows of one item, and the inputs from which they were built."""

    item: Schedule | Trigger
    item_state: ItemState | None
    name: str
    rows: tuple[ScheduledRow, ...]
    valid_until: datetime | None  # the earliest next run of the rows


class ScheduledLedger:
    """The rows of the scheduled tasks of one instance."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_item: dict[str, _ItemRows] = {}
        self._definition: Definition | None = None
        self._state: State | None = None
        self._names: Mapping[str, str] = {}
        self._status = ""
        self._set_aside: Mapping[str, str] = {}
        self._valid_until: datetime | None = None
        self._rows: tuple[ScheduledRow, ...] = ()

    def rows(
        self,
        definition: Definition,
        state: State,
        names: Mapping[str, str],
        now: datetime,
        status: str,
        set_aside: Mapping[str, str] = {},
    ) -> tuple[ScheduledRow, ...]:
        """The rows at a moment, in an instance status. The same tuple as before if nothing changed."""
        with self._lock:
            same = definition is self._definition and state is self._state and names is self._names
            same = same and status == self._status and set_aside is self._set_aside
            if not same or (self._valid_until is not None and self._valid_until <= now):
                self._status, self._set_aside = status, set_aside
                self._rebuild(definition, state, names, now)
            return self._rows

    def _rebuild(self, definition: Definition, state: State, names: Mapping[str, str], now: datetime) -> None:
        old_state = self._state
        pause = (state.paused, state.note)
        reusable = self._by_item if old_state is not None and (old_state.paused, old_state.note) == pause else {}
        by_item: dict[str, _ItemRows] = {}
        for item in definition.items:
            item_state, name, old = state.items.get(item.id), names.get(item.action.task, ""), reusable.get(item.id)
            if old is None or _outdated(old, item, item_state, name, now):
                fresh = tuple(item_rows(item, item_state, state, names, now))
                old = _ItemRows(item, item_state, name, fresh, _earliest(row.next_run for row in fresh))
            by_item[item.id] = old
        rows = (row_in_status(row, self._status) for one in by_item.values() for row in one.rows)
        self._rows = _reuse_equal_rows(self._rows, rows_set_aside(rows, self._set_aside))
        self._by_item, self._definition, self._state, self._names = by_item, definition, state, names
        self._valid_until = _earliest(one.valid_until for one in by_item.values())


def _outdated(old: _ItemRows, item: Schedule | Trigger, item_state: ItemState | None, name: str, now: datetime) -> bool:
    if old.valid_until is not None and old.valid_until <= now:
        return True
    same = (old.item is item or old.item == item) and (old.item_state is item_state or old.item_state == item_state)
    return not same or old.name != name


def _earliest(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


def _reuse_equal_rows(old: tuple[ScheduledRow, ...], new: tuple[ScheduledRow, ...]) -> tuple[ScheduledRow, ...]:
    """The new rows, with the old object for each row that equals the old one at the same index."""
    if len(old) != len(new):
        return new
    rows = tuple(
        before if before is after or before == after else after for before, after in zip(old, new, strict=True)
    )
    unchanged = all(before is after for before, after in zip(old, rows, strict=True))
    return old if unchanged else rows
