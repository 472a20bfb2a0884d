"""Builds the rows of scheduled and executed tasks, and the pandas frames and web page tables made of rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

import attrs

from clearml_sched_widgets.conditions.describe import describe_trigger
from clearml_sched_widgets.definition import Definition, Once, Rule, Schedule, Trigger
from clearml_sched_widgets.definition.values import duration_text
from clearml_sched_widgets.engine.snapshot import Snapshot
from clearml_sched_widgets.policy.decide import due_at, reached_max_runs
from clearml_sched_widgets.policy.run import Run
from clearml_sched_widgets.policy.state import ItemState, State
from clearml_sched_widgets.records import ACTIVE, FINISHED, LogLine, Table
from clearml_sched_widgets.recurrence import describe, next_after, per_time
from clearml_sched_widgets.sentences.log import title

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
    overrides: str = ""
    time_limit: str = ""  # how long a run may take, such as "2h"
    method: str = "clone"  # or "reuse", "function"
    state: str = "waiting"  # waiting, paused, disabled, ended or error; the instance's status if that is in `IDLE`
    note: str = ""
    runs: int = 0


@attrs.frozen(kw_only=True)
class ExecutedRow:
    """One run. `started` is when it was put on its queue, as ClearML's own scheduler shows it; times in UTC."""

    run: str  # unique id: the id of the launched task if there is one
    item: str
    name: str
    item_name: str
    cause: str  # schedule, trigger, manual, start, backfill or retry
    scheduled: datetime | None  # the nominal time
    started: datetime | None
    finished: datetime | None
    status: str
    object: str = ""  # the object that triggered it
    key: str = ""  # the run key
    note: str = ""  # the server's reason for its status
    began: datetime | None = None  # when an agent started working on it
    task: str = ""  # the id of the launched task; empty for the call of a function
    base: str = ""  # the id of the task of which it is a clone


@attrs.frozen(kw_only=True)
class View:
    """Everything that a dashboard shows of one instance at one moment."""

    id: str
    name: str
    status: str  # draft, queued, running, paused, stopping, stopped, failed, completed or silent (no sign of life)
    where: str  # "kernel" (this one), "service" (an agent) or "elsewhere" (another kernel)
    note: str
    user: str
    started: datetime | None
    heartbeat: datetime | None  # the last sign of life of an instance in progress, if it is known
    scheduled: tuple[ScheduledRow, ...]
    executed: tuple[ExecutedRow, ...]
    log: tuple[LogLine, ...]
    problem: str = ""  # what is wrong right now, such as a server that does not answer
    waiting: bool = False  # true if `problem` is no error: another process holds the instance
    other_version: str = ""  # of the package, if its engine elsewhere has another one than this process
    reason: str = ""  # the server's reason for the status of its task
    whole: bool = True  # whether `executed` has every run; older ones are read page by page
    log_whole: bool = True  # whether `log` has every line from the first on
    active: tuple[ExecutedRow, ...] = attrs.field()  # those of `executed` that are queued or running
    definition: Definition | None = None
    state: State | None = None
    set_aside: Mapping[str, str] = attrs.field(factory=dict)  # as in a snapshot; empty if it runs elsewhere
    left_out: Mapping[str, int] = attrs.field(factory=dict)  # likewise

    @active.default
    def _active(self) -> tuple[ExecutedRow, ...]:
        return tuple(row for row in self.executed if row.status in ACTIVE)


IDLE = frozenset(
    {"draft", "stopping", "stopped", "failed", "completed", "silent"}
)  # instance statuses without launches
SET_ASIDE = "set aside after errors that nobody foresaw"
STATUSES_WITH_REASON = frozenset({"failed", "stopped", "created"})  # of runs whose row shows the server's reason
SCHEDULED_COLUMNS = tuple(field.name for field in attrs.fields(ScheduledRow))
EXECUTED_COLUMNS = tuple(field.name for field in attrs.fields(ExecutedRow))
LOG_COLUMNS = ("time", "level", "text")
MOST_ROWS = 500  # in a web page table, which has no paging and is rewritten every half minute
TIME_COLUMNS = frozenset({"next_run", "start", "scheduled", "started", "began", "finished", "time"})
COLUMN_DTYPES = {"recurring": "bool", "single_instance": "bool", "runs": "int64"}  # the remaining columns are text


