"""An instance as plain data for the page. Times are milliseconds since the epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clearml_sched_widgets.history import View
from clearml_sched_widgets.records import ACTIVE, LogLine
from clearml_sched_widgets.widgets.plain import millis

if TYPE_CHECKING:
    from clearml_sched_widgets.instance import Instance

SHOWN_LINES = 200


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
    """The traits of a dashboard beside its tables: a head with counters, and the log."""
    if view is None:
        return {"view": {}, "log_lines": []}
    return {
        "view": _head(view),
        "log_lines": [_line(line) for line in view.log[-SHOWN_LINES:]],
    }


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
        "whole": view.whole,
        "runs": len(statuses),
        "active": sum(status in ACTIVE for status in statuses),
        "failed": statuses.count("failed"),
    }


def _line(line: LogLine) -> dict[str, Any]:
    return {"time": millis(line.time), "level": line.level, "text": line.text}
