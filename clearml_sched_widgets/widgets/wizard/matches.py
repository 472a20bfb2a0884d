"""The objects on the server that a trigger would fire on at once if it included existing ones."""

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

MOST_READ = 5000  # objects, in ten requests
MOST_LISTED = 50  # objects sent to the page
WINDOWS = (timedelta(days=1), timedelta(days=30))  # before the newest change, tried in this order


@attrs.frozen(kw_only=True)
class Matches:
    """The matching objects, last changed first. `read` counts the objects looked at; `all_read` if these were all."""

    objects: tuple[Entity, ...]
    read: int
    all_read: bool


def find_matches(gateway: Gateway, trigger: Trigger) -> Matches:
    """The objects that the trigger matches now, of the 5,000 that changed last. Raises GatewayError."""
    newest = next(iter(gateway.changed(trigger.entity, None, 1)), None)
    if newest is None or newest.changed is None:
        return Matches(objects=(), read=0, all_read=True)
    rows: dict[str, Entity] = {}
    for since in (*(newest.changed - window for window in WINDOWS), BEGINNING):
        read = {row.id: row for row in islice(objects_since(gateway, trigger.entity, since), MOST_READ + 1)}
        if len(read) > MOST_READ and rows:
            return _select(trigger, rows, all_read=False)
        rows = read
        if len(rows) > MOST_READ:
            return _select(trigger, rows, all_read=False)
    return _select(trigger, rows, all_read=True)


def _select(trigger: Trigger, rows: dict[str, Entity], *, all_read: bool) -> Matches:
    objects = [row for row in rows.values() if _fires_at_once(trigger, row)]
    objects.sort(key=lambda row: row.changed or BEGINNING, reverse=True)
    return Matches(objects=tuple(objects), read=len(rows), all_read=all_read)


def _fires_at_once(trigger: Trigger, row: Entity) -> bool:
    """Whether the engine's first look gives an event, if the trigger includes existing objects."""
    fired, _ = events(attrs.evolve(trigger, include_existing=True), row, {}, watch_from=BEGINNING, first_look=True)
    return bool(fired)


def matches_data(matches: Matches) -> dict[str, Any]:
    """The counts and the first matches, for the page."""
    return {
        "count": len(matches.objects),
        "read": matches.read,
        "all_read": matches.all_read,
        "objects": [_object_data(row) for row in matches.objects[:MOST_LISTED]],
    }


def _object_data(row: Entity) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": shown_name(row),
        "project": shown_project(row),
        "status": row.status,
        "tags": list(row.tags),
        "changed": millis(row.changed),
    }