def scheduled_rows(
    definition: Definition, state: State, names: Mapping[str, str], now: datetime
) -> tuple[ScheduledRow, ...]:
    """The scheduled tasks at a moment: a row for each time of each schedule, and one for each trigger."""
    return tuple(_scheduled(definition, state, names, now))


def first_rows(
    definition: Definition, state: State, names: Mapping[str, str], now: datetime, most: int
) -> tuple[ScheduledRow, ...]:
    """The first `most` rows of the scheduled tasks, in the definition's order. Further rows are not computed."""
    return tuple(islice(_scheduled(definition, state, names, now), most))


def _scheduled(definition: Definition, state: State, names: Mapping[str, str], now: datetime) -> Iterator[ScheduledRow]:
    items: tuple[Schedule | Trigger, ...] = (*definition.schedules, *definition.triggers)
    for item in items:
        yield from item_rows(item, state.items.get(item.id), state, names, now)


def item_rows(
    item: Schedule | Trigger, item_state: ItemState | None, state: State, names: Mapping[str, str], now: datetime
) -> Iterable[ScheduledRow]:
    """The rows of one item: one for each time of a schedule. They are valid until their earliest `next_run`."""
    if isinstance(item, Schedule):
        return _schedule_rows(item, item_state, state, names, now)
    return (_trigger_row(item, item_state, state, names),)


def _common_fields(
    item: Schedule | Trigger, item_state: ItemState | None, state: State, names: Mapping[str, str]
) -> dict[str, Any]:
    action = item.action
    error = item_state.error if item_state else ""
    paused = state.paused or bool(item_state and item_state.paused)
    shown_state = "error" if error else "paused" if paused else "waiting" if item.enabled else "disabled"
    return {
        "item": item.id,
        "name": title(item, names),
        "task": action.task,
        "method": action.method,
        "task_name": action.latest.words if action.latest else names.get(action.task, ""),
        "project": action.project or "",
        "queue": "" if action.function else action.queue,
        "single_instance": item.overlap != "allow",
        "overrides": ", ".join(f"{name}={value}" for name, value in action.overrides.items()),
        "time_limit": duration_text(action.time_limit) if action.time_limit else "",
        "parameters": ", ".join(f"{name}={value}" for name, value in action.parameters.items()),
        "state": shown_state,
        "note": error or (state.note if state.paused else item_state.note if item_state else ""),
        "runs": item_state.runs if item_state else 0,
    }


def _schedule_rows(
    schedule: Schedule, item_state: ItemState | None, state: State, names: Mapping[str, str], now: datetime
) -> Iterable[ScheduledRow]:
    common = _common_fields(schedule, item_state, state, names)
    used_up = item_state is not None and reached_max_runs(schedule, item_state)
    inactive = used_up or not schedule.enabled
    paused = state.paused or bool(item_state and item_state.paused)
    for rule in per_time(schedule.recurrence):
        next_run = None if inactive else _next_run(schedule, rule, item_state, now)
        ended = used_up or (schedule.enabled and next_run is None)
        changed = {"state": "ended"} if ended and common["state"] == "waiting" else {}
        yield ScheduledRow(
            kind="schedule",
            next_run=None if paused else next_run,
            schedule=describe(rule),
            start=rule.start,
            recurring=not isinstance(rule, Once),
            **{**common, **changed},
        )


def _next_run(schedule: Schedule, rule: Rule, item_state: ItemState | None, now: datetime) -> datetime | None:
    """When the rule's next slot is launched, jitter included. Jitter may delay a slot that has passed."""
    slot = next_after(rule, item_state.watermark if item_state else now)
    if slot is not None and due_at(schedule, slot) <= now:
        slot = next_after(rule, now)
    return None if slot is None else due_at(schedule, slot)


def _trigger_row(
    trigger: Trigger, item_state: ItemState | None, state: State, names: Mapping[str, str]
) -> ScheduledRow:
    return ScheduledRow(
        kind="trigger",
        next_run=None,
        schedule=describe_trigger(trigger),
        start=None,
        recurring=True,
        **_common_fields(trigger, item_state, state, names),
    )


