"""Finds the events of conditions for whose changes the server keeps no time: they hold now and did not before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from clearml_sched_widgets.conditions.memory import seen_text
from clearml_sched_widgets.conditions.node import C, Look, Occurrence, Result, StateNode
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


class RisingNode(StateNode[C]):
    """A state whose event is its rise, identified by the server's time of the change in which it was seen.

    It has also risen if it rests on another status than before: the task was run again between two looks. Nothing is
    remembered of objects that it does not hold for, beyond what the state itself remembers.
    """

    event_kind: ClassVar[str]  # in the keys of events

    def rise_words(self, now: Result) -> str:
        """What happened as it rose."""
        return f"now {now.words}"

    def evaluate(self, entity: Entity, memory: Mapping[str, Any], look: Look) -> Result:
        now = self.state(entity, memory)
        if not (now.holds or now.memory) or not look.selected():
            return Result(holds=False, words=now.words, parts=now.parts)
        entry = {**(now.memory or {}), "seen": seen_text(entity)}
        if not now.holds:
            return Result(holds=False, words=now.words, parts=now.parts, memory=entry)
        entry["holds"] = True
        if any(now.keys):
            entry["keys"] = [*now.keys]
        has_risen = not memory.get("holds") or _rests_on_another(now.keys, memory.get("keys"))
        events: tuple[Occurrence, ...] = ()
        if has_risen and (look.existing or not look.first):
            events = (Occurrence(key=f"{entity.id}:{self.event_kind}:{entry['seen']}", words=self.rise_words(now)),)
        return Result(holds=True, words=now.words, parts=now.parts, memory=entry, events=events)


def _rests_on_another(keys: tuple[str, ...], known: object) -> bool:
    """Whether a status is another than before. Where there was none, the condition held by something else."""
    pairs = zip(keys, known, strict=False) if isinstance(known, list) else ()
    return any(key and before and key != before for key, before in pairs)
