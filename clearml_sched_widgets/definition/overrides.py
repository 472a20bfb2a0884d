"""What a run has in place of its base task's own: its container, and fields of its script."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from clearml_sched_widgets.definition.checks import guarded

CONTAINER = ("image", "arguments", "setup_shell_script")
SCRIPT = (
    *("repository", "branch", "tag", "version_num", "entry_point", "working_dir", "binary", "diff"),
    "requirements.pip",
)
OVERRIDES = tuple(f"script.{name}" for name in SCRIPT)
ELSEWHERE = {
    "container": "use the action's `container`",
    "hyperparams": "use the action's `parameters`",
    "project": "use the action's `project`",
    "name": "use the action's `name`",
    "tags": "use the action's `tags`",
}


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 100_000:
        raise ValueError("expected text of at most 100,000 characters")
    return value


def _container(value: str | Mapping[str, str]) -> dict[str, str]:
    given = {"image": value} if isinstance(value, str) else value
    if not isinstance(given, Mapping) or not str(given.get("image") or "").strip():
        raise ValueError('expected the name of an image, or a mapping with "image" and what else is wanted')
    unknown = [key for key in given if key not in CONTAINER]
    if unknown:
        raise ValueError(f"there is no key {unknown[0]!r}; expected {', '.join(CONTAINER)}")
    return {key: guarded(_text, given[key]) for key in CONTAINER if given.get(key)}


def container(value: str | Mapping[str, str] | None) -> dict[str, str]:
    """A container: the name of an image, or image, arguments and setup_shell_script. Empty for None."""
    return guarded(_container, value) if value else {}


def _override(key: str, value: Any) -> str:
    section = str(key).partition(".")[0]
    if key not in OVERRIDES:
        hint = ELSEWHERE.get(section, f"expected one of {', '.join(OVERRIDES)}")
        raise ValueError(f"this field cannot be set here; {hint}")
    return _text("" if value is None else value)


def _overrides(value: Mapping[str, Any]) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise ValueError('expected a mapping such as {"script.branch": "main", "script.version_num": ""}')
    return {key: guarded(partial(_override, key), value[key]) for key in value}


def overrides(value: Mapping[str, Any]) -> dict[str, str]:
    """Fields of a task's script by dotted name, such as "script.branch"; None empties one."""
    return guarded(_overrides, value)
