"""PURE: the widgets as HTML without scripts, for a notebook that is read without its kernel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timezone
from heapq import nsmallest
from typing import Any

from clearml_sched_widgets.conditions.describe import describe_trigger
from clearml_sched_widgets.definition import Schedule
from clearml_sched_widgets.engine.snapshot import Snapshot
from clearml_sched_widgets.markup import MOST_ROWS, Cell, Link, inline, paragraph, table
from clearml_sched_widgets.recurrence import describe, next_after
from clearml_sched_widgets.views.instance_html import WHERE, picture_of_snapshot, task_url, time_text
from clearml_sched_widgets.widgets.host.page_values import millis
from clearml_sched_widgets.widgets.instances.entries import ALIVE
from clearml_sched_widgets.widgets.wizard.drafts import PLACEHOLDER_TASK, Item, read_draft

DRAFT_COLUMNS = ("Item", "When", "Next run", "Launches", "On queue", "Enabled")
INSTANCE_COLUMNS = ("Name", "Status", "Where", "Items", "Next run")


def caption(now: datetime) -> str:
    """The line that gives the time of the picture and says how to get the live widget."""
    return paragraph(f"<em>A picture of {time_text(now)}. Run the cell for the live widget.</em>")


# -- the form
def draft(data: Mapping[str, Any], now: datetime) -> str:
    """A draft: its name and the first `MOST_ROWS` of its items that can be read."""
    items_by_kind = {kind: _items(data, kind) for kind in ("schedules", "triggers")}
    total = sum(map(len, items_by_kind.values()))
    name = data.get("name")
    title = f"Definition “{name}”" if isinstance(name, str) and name.strip() else "Definition without a name"
    if not total:
        return paragraph(inline(title), ", without any schedule or trigger yet.")
    schedules = items_by_kind["schedules"][:MOST_ROWS]
    triggers = items_by_kind["triggers"][: MOST_ROWS - len(schedules)]
    problems, items = read_draft({**data, "schedules": schedules, "triggers": triggers})
    cells = (tuple(_draft_cells(item, now)) for item in items)
    incomplete = paragraph("The form is not complete yet.") if problems else ""
    return table(title, DRAFT_COLUMNS, cells, total=total) + incomplete


def _items(data: Mapping[str, Any], kind: str) -> list[Any]:
    items = data.get(kind)
    return items if isinstance(items, list) else []


def _draft_cells(item: Item, now: datetime) -> Iterator[Cell]:
    schedule = isinstance(item, Schedule)
    has_task = item.action.task != PLACEHOLDER_TASK
    yield item.name or ("schedule" if schedule else "trigger")
    yield describe(item.recurrence) if isinstance(item, Schedule) else describe_trigger(item)
    yield time_text(next_after(item.recurrence, now) if isinstance(item, Schedule) and item.enabled else None)
    yield item.action.subject if has_task else ""
    yield item.action.place if has_task else ""
    yield "yes" if item.enabled else "no"


# -- the list of instances
def instances(
    rows: Iterable[Mapping[str, Any]], here: Mapping[str, Snapshot], now: datetime, *, loaded: bool, web: str
) -> str:
    """The known instances: the `rows` of the page's list, and the instances that run `here`, in this kernel, by id.

    `loaded` is whether `rows` has all instances.
    """
    known = {key: _row_here(key, snapshot, now) for key, snapshot in here.items()} | {row["id"]: row for row in rows}
    first = nsmallest(MOST_ROWS, known.values(), key=_row_order)
    rest = "" if loaded else paragraph("Which other instances there are had not been read.")
    if not known:
        return rest or paragraph("There was no instance.")
    cells = (tuple(_instance_cells(row, web)) for row in first)
    return table("Instances", INSTANCE_COLUMNS, cells, total=len(known)) + rest


def _row_here(key: str, snapshot: Snapshot, now: datetime) -> dict[str, Any]:
    """The row of an instance of this kernel, with the keys that the static list shows."""
    picture = picture_of_snapshot(key, snapshot, now)
    upcoming = (millis(row.next_run) for row in picture.scheduled or ())
    return {
        "id": key,
        "name": picture.name,
        "status": picture.status,
        "where": picture.where,
        "items": len(snapshot.definition.items),
        "next": min((at for at in upcoming if at is not None), default=None),
        "changed": millis(snapshot.started),
    }


def _row_order(row: Mapping[str, Any]) -> tuple[bool, int]:
    """Orders live instances first, then by the latest change."""
    return row["status"] not in ALIVE, -(row["changed"] or 0)


def _instance_cells(row: Mapping[str, Any], web: str) -> Iterator[Cell]:
    upcoming = row["next"]
    yield Link(row["name"], task_url(web, row["id"]))
    yield row["status"].replace("_", " ")
    yield WHERE[row["where"]] if row["where"] else ""
    yield "" if row["items"] is None else str(row["items"])
    yield time_text(None if upcoming is None else datetime.fromtimestamp(upcoming / 1000, timezone.utc))