def row_in_status(row: ScheduledRow, status: str) -> ScheduledRow:
    """The row in a status of its instance. In an idle one it has no next run, and is not "waiting"."""
    if status not in IDLE:
        return row
    return attrs.evolve(row, next_run=None, state=status if row.state == "waiting" else row.state)


def rows_set_aside(rows: Iterable[ScheduledRow], set_aside: Mapping[str, str]) -> tuple[ScheduledRow, ...]:
    """The rows; those of items that are `set_aside`, as in a snapshot, are errors without a next run."""
    if not set_aside:
        return tuple(rows)
    return tuple(
        attrs.evolve(row, next_run=None, state="error", note=f"{SET_ASIDE}: {set_aside[row.item]}")
        if row.item in set_aside
        else row
        for row in rows
    )


def executed_row(run: Run, definition: Definition, names: Mapping[str, str] = {}) -> ExecutedRow:
    """One run as a row, with the current name of its item. `names` are those of the base tasks, by id."""
    item = definition.item(run.item)
    task = run.task
    return ExecutedRow(
        run=run.id,
        task=task.id,
        item=run.item,
        name=task.name,
        item_name=title(item, names) if item else run.item,
        cause=run.cause,
        scheduled=run.nominal,
        started=run.launched,
        finished=(task.completed or task.status_changed) if run.status in FINISHED else None,
        status=run.status,
        object=run.object,
        key=run.key,
        note=task.status_reason if run.status in STATUSES_WITH_REASON else "",
        began=task.started,
        base=run.base,
    )


def tables(snapshot: Snapshot) -> dict[str, Table]:
    """The tables for the instance's own task in the ClearML web page, each cut at `MOST_ROWS`."""
    scheduled = first_rows(snapshot.definition, snapshot.state, snapshot.names, snapshot.now, MOST_ROWS)
    executed = [executed_row(run, snapshot.definition, snapshot.names) for run in snapshot.runs[:MOST_ROWS]]
    return {
        "Scheduled Tasks": _table(
            scheduled, ("name", "task", "next_run", "project", "queue", "schedule", "state", "note")
        ),
        "Executed Tasks": _table(
            executed, ("name", "task", "cause", "scheduled", "started", "finished", "status", "note")
        ),
    }


def _table(rows: Iterable[Any], columns: Sequence[str]) -> Table:
    listed = list(rows)
    return {column.replace("_", " "): [_cell(getattr(row, column)) for row in listed] for column in columns}


def _cell(value: Any) -> Any:
    """A value for a table in the web page, which would render tags in a text as HTML."""
    if isinstance(value, str):
        return value.replace("<", "&lt;")
    return value.strftime("%Y-%m-%d %H:%M:%S UTC") if isinstance(value, datetime) else value


def _frame(rows: Iterable[Any], columns: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    listed = list(rows)
    data = {column: _column(column, [getattr(row, column) for row in listed]) for column in columns}
    frame: pd.DataFrame = pd.DataFrame(data)
    return frame


def _column(name: str, values: list[Any]) -> Any:
    """A column with a fixed dtype, so that code written for a full frame also works with an empty one."""
    import pandas as pd

    if name in TIME_COLUMNS:
        return pd.to_datetime(pd.Series(values, dtype=object), utc=True).astype("datetime64[us, UTC]")
    return pd.Series(values, dtype=COLUMN_DTYPES.get(name, "str"))


def scheduled_frame(rows: Iterable[ScheduledRow]) -> pd.DataFrame:
    """The scheduled tasks as a frame; its times are UTC timestamps, NaT where there is none."""
    return _frame(rows, SCHEDULED_COLUMNS)


def executed_frame(rows: Iterable[ExecutedRow]) -> pd.DataFrame:
    """The executed tasks as a frame; its times are UTC timestamps, NaT where there is none."""
    return _frame(rows, EXECUTED_COLUMNS)


def log_frame(lines: Iterable[LogLine]) -> pd.DataFrame:
    """The log as a frame of time (UTC), level and text."""
    return _frame(lines, LOG_COLUMNS)
