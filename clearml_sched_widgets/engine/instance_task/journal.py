"""Keeps the log of what the scheduler did, and sends it to the console of the instance's task."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from itertools import islice

from clearml_sched_widgets.bidi import neutral
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.records import LogLine

MAX_LINES = 10_000  # lines kept for the screen
MAX_UNSENT = 100_000  # lines kept while the server is away
BATCH_SIZE = 1000  # lines of one request
EARLIEST = datetime.min.replace(tzinfo=timezone.utc)
MILLISECOND = timedelta(milliseconds=1)
MOST_AHEAD = timedelta(minutes=5)  # how far the lines of one moment may run ahead of the clock


class Journal:
    """The last lines of the log, and the lines that the server does not have yet. `now` gives the server's time.

    The server promises no order for lines of one millisecond, so each line gets a millisecond of its own.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lines: deque[LogLine] = deque(maxlen=MAX_LINES)
        self._unsent: deque[LogLine] = deque(maxlen=MAX_UNSENT)
        self._missing = 0  # lines that were dropped while the server was away
        self._lines_tuple: tuple[LogLine, ...] | None = None
        self._from_start = True
        self.has_earlier_lines = False  # True if the lines of earlier processes were read

    @property
    def lines(self) -> tuple[LogLine, ...]:
        """The lines, oldest first; the same tuple as long as there is no new line."""
        if self._lines_tuple is None:
            self._lines_tuple = tuple(self._lines)
        return self._lines_tuple

    @property
    def whole(self) -> bool:
        """True if the log has no lines before these."""
        return self._from_start and len(self._lines) < MAX_LINES

    def remember(self, lines: list[LogLine], *, whole: bool) -> None:
        """Put lines of an earlier process before those of this one. `whole` is True if the log has none before them."""
        self._from_start, self.has_earlier_lines = whole, True
        self._lines.extendleft(reversed(lines[max(0, len(lines) + len(self._lines) - MAX_LINES) :]))
        self._lines_tuple = None

    def info(self, text: str) -> None:
        self._add("info", text)

    def warning(self, text: str) -> None:
        self._add("warning", text)

    def error(self, text: str) -> None:
        self._add("error", text)

    def _add(self, level: str, text: str) -> None:
        line = LogLine(time=self._next_time(), level=level, text=neutral(text))
        self._lines.append(line)
        self._missing += len(self._unsent) == MAX_UNSENT
        self._unsent.append(line)
        self._lines_tuple = None

    def _next_time(self) -> datetime:
        """The present, or the millisecond after the last line if that is later."""
        now = self._now()
        now = now.replace(microsecond=now.microsecond // 1000 * 1000)
        last = self._lines[-1].time if self._lines else EARLIEST
        return last + MILLISECOND if now <= last < now + MOST_AHEAD else now

    def flush(self, gateway: Gateway, task_id: str) -> None:
        """Send the lines that the server does not have yet. Those not sent are kept if it raises GatewayError."""
        if self._missing:
            self._note_missing()
        while lines := list(islice(self._unsent, BATCH_SIZE)):
            gateway.report_log(task_id, lines)
            for _ in lines:
                self._unsent.popleft()

    def _note_missing(self) -> None:
        """Replace the oldest line that is still to be sent by one that says how many are missing before it."""
        oldest, missing = self._unsent.popleft(), self._missing + 1
        text = f"{missing} lines are missing here: the server was away for too long."
        self._unsent.appendleft(LogLine(time=oldest.time, level="warning", text=text))
        self._missing = 0
