"""The conditions Tagged and Untagged: the object came to carry the awaited tags, or lost them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clearml_sched_widgets.conditions.edges import RisingNode, evaluate_edge
from clearml_sched_widgets.conditions.node import NODES, Look, Result, StateNode
from clearml_sched_widgets.conditions.selection import tags_match
from clearml_sched_widgets.conditions.words import tags_text
from clearml_sched_widgets.definition import Tagged, Untagged
from clearml_sched_widgets.records import Entity


class TaggedNode(StateNode[Tagged]):
    """An edge."""

    def state(self, entity: Entity, memory: Mapping[str, Any]) -> Result:  # noqa: ARG002 - it needs no memory
        holds = tags_match(entity.tags, self.when.any, self.when.all, self.when.none)
        return Result(holds=holds, words="carries the awaited tags" if holds else "does not carry the awaited tags")

    def evaluate(self, entity: Entity, memory: Mapping[str, Any], look: Look) -> Result:
        holds = tags_match(entity.tags, self.when.any, self.when.all, self.when.none)
        return evaluate_edge(holds, entity, memory, look, kind="tagged", words="came to carry the awaited tags")

    @property
    def needs_inventory(self) -> bool:
        return True

    @property
    def sentence(self) -> str:
        return f"is tagged {self._tags}"

    @property
    def negation(self) -> str:
        return f"is not tagged ({self._tags})" if self.when.none else f"is not tagged {self._tags}"

    @property
    def _tags(self) -> str:
        return tags_text(self.when.any, self.when.all, self.when.none)


class UntaggedNode(RisingNode[Untagged]):
    """It remembers which of its tags an object has carried, as `had`: without that, every object lacks them."""

    event_kind = "untagged"

    def state(self, entity: Entity, memory: Mapping[str, Any]) -> Result:
        known = memory.get("had")
        watched = (*self.when.any, *self.when.all)
        had = sorted({tag for tag in watched if tag in entity.tags or (isinstance(known, list) and tag in known)})
        lost = {tag for tag in had if tag not in entity.tags}
        holds = (not self.when.any or not lost.isdisjoint(self.when.any)) and lost.issuperset(self.when.all)
        words = "has lost the awaited tags" if holds else "has not lost the awaited tags"
        return Result(holds=holds, words=words, memory={"had": had} if had else None)

    def rise_words(self, now: Result) -> str:  # noqa: ARG002 - it is the same always
        return "lost the awaited tags"

    @property
    def needs_inventory(self) -> bool:
        return True

    @property
    def sentence(self) -> str:
        return f"loses the tag {tags_text(self.when.any, self.when.all, ())}"

    @property
    def negation(self) -> str:
        return f"has not lost the tag {tags_text(self.when.any, self.when.all, ())}"


NODES[Tagged] = TaggedNode
NODES[Untagged] = UntaggedNode
