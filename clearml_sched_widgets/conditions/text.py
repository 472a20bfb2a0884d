"""Replaces the ${…} placeholders in the names, tags and parameters of what an event launches."""

from __future__ import annotations

from collections.abc import Mapping

from clearml_sched_widgets.conditions.selection import shown_name, shown_project
from clearml_sched_widgets.definition.placeholders import REFERENCE
from clearml_sched_widgets.records import Entity


def substitute(text: str, values: Mapping[str, str]) -> str:
    """The text with each `${name}` replaced by its value; names without a value stay as they are, `$${` becomes `${`.

    Placeholders inside a value are not replaced: values come from the server and are data.
    """
    return REFERENCE.sub(lambda match: _value(match[0], match[1].strip(), values), text)


def _value(text: str, name: str, values: Mapping[str, str]) -> str:
    return text[1:] if text.startswith("$$") else values.get(name, text)


def values_of(entity: Entity) -> dict[str, str]:
    """The placeholder values for an object: `task.id`, `task.name`, `task.project`, `task.status`, `task.tags`.

    The first part is the kind of the object: `task`, `dataset` or `model`. Tags are joined by commas.
    """
    values = {
        "id": entity.id,
        "name": shown_name(entity),
        "project": shown_project(entity),
        "status": entity.status,
        "tags": ",".join(entity.tags),
    }
    return {f"{entity.entity}.{name}": value for name, value in values.items()}
