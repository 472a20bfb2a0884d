"""Describes a trigger in one English sentence."""

from __future__ import annotations

from collections.abc import Iterable

from clearml_sched_widgets.definition import Condition, Published, Select, StatusChanged, Tagged, Trigger


def describe_trigger(trigger: Trigger) -> str:
    """One sentence, such as `When a task in project "Vision" becomes completed.`"""
    return f"When a {trigger.entity}{_selection_text(trigger.select)} {_condition_text(trigger.when)}."


def _condition_text(condition: Condition) -> str:
    if isinstance(condition, StatusChanged):
        before = f" after being {_joined_by_or(map(_spaced, condition.from_))}" if condition.from_ else ""
        return f"becomes {_joined_by_or(map(_spaced, condition.to))}{before}"
    if isinstance(condition, Published):
        return "is published"
    if isinstance(condition, Tagged):
        return f"is tagged {_tags_text(condition.any, condition.all, condition.none)}"
    raise TypeError(f"{type(condition).__name__} is not a condition that can be described")


def _tags_text(some: tuple[str, ...], every: tuple[str, ...], none: tuple[str, ...]) -> str:
    parts = [_joined_by_or(map(_quoted, some))] if some else []
    parts += [" and ".join(map(_quoted, every))] if every else []
    without = f", but not {_joined_by_or(map(_quoted, none))}" if none else ""
    return " and ".join(parts) + without


def _selection_text(select: Select) -> str:
    parts = []
    if select.projects:
        parts.append(f"in project {_joined_by_or(map(_quoted, select.projects))}")
    if select.name:
        parts.append(f"whose name contains {_quoted(select.name)}")
    if select.name_regex:
        parts.append(f"whose name matches {_quoted(select.name_regex)}")
    if select.tags_any or select.tags_all:
        parts.append(f"tagged {_tags_text(select.tags_any, select.tags_all, select.tags_none)}")
    elif select.tags_none:
        parts.append(f"not tagged {_joined_by_or(map(_quoted, select.tags_none))}")
    if select.users:
        parts.append(f"of user {_joined_by_or(select.users)}")
    return "".join(f" {part}" for part in parts)


def _joined_by_or(words: Iterable[str]) -> str:
    listed = list(words)
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} or {listed[-1]}"


def _spaced(status: str) -> str:
    return status.replace("_", " ")


def _quoted(text: str) -> str:
    return f'"{text}"'
