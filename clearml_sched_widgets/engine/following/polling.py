"""Finds the events of triggers among the objects that changed on the server, with one query per kind of object.

A poll may take longer than a step of the engine may, so it goes on from step to step and changes the state only when it
is complete: a process that is killed meanwhile has lost nothing, the next one begins the poll anew.
The cursor is a time that the server wrote, so this machine's clock does not matter.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Any

import attrs

from clearml_sched_widgets.conditions import Event, SlowPattern, events, needs_inventory, prune, values_of
from clearml_sched_widgets.conditions.memory import KEY_RETENTION, seen_within
from clearml_sched_widgets.definition import Definition, Trigger
from clearml_sched_widgets.engine.clock import Clock, SystemClock
from clearml_sched_widgets.engine.following.changes import ChangeReader, Reading
from clearml_sched_widgets.engine.following.search_budget import SearchBudget
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.policy.state import Launch, ReadPosition, State, slot_text
from clearml_sched_widgets.records import LOOKBACK, Entity

BEGINNING = datetime(1970, 1, 1, tzinfo=timezone.utc)
LONGEST_ERROR = 300  # characters of an unforeseen error


def watch(definition: Definition, state: State, server_now: datetime) -> State:
    """Start to watch new and newly enabled triggers at `server_now` (server time), and forget the removed ones.

    A disabled trigger keeps its memory, because an event must never get the key of one before.
    """
    ids = {trigger.id for trigger in definition.triggers}
    enabled = [trigger.id for trigger in definition.triggers if trigger.enabled]
    kinds = {trigger.entity for trigger in definition.triggers if trigger.enabled}
    return attrs.evolve(
        state,
        watching={key: state.watching.get(key, server_now) for key in enabled},
        baseline=tuple(key for key in state.baseline if key in enabled),
        memory={key: memory for key, memory in state.memory.items() if key in ids},
        entities={kind: state.entities.get(kind, ReadPosition(cursor=server_now)) for kind in sorted(kinds)},
    )


def watch_after_pause(state: State, server_now: datetime, ids: Collection[str]) -> State:
    """Let triggers begin anew at `server_now` (server time), at which their pause ends, but keep their memory."""
    began = {key: max(moment, server_now) for key, moment in state.watching.items() if key in ids}
    return attrs.evolve(state, watching={**state.watching, **began})


def polled(definition: Definition, state: State) -> list[Trigger]:
    """The triggers that look for events, in a pause too: what they see in it is left out, and remembered.

    Only a first look that includes existing objects waits for the end of a pause, which must not leave these out.
    """

    def waits(trigger: Trigger) -> bool:
        begins = trigger.include_existing and _is_new(trigger, state)
        return begins and (state.paused or state.items[trigger.id].paused)

    return [trigger for trigger in definition.triggers if trigger.enabled and not waits(trigger)]


def within(state: State, server_now: datetime, gap: timedelta | None = None) -> State:
    """The state without cursors, beginnings and memories after `server_now`, because the server's clock was set back.

    `gap` is how long ago the last poll began, if this process knows it: what has changed since then has a time after
    `server_now - gap`. What was seen keeps its times, because the objects on the server keep theirs.
    """
    entities = {kind: _position_within(position, server_now, gap) for kind, position in state.entities.items()}
    earlier = server_now - (LOOKBACK if gap is None else gap)
    watching = {key: earlier if began > server_now else began for key, began in state.watching.items()}
    if watching == state.watching and all(entities[kind] is state.entities[kind] for kind in entities):
        return state
    memory = {key: seen_within(entries, server_now) for key, entries in state.memory.items()}
    return attrs.evolve(state, watching=watching, entities=entities, memory=memory)


def _position_within(position: ReadPosition, server_now: datetime, gap: timedelta | None) -> ReadPosition:
    """Where to read on. If nobody knows how long nobody has polled, as far back as memories know which events fired."""
    cursor = _cursor(position)
    if cursor <= server_now:
        return position
    ahead = max(cursor, position.ahead or cursor)
    if gap is None:
        gap = max(timedelta(0), KEY_RETENTION - LOOKBACK - (ahead - server_now))
    return attrs.evolve(position, cursor=server_now - gap, ahead=ahead)


def _is_new(trigger: Trigger, state: State) -> bool:
    """True if a trigger was never looked for. One that was disabled has a memory, though perhaps an empty one."""
    return trigger.id not in state.baseline and trigger.id not in state.memory


def _cursor(position: ReadPosition) -> datetime:
    return max(position.cursor or BEGINNING, BEGINNING)


def _latest_present(gateway: Gateway) -> datetime:
    """A time that the server's clock has certainly not passed. Sends no request."""
    present = gateway.present(ask=False)
    return present.time + present.uncertainty


