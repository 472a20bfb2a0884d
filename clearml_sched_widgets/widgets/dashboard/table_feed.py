"""Sends a table's first rows to the page once, then only the changes."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Hashable, Sequence
from typing import Any

from clearml_sched_widgets.views.list_diff import common_ends
from clearml_sched_widgets.widgets.host.page_values import cell_data

WINDOW = 100  # first rows that a page gets without a request, so that it has them while a cell runs
MOST_CHANGES = 20  # with more changes at once, the page gets a new window
RESENT_BYTES = 350  # of old changes sent with the new ones, so that a page that missed a message catches up

Row = Any
Key = Callable[[Row], Hashable]


def difference(old: Sequence[Row], new: Sequence[Row], key: Key) -> list[tuple[int, Row, Row | None]] | None:
    """The changes from the old rows to the new ones, in order: index, new row, and the row that it replaces.

    Unchanged rows must be the same objects. None if rows were removed or moved, or too many changed.
    """
    if old is new:
        return []
    head, tail = common_ends(old, new)
    if head == len(old) >= WINDOW:
        return []  # rows appended to a full window need no change: the page has only the first ones
    if not 0 <= len(new) - len(old) <= MOST_CHANGES:
        return None
    before, after = old[head : len(old) - tail], new[head : len(new) - tail]
    known = {key(row): row for row in before}
    if [each for each in map(key, after) if each in known] != [key(row) for row in before]:
        return None
    pairs = ((index, row, known.get(key(row))) for index, row in enumerate(after, head))
    changes = [(index, row, replaced) for index, row, replaced in pairs if row is not replaced]
    return changes if len(changes) <= MOST_CHANGES else None


def changed_rows(old: Sequence[Row], new: Sequence[Row], key: Key) -> Sequence[Row]:
    """The rows that are new or were replaced; all rows if `difference` cannot tell. No old row may be removed."""
    changes = difference(old, new, key)
    if changes is None:
        return new
    return [row for _, row, _ in changes] or new[len(old) :]


class Feed:
    """One table of one widget. Only the publisher may call `show`; the other methods are safe from any thread."""

    def __init__(self, columns: Sequence[str], key: Key) -> None:
        self.columns = tuple(columns)
        self.key = key
        self._lock = threading.Lock()
        self._source: object = None
        self._rows: tuple[Row, ...] = ()
        self._revision = 0
        self._sent: list[tuple[int, int, Any]] = []  # recent changes: revision, index, row or changed columns
        self.window = 0  # when it changes, the page drops its rows and takes `first`
        self.changes: dict[str, Any] = self._payload(0, since=0)

    def show(self, rows: tuple[Row, ...], source: object) -> None:
        """Set the current rows. `source` identifies their instance; rows of another one start a new window."""
        if rows is self._rows and source == self._source:
            return
        changes = difference(self._rows, rows, self.key) if source == self._source else None
        with self._lock:
            self._rows, self._source = rows, source
            self._revision += 1
            if changes is None:
                self.window += 1
                self._sent = []
                self.changes = self._payload(len(rows), since=self._revision)
            else:
                new = [(self._revision, *self._change_data(*change)) for change in changes]
                self._sent = _with_recent(self._sent, new)
                oldest = self._sent[0][0] if self._sent else self._revision
                self.changes = self._payload(len(rows), since=oldest - 1)

    def rows(self) -> tuple[int, tuple[Row, ...]]:
        """The current revision and all its rows."""
        with self._lock:
            return self._revision, self._rows

    def first(self) -> dict[str, Any]:
        """The current first rows. They are sent with the widget's full state."""
        revision, rows = self.rows()
        return {"revision": revision, "total": len(rows), "rows": [self.data(row) for row in rows[:WINDOW]]}

    def data(self, row: Row) -> list[Any]:
        """A row for the page: the values of its columns, in order."""
        return [cell_data(getattr(row, column)) for column in self.columns]

    def _change_data(self, index: int, row: Row, replaced: Row | None) -> tuple[int, Any]:
        """The index, and all values of an inserted row or only the changed columns of a replaced one."""
        if replaced is None:
            return index, self.data(row)
        old, new = self.data(replaced), self.data(row)
        pairs = zip(self.columns, old, new, strict=True)
        return index, {column: after for column, before, after in pairs if before != after}

    def _payload(self, total: int, since: int) -> dict[str, Any]:
        """The message with the changes. `since` is the earliest revision of a page that can apply them."""
        return {"revision": self._revision, "since": since, "total": total, "changes": self._sent}


def _with_recent(sent: list[tuple[int, int, Any]], new: list[tuple[int, int, Any]]) -> list[tuple[int, int, Any]]:
    """The new changes after the latest sent ones that fit in `RESENT_BYTES`. A revision is never split."""
    room, first = RESENT_BYTES, len(sent)
    while first and (room := room - len(json.dumps(sent[first - 1]))) >= 0:
        first -= 1
    while 0 < first < len(sent) and sent[first - 1][0] == sent[first][0]:
        first += 1
    return [*sent[first:], *new]
