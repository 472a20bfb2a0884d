"""The condition Published: a task or dataset by its status, a model by being made ready."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clearml_sched_widgets.conditions.edges import evaluate_edge
from clearml_sched_widgets.conditions.node import NODES, Look, Result, StateNode
from clearml_sched_widgets.conditions.status import evaluate_status, status_key
from clearml_sched_widgets.definition import Published
from clearml_sched_widgets.records import Entity


class PublishedNode(StateNode[Published]):
    """A change of status, but of a model an edge: the server keeps no time for the publication of a model."""

    def state(self, entity: Entity, memory: Mapping[str, Any]) -> Result:  # noqa: ARG002 - it needs no memory
        holds = entity.status == "published"
        keys = ("",) if self.kind == "model" else (status_key(entity),)
        return Result(holds=holds, words="is published" if holds else "is not published", keys=keys)

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

    @property
    def negation(self) -> str:
        return "is not published"


NODES[Published] = PublishedNode
