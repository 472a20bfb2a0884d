"""The conditions that are made of others: Not, AllOf and AnyOf.

AllOf(StatusChanged("completed"), Tagged("x"))         when the second of the two comes true
AllOf(StatusChanged("completed"), Not(Tagged("x")))    when it completes without the tag, or loses the tag later
AllOf(Created(), Tagged("x"))                          when it is created, if the first look finds the tag
AllOf(StatusChanged("failed", from_="queued"), …)      when its status changes so, if the rest holds then
AnyOf(StatusChanged("completed"), Tagged("x"))         when the first of the two comes true; not again at the other
AnyOf(StatusChanged("completed"), Published())         at either: a status of its own begins
AllOf(StatusChanged("failed"), Tagged("x"))            again when it was run again and failed, the tag still there
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, ClassVar, TypeVar

import attrs

from clearml_sched_widgets.conditions.edges import RisingNode
from clearml_sched_widgets.conditions.memory import Entry, seen_text
from clearml_sched_widgets.conditions.node import NODES, Look, Node, Result, StateNode, node_of, state_node_of
from clearml_sched_widgets.definition import AllOf, AnyOf, Condition, Not
from clearml_sched_widgets.definition.when import Group
from clearml_sched_widgets.records import Entity

G = TypeVar("G", bound=Group)


class NotNode(RisingNode[Not]):
    """A part of others: no trigger waits for it alone."""

    event_kind = "not"

    @cached_property
    def _part(self) -> StateNode[Any]:
        return state_node_of(self.when.condition, self.kind)

    def state(self, entity: Entity, memory: Mapping[str, Any]) -> Result:
        part = self._part.state(entity, memory)
        return attrs.evolve(part, holds=not part.holds, keys=(), parts=(part,))

    @property
    def needs_inventory(self) -> bool:
        return self._part.needs_inventory

    @property
    def sees_archived(self) -> bool:
        return self._part.sees_archived

    @property
    def sentence(self) -> str:
        return self._part.negation

    @property
    def negation(self) -> str:
        return self._part.sentence


class GroupNode(RisingNode[G]):
    """What AllOf and AnyOf share. The parts remember under `parts`, by their numbers."""

    joined_by: ClassVar[str]

    @cached_property
    def _parts(self) -> tuple[StateNode[Any], ...]:
        return tuple(state_node_of(part, self.kind) for part in self.when.parts)

    def state(self, entity: Entity, memory: Mapping[str, Any]) -> Result:
        parts = tuple(part.state(entity, _of_part(memory, index)) for index, part in enumerate(self._parts))
        holds = self._holds(parts)
        said = " and ".join(part.words for part in parts if part.holds == holds)
        return Result(holds=holds, words=said, keys=self._keys(parts), parts=parts, memory=_of_all(enumerate(parts)))

    @abstractmethod
    def _holds(self, parts: tuple[Result, ...]) -> bool:
        """Whether it holds, by its parts."""

    @abstractmethod
    def _keys(self, parts: tuple[Result, ...]) -> tuple[str, ...]:
        """The identities of the statuses by which it holds; always as many."""

    @property
    def needs_inventory(self) -> bool:
        return True

    @property
    def sees_archived(self) -> bool:
        return any(node_of(part, self.kind).sees_archived for part in self.when.parts)

    @property
    def sentence(self) -> str:
        return f" {self.joined_by} ".join(map(self._sentence_of, self.when.parts))

    @property
    def negation(self) -> str:
        return f"is not so that it ({self.sentence})"

    def _sentence_of(self, part: Condition) -> str:
        sentence = node_of(part, self.kind).sentence
        return f"({sentence})" if isinstance(part, Group) and len(self.when.parts) > 1 else sentence


class AllOfNode(GroupNode[AllOf]):
    """Rises with the last of its parts. If the first is a moment, the event is that moment, while the others hold."""

    event_kind, joined_by = "all_of", "and"

    def evaluate(self, entity: Entity, memory: Mapping[str, Any], look: Look) -> Result:
        if not self.when.is_moment:
            return super().evaluate(entity, memory, look)
        first = self._moment.evaluate(entity, memory, look)
        others = {index: part.state(entity, _of_part(memory, index)) for index, part in self._others.items()}
        kept = _of_all(others.items())
        if kept and not (first.holds or look.selected()):
            kept = None
        entry = {**(first.memory or {}), **(kept or {})}
        if entry:
            entry.setdefault("seen", seen_text(entity))
        hold = all(other.holds for other in others.values())
        said = [other.words for other in others.values()]
        return Result(
            holds=first.holds and hold,
            words=" and ".join(said),
            memory=entry or None,
            parts=(first, *others.values()),
            events=tuple(attrs.evolve(each, words=" and ".join((each.words, *said))) for each in first.events if hold),
        )

    @property
    def needs_inventory(self) -> bool:
        return not self.when.is_moment or any(part.needs_inventory for part in self._others.values())

    @cached_property
    def _moment(self) -> Node[Any]:
        return node_of(self.when.parts[0], self.kind)

    @cached_property
    def _others(self) -> dict[int, StateNode[Any]]:
        """The nodes of the parts after a moment, by their numbers."""
        return {index: state_node_of(part, self.kind) for index, part in enumerate(self.when.parts) if index}

    def _holds(self, parts: tuple[Result, ...]) -> bool:
        return all(part.holds for part in parts)

    def _keys(self, parts: tuple[Result, ...]) -> tuple[str, ...]:
        return tuple(key for part in parts for key in part.keys)


class AnyOfNode(GroupNode[AnyOf]):
    """Rises with the first of its parts."""

    event_kind, joined_by = "any_of", "or"

    def _holds(self, parts: tuple[Result, ...]) -> bool:
        return any(part.holds for part in parts)

    def _keys(self, parts: tuple[Result, ...]) -> tuple[str, ...]:
        """One key: of a status, if it holds by statuses alone."""
        keys = ["|".join(part.keys) for part in parts if part.holds]
        return (keys[0] if keys and all(keys) else "",)


NODES[Not] = NotNode
NODES[AllOf] = AllOfNode
NODES[AnyOf] = AnyOfNode


def _of_part(memory: Mapping[str, Any], index: int) -> Mapping[str, Any]:
    """What a part has remembered; empty if that makes no sense."""
    parts = memory.get("parts")
    entry = parts.get(str(index)) if isinstance(parts, dict) else None
    return entry if isinstance(entry, dict) else {}


def _of_all(parts: Iterable[tuple[int, Result]]) -> Entry | None:
    """What the parts remember, by their numbers."""
    kept = {str(index): part.memory for index, part in parts if part.memory}
    return {"parts": kept} if kept else None
