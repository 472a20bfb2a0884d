"""What a user sees of an instance: rows of scheduled and executed tasks and the log, and the pandas frames of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import attrs

from clearml_sched_widgets.records import LogLine

if TYPE_CHECKING:
    import pandas as pd


@attrs.frozen(kw_only=True)
class ScheduledRow:
    """One time of one schedule, or one trigger. Times are aware, in UTC."""

    item: str
    kind: str  # "schedule" or "trigger"
    name: str
    task: str
    task_name: str
    next_run: datetime | None
    project: str
    queue: str
    schedule: str  # one sentence
    start: datetime | None
    recurring: bool
    single_instance: bool
    parameters: str
    method: str = "clone"
    state: str = "waiting"  # waiting, paused, disabled, ended or error
    note: str = ""
    runs: int = 0


@attrs.frozen(kw_only=True)
class ExecutedRow:
    """One run. `started` is when it was put on its queue, as ClearML's own scheduler shows it; times in UTC."""

    run: str  # the id of the launched task
    item: str
    name: str
    item_name: str
    cause: str  # schedule, trigger, manual, start
    scheduled: datetime | None  # the nominal time
    started: datetime | None
    finished: datetime | None
    status: str
    object: str = ""  # the object that triggered it
    key: str = ""  # the run key: what makes the run one and the same


@attrs.frozen(kw_only=True)
class View:
    """Everything a screen shows of one instance at one moment."""

    id: str
    name: str
    status: str  # draft, queued, running, paused, stopping, stopped, failed, completed or lost (running, but silent)
    where: str  # "kernel" (this one), "service" (an agent) or "elsewhere" (another kernel)
    note: str
    user: str
    started: datetime | None
    heartbeat: datetime | None
    scheduled: tuple[ScheduledRow, ...]
    executed: tuple[ExecutedRow, ...]
    log: tuple[LogLine, ...]
    problem: str = ""  # what is wrong right now, such as a server that does not answer


SCHEDULED_COLUMNS = tuple(field.name for field in attrs.fields(ScheduledRow))
EXECUTED_COLUMNS = tuple(field.name for field in attrs.fields(ExecutedRow))
LOG_COLUMNS = ("time", "level", "text")
TIME_COLUMNS = frozenset({"next_run", "start", "scheduled", "started", "finished", "time"})


def _frame(rows: Iterable[Any], columns: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    listed = list(rows)
    data = {column: [getattr(row, column) for row in listed] for column in columns}
    frame = pd.DataFrame(data, columns=list(columns))
    for column in TIME_COLUMNS.intersection(columns):
        frame[column] = pd.to_datetime(frame[column], utc=True)
    return frame


def scheduled_frame(rows: Iterable[ScheduledRow]) -> pd.DataFrame:
    """The scheduled tasks as a frame; its times are UTC timestamps, NaT where there is none."""
    return _frame(rows, SCHEDULED_COLUMNS)


def executed_frame(rows: Iterable[ExecutedRow]) -> pd.DataFrame:
    """The executed tasks as a frame; its times are UTC timestamps, NaT where there is none."""
    return _frame(rows, EXECUTED_COLUMNS)


def log_frame(lines: Iterable[LogLine]) -> pd.DataFrame:
    """The log as a frame of time (UTC), level and text."""
    return _frame(lines, LOG_COLUMNS)
