"""`${…}` in the names, tags, parameters and overrides of what is launched: which there are, and which are misspelt."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clearml_sched_widgets.definition.actions import Action
from clearml_sched_widgets.errors import Problem

REFERENCE = re.compile(r"\$?\$\{([^${}]+)\}")  # a second $ before it makes it plain text: $${HOME} is sent as ${HOME}
OF_OBJECT = ("id", "name", "project", "status", "tags")


def known(entity: str) -> tuple[str, ...]:
    """The names that have a value for a trigger on such objects; with no kind of object, for a schedule."""
    return ("scheduled", *((*(f"{entity}.{part}" for part in OF_OBJECT), "trigger.name") if entity else ()))


def unknown(action: Action, entity: str) -> Iterator[Problem]:
    """A problem for each `${…}` in an action that would never have a value."""
    names = known(entity)
    expected = f"expected one of {', '.join(f'${{{name}}}' for name in names)} ($${{…}} is sent as ${{…}})"
    for path, text in _texts(action):
        for found in REFERENCE.finditer(text):
            if not found[0].startswith("$$") and found[1].strip() not in names:
                yield Problem(f"action.{path}", text, f"nothing stands for {found[0]} here; {expected}")


def _texts(action: Action) -> Iterator[tuple[str, str]]:
    """Every text in which `${…}` is replaced, with its path."""
    if isinstance(action.name, str):
        yield "name", action.name
    for index, tag in enumerate(action.tags):
        yield f"tags[{index}]", tag
    for path in ("parameters", "overrides"):
        for key, text in getattr(action, path).items():
            yield f"{path}[{key!r}]", text
