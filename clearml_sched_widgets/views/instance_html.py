"""PURE: renders an instance as HTML without scripts, for reading a notebook without its kernel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from heapq import nsmallest
from html import escape
from typing import Any
from urllib.parse import quote

import attrs

from clearml_sched_widgets.definition import Definition
from clearml_sched_widgets.engine.instance_task import task as instance_task
from clearml_sched_widgets.engine.snapshot import Snapshot
from clearml_sched_widgets.errors import SchedulerError
from clearml_sched_widgets.markup import MOST_ROWS, Cell, Link, inline, paragraph, table
from clearml_sched_widgets.policy.state import State
from clearml_sched_widgets.records import Task
from clearml_sched_widgets.views.history import (
    ExecutedRow,
    ScheduledRow,
    View,
    executed_row,
    first_rows,
    row_in_status,
    rows_set_aside,
)
from clearml_sched_widgets.views.viewer import status_here

LAST_RUNS = 10
MOST_SEARCHED_ROWS = 500  # rows among which the soonest next runs are searched
MOST_PARSED = 500_000  # characters of a definition; parsing a larger one takes too long for a picture
WHERE = {"kernel": "in this notebook's kernel", "service": "as a service on an agent", "elsewhere": "elsewhere"}
SCHEDULED = ("Name", "Schedule", "Next run", "State")
EXECUTED = ("Name", "Cause", "Launched", "Finished", "Status")


@attrs.frozen(kw_only=True)
class InstancePicture:
    """What is known of an instance at one moment. `scheduled` and `executed` are None if they were not read."""

    id: str
    name: str
    status: str
    where: str
    note: str = ""
    silence: str = ""  # how long there was no sign of life, if that is so
    problem: str = ""
    scheduled: Sequence[ScheduledRow] | None = None
    rows: int = 0  # number of scheduled rows, or of items if that is larger
    executed: Sequence[ExecutedRow] | None = None
    runs: int = 0  # number of runs that were read
    whole: bool = True  # whether `runs` counts every run


def picture_of_view(view: View, silence: str = "") -> InstancePicture:
    """The picture of an instance as its view shows it. `silence` says how long there was no sign of life."""
    return InstancePicture(
        id=view.id,
        name=view.name,
        status=view.status,
        where=view.where,
        note=view.note,
        silence=silence,
        problem=view.problem,
        scheduled=view.scheduled,
        rows=len(view.scheduled),
        executed=view.executed[:LAST_RUNS],
        runs=len(view.executed),
        whole=view.whole,
    )


def picture_of_snapshot(instance_id: str, shot: Snapshot, now: datetime) -> InstancePicture:
    """The picture of an instance in this kernel. Only a bounded number of rows is computed."""
    status = status_here(shot)
    fields = _scheduled_fields(shot.definition, shot.state, shot.names, now, status)
    return InstancePicture(
        id=instance_id,
        name=shot.definition.name,
        status=status,
        where="kernel",
        note=shot.state.note,
        problem=shot.problem,
        **{**fields, "scheduled": rows_set_aside(fields["scheduled"], shot.set_aside)},
        executed=[executed_row(run, shot.definition, shot.names) for run in shot.runs[:LAST_RUNS]],
        runs=len(shot.runs),
        whole=shot.whole,
    )


def picture_of_task(task: Task, where: str, now: datetime, status: str, silence: str = "") -> InstancePicture:
    """The picture of an instance's task as last read: without runs, and without items if the definition is large."""
    picture = InstancePicture(id=task.id, name=task.name, status=status, where=where, silence=silence)
    if len(task.configuration.get(instance_task.DEFINITION, "")) > MOST_PARSED:
        return picture
    try:
        parsed = instance_task.parse(task)
        fields = _scheduled_fields(parsed.definition, parsed.state, {}, now, status)
        return attrs.evolve(picture, note=parsed.state.note, **fields)
    except SchedulerError:  # the definition is invalid or was not read
        return picture


def _scheduled_fields(
    definition: Definition, state: State, names: Mapping[str, str], now: datetime, status: str
) -> dict[str, Any]:
    rows = tuple(row_in_status(row, status) for row in first_rows(definition, state, names, now, MOST_SEARCHED_ROWS))
    return {"scheduled": rows, "rows": max(len(rows), len(definition.items))}


def html(picture: InstancePicture, web: str = "") -> str:
    """A heading and two tables. `web` is the address of the web server to link to; without one there are no links."""
    return "".join(_paragraphs_and_tables(picture, web))


def task_url(web: str, task: str) -> str:
    """The address of a task's page on the web server; empty without a server or a task."""
    return f"{web}/projects/*/experiments/{quote(task, safe='')}/output/log" if web and task else ""


def time_text(moment: datetime | None) -> str:
    """A time in UTC, with seconds only if they are not zero; empty for None."""
    if moment is None:
        return ""
    return f"{moment.astimezone(timezone.utc):{'%Y-%m-%d %H:%M:%S' if moment.second else '%Y-%m-%d %H:%M'}} UTC"


def _paragraphs_and_tables(picture: InstancePicture, web: str) -> Iterator[str]:
    note = f" ({inline(picture.note)})" if picture.note else ""
    status = escape(picture.status.replace("_", " "))
    silence = f", {escape(picture.silence)}" if picture.silence else ""
    yield paragraph(f"<strong>{inline(picture.name)}</strong>: {status}{note}{silence}, {WHERE[picture.where]}.")
    if picture.problem:
        yield paragraph(inline(picture.problem))
    if picture.scheduled is None:
        yield paragraph("What it will run had not been read.")
    else:
        soonest = nsmallest(MOST_ROWS, picture.scheduled, key=_next_run_order)
        yield table("Scheduled tasks", SCHEDULED, map(_scheduled_cells, soonest), total=picture.rows)
    if picture.executed is None:
        yield paragraph("What it ran had not been read.")
    elif picture.executed:
        cells = (_executed_cells(row, web) for row in picture.executed)
        yield table("Executed tasks, the latest first", EXECUTED, cells, total=picture.runs)
    else:
        yield paragraph("Nothing was launched yet." if picture.whole else "What it ran had not been read.")


def _next_run_order(row: ScheduledRow) -> tuple[bool, datetime]:
    return row.next_run is None, row.next_run or datetime.max.replace(tzinfo=timezone.utc)


def _scheduled_cells(row: ScheduledRow) -> tuple[Cell, ...]:
    state = f"{row.state}: {row.note}" if row.note else row.state
    return row.name, row.schedule, time_text(row.next_run), state


def _executed_cells(row: ExecutedRow, web: str) -> tuple[Cell, ...]:
    name = Link(row.item_name, task_url(web, row.task))
    return name, row.cause, time_text(row.started), time_text(row.finished), row.status.replace("_", " ")
