"""PURE: an instance as HTML without any script, for whoever reads a notebook without its kernel."""

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
from clearml_sched_widgets.views.history import ExecutedRow, ScheduledRow, View, executed_row, first_rows, row_in_status
from clearml_sched_widgets.views.viewer import status_here, status_of

LAST_RUNS = 10
MOST_LOOKED_AT = 500  # rows whose next run is looked for, to show the first of them
MOST_PARSED = 500_000  # characters of a definition: a larger one takes too long to parse for a picture
WHERE = {"kernel": "in this notebook's kernel", "service": "as a service on an agent", "elsewhere": "elsewhere"}
SCHEDULED = ("Name", "Schedule", "Next run", "State")
EXECUTED = ("Name", "Cause", "Launched", "Finished", "Status")


@attrs.frozen(kw_only=True)
class InstancePicture:
    """What is known of an instance at one moment. `executed` is None if its runs were not read."""

    id: str
    name: str
    status: str
    where: str
    note: str = ""
    problem: str = ""
    scheduled: Sequence[ScheduledRow] | None = None
    rows: int = 0  # scheduled rows, or items, that there are
    executed: Sequence[ExecutedRow] | None = None
    runs: int = 0
    whole: bool = True  # whether `runs` counts every run


def picture_of_view(view: View) -> InstancePicture:
    """What a screen shows."""
    return InstancePicture(
        id=view.id,
        name=view.name,
        status=view.status,
        where=view.where,
        note=view.note,
        problem=view.problem,
        scheduled=view.scheduled,
        rows=len(view.scheduled),
        executed=view.executed[:LAST_RUNS],
        runs=len(view.executed),
        whole=view.whole,
    )


def picture_of_snapshot(instance_id: str, shot: Snapshot, now: datetime) -> InstancePicture:
    """What an engine of this kernel knows. Its work is bounded, however large the definition is."""
    status = status_here(shot)
    return InstancePicture(
        id=instance_id,
        name=shot.definition.name,
        status=status,
        where="kernel",
        note=shot.state.note,
        problem=shot.problem,
        **_scheduled(shot.definition, shot.state, shot.names, now, status),
        executed=[executed_row(run, shot.definition, shot.names) for run in shot.runs[:LAST_RUNS]],
        runs=len(shot.runs),
        whole=shot.whole,
    )


def picture_of_task(task: Task, where: str, now: datetime) -> InstancePicture:
    """What an instance's task said when it was last read: nothing of its runs, and of its items only what is small."""
    status = status_of(task, now)
    known = InstancePicture(id=task.id, name=task.name, status=status, where=where)
    if len(task.configuration.get(instance_task.DEFINITION, "")) > MOST_PARSED:
        return known
    try:
        there = instance_task.parse(task)
        return attrs.evolve(known, note=there.state.note, **_scheduled(there.definition, there.state, {}, now, status))
    except SchedulerError:  # somebody broke it, or it was read without its definition
        return known


def _scheduled(
    definition: Definition, state: State, names: Mapping[str, str], now: datetime, status: str
) -> dict[str, Any]:
    rows = tuple(row_in_status(row, status) for row in first_rows(definition, state, names, now, MOST_LOOKED_AT))
    return {"scheduled": rows, "rows": max(len(rows), len(definition.items))}


def html(still: InstancePicture, web: str = "") -> str:
    """Its head and two tables. `web` is the address of the configured web server, where there is one to link to."""
    return "".join(_parts(still, web))


def task_url(web: str, task: str) -> str:
    """A task's page on the web server; empty without one."""
    return f"{web}/projects/*/experiments/{quote(task, safe='')}/output/log" if web and task else ""


def time_text(moment: datetime | None) -> str:
    """A time in UTC, with seconds only where it has some; empty if there is none."""
    if moment is None:
        return ""
    return f"{moment.astimezone(timezone.utc):{'%Y-%m-%d %H:%M:%S' if moment.second else '%Y-%m-%d %H:%M'}} UTC"


def _parts(still: InstancePicture, web: str) -> Iterator[str]:
    note = f" ({inline(still.note)})" if still.note else ""
    status = escape(still.status.replace("_", " "))
    yield paragraph(f"<strong>{inline(still.name)}</strong>: {status}{note}, {WHERE[still.where]}.")
    if still.problem:
        yield paragraph(inline(still.problem))
    if still.scheduled is None:
        yield paragraph("What it will run had not been read.")
    else:
        soonest = nsmallest(MOST_ROWS, still.scheduled, key=_when)
        yield table("Scheduled tasks", SCHEDULED, map(_scheduled_cells, soonest), total=still.rows)
    if still.executed is None:
        yield paragraph("What it ran had not been read.")
    elif still.executed:
        cells = (_executed_cells(row, web) for row in still.executed)
        yield table("Executed tasks, the latest first", EXECUTED, cells, total=still.runs)
    else:
        yield paragraph("Nothing was launched yet." if still.whole else "What it ran had not been read.")


def _when(row: ScheduledRow) -> tuple[bool, datetime]:
    return row.next_run is None, row.next_run or datetime.max.replace(tzinfo=timezone.utc)


def _scheduled_cells(row: ScheduledRow) -> tuple[Cell, ...]:
    state = f"{row.state}: {row.note}" if row.note else row.state
    return row.name, row.schedule, time_text(row.next_run), state


def _executed_cells(row: ExecutedRow, web: str) -> tuple[Cell, ...]:
    name = Link(row.item_name, task_url(web, row.task))
    return name, row.cause, time_text(row.started), time_text(row.finished), row.status.replace("_", " ")
