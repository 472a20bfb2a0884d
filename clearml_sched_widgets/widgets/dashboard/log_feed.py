"""What a page is told of the log: its last lines once, then each line that is new."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from clearml_sched_widgets.records import LogLine
from clearml_sched_widgets.widgets.host.page_values import millis

LAST = 200  # lines that a page gets at first
MOST = 2000  # lines of one answer, and of one reading
KEPT = 200_000  # lines that are kept; who wants still older ones finds them in ClearML
MANY = 20  # more new lines at once than this are told with all the others
AGAIN = 1  # lines that were sent before, sent again: whoever missed a message may catch up


class LogFeed:
    """The log of one widget. `show` is the publisher's; the rest may be called from any thread.

    It keeps the lines that it was shown, and the older ones that were read for it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of: object = None
        self._shown: tuple[LogLine, ...] = ()
        self._lines: list[LogLine] = []
        self._end = 0
        self._more = False  # whether the server may have lines before these
        self.window = 0  # another number means: forget what you have, and take `first`
        self.changes: dict[str, Any] = {"end": 0, "lines": []}

    def show(self, lines: tuple[LogLine, ...], of: object, *, whole: bool = False) -> None:
        """These are the last lines now, the oldest first. `of` says of what, `whole` whether there are no others."""
        if of == self._of and (lines is self._shown or lines == self._shown):
            return
        new = _appended(self._lines, lines) if of == self._of else None
        with self._lock:
            self._of, self._shown = of, lines
            if new is None:
                self._lines, self._more = [*lines], not whole
            else:
                self._lines += new
            self._end += len(lines) if new is None else len(new)
            self._forget()
            if new is None or len(new) > MANY:
                self.window += 1
                self.changes = {"end": self._end, "lines": []}
            else:
                self.changes = {"end": self._end, "lines": [_data(line) for line in self._lines[-len(new) - AGAIN :]]}

    def _forget(self) -> None:
        """Drop the oldest lines beyond a bound, in one go now and then. The lock is held."""
        if len(self._lines) > KEPT + KEPT // 10:
            del self._lines[:-KEPT]
            self._more = False

    def first(self) -> dict[str, Any]:
        """The last lines as they are now, and the number of the last one."""
        with self._lock:
            return self._piece(self._end - LAST, self._end)

    def before(self, number: int, count: int) -> dict[str, Any]:
        """The last `count` lines up to and including that number, of those that are still known."""
        with self._lock:
            return self._piece(number - min(count, MOST), min(number, self._end))

    def read_older(self, of: object, read: Callable[[datetime], Sequence[LogLine]]) -> None:
        """Have the lines before the first known one read, as many as there are at once. One caller at a time.

        Numbers below one are theirs. Raises what `read` raises.
        """
        with self._lock:
            if of != self._of or not self._lines or not self._more:
                return
            oldest = self._lines[0]
        found = read(oldest.time)
        with self._lock:
            if of == self._of and self._lines[0] is oldest:  # else it is another log by now
                self._lines[:0] = found
                self._more = len(found) >= MOST and len(self._lines) < KEPT

    def _piece(self, after: int, end: int) -> dict[str, Any]:
        """The lines after a number up to another. `oldest` is the number of the last one that is not known."""
        oldest = self._end - len(self._lines)
        found = self._lines[max(0, after - oldest) : max(0, end - oldest)]
        return {"end": end, "oldest": oldest, "more": self._more, "lines": [_data(line) for line in found]}


def _appended(old: Sequence[LogLine], new: Sequence[LogLine]) -> Sequence[LogLine] | None:
    """The lines that came after the old ones; None if they do not follow."""
    if not old:
        return None
    for start in range(len(new), 0, -1):
        if new[start - 1] is old[-1] or new[start - 1] == old[-1]:
            return new[start:]
    return None


def _data(line: LogLine) -> dict[str, Any]:
    return {"time": millis(line.time), "level": line.level, "text": line.text}
