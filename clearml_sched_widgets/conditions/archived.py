"""The condition Archived."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clearml_sched_widgets.conditions.edges import RisingNode
from clearml_sched_widgets.conditions.node import NODES, Result
from clearml_sched_widgets.definition import Archived
from clearml_sched_widgets.records import Entity


class ArchivedNode(RisingNode[Archived]):
    """An edge: the server keeps no time of it."""

    event_kind = "archived"

    def state(self, entity: Entity, memory: Mapping[str, Any]) -> Result:  # noqa: ARG002 - it needs no memory
        return Result(holds=entity.archived, words=self.sentence if entity.archived else self.negation)

    def rise_words(self, now: Result) -> str:  # noqa: ARG002 - it is the same always
        return "was archived"

    @property
    def needs_inventory(self) -> bool:
        return True

    @property
    def sees_archived(self) -> bool:
        return True

    @property
    def sentence(self) -> str:
        return "is archived"

    @property
    def negation(self) -> str:
        return "is not archived"


NODES[Archived] = ArchivedNode
