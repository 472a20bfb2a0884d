"""The condition Tagged: the object came to carry the awaited tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clearml_sched_widgets.conditions.edges import evaluate_edge
from clearml_sched_widgets.conditions.node import NODES, Look, Node, Result
from clearml_sched_widgets.conditions.selection import tags_match
from clearml_sched_widgets.conditions.words import tags_text
from clearml_sched_widgets.definition import Tagged
from clearml_sched_widgets.records import Entity


class TaggedNode(Node[Tagged]):
    """An edge."""

    def evaluate(self, entity: Entity, memory: Mapping[str, Any], look: Look) -> Result:
        holds = tags_match(entity.tags, self.when.any, self.when.all, self.when.none)
        return evaluate_edge(holds, entity, memory, look, kind="tagged", words="came to carry the awaited tags")

    @property
    def needs_inventory(self) -> bool:
        return True

    @property
    def sentence(self) -> str:
        return f"is tagged {tags_text(self.when.any, self.when.all, self.when.none)}"


NODES[Tagged] = TaggedNode
