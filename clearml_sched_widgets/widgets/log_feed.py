"""What a page is told of the log: its last lines once, then each line that is new."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from clearml_sched_widgets.records import LogLine
from clearml_sched_widgets.widgets.plain import millis

LAST = 200  # lines that a page gets at first
MOST = 2000  # lines of one answer
MANY = 20  # more new lines at once than this are told with all the others
AGAIN = 1  # lines that were sent before, sent again: whoever missed a message may catch up


class LogFeed:
    """The log of one widget. `show` is the publisher's; the rest may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of: object = None
        self._lines: tuple[LogLine, ...] = ()
        self._end = 0
        self.window = 0  # another number means: forget what you have, and take `first`
        self.changes: dict[str, Any] = {"end": 0, "lines": []}

    def show(self, lines: tuple[LogLine, ...], of: object) -> None:
        """These are the lines now, the oldest first. `of` says of what."""
        if lines == self._lines and of == self._of:
            return
        new = _appended(self._lines, lines) if of == self._of else None
        with self._lock:
            self._lines, self._of = lines, of
            self._end += len(lines) if new is None else len(new)
            if new is None:
                self.window += 1
                self.changes = {"end": self._end, "lines": []}
            else:
                self.changes = {"end": self._end, "lines": [_data(line) for line in lines[-len(new) - AGAIN :]]}

    def first(self) -> dict[str, Any]:
        """The last lines as they are now, and the number of the last one."""
        with self._lock:
            return self._piece(self._end - LAST, self._end)

    def before(self, number: int, count: int) -> dict[str, Any]:
        """The last `count` lines up to and including that number, of those that are still known."""
        with self._lock:
            return self._piece(number - min(count, MOST), min(number, self._end))

    def _piece(self, after: int, end: int) -> dict[str, Any]:
        """The lines after a number up to another. `oldest` is how many are not known any more."""
        oldest = self._end - len(self._lines)
        found = self._lines[max(0, after - oldest) : max(0, end - oldest)]
        return {"end": end, "oldest": oldest, "lines": [_data(line) for line in found]}


def _appended(old: Sequence[LogLine], new: Sequence[LogLine]) -> Sequence[LogLine] | None:
    """The lines that came after the old ones; None if they do not follow, or are too many."""
    if not old:
        return None
    for count in range(min(MANY, len(new) - 1) + 1):
        if new[len(new) - 1 - count] == old[-1]:
            return new[len(new) - count :]
    return None


def _data(line: LogLine) -> dict[str, Any]:
    return {"time": millis(line.time), "level": line.level, "text": line.text}
