"""Searches, filters and sorts the rows of a table in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from operator import attrgetter
from typing import Any

import attrs

from clearml_sched_widgets.widgets.host.messages import BadMessage

MOST_CHOICES = 200  # of one column, the most frequent ones
CACHED_QUERIES = 4  # cached results of one revision, because scrolling repeats the same query

Row = Any


@attrs.frozen
class Query:
    """What a user wants to see of a table. The default is all rows in the table's own order."""

    sort: str = ""
    descending: bool = False
    search: str = ""
    values: tuple[tuple[str, frozenset[str]], ...] = ()  # per column, the accepted values
    period: str = ""  # the column of times that `start` and `end` limit
    start: datetime | None = None
    end: datetime | None = None


def parse(payload: Mapping[str, Any], columns: Sequence[str]) -> Query:
    """The query of a message. Raises BadMessage if it is malformed or names an unknown column."""
    sort = payload.get("sort") or ["", False]
    values, period = payload.get("values") or {}, payload.get("period") or {}
    if not isinstance(sort, list) or len(sort) != 2 or not isinstance(sort[1], bool):
        raise BadMessage(f"sort: expected [column, descending], not {sort!r}.")
    if not isinstance(values, Mapping) or not isinstance(period, Mapping):
        raise BadMessage("values and period: expected objects.")
    filters = tuple((_column(name, columns), _texts(name, wanted)) for name, wanted in sorted(values.items()))
    return Query(
        sort=_column(sort[0], columns) if sort[0] else "",
        descending=sort[1],
        search=str(payload.get("search") or "").strip().casefold(),
        values=filters,
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
    """Answers queries about the rows of one table. Not safe for several threads at once."""

    def __init__(self, columns: Sequence[str], key: Callable[[Row], Any]) -> None:
        self._key = key
        self._texts: dict[Any, tuple[Row, str]] = {}
        self._cells = attrgetter(*columns)
        self._rows: Sequence[Row] = ()
        self._results: dict[Query, Sequence[Row]] = {}

    def find(self, rows: Sequence[Row], query: Query) -> Sequence[Row]:
        """The matching rows in the requested order. Rows without a value in the sorted column come last."""
        if rows is not self._rows:
            self._rows, self._results = rows, {}
        result = self._results.get(query)
        if result is None:
            result = _sorted(_filtered(self._search(rows, query.search), query), query)
            self._results = {**dict(list(self._results.items())[1 - CACHED_QUERIES :]), query: result}
        return result

    def _search(self, rows: Sequence[Row], search: str) -> Sequence[Row]:
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
    first.sort(key=_casefolded(read) if first and isinstance(read(first[0]), str) else read, reverse=query.descending)
    return first + last


def _casefolded(read: Callable[[Row], str]) -> Callable[[Row], str]:
    return lambda row: read(row).casefold()


def choices(rows: Sequence[Row], columns: Sequence[str]) -> dict[str, list[tuple[str, int]]]:
    """The distinct values of some columns and the number of rows with each, the most frequent first."""
    return {column: Counter(map(str, map(attrgetter(column), rows))).most_common(MOST_CHOICES) for column in columns}
