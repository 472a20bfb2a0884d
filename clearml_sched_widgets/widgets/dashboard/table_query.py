"""Searching, filtering and sorting the rows of a table, in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from operator import attrgetter
from typing import Any

import attrs

from clearml_sched_widgets.widgets.host.messages import BadMessage

MOST_CHOICES = 200  # of one column, the most frequent ones
KEPT = 4  # answers of the same revision: scrolling asks for the same rows again and again

Row = Any


@attrs.frozen
class Query:
    """What a user wants to see of a table; nothing is left out by default, and the order is the table's own."""

    sort: str = ""
    descending: bool = False
    search: str = ""
    values: tuple[tuple[str, frozenset[str]], ...] = ()  # per column: any of these
    period: str = ""  # a column of times
    start: datetime | None = None
    end: datetime | None = None


def parse(payload: Mapping[str, Any], columns: Sequence[str]) -> Query:
    """The query of a message. Raises BadMessage for what is none, and for columns that the table does not have."""
    sort = payload.get("sort") or ["", False]
    values, period = payload.get("values") or {}, payload.get("period") or {}
    if not isinstance(sort, list) or len(sort) != 2 or not isinstance(sort[1], bool):
        raise BadMessage(f"sort: expected [column, descending], not {sort!r}.")
    if not isinstance(values, Mapping) or not isinstance(period, Mapping):
        raise BadMessage("values and period: expected objects.")
    chosen = tuple((_column(name, columns), _texts(name, wanted)) for name, wanted in sorted(values.items()))
    return Query(
        sort=_column(sort[0], columns) if sort[0] else "",
        descending=sort[1],
        search=str(payload.get("search") or "").strip().casefold(),
        values=chosen,
        period=_column(period["column"], columns) if period.get("column") else "",
        start=_moment("start", period.get("start")),
        end=_moment("end", period.get("end")),
    )


def _column(name: object, columns: Sequence[str]) -> str:
    if not isinstance(name, str) or name not in columns:
        raise BadMessage(f"The table has no column {name!r}; it has: {', '.join(columns)}.")
    return name


def _texts(name: str, wanted: object) -> frozenset[str]:
    if not isinstance(wanted, list):
        raise BadMessage(f"{name}: expected a list of values, not {wanted!r}.")
    return frozenset(map(str, wanted))


def _moment(name: str, at: object) -> datetime | None:
    if at is None:
        return None
    try:
        return datetime.fromtimestamp(float(at) / 1000, timezone.utc)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError, OSError):
        raise BadMessage(f"{name}: expected milliseconds since the epoch, not {at!r}.") from None


class Finder:
    """Answers queries to the rows of one table. For one thread at a time."""

    def __init__(self, columns: Sequence[str], key: Callable[[Row], Any]) -> None:
        self._key = key
        self._texts: dict[Any, tuple[Row, str]] = {}
        self._cells = attrgetter(*columns)
        self._rows: Sequence[Row] = ()
        self._found: dict[Query, Sequence[Row]] = {}

    def find(self, rows: Sequence[Row], query: Query) -> Sequence[Row]:
        """The rows that match, in the order wanted; what has no value comes last."""
        if rows is not self._rows:
            self._rows, self._found = rows, {}
        found = self._found.get(query)
        if found is None:
            found = _sorted(_filtered(self._searched(rows, query.search), query), query)
            self._found = {**dict(list(self._found.items())[1 - KEPT :]), query: found}
        return found

    def _searched(self, rows: Sequence[Row], search: str) -> Sequence[Row]:
        if not search:
            return rows
        known, texts = self._texts, []
        for row in rows:
            key = self._key(row)
            entry = known.get(key)
            if entry is None or entry[0] is not row:
                entry = known[key] = (row, self._text(row))
            texts.append(entry)
        if len(known) > 2 * len(rows):
            self._texts = {self._key(row): (row, text) for row, text in texts}
        return [row for row, text in texts if search in text]

    def _text(self, row: Row) -> str:
        return "\n".join([cell for cell in self._cells(row) if cell.__class__ is str]).casefold()


def _filtered(rows: Sequence[Row], query: Query) -> Sequence[Row]:
    for column, wanted in query.values:
        read = attrgetter(column)
        rows = [row for row in rows if str(read(row)) in wanted]
    if query.period and (query.start or query.end):
        read, start, end = attrgetter(query.period), query.start, query.end
        rows = [
            row
            for row in rows
            if (at := read(row)) is not None and (start is None or at >= start) and (end is None or at < end)
        ]
    return rows


def _sorted(rows: Sequence[Row], query: Query) -> Sequence[Row]:
    if not query.sort:
        return rows
    read = attrgetter(query.sort)
    first = [row for row in rows if read(row) not in (None, "")]
    last = [row for row in rows if read(row) in (None, "")]
    first.sort(key=_fold(read) if first and isinstance(read(first[0]), str) else read, reverse=query.descending)
    return first + last


def _fold(read: Callable[[Row], str]) -> Callable[[Row], str]:
    return lambda row: read(row).casefold()


def choices(rows: Sequence[Row], columns: Sequence[str]) -> dict[str, list[tuple[str, int]]]:
    """The values that there are in some columns, with how many rows have them; the most frequent first."""
    return {column: Counter(map(str, map(attrgetter(column), rows))).most_common(MOST_CHOICES) for column in columns}
