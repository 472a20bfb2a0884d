"""Keeps the log of what the scheduler did, and sends it to the console of the instance's task."""

from __future__ import annotations

from collections import deque

from clearml_sched_widgets.bidi import neutral
from clearml_sched_widgets.engine.clock import Clock
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.records import LogLine

MAX_LINES = 10_000  # lines kept for the screen
MAX_UNSENT = 1000  # lines kept while the server is away


class Journal:
    """The last lines of the log, and the lines that the server does not have yet."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lines: deque[LogLine] = deque(maxlen=MAX_LINES)
        self._unsent: deque[LogLine] = deque(maxlen=MAX_UNSENT)
        self._lines_tuple: tuple[LogLine, ...] | None = None
        self._from_start = True

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
        """Add lines of an earlier process, which the server already has. `whole` is True if there are none before."""
        self._from_start = whole
        self._lines.extend(lines)
        self._lines_tuple = None

    def info(self, text: str) -> None:
        self._add("info", text)

    def warning(self, text: str) -> None:
        self._add("warning", text)

    def error(self, text: str) -> None:
        self._add("error", text)

    def _add(self, level: str, text: str) -> None:
        line = LogLine(time=self._clock.now(), level=level, text=neutral(text))
        self._lines.append(line)
        self._unsent.append(line)
        self._lines_tuple = None

    def flush(self, gateway: Gateway, task_id: str) -> None:
        """Send the lines that the server does not have yet. They are kept if it raises GatewayError."""
        lines = list(self._unsent)
        if lines:
            gateway.report_log(task_id, lines)
            for _ in lines:
                self._unsent.popleft()
