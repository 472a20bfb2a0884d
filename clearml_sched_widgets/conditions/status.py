"""The condition StatusChanged, and whatever else is a change of a task's status."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clearml_sched_widgets.conditions.memory import seen_text, seen_time
from clearml_sched_widgets.conditions.moments import evaluate_moment
from clearml_sched_widgets.conditions.node import NODES, Look, Result, StateNode
from clearml_sched_widgets.conditions.words import joined_by_or, spaced
from clearml_sched_widgets.definition import StatusChanged
from clearml_sched_widgets.records import Entity

# An object in these statuses has run, and its start time tells its runs apart. The server changes the start time when a
# finished task is started again, but not when a running one is.
RUN_STATUSES = frozenset({"in_progress", "completed", "failed", "stopped", "closed"})
ENDED_STATUSES = frozenset({"completed", "failed", "stopped"})


class StatusNode(StateNode[StatusChanged]):
    """A change of status: the server keeps its time. As a part of another condition it is the status itself."""

    def state(self, entity: Entity, memory: Mapping[str, Any]) -> Result:  # noqa: ARG002 - it needs no memory
        holds = entity.status in self.when.to
        return Result(holds=holds, words=f"is {spaced(entity.status)}", keys=(status_key(entity),))

    def evaluate(self, entity: Entity, memory: Mapping[str, Any], look: Look) -> Result:
        return evaluate_status(entity, memory, look, to=self.when.to, from_=self.when.from_)

    @property
    def needs_inventory(self) -> bool:
        return False

    @property
    def sentence(self) -> str:
        before = f" after being {joined_by_or(map(spaced, self.when.from_))}" if self.when.from_ else ""
        return f"becomes {joined_by_or(map(spaced, self.when.to))}{before}"

    @property
    def negation(self) -> str:
        return f"is not {joined_by_or(map(spaced, self.when.to))}"


NODES[StatusChanged] = StatusNode


def evaluate_status(
    entity: Entity, memory: Mapping[str, Any], look: Look, *, to: tuple[str, ...], from_: tuple[str, ...] = ()
) -> Result:
    """The result of a change to one of the statuses `to`, from one of `from_` if there are any.

    `from_` is compared with the previous status as far as polls show it: the last one seen, or in_progress if the
    object was started since. Only the statuses in `from_` are remembered.
    """
    if entity.status not in (*to, *from_) or not look.selected():
        return Result(holds=False)
    remembered = {"status": entity.status} if entity.status in from_ else {}
    if entity.status not in to:
        return Result(holds=False, memory={**remembered, "seen": seen_text(entity)})
    return evaluate_moment(
        entity,
        memory,
        look,
        key=status_key(entity),
        moment=entity.status_changed or entity.created,  # a new draft has only its creation time
        words=_words(entity),
        wanted=not from_ or _previous_status(entity, memory) in from_,
        remembered=remembered,
    )


def status_key(entity: Entity) -> str:
    """The identity of the object's present status: by its own time, or by that of the run that it ended."""
    changed = entity.status_changed or entity.created
    moment = (entity.started or entity.completed or changed) if entity.status in RUN_STATUSES else changed
    return f"{entity.id}:{entity.status}:{moment.isoformat() if moment else ''}"


def _previous_status(entity: Entity, memory: Mapping[str, Any]) -> str | None:
    """The previous status as far as polls show it: the last one seen, or `in_progress` if a run began since."""
    seen = seen_time(memory)
    began_since = entity.started is not None and (seen is None or entity.started > seen)
    if entity.status in ENDED_STATUSES and began_since:
        return "in_progress"
    return memory.get("status")


def _words(entity: Entity) -> str:
    return "was published" if entity.status == "published" else f"became {spaced(entity.status)}"
