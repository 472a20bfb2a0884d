"""Reads what changed on the server, one query per kind of object whatever the number of triggers; finds the events.

The cursor is a time that the server wrote, so the host's clock does not matter. Pages are offsets, and objects move
while one pages: so always the first page is read, and the cursor moves to its last row.
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
    """Begin to watch the triggers that are new, at a time of the server's, and forget those that are gone."""
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
    """Leave out what happened up to a time of the server's: watch everything as if it had begun then."""
    clean = attrs.evolve(state, watching={}, baseline=(), memory={}, entities={})
    return watch(definition, clean, server_now)


def poll(
    gateway: Gateway, triggers: Sequence[Trigger], state: State, report: Report = lambda *_: None
) -> tuple[State, list[Launch]]:
    """The launches that the changes since the last poll call for, and the state after it.

    `report` gets the id of a trigger that could not be asked about an object, and why.
    Nothing of the state is changed if a request fails: the next poll reads the same again.
    """
    launches: list[Launch] = []
    for kind in sorted({trigger.entity for trigger in triggers}):
        own = [trigger for trigger in triggers if trigger.entity == kind]
        fresh = [trigger for trigger in own if trigger.id not in state.baseline]
        known = state.entities.get(kind, ReadPosition())
        state = _first_look(gateway, kind, fresh, state, launches, report)
        rows, after = _changes(gateway, kind, known)
        for trigger in own:
            began, since = state.watching[trigger.id], (known.cursor or BEGINNING) - LOOKBACK
            memory, found = _look(trigger, rows, state.memory.get(trigger.id, {}), began, report, since=since)
            launches += found
            state = attrs.evolve(state, memory={**state.memory, trigger.id: prune(memory, since)})
        state = attrs.evolve(state, entities={**state.entities, kind: after})
    return state, launches


def _first_look(
    gateway: Gateway, kind: str, triggers: Sequence[Trigger], state: State, launches: list[Launch], report: Report
) -> State:
    """What new triggers find when they begin: it is no event, unless they include what exists."""
    scan = [trigger for trigger in triggers if needs_inventory(trigger)]
    if scan:
        rows, _ = _changes(gateway, kind, ReadPosition(cursor=BEGINNING))
        for trigger in scan:
            began = state.watching[trigger.id]
            existing = [row for row in rows if row.changed is None or row.changed <= began or trigger.include_existing]
            memory, found = _look(trigger, existing, {}, began, report, first_look=True)
            launches += found
            state = attrs.evolve(state, memory={**state.memory, trigger.id: memory})
    return attrs.evolve(state, baseline=(*state.baseline, *(trigger.id for trigger in triggers)))


def _changes(gateway: Gateway, kind: str, known: ReadPosition) -> tuple[list[Entity], ReadPosition]:
    """Every change that was not handled yet, oldest first."""
    seen, since = dict(known.seen), (known.cursor or BEGINNING) - LOOKBACK
    rows: list[Entity] = []
    for row in objects_since(gateway, kind, since):
        stamp = row.changed.isoformat() if row.changed else ""
        if seen.get(row.id) != stamp:
            seen[row.id] = stamp
            rows.append(row)
    cursor = max([known.cursor or BEGINNING, *(row.changed for row in rows if row.changed)])
    recent = (cursor - LOOKBACK).isoformat()
    return rows, ReadPosition(cursor=cursor, seen={key: stamp for key, stamp in seen.items() if stamp >= recent})


def objects_since(gateway: Gateway, kind: str, since: datetime) -> Iterator[Entity]:
    """All changes at or after a time, oldest first; an object that changes meanwhile may come twice."""
    while True:
        page = gateway.changed(kind, since, PAGE)
        yield from page
        newest = page[-1].changed if page else None
        if len(page) < PAGE or newest is None:
            return
        if newest == since:
            yield from _all_at(gateway, kind, newest)
            newest += timedelta(microseconds=1)
        since = newest


def _all_at(gateway: Gateway, kind: str, moment: datetime) -> Iterator[Entity]:
    """More than a page of objects that changed at one and the same time."""
    number = 0
    while True:
        page = gateway.changed_at(kind, moment, number)
        yield from page
        if len(page) < PAGE:
            return
        number += 1


def _look(
    trigger: Trigger,
    rows: Iterable[Entity],
    memory: Mapping[str, Any],
    began: datetime,
    report: Report,
    *,
    since: datetime | None = None,
    first_look: bool = False,
) -> tuple[dict[str, Any], list[Launch]]:
    """Evaluate one trigger on every changed object."""
    after, launches = dict(memory), []
    for row in rows:
        try:
            found, entry = events(trigger, row, after, watch_from=began, since=since, first_look=first_look)
        except SlowPattern as error:
            report(trigger.id, str(error))
            continue
        after.pop(row.id, None)
        if entry is not None:
            after[row.id] = entry
        launches += [launch_for_event(trigger, event) for event in found]
    return after, launches


def launch_for_event(trigger: Trigger, event: Event) -> Launch:
    """The launch that an event calls for."""
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
