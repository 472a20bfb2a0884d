"""What is remembered of objects between two polls: per trigger a plain dict by object id, ready for JSON.

An entry holds only what its trigger's condition needs, beside `seen`, the server's time of the change it is about:

    holds, ordinal   conditions that are edges: whether the condition holds, and how often it has come true. The entry
                     of an object that no longer matches stays (`holds` is false): the next edge needs a new ordinal.
    status           status conditions with `from_`: the status that the object had, if it is one of those.
    key              status conditions: the event last found, since the server may write one status twice.

Objects of which none of this is true have no entry. `prune` keeps the rest within bounds.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from clearml_sched_widgets.records import Entity

Entry = dict[str, Any]
Memory = Mapping[str, Mapping[str, Any]]

RETENTION = timedelta(days=30)
ECHO = timedelta(minutes=10)  # a status written twice is written within seconds
KEYS_KEPT = 100  # beyond the cursor's own time


def seen_of(entity: Entity) -> str:
    """The server's time of the state that the record shows, as an entry's `seen`."""
    moment = entity.changed or entity.status_changed or entity.created
    return moment.isoformat() if moment else ""


def prune(memory: Memory, since: datetime, retention: timedelta = RETENTION) -> dict[str, Entry]:
    """The memory without what is too old at the cursor `since` (server time).

    Objects that did not change for the retention time are forgotten. What that means: a condition that held of one all
    the time counts as newly true when the object changes after that. Keys of status events are kept for ten minutes,
    and not more than 100 of them but for those at or after the cursor itself.
    """
    lasting = {
        key: dict(entry) for key, entry in memory.items() if _lasting(entry) and _after(entry, since - retention)
    }
    passing = {key: dict(entry) for key, entry in memory.items() if not _lasting(entry) and _after(entry, since - ECHO)}
    newest = sorted(passing, key=lambda key: _seen(passing[key]), reverse=True)
    kept = {key: passing[key] for place, key in enumerate(newest) if place < KEYS_KEPT or _after(passing[key], since)}
    return {**lasting, **kept}


def seen_at(entry: Mapping[str, Any]) -> datetime | None:
    """The time of an entry, if it has one."""
    return datetime.fromisoformat(entry["seen"]) if entry.get("seen") else None


def _lasting(entry: Mapping[str, Any]) -> bool:
    return "holds" in entry or "status" in entry


def _seen(entry: Mapping[str, Any]) -> str:
    return str(entry.get("seen", ""))


def _after(entry: Mapping[str, Any], moment: datetime) -> bool:
    seen = seen_at(entry)
    return seen is not None and seen >= moment
