"""PURE: the future runs of a schedule as marks of the timeline, at most one in each time bucket."""

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
    """The launch times of the schedule after `now` and up to `end`, in milliseconds; none while it cannot run.

    A slot in the past is included if its jitter delays it beyond `now`.
    """
    item_state = state.items.get(schedule.id)
    if state.paused or not schedule.enabled:
        return
    if item_state and (item_state.paused or reached_max_runs(schedule, item_state)):
        return
    remaining = _remaining_runs(schedule, item_state)
    slot = next_after(schedule.recurrence, _undecided_after(schedule, item_state, now))
    while slot is not None and slot <= end and remaining > 0:
        due = due_at(schedule, slot)
        if due > now:
            yield _milliseconds(due)
        remaining -= 1
        # Every slot counts towards a maximum number of runs. Without one, the rest of the bucket is skipped.
        after = max(slot, _end_of_bucket(slot, bucket)) if remaining == float("inf") else slot
        slot = next_after(schedule.recurrence, after)


def _remaining_runs(schedule: Schedule, item_state: ItemState | None) -> float:
    most = schedule.policies.max_runs
    return float("inf") if most is None else most - (item_state.runs if item_state else 0)


def _undecided_after(schedule: Schedule, item_state: ItemState | None, now: datetime) -> datetime:
    """The time after which slots can be future runs: earlier ones are decided, or due in the past despite jitter."""
    earliest = now - (schedule.policies.jitter or timedelta(0))
    return max(item_state.watermark, earliest) if item_state else now


def _end_of_bucket(moment: datetime, bucket: timedelta) -> datetime:
    """The last instant of the bucket that contains a time."""
    epoch = datetime(1970, 1, 1, tzinfo=timezone.utc)
    return epoch + ((moment - epoch) // bucket + 1) * bucket - TICK


def _milliseconds(moment: datetime) -> int:
    value = millis(moment)
    assert value is not None
    return value
