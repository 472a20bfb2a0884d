"""The head of an instance as plain data for the page. Times are milliseconds since the epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clearml_sched_widgets.bidi import neutral
from clearml_sched_widgets.views.failure import failure
from clearml_sched_widgets.views.history import View
from clearml_sched_widgets.views.why import why_not_editable
from clearml_sched_widgets.widgets.host.page_values import millis, sentence_data

if TYPE_CHECKING:
    from clearml_sched_widgets.instances.instance import Instance


def instance_summary(instance: Instance) -> dict[str, Any]:
    """An instance that was just launched or saved, for the page."""
    return {
        "id": instance.id,
        "name": instance.name,
        "status": instance.status,
        "where": instance.where,
        "user": instance.user,
        "started": millis(instance.started),
    }


def view_data(view: View | None) -> dict[str, Any]:
    """The trait with the dashboard's head: the instance's name, status and number of items."""
    return {"view": {} if view is None else _head_data(view)}


def _oldest_run_time(view: View) -> int | None:
    """The time of the oldest run that was read so far. Runs are sorted newest first."""
    return millis(view.executed[-1].started or view.executed[-1].scheduled) if view.executed else None


def _head_data(view: View) -> dict[str, Any]:
    items = view.definition.items if view.definition else ()
    enabled = sum(item.enabled for item in items)
    return {
        "id": view.id,
        "name": view.name,
        "status": view.status,
        "where": view.where,
        "note": view.note,
        "user": view.user,
        "started": millis(view.started),
        "problem": neutral(view.problem),
        "waiting": view.waiting,
        "fixed": why_not_editable(view),
        "other_version": neutral(view.other_version),
        "failure": [sentence_data(each) for each in failure(view)],
        "items": len(view.scheduled),
        "enabled": enabled,
        "disabled": len(items) - enabled,
        "whole": view.whole,
        "read_to": None if view.whole else _oldest_run_time(view),
    }
