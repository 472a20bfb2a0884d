"""Keeps what a trigger remembers of objects between two polls: a dict by object id, ready for JSON.

An entry has `seen`, the server's time of the change that it describes, and what the trigger's condition needs:

    holds, ordinal   edge conditions: whether the condition holds, and how often it has become true. The entry stays
                     when the condition no longer holds, because the next edge needs a new ordinal. Without
                     ordinals an event's identity is the time of the change in which it was seen.
    keys             what combines statuses: the identities of those by which it holds.
    status           status conditions with `from_`: the last status seen, if it is in `from_`.
    key              status conditions, Created: the key of the last event: the server may write one status twice.
    had              Untagged: which of its tags the object has carried.
    parts            what combines conditions: the entries of its parts, without `seen`, by their numbers.

Only the edge conditions Tagged and, of models, Published have ordinals.

Objects without any of these have no entry. `prune` limits the number of the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from clearml_sched_widgets.records import Entity

Entry = dict[str, Any]
Memory = Mapping[str, Mapping[str, Any]]

RETENTION = timedelta(days=30)
KEY_RETENTION = timedelta(minutes=10)  # a status that is written twice is written within seconds
LONG_LIVED = frozenset({"holds", "status", "had", "parts"})
MAX_KEYS = 100  # of entries older than the cursor


def entry_of(memory: Memory, object_id: str) -> Mapping[str, Any]:
    """The entry of an object; empty if there is none, or none that makes sense: anybody may have written it."""
    entry = memory.get(object_id)
    return entry if isinstance(entry, dict) and isinstance(entry.get("ordinal", 0), int) else {}


def seen_text(entity: Entity) -> str:
    """The `seen` of an entry: the server's time of the last change in the record; empty without a time."""
    moment = entity.changed or entity.status_changed or entity.created
    return moment.isoformat() if moment else ""


def prune(memory: Memory, since: datetime, retention: timedelta = RETENTION) -> dict[str, Entry]:
    """The memory without the entries that are too old at the cursor `since` (server time).

    Objects that did not change for `retention` are forgotten. If an edge condition still holds for such an object, its
    next change makes an event. Keys of status events are kept for ten minutes. At most 100 keys are kept, but all keys
    at or after the cursor. What makes no sense is dropped.
    """
    entries = {key: dict(entry) for key, entry in memory.items() if isinstance(entry, dict)}
    long_lived = {
        key: entry for key, entry in entries.items() if _is_long_lived(entry) and _seen_since(entry, since - retention)
    }
    short_lived = {
        key: entry
        for key, entry in entries.items()
        if not _is_long_lived(entry) and _seen_since(entry, since - KEY_RETENTION)
    }
    newest = sorted(short_lived, key=lambda key: _seen_or_empty(short_lived[key]), reverse=True)
    kept = {
        key: short_lived[key]
        for rank, key in enumerate(newest)
        if rank < MAX_KEYS or _seen_since(short_lived[key], since)
    }
    return {**long_lived, **kept}


def seen_within(memory: Memory, server_now: datetime) -> Memory:
    """The memory without any `seen` after `server_now`, because the server's clock was set back.

    Where only the key of an event is known it stays, so that it is known until its time has come again.
    """
    latest = server_now.isoformat()
    entries = {key: entry for key, entry in memory.items() if isinstance(entry, dict)}
    ahead = [key for key, entry in entries.items() if _seen_or_empty(entry) > latest and _is_long_lived(entry)]
    return {**memory, **{key: {**memory[key], "seen": latest} for key in ahead}} if ahead else memory


def seen_time(entry: Mapping[str, Any]) -> datetime | None:
    """The `seen` of an entry as a time; None without one that makes sense."""
    text = _seen_or_empty(entry)
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None


def _is_long_lived(entry: Mapping[str, Any]) -> bool:
    return not entry.keys().isdisjoint(LONG_LIVED)


def _seen_or_empty(entry: Mapping[str, Any]) -> str:
    text = entry.get("seen")
    return text if isinstance(text, str) else ""


def _seen_since(entry: Mapping[str, Any], moment: datetime) -> bool:
    seen = seen_time(entry)
    return seen is not None and seen >= moment
