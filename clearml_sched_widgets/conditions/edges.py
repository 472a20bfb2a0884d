"""Finds the events of a condition for whose changes the server keeps no time: it holds now and did not before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clearml_sched_widgets.conditions.memory import seen_text
from clearml_sched_widgets.conditions.node import Look, Occurrence, Result
from clearml_sched_widgets.records import Entity


def evaluate_edge(
    holds: bool, entity: Entity, memory: Mapping[str, Any], look: Look, *, kind: str, words: str
) -> Result:
    """The result, if the condition `holds` of an object. An event's key is its ordinal on the object."""
    holds = holds and look.selected()
    held, ordinal = bool(memory.get("holds")), int(memory.get("ordinal", 0))
    if not holds:
        if not memory:
            return Result(holds=False)
        seen = seen_text(entity) if held else memory.get("seen", "")
        return Result(holds=False, memory={"holds": False, "ordinal": ordinal, "seen": seen})
    newly_true = not held
    entry = {"holds": True, "ordinal": ordinal + newly_true, "seen": seen_text(entity)}
    if not newly_true or (look.first and not look.existing):
        return Result(holds=True, memory=entry)
    event = Occurrence(key=f"{entity.id}:{kind}:{entry['ordinal']}", words=words)
    return Result(holds=True, events=(event,), memory=entry)
