"""PURE: the widgets as HTML without any script, for whoever reads a notebook without its kernel."""

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
from clearml_sched_widgets.widgets.wizard.drafts import SOME_TASK, Item, read_draft

DRAFT = ("Item", "When", "Next run", "Launches", "On queue", "Enabled")
INSTANCES = ("Name", "Status", "Where", "Items", "Next run")


def caption(now: datetime) -> str:
    """Says what this is, and how one gets more."""
    return paragraph(f"<em>A picture of {time_text(now)}. Run the cell for the live widget.</em>")


# -- the form
def draft(data: Mapping[str, Any], now: datetime) -> str:
    """A draft: its name and its items, as far as they can be read. Only so many of them are."""
    counts = {kind: _items(data, kind) for kind in ("schedules", "triggers")}
    total = sum(map(len, counts.values()))
    name = data.get("name")
    title = f"Definition “{name}”" if isinstance(name, str) and name.strip() else "Definition without a name"
    if not total:
        return paragraph(inline(title), ", without any schedule or trigger yet.")
    left = MOST_ROWS - min(len(counts["schedules"]), MOST_ROWS)
    first = {**data, "schedules": counts["schedules"][:MOST_ROWS], "triggers": counts["triggers"][:left]}
    problems, items = read_draft(first)
    cells = (tuple(_draft_cells(item, now)) for item in items)
    wrong = paragraph("The form is not complete yet.") if problems else ""
    return table(title, DRAFT, cells, total=total) + wrong


def _items(data: Mapping[str, Any], kind: str) -> list[Any]:
    found = data.get(kind)
    return found if isinstance(found, list) else []


def _draft_cells(item: Item, now: datetime) -> Iterator[Cell]:
    schedule = isinstance(item, Schedule)
    known = item.action.task != SOME_TASK
    yield item.name or ("schedule" if schedule else "trigger")
    yield describe(item.recurrence) if isinstance(item, Schedule) else describe_trigger(item)
    yield time_text(next_after(item.recurrence, now) if isinstance(item, Schedule) and item.enabled else None)
    yield item.action.subject if known else ""
    yield item.action.place if known else ""
    yield "yes" if item.enabled else "no"


# -- the list of instances
def instances(
    rows: Iterable[Mapping[str, Any]], here: Mapping[str, Snapshot], now: datetime, *, loaded: bool, web: str
) -> str:
    """The instances that are known: `rows` as the page's list has them, and those that run `here`, by their ids.

    `loaded`: whether `rows` has all that there are.
    """
    known = {key: _row_here(key, shot, now) for key, shot in here.items()} | {row["id"]: row for row in rows}
    first = nsmallest(MOST_ROWS, known.values(), key=_urgency)
    rest = "" if loaded else paragraph("Which other instances there are had not been read.")
    if not known:
        return rest or paragraph("There was no instance.")
    cells = (tuple(_instance_cells(row, web)) for row in first)
    return table("Instances", INSTANCES, cells, total=len(known)) + rest


def _row_here(key: str, shot: Snapshot, now: datetime) -> dict[str, Any]:
    """A row as the page's list has it, as far as it is shown."""
    still = picture_of_snapshot(key, shot, now)
    upcoming = (millis(row.next_run) for row in still.scheduled or ())
    return {
        "id": key,
        "name": still.name,
        "status": still.status,
        "where": still.where,
        "items": len(shot.definition.items),
        "next": min((at for at in upcoming if at is not None), default=None),
        "changed": millis(shot.started),
    }


def _urgency(row: Mapping[str, Any]) -> tuple[bool, int]:
    """What is at work comes first, of that the latest."""
    return row["status"] not in ALIVE, -(row["changed"] or 0)


def _instance_cells(row: Mapping[str, Any], web: str) -> Iterator[Cell]:
    upcoming = row["next"]
    yield Link(row["name"], task_url(web, row["id"]))
    yield row["status"].replace("_", " ")
    yield WHERE[row["where"]] if row["where"] else ""
    yield "" if row["items"] is None else str(row["items"])
    yield time_text(None if upcoming is None else datetime.fromtimestamp(upcoming / 1000, timezone.utc))
