"""What a draft amounts to: what is wrong with it, and in words and times what it would do. No request, no clock."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from clearml_sched_widgets.codec import from_data
from clearml_sched_widgets.definition import (
    Definition,
    Published,
    Rule,
    Schedule,
    Select,
    StatusChanged,
    Tagged,
)
from clearml_sched_widgets.definition.items import Trigger
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
    return {"sentence": trigger_sentence(item), "next": []}


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


def trigger_sentence(trigger: Trigger) -> str:
    """One plain English sentence on when a trigger fires."""
    return f"When a {trigger.entity}{_selected(trigger.select)} {_happens(trigger)}."


def _happens(trigger: Trigger) -> str:
    when = trigger.when
    if isinstance(when, StatusChanged):
        before = f" (from {_statuses(when.from_)})" if when.from_ else ""
        return f"becomes {_statuses(when.to)}{before}"
    if isinstance(when, Published):
        return "is published"
    assert isinstance(when, Tagged)
    parts = []
    if when.any:
        parts.append(f"the tag {_tags(when.any, 'or')}")
    if when.all:
        parts.append(f"all of the tags {_tags(when.all, 'and')}")
    gets = f"gets {' and '.join(parts)}"
    return f"{gets} and has no tag {_tags(when.none, 'or')}" if when.none else gets


def _selected(select: Select) -> str:
    words = []
    if select.projects:
        words.append(f" in {_listed(select.projects, 'or')}")
    if select.name:
        words.append(f" whose name contains “{select.name}”")
    if select.name_regex:
        words.append(f" whose name matches /{select.name_regex}/")
    if select.tags_any:
        words.append(f" tagged {_tags(select.tags_any, 'or')}")
    if select.tags_all:
        words.append(f" tagged {_tags(select.tags_all, 'and')}")
    if select.tags_none:
        words.append(f" not tagged {_tags(select.tags_none, 'or')}")
    return "".join(words)


def _statuses(statuses: tuple[str, ...]) -> str:
    return _listed([status.replace("_", " ") for status in statuses], "or")


def _tags(tags: tuple[str, ...], joint: str) -> str:
    return _listed([f"“{tag}”" for tag in tags], joint)


def _listed(words: Sequence[str], joint: str) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {joint} {words[-1]}"
