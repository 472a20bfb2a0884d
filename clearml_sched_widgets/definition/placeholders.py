"""Lists the `${…}` placeholders that an action may contain, and finds unknown ones."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clearml_sched_widgets.definition.actions import Action
from clearml_sched_widgets.errors import Problem

REFERENCE = re.compile(r"\$?\$\{([^${}]+)\}")  # a $ before it escapes it: $${HOME} is sent as ${HOME}
OBJECT_FIELDS = ("id", "name", "project", "status", "tags")


def known(entity: str) -> tuple[str, ...]:
    """The placeholders for a trigger on that kind of object; for a schedule if `entity` is empty."""
    return ("scheduled", *((*(f"{entity}.{part}" for part in OBJECT_FIELDS), "trigger.name") if entity else ()))


def unknown_placeholders(action: Action, entity: str) -> Iterator[Problem]:
    """A problem for each placeholder in an action that never has a value."""
    names = known(entity)
    expected = f"expected one of {', '.join(f'${{{name}}}' for name in names)} ($${{…}} is sent as ${{…}})"
    for path, text in _texts(action):
        for match in REFERENCE.finditer(text):
            if not match[0].startswith("$$") and match[1].strip() not in names:
                yield Problem(f"action.{path}", text, f"nothing stands for {match[0]} here; {expected}")


def _texts(action: Action) -> Iterator[tuple[str, str]]:
    """Every text of an action in which placeholders are replaced, with its path."""
    if isinstance(action.name, str):
        yield "name", action.name
    for index, tag in enumerate(action.tags):
        yield f"tags[{index}]", tag
    for path in ("parameters", "overrides"):
        for key, text in getattr(action, path).items():
            yield f"{path}[{key!r}]", text
