"""Finds the events of a trigger on one object, from its record in the poll and its memory entry."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from clearml_sched_widgets.conditions.memory import Entry, Memory, entry_of, seen_text, seen_time
from clearml_sched_widgets.conditions.selection import Search, search_name, selects, shown_name, tags_match
from clearml_sched_widgets.definition import Published, StatusChanged, Tagged, Trigger
from clearml_sched_widgets.records import Entity

# An object in these statuses has run, and its start time tells its runs apart. The server changes the start time when a
# finished task is started again, but not when a running one is.
RUN_STATUSES = frozenset({"in_progress", "completed", "failed", "stopped", "closed"})
ENDED_STATUSES = frozenset({"completed", "failed", "stopped"})


@attrs.frozen(kw_only=True)
class Event:
    """A trigger's condition came true on an object.

    `key` identifies the event among all events of the trigger: an event that is found twice has the same key.
    `what` says in words what happened, such as `task "train" became completed`.
    """

    trigger_id: str
    entity: Entity
    key: str
    what: str


@attrs.frozen(kw_only=True)
class PollContext:
    """The times that a poll compares changes with, and how it searches in names; see `events`."""

    watch_from: datetime
    since: datetime | None
    first: bool
    search: Search
    handled_future: tuple[datetime, datetime] | None


def events(
    trigger: Trigger,
    entity: Entity,
    memory: Memory,
    *,
    watch_from: datetime,
    since: datetime | None = None,
    first_look: bool = False,
    search: Search = search_name,
    handled_future: tuple[datetime, datetime] | None = None,
) -> tuple[list[Event], Entry | None]:
    """The trigger's events on the object, and its new memory entry. Raises SlowPattern if `search` gives up.

    The caller stores the entry under the object's id, or removes the old entry if the new one is None.

    A status event needs a status that changed after `watch_from` (when the trigger began) and not before `since` (the
    poll's cursor). So an old failed task that gets a tag does not fail again. Other conditions are edges: they hold
    now and did not hold when the object was last seen. A `first_look` covers the objects that existed when the trigger
    began. It finds events only if the trigger includes existing objects, and none on archived ones. A run that the
    trigger led to makes no event, unless the trigger includes its own runs.

    If the server's clock was set back, `handled_future` is its present and the time up to which changes had been
    handled before that: a status that changed between the two makes no event.

    `from_` is compared with the previous status as far as polls show it: the last one seen, or in_progress if the
    object was started since. Only the statuses in `from_` are remembered.
    """
    poll = PollContext(
        watch_from=watch_from, since=since, first=first_look, search=search, handled_future=handled_future
    )
    known = entry_of(memory, entity.id)
    statuses = _awaited_statuses(trigger, entity)
    if statuses is not None:
        return _status_events(trigger, entity, known, poll, statuses)
    return _edge_events(trigger, entity, known, poll)


def fires(trigger: Trigger, entity: Entity) -> bool:
    """False for a run that the trigger led to, directly or through other items, unless it includes its own runs."""
    lineage = entity.scheduler.get("lineage", "").split(",")
    return trigger.include_own or trigger.id not in lineage


def needs_inventory(trigger: Trigger) -> bool:
    """True if the trigger needs a first look at all objects when it begins.

    An edge condition must know for which objects it holds already; `include_existing` fires on existing objects.
    """
    model_published = isinstance(trigger.when, Published) and trigger.entity == "model"
    return trigger.include_existing or isinstance(trigger.when, Tagged) or model_published


def _awaited_statuses(trigger: Trigger, entity: Entity) -> tuple[str, ...] | None:
    """The statuses whose change is an event; None if the condition is an edge.

    The server keeps no time for the publication of a model, so it is an edge.
    """
    if isinstance(trigger.when, StatusChanged):
        return trigger.when.to
    if isinstance(trigger.when, Published) and entity.entity != "model":
        return ("published",)
    return None


# -- statuses


def _status_events(
    trigger: Trigger, entity: Entity, known: Mapping[str, Any], poll: PollContext, statuses: tuple[str, ...]
) -> tuple[list[Event], Entry | None]:
    from_ = trigger.when.from_ if isinstance(trigger.when, StatusChanged) else ()
    if entity.status not in (*statuses, *from_) or not selects(trigger.select, entity, poll.search):
        return [], None
    entry: Entry = {"status": entity.status} if entity.status in from_ else {}
    found: list[Event] = []
    eligible = _includes_existing(trigger, entity) if poll.first else _changed_while_watched(entity, poll)
    key = _status_key(entity)
    if entity.status in statuses and (eligible or key == known.get("key")):
        entry["key"] = key  # stays when something else of the object changes: the poll may look back to the event
    if entity.status in statuses and eligible:
        from_matches = not from_ or _previous_status(entity, known) in from_
        if from_matches and key != known.get("key") and fires(trigger, entity):
            words = entity.status.replace("_", " ")
            what = "was published" if words == "published" else f"became {words}"
            found = [_event(trigger, entity, key, what)]
    if not entry:
        return found, None
    # A key that was known is kept only as long as if the object had not changed again.
    is_old_key = not found and "status" not in entry and key == known.get("key")
    return found, {**entry, "seen": known.get("seen", "") if is_old_key else seen_text(entity)}


def _includes_existing(trigger: Trigger, entity: Entity) -> bool:
    return trigger.include_existing and not entity.archived


def _changed_while_watched(entity: Entity, poll: PollContext) -> bool:
    moment = entity.status_changed or entity.created  # a new draft has only its creation time
    if moment is None:
        return False
    if poll.handled_future:
        present, handled = poll.handled_future
        # What has changed again since then has an earlier time than its own status.
        if min(present, entity.changed or present) < moment <= handled:
            return False
    return moment > poll.watch_from and (poll.since is None or moment >= poll.since)


def _status_key(entity: Entity) -> str:
    changed = entity.status_changed or entity.created
    moment = (entity.started or entity.completed or changed) if entity.status in RUN_STATUSES else changed
    return f"{entity.id}:{entity.status}:{moment.isoformat() if moment else ''}"


def _previous_status(entity: Entity, known: Mapping[str, Any]) -> str | None:
    """The previous status as far as polls show it: the last one seen, or `in_progress` if a run began since."""
    seen = seen_time(known)
    began_since = entity.started is not None and (seen is None or entity.started > seen)
    if entity.status in ENDED_STATUSES and began_since:
        return "in_progress"
    return known.get("status")


# -- edges


def _edge_events(
    trigger: Trigger, entity: Entity, known: Mapping[str, Any], poll: PollContext
) -> tuple[list[Event], Entry | None]:
    holds = _condition_holds(trigger, entity) and selects(trigger.select, entity, poll.search)
    held, ordinal = bool(known.get("holds")), int(known.get("ordinal", 0))
    if not holds:
        if not known:
            return [], None
        seen = seen_text(entity) if held else known.get("seen", "")
        return [], {"holds": False, "ordinal": ordinal, "seen": seen}
    newly_true = not held
    entry = {"holds": True, "ordinal": ordinal + newly_true, "seen": seen_text(entity)}
    if not newly_true or (poll.first and not _includes_existing(trigger, entity)) or not fires(trigger, entity):
        return [], entry
    kind, words = _edge_kind_and_words(trigger)
    return [_event(trigger, entity, f"{entity.id}:{kind}:{entry['ordinal']}", words)], entry


def _condition_holds(trigger: Trigger, entity: Entity) -> bool:
    when = trigger.when
    if isinstance(when, Tagged):
        return tags_match(entity.tags, when.any, when.all, when.none)
    return entity.status == "published"


def _edge_kind_and_words(trigger: Trigger) -> tuple[str, str]:
    if isinstance(trigger.when, Tagged):
        return "tagged", "came to carry the awaited tags"
    return "published", "was published"


def _event(trigger: Trigger, entity: Entity, key: str, words: str) -> Event:
    what = f'{entity.entity} "{shown_name(entity)}" {words}'
    return Event(trigger_id=trigger.id, entity=entity, key=key, what=what)
