"""The objects on the server that a trigger matches now: those that it would fire on at once if it included them."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice
from typing import Any

import attrs

from clearml_sched_widgets.conditions import events
from clearml_sched_widgets.conditions.selection import shown_name, shown_project
from clearml_sched_widgets.definition import Trigger
from clearml_sched_widgets.engine.following.polling import BEGINNING, objects_since
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.records import Entity
from clearml_sched_widgets.widgets.host.page_values import millis

MOST_READ = 5000  # objects: ten requests
MOST_LISTED = 50
WINDOWS = (timedelta(days=1), timedelta(days=30))  # before the newest change; a wider one only if the last was small


@attrs.frozen(kw_only=True)
class Matches:
    """The matching objects, last changed first, of those `read`; `all_read` if the server has no others."""

    found: tuple[Entity, ...]
    read: int
    all_read: bool


def matching(gateway: Gateway, trigger: Trigger) -> Matches:
    """What the trigger matches now. In a full workspace only what changed last is looked at, up to 5,000 objects."""
    newest = next(iter(gateway.changed(trigger.entity, None, 1)), None)
    if newest is None or newest.changed is None:
        return Matches(found=(), read=0, all_read=True)
    rows: dict[str, Entity] = {}
    for since in (*(newest.changed - window for window in WINDOWS), BEGINNING):
        read = {row.id: row for row in islice(objects_since(gateway, trigger.entity, since), MOST_READ + 1)}
        if len(read) > MOST_READ and rows:
            return _matches(trigger, rows, all_read=False)
        rows = read
        if len(rows) > MOST_READ:
            return _matches(trigger, rows, all_read=False)
    return _matches(trigger, rows, all_read=True)


def _matches(trigger: Trigger, rows: dict[str, Entity], *, all_read: bool) -> Matches:
    found = [row for row in rows.values() if _fires_at_once(trigger, row)]
    found.sort(key=lambda row: row.changed or BEGINNING, reverse=True)
    return Matches(found=tuple(found), read=len(rows), all_read=all_read)


def _fires_at_once(trigger: Trigger, row: Entity) -> bool:
    """The engine's own first look, as if the trigger included what exists."""
    found, _ = events(attrs.evolve(trigger, include_existing=True), row, {}, watch_from=BEGINNING, first_look=True)
    return bool(found)


def matches_data(matches: Matches) -> dict[str, Any]:
    """For the page: how many, and the first of them."""
    return {
        "count": len(matches.found),
        "read": matches.read,
        "all_read": matches.all_read,
        "objects": [_object(row) for row in matches.found[:MOST_LISTED]],
    }


def _object(row: Entity) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": shown_name(row),
        "project": shown_project(row),
        "status": row.status,
        "tags": list(row.tags),
        "changed": millis(row.changed),
    }
