"""PURE: the future runs of schedules as marks of the timeline, at most one in each bucket of time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

from clearml_sched_widgets.definition import Schedule
from clearml_sched_widgets.policy.decide import due_at, reached_max_runs
from clearml_sched_widgets.policy.state import ItemState, State
from clearml_sched_widgets.recurrence import next_after
from clearml_sched_widgets.recurrence.jitter import TICK
from clearml_sched_widgets.widgets.host.page_values import millis


def marks(schedule: Schedule, state: State, now: datetime, end: datetime, bucket: timedelta) -> Iterator[int]:
    """When the schedule will launch after `now` up to `end`, in milliseconds; none while it may not run.

    A slot that has passed, but is delayed by its jitter, is yet to come.
    """
    known = state.items.get(schedule.id)
    if state.paused or not schedule.enabled or (known and (known.paused or reached_max_runs(schedule, known))):
        return
    left = _left(schedule, known)
    slot = next_after(schedule.recurrence, _since(schedule, known, now))
    while slot is not None and slot <= end and left > 0:
        due = due_at(schedule, slot)
        if due > now:
            yield _at(due)
        left -= 1
        slot = next_after(schedule.recurrence, max(slot, _last_of(slot, bucket)) if left == float("inf") else slot)


def _left(schedule: Schedule, known: ItemState | None) -> float:
    """How many runs it may still have."""
    most = schedule.policies.max_runs
    return float("inf") if most is None else most - (known.runs if known else 0)


def _since(schedule: Schedule, known: ItemState | None, now: datetime) -> datetime:
    """Slots up to here were dealt with, or are overdue and no future any more."""
    earliest = now - (schedule.policies.jitter or timedelta(0))
    return max(known.watermark, earliest) if known else now


def _last_of(moment: datetime, bucket: timedelta) -> datetime:
    """The last instant of the bucket that a moment lies in."""
    epoch = datetime(1970, 1, 1, tzinfo=timezone.utc)
    return epoch + ((moment - epoch) // bucket + 1) * bucket - TICK


def _at(moment: datetime) -> int:
    found = millis(moment)
    assert found is not None
    return found
