"""PURE: which slots of a schedule and which events of a trigger to launch, which to skip, and why.

Time comes in as an argument.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone

import attrs

from clearml_sched_widgets.definition import Schedule, Trigger
from clearml_sched_widgets.policy.overlap import (
    MOST_WAITING,
    ONE_WAITS,
    REPLACED,
    TOO_MANY_WAIT,
    UNFINISHED,
    free_places,
)
from clearml_sched_widgets.policy.state import ItemState, Launch, slot_text
from clearml_sched_widgets.recurrence import next_after, occurrences
from clearml_sched_widgets.recurrence.jitter import TICK, jittered

GRACE = timedelta(seconds=15)  # a slot that is seen no later than this is on time, whatever the missed-run policy
PAUSED = "it is paused"
MOST_AT_ONCE = 1000  # a bound on what one catch-up may launch


@attrs.frozen(kw_only=True)
class Skip:
    """Slots that are not launched, from the first to the last of them, and the reason in plain words."""

    item: str
    first: datetime
    last: datetime
    reason: str


@attrs.frozen(kw_only=True)
class Decision:
    """What to do about one schedule now: what to launch, what to skip, its new state and its next slot."""

    item: str
    launches: tuple[Launch, ...]
    skips: tuple[Skip, ...]
    state: ItemState
    next_slot: datetime | None


def slot_key(item_id: str, slot: datetime) -> str:
    """The run key of a slot."""
    return f"{item_id}@{slot_text(slot)}"


def slot_launch(schedule: Schedule, slot: datetime) -> Launch:
    return Launch(
        key=slot_key(schedule.id, slot),
        item=schedule.id,
        cause="schedule",
        nominal=slot,
        values={"scheduled": slot_text(slot)},
        lineage=(schedule.id,),
    )


def state_under(
    item: Schedule | Trigger, before: Schedule | Trigger | None, known: ItemState | None, now: datetime
) -> ItemState:
    """The state of an item under a new definition. New, changed and newly enabled schedules begin now: the past slots
    of a rule that was not in force are nobody's."""
    if known is None:
        return ItemState(watermark=now)
    if before is not None and item != before:
        known = attrs.evolve(known, error="")  # what was wrong may be right now
    if not isinstance(item, Schedule) or not isinstance(before, Schedule):
        return known
    changed = item.recurrence != before.recurrence or (item.enabled and not before.enabled)
    return attrs.evolve(known, watermark=max(known.watermark, now)) if changed else known


def reached_max_runs(schedule: Schedule, state: ItemState) -> bool:
    """Whether the schedule has had all the runs it may have."""
    return schedule.policies.max_runs is not None and state.runs >= schedule.policies.max_runs


def due_at(schedule: Schedule, slot: datetime) -> datetime:
    """When a slot is to be launched: its nominal time, and its jitter."""
    jitter = schedule.policies.jitter
    if jitter is None:
        return slot
    return jittered(slot, jitter, schedule.id, next_after(schedule.recurrence, slot))


def next_slot(schedule: Schedule, state: ItemState) -> datetime | None:
    """When the first slot that was not dealt with yet is due; None if there is none or the schedule may not run."""
    if not schedule.enabled or state.paused or reached_max_runs(schedule, state):
        return None
    slot = next_after(schedule.recurrence, state.watermark)
    return None if slot is None else due_at(schedule, slot)


def decide(schedule: Schedule, state: ItemState, now: datetime, active: int, waiting: int = 0) -> Decision:
    """Decide about the slots after the watermark that are due by `now`.

    `active` runs of the schedule are queued or running, `waiting` ones are owed.
    """
    on_time, wanted, skips, watermark = _by_policy(schedule, state, now)
    slots = [*wanted, *on_time]
    slots, too_many = _by_overlap(schedule, slots, active, waiting)
    slots, beyond = _by_count(schedule, slots, state)
    launches = tuple(slot_launch(schedule, slot) for slot in slots)
    after = attrs.evolve(state, watermark=watermark, runs=state.runs + len(launches))
    return Decision(
        item=schedule.id,
        launches=launches,
        skips=(*skips, *too_many, *beyond),
        state=after,
        next_slot=next_slot(schedule, after),
    )


