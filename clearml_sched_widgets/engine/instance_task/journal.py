"""The log: what the scheduler did, for the screen at once and for the console of the instance's task."""

from __future__ import annotations

from collections import deque

from clearml_sched_widgets.bidi import neutral
from clearml_sched_widgets.engine.clock import Clock
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.records import LogLine

KEEP = 10_000  # lines on the screen
UNSENT = 1000  # lines that wait for a server which is away


class Journal:
    """The last lines of the log, and those that the server does not have yet."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lines: deque[LogLine] = deque(maxlen=KEEP)
        self._unsent: deque[LogLine] = deque(maxlen=UNSENT)
        self._shown: tuple[LogLine, ...] | None = None
        self._from_start = True

    @property
    def lines(self) -> tuple[LogLine, ...]:
        """Oldest first; the same tuple as long as there is no new one."""
        if self._shown is None:
            self._shown = tuple(self._lines)
        return self._shown

    @property
    def whole(self) -> bool:
        """Whether there are no lines before these."""
        return self._from_start and len(self._lines) < KEEP

    def remember(self, lines: list[LogLine], *, whole: bool) -> None:
        """Lines of an earlier process, which the server has already; `whole` if it has none before them."""
        self._from_start = whole
        self._lines.extend(lines)
        self._shown = None

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
        self._shown = None

    def flush(self, gateway: Gateway, task_id: str) -> None:
        """Send what the server does not have yet; what could not be sent is kept for the next time."""
        lines = list(self._unsent)
        if lines:
            gateway.report_log(task_id, lines)
            for _ in lines:
                self._unsent.popleft()
