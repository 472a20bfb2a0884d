"""Validates what a run overrides of its base task: its container, and fields of its script."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from clearml_sched_widgets.definition.checks import guarded
from clearml_sched_widgets.definition.fixed import FixedDict

CONTAINER_KEYS = ("image", "arguments", "setup_shell_script")
SCRIPT_FIELDS = (
    *("repository", "branch", "tag", "version_num", "entry_point", "working_dir", "binary", "diff"),
    "requirements.pip",
)
OVERRIDES = tuple(f"script.{name}" for name in SCRIPT_FIELDS)
IN_BASE = "set it in the base task: a clone takes it over"
# What to use instead of the other keys that the SDK's schedulers accept. The longest matching prefix counts.
HINTS = {
    "script": f"expected one of {', '.join(OVERRIDES)}",
    "script.requirements": "expected script.requirements.pip, a text with a requirement in each line",
    "container": "use the action's `container`",
    "hyperparams": "use the action's `parameters`",
    "project": "use the action's `project`",
    "name": "use the action's `name`",
    "tags": "use the action's `tags`",
    "system_tags": "system tags are the server's and the scheduler's own; use the action's `tags`",
    "parent": "the scheduler sets it to the base task",
    "execution": IN_BASE,
    "execution.queue": "use the action's `queue`",
    "execution.parameters": "use the action's `parameters`",
    "execution.docker_cmd": "use the action's `container`",
    **dict.fromkeys(
        ("type", "comment", "configuration", "models", "input", "output_dest", "output", "runtime"), IN_BASE
    ),
    "task": "use the action's `task`",
    "force": "a draft needs no force",
    "delete_missing": "overrides change single fields of the script only",
}


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 100_000:
        raise ValueError("expected text of at most 100,000 characters")
    return value


def _container(value: str | Mapping[str, str]) -> dict[str, str]:
    given = {"image": value} if isinstance(value, str) else value
    if not isinstance(given, Mapping) or not str(given.get("image") or "").strip():
        raise ValueError('expected the name of an image, or a mapping with "image" and what else is wanted')
    unknown = [key for key in given if key not in CONTAINER_KEYS]
    if unknown:
        raise ValueError(f"there is no key {unknown[0]!r}; expected {', '.join(CONTAINER_KEYS)}")
    return FixedDict({key: guarded(_text, given[key]) for key in CONTAINER_KEYS if given.get(key)})


def container(value: str | Mapping[str, str] | None) -> dict[str, str]:
    """A container: the name of an image, or image, arguments and setup_shell_script. Empty for None."""
    return guarded(_container, value) if value else FixedDict()


def _hint(key: str) -> str:
    """What to use instead of this key."""
    if "/" in key:
        return HINTS["hyperparams"]
    parts = key.split(".")
    names = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((HINTS[name] for name in names if name in HINTS), HINTS["script"])


def _override(key: str, value: Any) -> str:
    if key not in OVERRIDES:
        raise ValueError(f"this field cannot be set here; {_hint(str(key))}")
    return _text("" if value is None else value)


def _overrides(value: Mapping[str, Any]) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise ValueError('expected a mapping such as {"script.branch": "main", "script.version_num": ""}')
    return FixedDict({key: guarded(partial(_override, key), value[key]) for key in value})


def overrides(value: Mapping[str, Any]) -> dict[str, str]:
    """Fields of a task's script by dotted name, such as "script.branch"; None empties one."""
    return guarded(_overrides, value)
