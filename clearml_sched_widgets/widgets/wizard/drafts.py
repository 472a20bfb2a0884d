"""Reads the items of an incomplete definition, so that an item without a base task can be previewed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from clearml_sched_widgets.codec import from_data
from clearml_sched_widgets.definition import Schedule, Trigger
from clearml_sched_widgets.errors import InvalidDefinition, Problem

Item = Schedule | Trigger
PLACEHOLDER_TASK = "0" * 32
TIMING_KEYS = (  # what decides when an item runs
    "id",
    "name",
    "enabled",
    "run_at_start",
    "recurrence",
    "entity",
    "when",
    "select",
    "include_existing",
)


def read_draft(data: Mapping[str, Any]) -> tuple[tuple[Problem, ...], tuple[Item, ...]]:
    """The problems of a draft, and its items whose timing can be read. Each item is read independently.

    An item with an invalid action or policies gets placeholders for them, so it must not be launched.
    """
    try:
        definition = from_data(data)
    except InvalidDefinition as error:
        return error.problems, tuple(_read_each_item(data))
    return (), definition.items


def _read_each_item(data: Mapping[str, Any]) -> Iterator[Item]:
    for key in ("schedules", "triggers"):
        items = data.get(key)
        for item in items if isinstance(items, list) else ():
            yield from next((parsed for each in _fallbacks(item) if (parsed := _read_item(data, key, each))), ())


def _fallbacks(item: Any) -> Iterator[Any]:
    """The item as it is, then with a placeholder action, then also without its policies."""
    yield item
    if isinstance(item, Mapping):
        timing = {key: item[key] for key in TIMING_KEYS if key in item}
        placeholder = {"task": PLACEHOLDER_TASK, **_queue_of(item.get("action"))}
        yield {**timing, "action": placeholder, "policies": item.get("policies", {})}
        yield {**timing, "action": placeholder}


def _queue_of(action: object) -> dict[str, str]:
    """The action's queue, if it has one. It is needed to find clashes."""
    queue = action.get("queue") if isinstance(action, Mapping) else None
    return {"queue": queue} if isinstance(queue, str) and queue.strip() else {}


def _read_item(data: Mapping[str, Any], key: str, item: Any) -> tuple[Item, ...]:
    version = {"version": data["version"]} if "version" in data else {}
    try:
        return from_data({**version, "name": "draft", key: [item]}).items
    except InvalidDefinition:
        return ()
