"""Sends the log's last lines to the page once, then each new line."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from clearml_sched_widgets.records import LogLine
from clearml_sched_widgets.widgets.host.page_values import millis

FIRST_LINES = 200  # lines that a page gets at first
MOST_LINES = 2000  # lines of one answer, and of one reading
MOST_KEPT = 200_000  # lines in memory; ClearML has the older ones
MOST_NEW_LINES = 20  # with more new lines at once, the page gets a new window
RESENT_LINES = 1  # old lines sent with the new ones, so that a page that missed a message catches up


class LogFeed:
    """The log of one widget. Only the publisher may call `show`; the other methods are safe from any thread.

    Lines are numbered, and each keeps its number. Older lines that are read later have numbers below one.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._log_id: object = None
        self._last_shown: tuple[LogLine, ...] = ()
        self._lines: list[LogLine] = []
        self._end = 0  # the number of the last line
        self._may_have_older = False  # whether the server may have older lines
        self.window = 0  # when it changes, the page drops its lines and takes `first`
        self.changes: dict[str, Any] = {"end": 0, "lines": []}

    def show(self, lines: tuple[LogLine, ...], log_id: object, *, whole: bool = False) -> None:
        """Set the last lines of a log, oldest first. `whole` is whether the log has no other lines."""
        if log_id == self._log_id and (lines is self._last_shown or lines == self._last_shown):
            return
        new = _appended(self._lines, lines) if log_id == self._log_id else None
        with self._lock:
            self._log_id, self._last_shown = log_id, lines
            if new is None:
                self._lines, self._may_have_older = [*lines], not whole
            else:
                self._lines += new
            self._end += len(lines) if new is None else len(new)
            self._drop_oldest()
            if new is None or len(new) > MOST_NEW_LINES:
                self.window += 1
                self.changes = {"end": self._end, "lines": []}
            else:
                sent = self._lines[-len(new) - RESENT_LINES :]
                self.changes = {"end": self._end, "lines": [_line_data(line) for line in sent]}

    def _drop_oldest(self) -> None:
        """Drop the lines beyond `MOST_KEPT`, many at once. The caller holds the lock."""
        if len(self._lines) > MOST_KEPT + MOST_KEPT // 10:
            del self._lines[:-MOST_KEPT]
            self._may_have_older = False

    def first(self) -> dict[str, Any]:
        """The last lines, and the number of the last one."""
        with self._lock:
            return self._slice(self._end - FIRST_LINES, self._end)

    def before(self, number: int, count: int) -> dict[str, Any]:
        """The last `count` lines up to and including that number, of the lines in memory."""
        with self._lock:
            return self._slice(number - min(count, MOST_LINES), min(number, self._end))

    def read_older(self, log_id: object, read: Callable[[datetime], Sequence[LogLine]]) -> None:
        """Read the lines before the first one in memory, with one call of `read`. One caller at a time.

        Raises what `read` raises.
        """
        with self._lock:
            if log_id != self._log_id or not self._lines or not self._may_have_older:
                return
            oldest = self._lines[0]
        older = read(oldest.time)
        with self._lock:
            if log_id == self._log_id and self._lines[0] is oldest:  # otherwise another log is shown by now
                self._lines[:0] = older
                self._may_have_older = len(older) >= MOST_LINES and len(self._lines) < MOST_KEPT

    def _slice(self, after: int, end: int) -> dict[str, Any]:
        """The lines numbered from `after` + 1 to `end`. `oldest` is one less than the number of the first in memory."""
        oldest = self._end - len(self._lines)
        lines = self._lines[max(0, after - oldest) : max(0, end - oldest)]
        data = [_line_data(line) for line in lines]
        return {"end": end, "oldest": oldest, "more": self._may_have_older, "lines": data}


def _appended(old: Sequence[LogLine], new: Sequence[LogLine]) -> Sequence[LogLine] | None:
    """The lines of `new` after the last old one; None if `new` does not contain the last old one."""
    if not old:
        return None
    for start in range(len(new), 0, -1):
        if new[start - 1] is old[-1] or new[start - 1] == old[-1]:
            return new[start:]
    return None


def _line_data(line: LogLine) -> dict[str, Any]:
    return {"time": millis(line.time), "level": line.level, "text": line.text}
