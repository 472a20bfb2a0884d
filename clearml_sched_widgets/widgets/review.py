"""What a draft amounts to: what is wrong with it, and in words and times what it would do. No request, no clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from clearml_sched_widgets.codec import from_data
from clearml_sched_widgets.conditions.describe import describe_trigger
from clearml_sched_widgets.definition import Definition, Rule, Schedule, Trigger
from clearml_sched_widgets.errors import InvalidDefinition
from clearml_sched_widgets.recurrence import describe, next_after
from clearml_sched_widgets.widgets.messages import problems_data

PREVIEWED = 5


def review(data: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The problems of a draft by path, and by item id its sentence and next runs, for those items that are valid."""
    try:
        definition = from_data(data)
    except InvalidDefinition as error:
        return {"problems": problems_data(error.problems), "items": _reviewed_singly(data, now)}
    return {"problems": [], "items": _reviewed(definition, now)}


def _reviewed(definition: Definition, now: datetime) -> dict[str, Any]:
    return {item.id: _item(item, now) for item in definition.items}


def _reviewed_singly(data: dict[str, Any], now: datetime) -> dict[str, Any]:
    """One item that is wrong does not take the preview from the others."""
    found: dict[str, Any] = {}
    for key in ("schedules", "triggers"):
        items = data.get(key)
        for item in items if isinstance(items, list) else ():
            alone = {**data, "name": "draft", "schedules": [], "triggers": [], key: [item]}
            try:
                found.update(_reviewed(from_data(alone), now))
            except InvalidDefinition:
                continue
    return found


def _item(item: Schedule | Trigger, now: datetime) -> dict[str, Any]:
    if isinstance(item, Schedule):
        return {"sentence": describe(item.recurrence), "next": list(_next_runs(item.recurrence, now))}
    return {"sentence": describe_trigger(item), "next": []}


def _next_runs(rule: Rule, now: datetime) -> Iterator[dict[str, Any]]:
    zone = ZoneInfo(rule.timezone)
    for moment in islice(_after(rule, now), PREVIEWED):
        local = moment.astimezone(zone)
        yield {"at": int(moment.timestamp() * 1000), "local": f"{local:%a %Y-%m-%d %H:%M:%S}", "zone": rule.timezone}


def _after(rule: Rule, moment: datetime) -> Iterator[datetime]:
    following = next_after(rule, moment)
    while following is not None:
        yield following
        following = next_after(rule, following)
