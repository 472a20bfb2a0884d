"""PURE: takes back what lies in the server's future, after the server's clock was set back."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import attrs

from clearml_sched_widgets.policy.state import Launch, ReadPosition, State

MOST_SILENCE = timedelta(hours=2)  # how long a schedule may be silent after the server's clock was set back
EARLIEST = datetime.min.replace(tzinfo=timezone.utc)


def latest(state: State) -> datetime:
    """The latest time up to which something was decided or read."""
    positions = [*state.entities.values(), *([state.ends] if state.ends else [])]
    cursors = [position.cursor for position in positions if position.cursor is not None]
    return max([EARLIEST, *cursors, *(item.watermark for item in state.items.values())])


def within(state: State, now: datetime) -> State:
    """The state without cursors after `now` (server time), so that what changes from now on is read.

    A watermark stays, because up to it each slot was launched, or skipped for a reason. Only one that is hours ahead
    goes back, so that a clock that was wrong by days does not silence its schedule for as long. Slots that come up
    again then are recognised by the run keys of their runs.
    """
    ahead = {key: item for key, item in state.items.items() if item.watermark > now + MOST_SILENCE}
    items = {**state.items, **{key: attrs.evolve(item, watermark=now) for key, item in ahead.items()}}
    return attrs.evolve(
        state,
        items=items if ahead else state.items,
        pending=tuple(_try_at_once(launch, now) for launch in state.pending),
        ends=None if state.ends is None else position_within(state.ends, now),
        runs_since=state.runs_since and min(state.runs_since, now),
    )


def position_within(position: ReadPosition, now: datetime) -> ReadPosition:
    """The read position with its cursor not after `now`. What was seen stays: it keeps its times on the server, too."""
    if position.cursor is None or position.cursor <= now:
        return position
    return attrs.evolve(position, cursor=now)


def _try_at_once(launch: Launch, now: datetime) -> Launch:
    """The launch without the time of its next try, if that was counted from a time that is to come again."""
    waits = launch.not_before is not None and launch.not_before > now and launch.cause != "retry"
    return attrs.evolve(launch, not_before=None) if waits else launch