def objects_since(gateway: Gateway, kind: str, since: datetime) -> Iterator[Entity]:
    """All objects that changed at or after `since`, oldest first. An object that changes meanwhile may come twice."""
    reader = ChangeReader(gateway, kind, since)
    while not reader.done:
        yield from reader.read()


@attrs.define
class LeftOut:
    """The objects that one trigger could not look at in one poll. `error` is the first one's."""

    error: str
    objects: list[str] = attrs.field(factory=list)  # their ids


class Poll:
    """One poll of enabled triggers, which goes on in as many steps as it takes.

    It belongs to the state that it began with: see `fits`. When `go_on` has returned True, `applied_to` gives the state
    after it, `launches` the launches for the events, and `left_out` what could not be looked at, by trigger id.
    """

    def __init__(
        self,
        gateway: Gateway,
        triggers: Sequence[Trigger],
        state: State,
        clock: Clock,
        gap: timedelta | None = None,
    ) -> None:
        self._gateway, self._clock = gateway, clock
        self.began_at = clock.monotonic()
        self._ids = [trigger.id for trigger in triggers]
        self._present = _latest_present(gateway)  # when it began
        self._began, self._before = state, within(state, self._present, gap)
        self._new = [trigger.id for trigger in triggers if trigger.id not in state.baseline]
        self._memory: dict[str, dict[str, Any]] = {}  # by trigger id; of those that have looked at an object
        self._positions: dict[str, ReadPosition] = {}
        budget = SearchBudget(clock.monotonic)
        self._searches = {trigger.id: partial(budget.search, trigger.id) for trigger in triggers}
        self._readings = deque(self._plan(triggers))
        self.launches: list[Launch] = []
        self.left_out: dict[str, LeftOut] = {}
        self.failed = False  # True if the last call of `go_on` has raised an error

    def fits(self, definition: Definition, state: State) -> bool:
        """False once other triggers are to be polled, or something else has changed what they remember.

        Then the poll must be dropped.
        """
        began = self._began
        return (
            self._ids == [trigger.id for trigger in polled(definition, state)]
            and state.entities is began.entities
            and state.memory is began.memory
            and state.watching is began.watching
            and state.baseline is began.baseline
        )

    def go_on(self, seconds: float = math.inf) -> bool:
        """Work until `seconds` have passed, for one request or one object at least. Returns True when all is done.

        Raises GatewayError; then the next call repeats the request.
        """
        end, self.failed = self._clock.monotonic() + seconds, True
        while self._readings:
            self._work_on(self._readings[0])
            if self._clock.monotonic() >= end:
                break
        self.failed = False
        return not self._readings

    def applied_to(self, state: State) -> State:
        """The state after the poll, but for the launches. `state` may differ in all that triggers do not remember."""
        before = self._before
        return attrs.evolve(
            state,
            watching=before.watching,
            baseline=(*before.baseline, *self._new),
            memory={**{key: {} for key in self._new}, **before.memory, **self._memory},
            entities={**before.entities, **self._positions},
        )

    def _plan(self, triggers: Sequence[Trigger]) -> Iterator[Reading]:
        """For each kind a first look, if new triggers need one, and what has changed.

        A first look causes no events, unless a trigger includes existing objects.
        """
        for kind in sorted({trigger.entity for trigger in triggers}):
            of_kind = [trigger for trigger in triggers if trigger.entity == kind]
            beginning = [self._as_it_begins(trigger) for trigger in of_kind if trigger.id in self._new]
            looking = [trigger for trigger in beginning if needs_inventory(trigger)]
            for trigger in looking:
                self._memory_of(trigger.id)
            if looking:
                reader = ChangeReader(self._gateway, kind, BEGINNING)
                yield Reading(kind, looking, reader, None, BEGINNING, {}, self._present)
            position = self._before.entities.get(kind, ReadPosition())
            cursor = _cursor(position)
            since = cursor - LOOKBACK
            reader = ChangeReader(self._gateway, kind, since)
            yield Reading(
                kind,
                of_kind,
                reader,
                since,
                cursor,
                dict(position.seen),
                self._present,
                ahead=position.ahead,
                unpruned=list(of_kind),
            )

    def _as_it_begins(self, trigger: Trigger) -> Trigger:
        """The trigger for its first look. One that is enabled again has dealt with the existing objects before."""
        return trigger if _is_new(trigger, self._before) else attrs.evolve(trigger, include_existing=False)

    def _work_on(self, reading: Reading) -> None:
        """Do one piece of work: look at one object, read one page, or tidy up the memory of one trigger."""
        if reading.rows:
            row = reading.rows.popleft()
            for trigger in reading.triggers:
                self._look_at(trigger, row, reading)
        elif not reading.reader.done:
            reading.read()
        elif reading.unpruned:
            trigger_id = reading.unpruned.pop().id
            if trigger_id in self._memory and reading.since is not None:
                self._memory[trigger_id] = prune(self._memory[trigger_id], reading.since)
        else:
            if reading.since is not None:
                self._positions[reading.kind] = reading.position(_latest_present(self._gateway))
            self._readings.popleft()

    def _look_at(self, trigger: Trigger, row: Entity, reading: Reading) -> None:
        """Find the events of one trigger on one object. What goes wrong must stop neither the others nor the cursor."""
        began, first_look = self._before.watching[trigger.id], reading.since is None
        if first_look and not trigger.include_existing and self._changed_after(began, row):
            return
        known, search = self._memory_of(trigger.id), self._searches[trigger.id]
        try:
            found, entry = events(
                trigger,
                row,
                known,
                watch_from=began,
                since=reading.since,
                first_look=first_look,
                search=search,
                handled_future=(_latest_present(self._gateway), reading.ahead) if reading.ahead else None,
            )
            launches = [launch_for_event(trigger, event) for event in found]
        except Exception as error:  # noqa: BLE001 - anybody may have written the object
            self._leave_out(trigger, row, error)
            return
        known.pop(row.id, None)
        if entry is not None:
            known[row.id] = entry
        self.launches += launches

    def _changed_after(self, began: datetime, row: Entity) -> bool:
        """True if an object changed after a trigger began. A time to come is from before the clock was set back."""
        return row.changed is not None and began < row.changed <= _latest_present(self._gateway)

    def _memory_of(self, trigger_id: str) -> dict[str, Any]:
        if trigger_id not in self._memory:
            self._memory[trigger_id] = dict(self._before.memory.get(trigger_id, {}))
        return self._memory[trigger_id]

    def _leave_out(self, trigger: Trigger, row: Entity, error: Exception) -> None:
        if trigger.id not in self.left_out:
            text = (
                f"it could not look at the {row.entity} {row.id}, which was left out: {type(error).__name__}: {error}"
            )
            self.left_out[trigger.id] = LeftOut(str(error) if isinstance(error, SlowPattern) else text[:LONGEST_ERROR])
        self.left_out[trigger.id].objects.append(row.id)


def poll(
    gateway: Gateway, triggers: Sequence[Trigger], state: State, clock: Clock | None = None
) -> tuple[State, list[Launch]]:
    """A whole poll at once: the state after it, and the launches for its events. Raises GatewayError."""
    whole = Poll(gateway, triggers, state, clock or SystemClock())
    whole.go_on()
    return whole.applied_to(state), whole.launches


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
