"""Finds the events of triggers among the objects that changed on the server, with one query per kind of object.

The cursor is a time that the server wrote, so this machine's clock does not matter. Pages are offsets, and objects move
between pages while they are read. So always the first page is read, from the time of the last row before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

import attrs

from clearml_sched_widgets.conditions import Event, SlowPattern, events, needs_inventory, prune, values_of
from clearml_sched_widgets.definition import Definition, Trigger
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.gateway.paging import PAGE
from clearml_sched_widgets.policy.state import Launch, ReadPosition, State, slot_text
from clearml_sched_widgets.records import LOOKBACK, Entity

Report = Callable[[str, str], None]
BEGINNING = datetime(1970, 1, 1, tzinfo=timezone.utc)


def watch(definition: Definition, state: State, server_now: datetime) -> State:
    """Start to watch new triggers at `server_now` (server time), and forget the removed ones."""
    triggers = {trigger.id: trigger for trigger in definition.triggers}
    kinds = {trigger.entity for trigger in definition.triggers if trigger.enabled}
    return attrs.evolve(
        state,
        watching={key: state.watching.get(key, server_now) for key in triggers},
        baseline=tuple(key for key in state.baseline if key in triggers),
        memory={key: memory for key, memory in state.memory.items() if key in triggers},
        entities={kind: state.entities.get(kind, ReadPosition(cursor=server_now)) for kind in sorted(kinds)},
    )


def skip_to(definition: Definition, state: State, server_now: datetime) -> State:
    """Skip the events before `server_now` (server time), as if all triggers were new at that time."""
    clean = attrs.evolve(state, watching={}, baseline=(), memory={}, entities={})
    return watch(definition, clean, server_now)


def poll(
    gateway: Gateway, triggers: Sequence[Trigger], state: State, report: Report = lambda *_: None
) -> tuple[State, list[Launch]]:
    """The state after reading the changes since the last poll, and the launches for their events. Raises GatewayError.

    `report` is called with the id of a trigger that could not be evaluated on an object, and the error.
    A failed request changes no state, so the next poll reads the same changes again.
    """
    launches: list[Launch] = []
    for kind in sorted({trigger.entity for trigger in triggers}):
        of_kind = [trigger for trigger in triggers if trigger.entity == kind]
        new = [trigger for trigger in of_kind if trigger.id not in state.baseline]
        position = state.entities.get(kind, ReadPosition())
        state = _take_baseline(gateway, kind, new, state, launches, report)
        rows, new_position = _new_changes(gateway, kind, position)
        for trigger in of_kind:
            began, since = state.watching[trigger.id], (position.cursor or BEGINNING) - LOOKBACK
            memory, new_launches = _evaluate(
                trigger, rows, state.memory.get(trigger.id, {}), began, report, since=since
            )
            launches += new_launches
            state = attrs.evolve(state, memory={**state.memory, trigger.id: prune(memory, since)})
        state = attrs.evolve(state, entities={**state.entities, kind: new_position})
    return state, launches


def _take_baseline(
    gateway: Gateway, kind: str, triggers: Sequence[Trigger], state: State, launches: list[Launch], report: Report
) -> State:
    """Read what exists when new triggers start. It causes no events, unless a trigger includes existing objects."""
    with_inventory = [trigger for trigger in triggers if needs_inventory(trigger)]
    if with_inventory:
        rows, _ = _new_changes(gateway, kind, ReadPosition(cursor=BEGINNING))
        for trigger in with_inventory:
            began = state.watching[trigger.id]
            existing = [row for row in rows if row.changed is None or row.changed <= began or trigger.include_existing]
            memory, new_launches = _evaluate(trigger, existing, {}, began, report, first_look=True)
            launches += new_launches
            state = attrs.evolve(state, memory={**state.memory, trigger.id: memory})
    return attrs.evolve(state, baseline=(*state.baseline, *(trigger.id for trigger in triggers)))


def _new_changes(gateway: Gateway, kind: str, position: ReadPosition) -> tuple[list[Entity], ReadPosition]:
    """The changes that were not handled yet, oldest first, and the read position after them."""
    seen, since = dict(position.seen), (position.cursor or BEGINNING) - LOOKBACK
    rows: list[Entity] = []
    for row in objects_since(gateway, kind, since):
        stamp = row.changed.isoformat() if row.changed else ""
        if seen.get(row.id) != stamp:
            seen[row.id] = stamp
            rows.append(row)
    cursor = max([position.cursor or BEGINNING, *(row.changed for row in rows if row.changed)])
    recent = (cursor - LOOKBACK).isoformat()
    return rows, ReadPosition(cursor=cursor, seen={key: stamp for key, stamp in seen.items() if stamp >= recent})


def objects_since(gateway: Gateway, kind: str, since: datetime) -> Iterator[Entity]:
    """All objects that changed at or after `since`, oldest first. An object that changes meanwhile may come twice."""
    while True:
        page = gateway.changed(kind, since, PAGE)
        yield from page
        newest = page[-1].changed if page else None
        if len(page) < PAGE or newest is None:
            return
        if newest == since:
            yield from _changed_at(gateway, kind, newest)
            newest += timedelta(microseconds=1)
        since = newest


def _changed_at(gateway: Gateway, kind: str, moment: datetime) -> Iterator[Entity]:
    """All objects that changed at exactly this time, when they are more than one page."""
    number = 0
    while True:
        page = gateway.changed_at(kind, moment, number)
        yield from page
        if len(page) < PAGE:
            return
        number += 1


def _evaluate(
    trigger: Trigger,
    rows: Iterable[Entity],
    memory: Mapping[str, Any],
    began: datetime,
    report: Report,
    *,
    since: datetime | None = None,
    first_look: bool = False,
) -> tuple[dict[str, Any], list[Launch]]:
    """Evaluate one trigger on every changed object. Returns the trigger's new memory and its launches."""
    after, launches = dict(memory), []
    for row in rows:
        try:
            found_events, entry = events(trigger, row, after, watch_from=began, since=since, first_look=first_look)
        except SlowPattern as error:
            report(trigger.id, str(error))
            continue
        after.pop(row.id, None)
        if entry is not None:
            after[row.id] = entry
        launches += [launch_for_event(trigger, event) for event in found_events]
    return after, launches


def launch_for_event(trigger: Trigger, event: Event) -> Launch:
    """The launch for an event."""
    entity = event.entity
    nominal = entity.changed or BEGINNING
    before = tuple(part for part in entity.scheduler.get("lineage", "").split(",") if part)
    values = {**values_of(entity), "trigger.name": trigger.title, "scheduled": slot_text(nominal)}
    return Launch(
        key=f"{trigger.id}!{event.key}",
        item=trigger.id,
        cause="trigger",
        nominal=nominal,
        object=entity.id,
        values=values,
        lineage=(*before, trigger.id),
        what=event.what,
    )
