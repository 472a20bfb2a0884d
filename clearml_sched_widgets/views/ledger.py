"""The rows of one instance, kept from look to look: only what changed since is made anew.

What is frozen and the same object has not changed. So a look costs next to nothing while nothing happens, and an equal
row stays the same object for those who look for changes themselves. Both ledgers are safe to use from several threads.
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
from clearml_sched_widgets.views.history import ExecutedRow, ScheduledRow, executed_row, item_rows, row_in_status
from clearml_sched_widgets.views.list_diff import common_ends


def _age(row: ExecutedRow) -> tuple[datetime, str]:
    return row.started or NEVER, row.run


class ExecutedLedger:
    """All runs of one instance, newest first: those that the engine follows, and older ones, read page by page.

    It keeps what the engine has dropped from its memory.
    """

    def __init__(self, instance_id: str) -> None:
        self._instance, self._tag = instance_id, run_tag(instance_id)
        self._lock = threading.Lock()
        self._reading = threading.Lock()
        self._rows: list[ExecutedRow] = []
        self._by_run: dict[str, ExecutedRow] = {}
        self._active: dict[str, ExecutedRow] = {}
        self._shown: tuple[ExecutedRow, ...] | None = ()
        self._runs: tuple[Run, ...] = ()
        self._definition: Definition | None = None
        self._names: Mapping[str, str] = {}
        self._page = 0
        self._whole = False

    @property
    def rows(self) -> tuple[ExecutedRow, ...]:
        """All rows so far; the same tuple as long as nothing changed."""
        with self._lock:
            if self._shown is None:
                self._shown = tuple(self._rows)
            return self._shown

    @property
    def active(self) -> tuple[ExecutedRow, ...]:
        """The rows of runs that are queued or running."""
        with self._lock:
            return tuple(self._active.values())

    @property
    def begun(self) -> bool:
        """Whether anything was read from the server, or nothing has to be."""
        return self._whole or self._page > 0

    @property
    def whole(self) -> bool:
        """Whether every run is here."""
        return self._whole

    def take(
        self,
        runs: tuple[Run, ...],
        definition: Definition,
        names: Mapping[str, str] | None = None,
        *,
        whole: bool = False,
    ) -> None:
        """What is known of runs now: newest first, the same objects as before where nothing changed.

        `names` are those of the base tasks, by id: an item without a name is called by its task's.
        `whole` says that there are no others.
        """
        with self._lock:
            self._whole = self._whole or whole
            self._adopt(definition, self._names if names is None else names)
            if runs is self._runs:
                return
            first, last = common_ends(self._runs, runs)
            before = set(map(id, self._runs[first : len(self._runs) - last]))
            for run in runs[first : len(runs) - last]:
                if id(run) not in before:
                    self._put(executed_row(run, definition, self._names))
            self._runs = runs

    def read_older(self, gateway: Gateway, definition: Definition) -> None:
        """Read the next page of older runs, newest first. One request. Raises GatewayError."""
        with self._reading:  # whoever comes second wants the page after it
            if self._whole:
                return
            query = TaskQuery(system_tags=(self._tag,), order="-created", hyperparams="scheduler", page=self._page)
            tasks = gateway.tasks(query)
            runs = [run for task in tasks if (run := run_of(task, self._instance))]
            with self._lock:
                for run in runs:
                    if run.id not in self._by_run:  # the engine's word on a run is newer than this
                        self._put(executed_row(run, definition, self._names))
                self._page += 1
                self._whole = len(tasks) < PAGE

    # -- the lock is held
    def _adopt(self, definition: Definition, names: Mapping[str, str]) -> None:
        """Rows show what their items are called now."""
        if definition is self._definition and names is self._names:
            return
        self._definition, self._names = definition, names
        titles = {item.id: title(item, names) for item in definition.items}
        for row in list(self._rows):
            called = titles.get(row.item, row.item)
            if row.item_name != called:
                self._put(attrs.evolve(row, item_name=called))

    def _put(self, row: ExecutedRow) -> None:
        known = self._by_run.get(row.run)
        if known == row:
            return
        self._shown = None
        self._by_run[row.run] = row
        if row.status in ACTIVE:
            self._active[row.run] = row
        else:
            self._active.pop(row.run, None)
        if known is not None and _age(known) == _age(row):
            self._rows[self._place(known)] = row
            return
        if known is not None:
            del self._rows[self._place(known)]
        self._rows.insert(self._place(row), row)

    def _place(self, row: ExecutedRow) -> int:
        """Where a row is, or would be; the newest is first."""
        age, low, high = _age(row), 0, len(self._rows)
        if high and age < _age(self._rows[-1]):
            return high
        while low < high:
            middle = (low + high) // 2
            if _age(self._rows[middle]) > age:
                low = middle + 1
            else:
                high = middle
        return low


@attrs.frozen
class _Made:
    """The rows of one item, and from what they were made."""

    item: Schedule | Trigger
    known: ItemState | None
    name: str
    rows: tuple[ScheduledRow, ...]
    until: datetime | None  # from then on another next run is shown


class ScheduledLedger:
    """The scheduled tasks of one instance."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: dict[str, _Made] = {}
        self._definition: Definition | None = None
        self._state: State | None = None
        self._names: Mapping[str, str] = {}
        self._status = ""
        self._until: datetime | None = None
        self._rows: tuple[ScheduledRow, ...] = ()

    def rows(
        self, definition: Definition, state: State, names: Mapping[str, str], now: datetime, status: str
    ) -> tuple[ScheduledRow, ...]:
        """The rows at a moment, in a status of the instance; the same tuple as before if nothing changed."""
        with self._lock:
            same = definition is self._definition and state is self._state and names is self._names
            if not same or status != self._status or (self._until is not None and self._until <= now):
                self._status = status
                self._renew(definition, state, names, now)
            return self._rows

    def _renew(self, definition: Definition, state: State, names: Mapping[str, str], now: datetime) -> None:
        before = self._state
        pause = (state.paused, state.note)
        kept = self._made if before is not None and (before.paused, before.note) == pause else {}
        made: dict[str, _Made] = {}
        for item in definition.items:
            known, name, old = state.items.get(item.id), names.get(item.action.task, ""), kept.get(item.id)
            if old is None or _outdated(old, item, known, name, now):
                fresh = tuple(item_rows(item, known, state, names, now))
                old = _Made(item, known, name, fresh, _first(row.next_run for row in fresh))
            made[item.id] = old
        rows = tuple(row_in_status(row, self._status) for one in made.values() for row in one.rows)
        self._rows = _kept(self._rows, rows)
        self._made, self._definition, self._state, self._names = made, definition, state, names
        self._until = _first(one.until for one in made.values())


def _outdated(old: _Made, item: Schedule | Trigger, known: ItemState | None, name: str, now: datetime) -> bool:
    if old.until is not None and old.until <= now:
        return True
    same = (old.item is item or old.item == item) and (old.known is known or old.known == known)
    return not same or old.name != name


def _first(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


def _kept(old: tuple[ScheduledRow, ...], new: tuple[ScheduledRow, ...]) -> tuple[ScheduledRow, ...]:
    """The new rows; where one equals the old one in its place, the old object."""
    if len(old) != len(new):
        return new
    rows = tuple(
        before if before is after or before == after else after for before, after in zip(old, new, strict=True)
    )
    unchanged = all(before is after for before, after in zip(old, rows, strict=True))
    return old if unchanged else rows
