"""Finds the events of what happens at a time that the server keeps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from clearml_sched_widgets.conditions.memory import Entry, seen_text
from clearml_sched_widgets.conditions.node import Look, Occurrence, Result
from clearml_sched_widgets.records import Entity


def evaluate_moment(
    entity: Entity,
    memory: Mapping[str, Any],
    look: Look,
    *,
    key: str,
    moment: datetime | None,
    words: str,
    wanted: bool = True,
    remembered: Entry | None = None,
) -> Result:
    """The result for a selected object to which something happened at that moment (server time).

    `key` is its identity. It is an event if it is `wanted` and not handled before. `remembered` is kept in any case.
    """
    entry: Entry = {**(remembered or {})}
    eligible = look.existing if look.first else happened_while_watched(moment, entity, look)
    if eligible or key == memory.get("key"):
        entry["key"] = key  # stays when something else of the object changes: the poll may look back to the event
    is_new = eligible and wanted and key != memory.get("key")
    events = (Occurrence(key=key, words=words),) if is_new else ()
    if not entry:
        return Result(holds=True)
    # A key that was known is kept only as long as if the object had not changed again.
    is_old_key = not events and not remembered and key == memory.get("key")
    entry["seen"] = memory.get("seen", "") if is_old_key else seen_text(entity)
    return Result(holds=True, events=events, memory=entry)


def happened_while_watched(moment: datetime | None, entity: Entity, look: Look) -> bool:
    """Whether what happened at that moment is to be handled now: not before the trigger, not handled already."""
    if moment is None:
        return False
    if look.handled_future:
        present, handled = look.handled_future
        # What has changed again since then has an earlier time than its own status.
        if min(present, entity.changed or present) < moment <= handled:
            return False
    return moment > look.watch_from and (look.since is None or moment >= look.since)
