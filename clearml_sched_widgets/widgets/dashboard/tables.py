"""The two tables and the log of a dashboard: their traits and their message handlers."""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Mapping
from itertools import count
from typing import TYPE_CHECKING, Any

import attrs

from clearml_sched_widgets.views.history import EXECUTED_COLUMNS, SCHEDULED_COLUMNS, View
from clearml_sched_widgets.widgets.dashboard.csv_text import csv_text
from clearml_sched_widgets.widgets.dashboard.log_feed import MOST_LINES, LogFeed
from clearml_sched_widgets.widgets.dashboard.table_feed import Feed
from clearml_sched_widgets.widgets.dashboard.table_query import Finder, choices, parse
from clearml_sched_widgets.widgets.host.messages import BadMessage, Handler, Request

if TYPE_CHECKING:
    from clearml_sched_widgets.instances.instance import Instance

MOST_ROWS = 500  # table rows in one answer
CSV_ROWS = 5000  # file rows in one answer
MOST_DOWNLOADS = 2  # at the same time

# The columns that can be filtered by value.
CHOICES = {"executed": ("status", "cause", "item_name"), "scheduled": ("state", "kind", "queue", "project")}


class _Table:
    def __init__(self, name: str, feed: Feed) -> None:
        self.name, self.feed = name, feed
        self.finder = Finder(feed.columns, feed.key)
        self.lock = threading.Lock()  # guards the finder


@attrs.frozen
class _Download:
    """A file that is being sent. Its rows do not change during the download."""

    token: int
    name: str
    columns: tuple[str, ...]
    rows: tuple[Any, ...]


class Tables:
    """The tables and the log of the shown view. The message handlers answer from memory, in any thread."""

    def __init__(self) -> None:
        self.scheduled = Feed(SCHEDULED_COLUMNS, lambda row: (row.item, row.schedule))
        self.executed = Feed(EXECUTED_COLUMNS, lambda row: row.run)
        self._tables = {name: _Table(name, getattr(self, name)) for name in ("scheduled", "executed")}
        self.log = LogFeed()
        self._downloads: deque[_Download] = deque(maxlen=MOST_DOWNLOADS)
        self._tokens = count(1)
        self._name = ""

    def show(self, view: View | None) -> None:
        """Set the view to show. Only the publisher may call this."""
        instance = None if view is None else view.id
        self._name = "" if view is None else view.name
        self.scheduled.show(() if view is None else view.scheduled, instance)
        self.executed.show(() if view is None else view.executed, instance)
        self.log.show(() if view is None else view.log, instance, whole=view is None or view.log_whole)

    def state(self) -> dict[str, Any]:
        """The traits' values."""
        return {
            "scheduled_window": self.scheduled.window,
            "scheduled_changes": self.scheduled.changes,
            "executed_window": self.executed.window,
            "executed_changes": self.executed.changes,
            "log_window": self.log.window,
            "log_changes": self.log.changes,
        }

    def first(self, name: str) -> dict[str, Any]:
        """The current first rows of a table, or the last lines of the log."""
        return self.log.first() if name == "log" else self._tables[name].feed.first()

    def handlers(self) -> Mapping[str, Handler]:
        return {"rows": self._on_rows, "find": self._on_find, "csv": self._on_csv, "log": self._on_log}

    def _on_log(self, request: Request) -> dict[str, Any]:
        return self.log.before(_integer(request, "before"), _number(request, "count", 0))

    def older_log(self, request: Request, instance: Instance) -> dict[str, Any]:
        """Read older lines with one request, and return the lines before a number. Raises GatewayError."""
        self.log.read_older(instance.id, instance.older_log)
        return self.log.before(_integer(request, "before"), MOST_LINES)

    def _table(self, request: Request) -> _Table:
        name = request.text("table")
        if name not in self._tables:
            raise BadMessage(f"There is no table {name!r}; there are: {', '.join(self._tables)}.")
        return self._tables[name]

    def _matching(self, table: _Table, request: Request) -> tuple[int, int, Any]:
        """The revision, the number of all rows, and the matching rows."""
        query = parse(request.payload, table.feed.columns)
        with table.lock:
            revision, rows = table.feed.rows()
            return revision, len(rows), table.finder.find(rows, query)

    def _on_rows(self, request: Request) -> dict[str, Any]:
        table = self._table(request)
        offset, limit = _number(request, "offset", 0), _number(request, "limit", MOST_ROWS)
        revision, total, rows = self._matching(table, request)
        page = [table.feed.data(row) for row in rows[offset : offset + min(limit, MOST_ROWS)]]
        answer = {"revision": revision, "total": total, "matching": len(rows), "offset": offset, "rows": page}
        if request.payload.get("choices"):
            answer["choices"] = choices(table.feed.rows()[1], CHOICES[table.name])
        return answer

    def _on_find(self, request: Request) -> dict[str, Any]:
        """The index of a run in the matching rows, and whether the table has it at all."""
        table, wanted = self._table(request), request.text("key")
        index = _index_of(table.feed, self._matching(table, request)[2], wanted)
        known = index is not None or _index_of(table.feed, table.feed.rows()[1], wanted) is not None
        return {"index": index, "known": known}

    def _on_csv(self, request: Request) -> dict[str, Any]:
        """A slice of a CSV file; `next` is the next offset, or None. The first request starts the download."""
        offset, token = _number(request, "offset", 0), _number(request, "token", 0)
        running = next((each for each in self._downloads if each.token == token), None)
        download = running if token else self._start_download(request)
        if download is None:
            raise BadMessage("This download is over; start it again.")
        end = min(offset + CSV_ROWS, len(download.rows))
        return {
            "token": download.token,
            "name": download.name,
            "text": csv_text(download.rows[offset:end], download.columns, header=offset == 0),
            "done": end,
            "total": len(download.rows),
            "next": end if end < len(download.rows) else None,
        }

    def _start_download(self, request: Request) -> _Download:
        table = self._table(request)
        rows = tuple(self._matching(table, request)[2])
        name = f"{file_name(self._name)}-{table.name}.csv"
        download = _Download(next(self._tokens), name, table.feed.columns, rows)
        self._downloads.append(download)
        return download


def file_name(name: str) -> str:
    """A name without the characters that a file name cannot have on some system."""
    return re.sub(r'[\x00-\x1f\x7f<>:"/\\|?*]+', "_", name).strip(" .")[:100] or "instance"


def _index_of(feed: Feed, rows: Any, wanted: str) -> int | None:
    return next((index for index, row in enumerate(rows) if feed.key(row) == wanted), None)


def _number(request: Request, key: str, default: int) -> int:
    value = _integer(request, key, default)
    if value < 0:
        raise BadMessage(f"{key}: expected a whole number from 0, not {value!r}.")
    return value


def _integer(request: Request, key: str, default: int = 0) -> int:
    value = request.payload.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadMessage(f"{key}: expected a whole number, not {value!r}.")
    return value
