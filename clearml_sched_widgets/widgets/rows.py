"""An instance as plain data for the page. Times are milliseconds since the epoch."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from clearml_sched_widgets.history import ExecutedRow, ScheduledRow, View
from clearml_sched_widgets.records import ACTIVE, LogLine

if TYPE_CHECKING:
    from clearml_sched_widgets.instance import Instance

SHOWN_RUNS = 200  # the newest ones; all of them are in `dashboard.executed`
SHOWN_LINES = 200
SHOWN_ITEMS = 500  # rows of scheduled tasks; all of them are in `dashboard.scheduled`


def millis(moment: datetime | None) -> int | None:
    """Milliseconds since the epoch."""
    return None if moment is None else int(moment.timestamp() * 1000)


def brief(instance: Instance) -> dict[str, Any]:
    """One row of the list of instances."""
    return {
        "id": instance.id,
        "name": instance.name,
        "status": instance.status,
        "where": instance.where,
        "user": instance.user,
        "started": millis(instance.started),
    }


def view_data(view: View | None) -> dict[str, Any]:
    """The traits of a dashboard: a head with counters, scheduled and executed tasks, the log."""
    if view is None:
        return {"view": {}, "scheduled_rows": [], "executed_rows": [], "log_lines": []}
    return {
        "view": _head(view),
        "scheduled_rows": [_scheduled(row) for row in view.scheduled[:SHOWN_ITEMS]],
        "executed_rows": [_executed(row) for row in _newest(view.executed)],
        "log_lines": [_line(line) for line in view.log[-SHOWN_LINES:]],
    }


def _newest(rows: tuple[ExecutedRow, ...]) -> list[ExecutedRow]:
    def when(row: ExecutedRow) -> float:
        moment = row.started or row.scheduled
        return moment.timestamp() if moment else 0.0

    return sorted(rows, key=when, reverse=True)[:SHOWN_RUNS]


def _head(view: View) -> dict[str, Any]:
    statuses = [row.status for row in view.executed]
    return {
        "id": view.id,
        "name": view.name,
        "status": view.status,
        "where": view.where,
        "note": view.note,
        "user": view.user,
        "started": millis(view.started),
        "problem": view.problem,
        "items": len(view.scheduled),
        "runs": len(statuses),
        "active": sum(status in ACTIVE for status in statuses),
        "failed": statuses.count("failed"),
    }


def _scheduled(row: ScheduledRow) -> dict[str, Any]:
    return {
        "item": row.item,
        "kind": row.kind,
        "name": row.name,
        "task": row.task,
        "task_name": row.task_name,
        "next_run": millis(row.next_run),
        "project": row.project,
        "queue": row.queue,
        "schedule": row.schedule,
        "start": millis(row.start),
        "recurring": row.recurring,
        "single_instance": row.single_instance,
        "parameters": row.parameters,
        "overrides": row.overrides,
        "time_limit": row.time_limit,
        "method": row.method,
        "state": row.state,
        "note": row.note,
        "runs": row.runs,
    }


def _executed(row: ExecutedRow) -> dict[str, Any]:
    return {
        "run": row.run,
        "name": row.name,
        "item_name": row.item_name,
        "cause": row.cause,
        "scheduled": millis(row.scheduled),
        "started": millis(row.started),
        "finished": millis(row.finished),
        "status": row.status,
        "object": row.object,
        "note": row.note,
    }


def _line(line: LogLine) -> dict[str, Any]:
    return {"time": millis(line.time), "level": line.level, "text": line.text}
