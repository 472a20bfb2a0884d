"""The condition Published: a task or dataset by its status, a model by being made ready."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clearml_sched_widgets.conditions.edges import evaluate_edge
from clearml_sched_widgets.conditions.node import NODES, Look, Node, Result
from clearml_sched_widgets.conditions.status import evaluate_status
from clearml_sched_widgets.definition import Published
from clearml_sched_widgets.records import Entity


class PublishedNode(Node[Published]):
    """A change of status, but of a model an edge: the server keeps no time for the publication of a model."""

    def evaluate(self, entity: Entity, memory: Mapping[str, Any], look: Look) -> Result:
        if self.kind != "model":
            return evaluate_status(entity, memory, look, to=("published",))
        holds = entity.status == "published"
        return evaluate_edge(holds, entity, memory, look, kind="published", words="was published")

    @property
    def needs_inventory(self) -> bool:
        return self.kind == "model"

    @property
    def sentence(self) -> str:
        return "is published"


NODES[Published] = PublishedNode
