"""What a page is told of a table: its first rows once, then only what changes in it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Hashable, Sequence
from typing import Any

from clearml_sched_widgets.views.list_diff import common_ends
from clearml_sched_widgets.widgets.host.page_values import cell_data

WINDOW = 100  # rows that a page gets without asking: it shows them while a cell runs, too
MANY = 20  # more changes at once than this are told by a new window
RING_BYTES = 350  # of changes that were sent before, sent again: whoever missed a message catches up

Row = Any
Key = Callable[[Row], Hashable]


def difference(old: Sequence[Row], new: Sequence[Row], key: Key) -> list[tuple[int, Row, Row | None]] | None:
    """What leads from the old rows to the new ones, one after the other: place, new row, and the row it replaces.

    Rows that did not change are the same objects. None if rows went, changed places, or too many changed.
    """
    if old is new:
        return []
    head, tail = common_ends(old, new)
    if head == len(old) >= WINDOW:
        return []  # rows behind the last one move no other: their number says it all
    if not 0 <= len(new) - len(old) <= MANY:
        return None
    before, after = old[head : len(old) - tail], new[head : len(new) - tail]
    known = {key(row): row for row in before}
    if [one for one in map(key, after) if one in known] != [key(row) for row in before]:
        return None
    pairs = ((index, row, known.get(key(row))) for index, row in enumerate(after, head))
    found = [(index, row, replaced) for index, row, replaced in pairs if row is not replaced]
    return found if len(found) <= MANY else None


def changed(old: Sequence[Row], new: Sequence[Row], key: Key) -> Sequence[Row]:
    """The rows that are new or another object than before; all if it is not known which. None of the old ones went."""
    found = difference(old, new, key)
    if found is None:
        return new
    return [row for _, row, _ in found] or new[len(old) :]


class Feed:
    """One table of one widget. `show` is the publisher's; the rest may be called from any thread."""

    def __init__(self, columns: Sequence[str], key: Key) -> None:
        self.columns = tuple(columns)
        self.key = key
        self._lock = threading.Lock()
        self._of: object = None
        self._rows: tuple[Row, ...] = ()
        self._revision = 0
        self._ring: list[tuple[int, int, Any]] = []
        self.window = 0  # another number means: forget what you have, and take `first`
        self.changes: dict[str, Any] = self._told(0, since=0)

    def show(self, rows: tuple[Row, ...], of: object) -> None:
        """These are the rows now. `of` says of what: they do not follow from those of something else."""
        if rows is self._rows and of == self._of:
            return
        found = difference(self._rows, rows, self.key) if of == self._of else None
        with self._lock:
            self._rows, self._of = rows, of
            self._revision += 1
            if found is None:
                self.window += 1
                self._ring = []
                self.changes = self._told(len(rows), since=self._revision)
            else:
                self._ring = _fresh(self._ring, [(self._revision, *self._change(*one)) for one in found])
                oldest = self._ring[0][0] if self._ring else self._revision
                self.changes = self._told(len(rows), since=oldest - 1)

    def rows(self) -> tuple[int, tuple[Row, ...]]:
        """The revision, and all rows of it."""
        with self._lock:
            return self._revision, self._rows

    def first(self) -> dict[str, Any]:
        """The first rows as they are now, whenever the widget's whole state is sent."""
        revision, rows = self.rows()
        return {"revision": revision, "total": len(rows), "rows": [self.data(row) for row in rows[:WINDOW]]}

    def data(self, row: Row) -> list[Any]:
        """A row for the page: its columns' values in order."""
        return [cell_data(getattr(row, column)) for column in self.columns]

    def _change(self, index: int, row: Row, replaced: Row | None) -> tuple[int, Any]:
        """Place and whole row for one that is inserted there; place and columns that changed for one that was there."""
        if replaced is None:
            return index, self.data(row)
        old, new = self.data(replaced), self.data(row)
        pairs = zip(self.columns, old, new, strict=True)
        return index, {column: after for column, before, after in pairs if before != after}

    def _told(self, total: int, since: int) -> dict[str, Any]:
        """`since`: the earliest revision that one can have to apply the changes."""
        return {"revision": self._revision, "since": since, "total": total, "changes": self._ring}


def _fresh(ring: list[tuple[int, int, Any]], news: list[tuple[int, int, Any]]) -> list[tuple[int, int, Any]]:
    """The news, after as many of the changes before as have room; those of one revision stay together."""
    room, kept = RING_BYTES, len(ring)
    while kept and (room := room - len(json.dumps(ring[kept - 1]))) >= 0:
        kept -= 1
    while 0 < kept < len(ring) and ring[kept - 1][0] == ring[kept][0]:
        kept += 1
    return [*ring[kept:], *news]
