"""Finds the events of a trigger on one object, from its record in the poll and its memory entry."""

from __future__ import annotations

from datetime import datetime

import attrs

from clearml_sched_widgets.conditions.memory import Entry, Memory, entry_of
from clearml_sched_widgets.conditions.node import Look, node_of
from clearml_sched_widgets.conditions.selection import Search, search_name, selects, shown_name
from clearml_sched_widgets.definition import Trigger
from clearml_sched_widgets.records import Entity


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
    began. It finds events only if the trigger includes existing objects, and none on archived ones unless that is what
    it waits for. A run that the trigger led to makes no event, unless the trigger includes its own runs.

    If the server's clock was set back, `handled_future` is its present and the time up to which changes had been
    handled before that: a status that changed between the two makes no event.
    """
    node = node_of(trigger.when, trigger.entity)
    look = Look(
        watch_from=watch_from,
        since=since,
        first=first_look,
        handled_future=handled_future,
        existing=trigger.include_existing and (node.sees_archived or not entity.archived),
        selected=lambda: selects(trigger.select, entity, search),
    )
    result = node.evaluate(entity, entry_of(memory, entity.id), look)
    if not result.events or not fires(trigger, entity):
        return [], result.memory
    subject = f'{entity.entity} "{shown_name(entity)}"'
    found = [
        Event(trigger_id=trigger.id, entity=entity, key=each.key, what=f"{subject} {each.words}")
        for each in result.events
    ]
    return found, result.memory


def fires(trigger: Trigger, entity: Entity) -> bool:
    """False for a run that the trigger led to, directly or through other items, unless it includes its own runs."""
    lineage = entity.scheduler.get("lineage", "").split(",")
    return trigger.include_own or trigger.id not in lineage


def needs_inventory(trigger: Trigger) -> bool:
    """True if the trigger needs a first look at all objects when it begins.

    An edge condition must know for which objects it holds already; `include_existing` fires on existing objects.
    """
    return trigger.include_existing or node_of(trigger.when, trigger.entity).needs_inventory
