"""PURE: which slots of a schedule and which events of a trigger to launch, which to skip, and why.

Time comes in as an argument.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone

import attrs

from clearml_sched_widgets.definition import Schedule, Trigger
from clearml_sched_widgets.engine.state import ItemState, Launch, slot_text
from clearml_sched_widgets.recurrence import next_after, occurrences

GRACE = timedelta(seconds=15)  # a slot that is seen no later than this is on time, whatever the missed-run policy
UNFINISHED = "the run before it is not finished; the overlap policy is skip"
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


def ended(schedule: Schedule, state: ItemState) -> bool:
    """Whether the schedule has had all the runs it may have."""
    return schedule.policies.max_runs is not None and state.runs >= schedule.policies.max_runs


def next_slot(schedule: Schedule, state: ItemState) -> datetime | None:
    """The first slot that was not dealt with yet; None if there is none or the schedule may not run."""
    if not schedule.enabled or ended(schedule, state):
        return None
    return next_after(schedule.recurrence, state.watermark)


def decide(schedule: Schedule, state: ItemState, now: datetime, active: int) -> Decision:
    """Decide about the slots after the watermark and up to `now`, with `active` runs queued or running."""
    on_time, wanted, skips = _by_policy(schedule, state, now)
    slots = [*wanted, *on_time]
    slots, too_many = _by_overlap(schedule, slots, active)
    slots, beyond = _by_count(schedule, slots, state)
    launches = tuple(slot_launch(schedule, slot) for slot in slots)
    after = attrs.evolve(state, watermark=max(now, state.watermark), runs=state.runs + len(launches))
    return Decision(
        item=schedule.id,
        launches=launches,
        skips=(*skips, *too_many, *beyond),
        state=after,
        next_slot=next_slot(schedule, after),
    )


def _by_policy(
    schedule: Schedule, state: ItemState, now: datetime
) -> tuple[list[datetime], list[datetime], list[Skip]]:
    """Slots that are on time; missed slots that the policy wants; what the policy skips."""
    rule, policies = schedule.recurrence, schedule.policies
    # A slot on the grace's edge is on time: `occurrences` leaves its start out, so it starts a microsecond before.
    edge = max(state.watermark, now - GRACE - timedelta(microseconds=1))
    on_time = list(occurrences(rule, edge, now))
    first = next_after(rule, state.watermark)
    if first is None or first > edge:
        return on_time, [], []
    window = max(state.watermark, _minus(now, policies.catchup_window))
    missed: Iterable[datetime] = occurrences(rule, window, edge) if policies.missed != "skip" else ()
    keep = MOST_AT_ONCE if policies.missed == "all" else 1
    wanted = list(deque(missed, maxlen=keep))
    if policies.missed == "latest" and on_time:
        wanted = []
    if wanted and wanted[0] <= first:
        return on_time, wanted, []
    last = edge if not wanted else wanted[0]
    reason = f"missed; the missed-run policy is {policies.missed}, the catch-up window {policies.catchup_window}"
    return on_time, wanted, [Skip(item=schedule.id, first=first, last=last, reason=reason)]


def _minus(moment: datetime, length: timedelta) -> datetime:
    try:
        return moment - length
    except OverflowError:
        return datetime.min.replace(tzinfo=timezone.utc)


def _by_overlap(schedule: Schedule, slots: list[datetime], active: int) -> tuple[list[datetime], list[Skip]]:
    if schedule.policies.overlap == "allow":
        return slots, []
    room = 0 if active else 1
    return slots[:room], _skipped(schedule, slots[room:], UNFINISHED)


def _by_count(schedule: Schedule, slots: list[datetime], state: ItemState) -> tuple[list[datetime], list[Skip]]:
    limit = schedule.policies.max_runs
    if limit is None:
        return slots, []
    room = max(0, limit - state.runs)
    return slots[:room], _skipped(schedule, slots[room:], f"the schedule ended after {limit} runs")


@attrs.frozen(kw_only=True)
class Admission:
    """Which events of one trigger are launched, and why the others are not."""

    launches: tuple[Launch, ...]
    refused: tuple[tuple[Launch, str], ...]
    state: ItemState


def admit(trigger: Trigger, state: ItemState, events: Iterable[Launch], active: int) -> Admission:
    """Apply a trigger's policies to its events, with `active` runs of it queued, running or owed."""
    launches: list[Launch] = []
    refused: list[tuple[Launch, str]] = []
    policies, room = (
        trigger.policies,
        None if trigger.policies.max_runs is None else trigger.policies.max_runs - state.runs,
    )
    for event in events:
        if room is not None and len(launches) >= room:
            refused.append((event, f"the trigger ended after {policies.max_runs} runs"))
        elif policies.overlap == "skip" and active + len(launches):
            refused.append((event, UNFINISHED))
        else:
            launches.append(event)
    after = attrs.evolve(state, runs=state.runs + len(launches))
    return Admission(launches=tuple(launches), refused=tuple(refused), state=after)


def _skipped(schedule: Schedule, slots: list[datetime], reason: str) -> list[Skip]:
    return [Skip(item=schedule.id, first=slots[0], last=slots[-1], reason=reason)] if slots else []
