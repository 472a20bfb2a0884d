"""The events of a trigger on one object, from what the poll shows of it now and what is remembered of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from clearml_sched_widgets.conditions.memory import Entry, Memory, seen_at, seen_of
from clearml_sched_widgets.conditions.selection import carries, selects, shown_name
from clearml_sched_widgets.definition import Published, StatusChanged, Tagged, Trigger
from clearml_sched_widgets.records import Entity

# In these statuses an object ran, and the time it was started at tells its runs apart. The server does not move it when
# a running task is started again, and does move it when a finished one is.
OF_A_RUN = frozenset({"in_progress", "completed", "failed", "stopped", "closed"})
AFTER_RUNNING = frozenset({"completed", "failed", "stopped"})


@attrs.frozen(kw_only=True)
class Event:
    """A trigger's condition came true on an object.

    `key` is the event's identity among all events of the trigger: the same event, found twice, has the same key. `what`
    says in words what happened, such as `task "train" became completed`.
    """

    trigger_id: str
    entity: Entity
    key: str
    what: str


@attrs.frozen(kw_only=True)
class Look:
    """How a poll looks at objects; see `events`."""

    watch_from: datetime
    since: datetime | None
    first: bool


def events(
    trigger: Trigger,
    entity: Entity,
    memory: Memory,
    *,
    watch_from: datetime,
    since: datetime | None = None,
    first_look: bool = False,
) -> tuple[list[Event], Entry | None]:
    """What happened to the object for this trigger, and what to remember of it: put the entry in the memory under the
    object's id, or remove the one there if it is None.

    Status events need their status to be changed after `watch_from` (when the trigger began) and not before `since`
    (the poll's cursor): so an old failed task that gets a tag does not fail again. Other conditions are edges: they
    hold now and did not when the object was last seen. A `first_look` is for objects that were there when the trigger
    began, and makes events only if the trigger includes existing objects; archived ones are left out of it. Runs that
    the trigger led to make none, unless it includes its own.

    With `from_` the status before counts as far as polls show it: the one last seen, or in_progress if the object was
    started since. An object in another status than those of `from_` is not remembered.
    """
    look = Look(watch_from=watch_from, since=since, first=first_look)
    known = memory.get(entity.id, {})
    statuses = _awaited_statuses(trigger, entity)
    if statuses is not None:
        return _status_events(trigger, entity, known, look, statuses)
    return _edge_events(trigger, entity, known, look)


def fires(trigger: Trigger, entity: Entity) -> bool:
    """Whether the trigger may fire on the object: not on a run that it led to itself, directly or through others."""
    lineage = entity.scheduler.get("lineage", "").split(",")
    return trigger.include_own or trigger.id not in lineage


def needs_inventory(trigger: Trigger) -> bool:
    """Whether the trigger has to take a first look at all objects when it begins.

    It must know of which ones an edge condition holds already, or fire on what exists.
    """
    model_published = isinstance(trigger.when, Published) and trigger.entity == "model"
    return trigger.include_existing or isinstance(trigger.when, Tagged) or model_published


def _awaited_statuses(trigger: Trigger, entity: Entity) -> tuple[str, ...] | None:
    """The statuses whose change is the event; None if the condition is an edge.

    A published model is marked so without a time, so its publication is an edge.
    """
    if isinstance(trigger.when, StatusChanged):
        return trigger.when.to
    if isinstance(trigger.when, Published) and entity.entity != "model":
        return ("published",)
    return None


# -- statuses


def _status_events(
    trigger: Trigger, entity: Entity, known: Mapping[str, Any], look: Look, statuses: tuple[str, ...]
) -> tuple[list[Event], Entry | None]:
    from_ = trigger.when.from_ if isinstance(trigger.when, StatusChanged) else ()
    if entity.status not in (*statuses, *from_) or not selects(trigger.select, entity):
        return [], None
    entry: Entry = {"status": entity.status} if entity.status in from_ else {}
    found: list[Event] = []
    if entity.status in statuses and (_existing_counts(trigger, entity) if look.first else _fresh(entity, look)):
        entry["key"] = _status_key(entity)
        came = not from_ or _previous_status(entity, known) in from_
        if came and entry["key"] != known.get("key") and fires(trigger, entity):
            words = entity.status.replace("_", " ")
            found = [
                _event(trigger, entity, entry["key"], "was published" if words == "published" else f"became {words}")
            ]
    return found, {**entry, "seen": seen_of(entity)} if entry else None


def _existing_counts(trigger: Trigger, entity: Entity) -> bool:
    return trigger.include_existing and not entity.archived


def _fresh(entity: Entity, look: Look) -> bool:
    moment = entity.status_changed or entity.created  # a draft that was never touched has its creation only
    if moment is None:
        return False
    return moment > look.watch_from and (look.since is None or moment >= look.since)


def _status_key(entity: Entity) -> str:
    changed = entity.status_changed or entity.created
    moment = (entity.started or entity.completed or changed) if entity.status in OF_A_RUN else changed
    return f"{entity.id}:{entity.status}:{moment.isoformat() if moment else ''}"


def _previous_status(entity: Entity, known: Mapping[str, Any]) -> str | None:
    """The status before this one, as far as polls show it: the one last seen, or `in_progress` if a run began since."""
    seen = seen_at(known)
    began_since = entity.started is not None and (seen is None or entity.started > seen)
    if entity.status in AFTER_RUNNING and began_since:
        return "in_progress"
    return known.get("status")


# -- edges


def _edge_events(
    trigger: Trigger, entity: Entity, known: Mapping[str, Any], look: Look
) -> tuple[list[Event], Entry | None]:
    holds = _holds(trigger, entity) and selects(trigger.select, entity)
    held, ordinal = bool(known.get("holds")), int(known.get("ordinal", 0))
    if not holds:
        if not known:
            return [], None
        seen = seen_of(entity) if held else known.get("seen", "")
        return [], {"holds": False, "ordinal": ordinal, "seen": seen}
    risen = not held
    entry = {"holds": True, "ordinal": ordinal + risen, "seen": seen_of(entity)}
    if not risen or (look.first and not _existing_counts(trigger, entity)) or not fires(trigger, entity):
        return [], entry
    kind, words = _edge_words(trigger)
    return [_event(trigger, entity, f"{entity.id}:{kind}:{entry['ordinal']}", words)], entry


def _holds(trigger: Trigger, entity: Entity) -> bool:
    when = trigger.when
    if isinstance(when, Tagged):
        return carries(entity.tags, when.any, when.all, when.none)
    return entity.status == "published"


def _edge_words(trigger: Trigger) -> tuple[str, str]:
    if isinstance(trigger.when, Tagged):
        return "tagged", "came to carry the awaited tags"
    return "published", "was published"


def _event(trigger: Trigger, entity: Entity, key: str, words: str) -> Event:
    what = f'{entity.entity} "{shown_name(entity)}" {words}'
    return Event(trigger_id=trigger.id, entity=entity, key=key, what=what)