def _by_policy(
    schedule: Schedule, state: ItemState, now: datetime
) -> tuple[list[datetime], list[datetime], list[Skip], datetime]:
    """Slots that are on time; missed slots that the policy wants; what the policy skips; and the watermark after it.

    A slot counts from the moment it is due. As it is due before the next slot, only the last one can lie before `now`
    and be due after it.
    """
    rule, policies = schedule.recurrence, schedule.policies
    spread = policies.jitter or timedelta(0)
    # A slot on the grace's edge is on time: `occurrences` leaves its start out, so it starts a microsecond before.
    edge = now - GRACE - TICK
    recent = list(occurrences(rule, max(state.watermark, _minus(edge, spread)), now))
    watermark = max(now, state.watermark)
    if recent and due_at(schedule, recent[-1]) > now:
        watermark = recent.pop() - TICK
    on_time = [slot for slot in recent if due_at(schedule, slot) > edge]
    first = next_after(rule, state.watermark)
    if first is None or first > watermark or first in on_time:
        return on_time, [], [], watermark
    missed = _missed(schedule, state, now, edge) if policies.missed != "skip" else ()
    wanted = list(deque(missed, maxlen=MOST_AT_ONCE if policies.missed == "all" else 1))
    if policies.missed == "latest" and on_time:
        wanted = []
    if wanted and wanted[0] <= first:
        return on_time, wanted, [], watermark
    last = wanted[0] if wanted else max(first, edge)
    reason = f"missed; the missed-run policy is {policies.missed}, the catch-up window {policies.catchup_window}"
    return on_time, wanted, [Skip(item=schedule.id, first=first, last=last, reason=reason)], watermark


def _missed(schedule: Schedule, state: ItemState, now: datetime, edge: datetime) -> Iterator[datetime]:
    """The slots within the catch-up window that were due before the grace."""
    window = _minus(now, schedule.policies.catchup_window)
    start = max(state.watermark, _minus(window, schedule.policies.jitter or timedelta(0)))
    for slot in occurrences(schedule.recurrence, start, edge):
        if window < due_at(schedule, slot) <= edge:
            yield slot


def _minus(moment: datetime, length: timedelta) -> datetime:
    try:
        return moment - length
    except OverflowError:
        return datetime.min.replace(tzinfo=timezone.utc)


def _by_overlap(
    schedule: Schedule, slots: list[datetime], active: int, waiting: int
) -> tuple[list[datetime], list[Skip]]:
    if schedule.overlap == "cancel_previous":
        return slots[-1:], _skipped(schedule, slots[:-1], REPLACED)
    space = free_places(schedule.overlap, active, waiting)
    if space is None:
        return slots, []
    reason = UNFINISHED if schedule.overlap == "skip" else ONE_WAITS
    return slots[:space], _skipped(schedule, slots[space:], reason)


def _by_count(schedule: Schedule, slots: list[datetime], state: ItemState) -> tuple[list[datetime], list[Skip]]:
    limit = schedule.policies.max_runs
    if limit is None:
        return slots, []
    left = max(0, limit - state.runs)
    return slots[:left], _skipped(schedule, slots[left:], f"the schedule ended after {limit} runs")


@attrs.frozen(kw_only=True)
class Admission:
    """Which events of one trigger are launched, and why the others are not."""

    launches: tuple[Launch, ...]
    refused: tuple[tuple[Launch, str], ...]
    state: ItemState


def admit(trigger: Trigger, state: ItemState, events: Sequence[Launch], active: int, waiting: int = 0) -> Admission:
    """Apply a trigger's policies to its events, with `active` runs of it queued or running, and `waiting` ones owed."""
    launches: list[Launch] = []
    refused: list[tuple[Launch, str]] = []
    for index, event in enumerate(events):
        last = index == len(events) - 1
        reason = _refusal(trigger, state, len(launches), active + waiting, waiting, last=last)
        if reason:
            refused.append((event, reason))
        else:
            launches.append(event)
    after = attrs.evolve(state, runs=state.runs + len(launches))
    return Admission(launches=tuple(launches), refused=tuple(refused), state=after)


def _refusal(trigger: Trigger, state: ItemState, taken: int, unfinished: int, waiting: int, *, last: bool) -> str:
    """Why an event is not launched, with so many taken before it; empty if it is."""
    limit = trigger.policies.max_runs
    if state.paused:
        return PAUSED
    if limit is not None and state.runs + taken >= limit:
        return f"the trigger ended after {limit} runs"
    if trigger.overlap == "skip" and unfinished + taken:
        return UNFINISHED
    if trigger.overlap == "queue" and waiting + taken >= MOST_WAITING:
        return TOO_MANY_WAIT.format(waiting + taken)
    return REPLACED if trigger.overlap == "cancel_previous" and not last else ""


def _skipped(schedule: Schedule, slots: list[datetime], reason: str) -> list[Skip]:
    return [Skip(item=schedule.id, first=slots[0], last=slots[-1], reason=reason)] if slots else []
