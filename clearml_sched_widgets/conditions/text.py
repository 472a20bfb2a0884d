"""`${…}` in the names, tags and parameters of what an event launches."""

from __future__ import annotations

import re
from collections.abc import Mapping

from clearml_sched_widgets.conditions.selection import shown_name, shown_project
from clearml_sched_widgets.records import Entity

REFERENCE = re.compile(r"\$\{([^${}]+)\}")


def substitute(text: str, values: Mapping[str, str]) -> str:
    """The text with each `${name}` replaced by its value; names without a value stay as they are.

    What a value contains is not looked at again: it comes from the server, and is data.
    """
    return REFERENCE.sub(lambda found: values.get(found[1].strip(), found[0]), text)


def values_of(entity: Entity) -> dict[str, str]:
    """What the names stand for with this object: `task.id`, `task.name`, `task.project`, `task.status`, `task.tags`.

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
