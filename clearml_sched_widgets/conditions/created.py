"""The condition Created."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clearml_sched_widgets.conditions.moments import evaluate_moment, happened_while_watched
from clearml_sched_widgets.conditions.node import NODES, Look, Node, Result
from clearml_sched_widgets.definition import Created
from clearml_sched_widgets.records import Entity


class CreatedNode(Node[Created]):
    """A moment: an object is new once. It is looked at as the first poll after its creation shows it."""

    def evaluate(self, entity: Entity, memory: Mapping[str, Any], look: Look) -> Result:
        is_old = not (look.first or memory or happened_while_watched(entity.created, entity, look))
        if is_old or not look.selected():
            return Result(holds=False)
        key = f"{entity.id}:created:{entity.created.isoformat() if entity.created else ''}"
        return evaluate_moment(entity, memory, look, key=key, moment=entity.created, words="was created")

    @property
    def needs_inventory(self) -> bool:
        return False

    @property
    def sentence(self) -> str:
        return "is created"


NODES[Created] = CreatedNode
