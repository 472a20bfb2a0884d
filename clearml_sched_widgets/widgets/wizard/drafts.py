"""The items of a draft, as far as they can be read: one that lacks its base task still says when it would run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from clearml_sched_widgets.codec import from_data
from clearml_sched_widgets.definition import Schedule, Trigger
from clearml_sched_widgets.errors import InvalidDefinition, Problem

Item = Schedule | Trigger
SOME_TASK = "0" * 32
WHEN = ("id", "name", "enabled", "run_at_start", "recurrence", "entity", "when", "select", "include_existing")


def read_draft(data: Mapping[str, Any]) -> tuple[tuple[Problem, ...], tuple[Item, ...]]:
    """What is wrong with a draft, and its items that say when they run. One wrong item takes nothing from the others.

    An item whose action or policies are wrong is read with a stand-in for them: it must not be launched.
    """
    try:
        definition = from_data(data)
    except InvalidDefinition as error:
        return error.problems, tuple(_singly(data))
    return (), definition.items


def _singly(data: Mapping[str, Any]) -> Iterator[Item]:
    for key in ("schedules", "triggers"):
        items = data.get(key)
        for item in items if isinstance(items, list) else ():
            yield from next((found for each in _versions(item) if (found := _read(data, key, each))), ())


def _versions(item: Any) -> Iterator[Any]:
    """The item as it is, then with less and less of what does not say when it runs."""
    yield item
    if isinstance(item, Mapping):
        when = {key: item[key] for key in WHEN if key in item}
        stand_in = {"task": SOME_TASK, **_queue(item.get("action"))}
        yield {**when, "action": stand_in, "policies": item.get("policies", {})}
        yield {**when, "action": stand_in}


def _queue(action: object) -> dict[str, str]:
    """The action's queue, if it has one: schedules can meet there."""
    queue = action.get("queue") if isinstance(action, Mapping) else None
    return {"queue": queue} if isinstance(queue, str) and queue.strip() else {}


def _read(data: Mapping[str, Any], key: str, item: Any) -> tuple[Item, ...]:
    rest = {"version": data["version"]} if "version" in data else {}
    try:
        return from_data({**rest, "name": "draft", key: [item]}).items
    except InvalidDefinition:
        return ()
