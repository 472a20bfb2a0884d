"""PURE: decides which slots of a schedule and which events of a trigger are launched, which are skipped, and why."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta, timezone

import attrs

from clearml_sched_widgets.definition import Schedule, Trigger
from clearml_sched_widgets.policy.overlap import (
    MOST_WAITING,
    ONE_WAITS,
    REPLACED,
    TOO_MANY_WAIT,
    UNFINISHED,
    launch_capacity,
)
from clearml_sched_widgets.policy.state import ItemState, Launch, slot_text
from clearml_sched_widgets.recurrence import next_after, occurrences
from clearml_sched_widgets.recurrence.jitter import TICK, jittered

GRACE = timedelta(seconds=15)  # a slot seen at most this late is on time, so the missed-run policy does not apply
MOST_AT_ONCE = 1000  # launches of one catch-up


@attrs.frozen(kw_only=True)
class Skip:
    """A range of slots that are not launched, and the reason in plain words. `first` and `last` are in the range."""

    item: str
    first: datetime
    last: datetime
    reason: str


@attrs.frozen(kw_only=True)
class Decision:
    """The launches and skips of one schedule, its new state, and when its next slot is due."""

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
    """The state of an item under a new definition. `known` is its state so far; None for a new item.

    The watermark of a new, changed or newly enabled schedule is `now`, so that no earlier slot is launched.
    """
    if known is None:
        return ItemState(watermark=now)
    if before is not None and item != before:
        known = attrs.evolve(known, error="")  # the change may have fixed it
    if not isinstance(item, Schedule) or not isinstance(before, Schedule):
        return known
    changed = item.recurrence != before.recurrence or (item.enabled and not before.enabled)
    return attrs.evolve(known, watermark=max(known.watermark, now)) if changed else known


def reached_max_runs(schedule: Schedule, state: ItemState) -> bool:
    """True if the schedule has launched as many runs as its `max_runs` allows."""
    return schedule.policies.max_runs is not None and state.runs >= schedule.policies.max_runs


def due_at(schedule: Schedule, slot: datetime) -> datetime:
    """When a slot is launched: its nominal time plus its jitter."""
    jitter = schedule.policies.jitter
    if jitter is None:
        return slot
    return jittered(slot, jitter, schedule.id, next_after(schedule.recurrence, slot))


def next_slot(schedule: Schedule, state: ItemState) -> datetime | None:
    """When the first slot after the watermark is due; None if there is none or the schedule may not run."""
    if not schedule.enabled or state.paused or reached_max_runs(schedule, state):
        return None
    slot = next_after(schedule.recurrence, state.watermark)
    return None if slot is None else due_at(schedule, slot)


def decide(
    schedule: Schedule,
    state: ItemState,
    now: datetime,
    active: int,
    waiting: int = 0,
    launched: Collection[datetime] = (),
) -> Decision:
    """Decide about the slots after the watermark that are due by `now`.

    `active` is the number of its queued or running runs, `waiting` that of its pending launches. `launched` are slots
    that have run already although the watermark does not say so, because their process was killed: they count as runs,
    and are neither launched nor skipped.
    """
    on_time, catch_up, skips, watermark = _apply_missed_policy(schedule, state, now)
    runs = state.runs + sum(state.watermark < slot <= watermark for slot in launched)
    slots = [slot for slot in (*catch_up, *on_time) if slot not in launched]
    slots, overlapping = _apply_overlap_policy(schedule, slots, active, waiting)
    slots, over_limit = _apply_max_runs(schedule, slots, runs)
    launches = tuple(slot_launch(schedule, slot) for slot in slots)
    after = attrs.evolve(state, watermark=watermark, runs=runs + len(launches))
    return Decision(
        item=schedule.id,
        launches=launches,
        skips=tuple(skip for skip in (*skips, *overlapping, *over_limit) if not _has_run(skip, launched)),
        state=after,
        next_slot=next_slot(schedule, after),
    )


def _has_run(skip: Skip, launched: Collection[datetime]) -> bool:
    """True if a skip is of one slot, and that has run."""
    return skip.first == skip.last and skip.first in launched


def _apply_missed_policy(
    schedule: Schedule, state: ItemState, now: datetime
) -> tuple[list[datetime], list[datetime], list[Skip], datetime]:
    """Split the slots up to `now`: those on time, the missed ones to launch, the skips, and the new watermark.

    With jitter, a slot is due after its nominal time, but before the next slot. So only the last slot up to `now` can
    be due after `now`.
    """
    rule, policies = schedule.recurrence, schedule.policies
    spread = policies.jitter or timedelta(0)
    # `occurrences` excludes its start. A microsecond less includes a slot that is exactly as late as the grace allows.
    grace_start = now - GRACE - TICK
    recent = list(occurrences(rule, max(state.watermark, _subtract_clamped(grace_start, spread)), now))
    watermark = max(now, state.watermark)
    if recent and due_at(schedule, recent[-1]) > now:
        watermark = recent.pop() - TICK  # this slot is decided when it is due
    on_time = [slot for slot in recent if due_at(schedule, slot) > grace_start]
    first = next_after(rule, state.watermark)
    if first is None or first > watermark or first in on_time:
        return on_time, [], [], watermark
    missed = _missed_slots(schedule, state, now, grace_start) if policies.missed != "skip" else ()
    catch_up = list(deque(missed, maxlen=MOST_AT_ONCE if policies.missed == "all" else 1))
    if policies.missed == "latest" and on_time:
        catch_up = []
    if catch_up and catch_up[0] <= first:
        return on_time, catch_up, [], watermark
    last = catch_up[0] if catch_up else max(first, grace_start)
    reason = f"missed; the missed-run policy is {policies.missed}, the catch-up window {policies.catchup_window}"
    return on_time, catch_up, [Skip(item=schedule.id, first=first, last=last, reason=reason)], watermark


def _missed_slots(schedule: Schedule, state: ItemState, now: datetime, grace_start: datetime) -> Iterator[datetime]:
    """The slots within the catch-up window that were due before the grace period."""
    window = _subtract_clamped(now, schedule.policies.catchup_window)
    start = max(state.watermark, _subtract_clamped(window, schedule.policies.jitter or timedelta(0)))
    for slot in occurrences(schedule.recurrence, start, grace_start):
        if window < due_at(schedule, slot) <= grace_start:
            yield slot


def _subtract_clamped(moment: datetime, length: timedelta) -> datetime:
    try:
        return moment - length
    except OverflowError:
        return datetime.min.replace(tzinfo=timezone.utc)


def _apply_overlap_policy(
    schedule: Schedule, slots: list[datetime], active: int, waiting: int
) -> tuple[list[datetime], list[Skip]]:
    if schedule.overlap == "cancel_previous":
        return slots[-1:], _skips_for(schedule, slots[:-1], REPLACED)
    capacity = launch_capacity(schedule.overlap, active, waiting)
    if capacity is None:
        return slots, []
    reason = UNFINISHED if schedule.overlap == "skip" else ONE_WAITS
    return slots[:capacity], _skips_for(schedule, slots[capacity:], reason)


def _apply_max_runs(schedule: Schedule, slots: list[datetime], runs: int) -> tuple[list[datetime], list[Skip]]:
    limit = schedule.policies.max_runs
    if limit is None:
        return slots, []
    remaining = max(0, limit - runs)
    return slots[:remaining], _skips_for(schedule, slots[remaining:], f"the schedule ended after {limit} runs")


@attrs.frozen(kw_only=True)
class Admission:
    """The launches for the events of one trigger, the refused ones with the reason, and the new state."""

    launches: tuple[Launch, ...]
    refused: tuple[tuple[Launch, str], ...]
    state: ItemState


def admit(trigger: Trigger, state: ItemState, events: Sequence[Launch], active: int, waiting: int = 0) -> Admission:
    """Apply a trigger's policies to its events. The trigger must not be paused.

    `active` is the number of its queued or running runs, `waiting` that of its pending launches.
    """
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
    """Why an event is not launched; empty if it is. `taken` events of the same poll are launched before it."""
    limit = trigger.policies.max_runs
    if limit is not None and state.runs + taken >= limit:
        return f"the trigger ended after {limit} runs"
    if trigger.overlap == "skip" and unfinished + taken:
        return UNFINISHED
    if trigger.overlap == "queue" and waiting + taken >= MOST_WAITING:
        return TOO_MANY_WAIT.format(waiting + taken)
    return REPLACED if trigger.overlap == "cancel_previous" and not last else ""


def _skips_for(schedule: Schedule, slots: list[datetime], reason: str) -> list[Skip]:
    return [Skip(item=schedule.id, first=slots[0], last=slots[-1], reason=reason)] if slots else []
