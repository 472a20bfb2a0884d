"""The condition StatusChanged, and whatever else is a change of a task's status."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from clearml_sched_widgets.conditions.memory import Entry, seen_text, seen_time
from clearml_sched_widgets.conditions.node import NODES, Look, Node, Occurrence, Result
from clearml_sched_widgets.conditions.words import joined_by_or, spaced
from clearml_sched_widgets.definition import StatusChanged
from clearml_sched_widgets.records import Entity

# An object in these statuses has run, and its start time tells its runs apart. The server changes the start time when a
# finished task is started again, but not when a running one is.
RUN_STATUSES = frozenset({"in_progress", "completed", "failed", "stopped", "closed"})
ENDED_STATUSES = frozenset({"completed", "failed", "stopped"})


class StatusNode(Node[StatusChanged]):
    """A change of status: the server keeps its time."""

    def evaluate(self, entity: Entity, memory: Mapping[str, Any], look: Look) -> Result:
        return evaluate_status(entity, memory, look, to=self.when.to, from_=self.when.from_)

    @property
    def needs_inventory(self) -> bool:
        return False

    @property
    def sentence(self) -> str:
        before = f" after being {joined_by_or(map(spaced, self.when.from_))}" if self.when.from_ else ""
        return f"becomes {joined_by_or(map(spaced, self.when.to))}{before}"


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
    entry: Entry = {"status": entity.status} if entity.status in from_ else {}
    holds, key = entity.status in to, status_key(entity)
    eligible = (
        look.existing if look.first else changed_while_watched(entity.status_changed or entity.created, entity, look)
    )
    if holds and (eligible or key == memory.get("key")):
        entry["key"] = key  # stays when something else of the object changes: the poll may look back to the event
    from_matches = not from_ or _previous_status(entity, memory) in from_
    is_new = holds and eligible and from_matches and key != memory.get("key")
    events = (Occurrence(key=key, words=_words(entity)),) if is_new else ()
    if not entry:
        return Result(holds=holds, events=events)
    # A key that was known is kept only as long as if the object had not changed again.
    is_old_key = not events and "status" not in entry and key == memory.get("key")
    entry["seen"] = memory.get("seen", "") if is_old_key else seen_text(entity)
    return Result(holds=holds, events=events, memory=entry)


def changed_while_watched(moment: datetime | None, entity: Entity, look: Look) -> bool:
    """Whether a change at that moment (server time) is to be handled now: not before the trigger, not handled already.

    A new draft has no time of its status, only of its creation.
    """
    if moment is None:
        return False
    if look.handled_future:
        present, handled = look.handled_future
        # What has changed again since then has an earlier time than its own status.
        if min(present, entity.changed or present) < moment <= handled:
            return False
    return moment > look.watch_from and (look.since is None or moment >= look.since)


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
