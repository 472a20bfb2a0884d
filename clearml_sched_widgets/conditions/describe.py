"""Describes a trigger in one English sentence."""

from __future__ import annotations

from clearml_sched_widgets.conditions.node import node_of
from clearml_sched_widgets.conditions.words import joined_by_or, quoted, tags_text
from clearml_sched_widgets.definition import Select, Trigger


def describe_trigger(trigger: Trigger) -> str:
    """One sentence, such as `When a task in project "Vision" becomes completed.`"""
    what = node_of(trigger.when, trigger.entity).sentence
    return f"When a {trigger.entity}{_selection_text(trigger.select)} {what}."


def _selection_text(select: Select) -> str:
    parts = []
    if select.projects:
        parts.append(f"in project {joined_by_or(map(quoted, select.projects))}")
    if select.name:
        parts.append(f"whose name contains {quoted(select.name)}")
    if select.name_regex:
        parts.append(f"whose name matches {quoted(select.name_regex)}")
    if select.tags_any or select.tags_all:
        parts.append(f"tagged {tags_text(select.tags_any, select.tags_all, select.tags_none)}")
    elif select.tags_none:
        parts.append(f"not tagged {joined_by_or(map(quoted, select.tags_none))}")
    if select.users:
        parts.append(f"of user {joined_by_or(select.users)}")
    return "".join(f" {part}" for part in parts)
