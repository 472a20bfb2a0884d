"""PURE: takes back what lies in the server's future, after the server's clock was set back."""

from __future__ import annotations

from datetime import datetime

import attrs

from clearml_sched_widgets.policy.state import Launch, ReadPosition, State


def within(state: State, now: datetime) -> State:
    """The state without any time after `now` (server time), but for the nominal times of what is pending.

    The watermarks go back as well. So slots come up again that were decided while the clock was ahead: those that were
    launched then are recognised by their run keys, those that were skipped are launched.
    """
    ahead = {key: item for key, item in state.items.items() if item.watermark > now}
    items = {**state.items, **{key: attrs.evolve(item, watermark=now) for key, item in ahead.items()}}
    return attrs.evolve(
        state,
        items=items if ahead else state.items,
        pending=tuple(_try_at_once(launch, now) for launch in state.pending),
        ends=None if state.ends is None else position_within(state.ends, now),
        runs_since=state.runs_since and min(state.runs_since, now),
    )


def position_within(position: ReadPosition, now: datetime) -> ReadPosition:
    """The read position with neither its cursor nor a change that it has seen after `now`."""
    if position.cursor is None or position.cursor <= now:
        return position
    seen = {key: stamp for key, stamp in position.seen.items() if stamp <= now.isoformat()}
    return attrs.evolve(position, cursor=now, seen=seen)


def _try_at_once(launch: Launch, now: datetime) -> Launch:
    """The launch without the time of its next try, if that was counted from a time that is to come again."""
    waits = launch.not_before is not None and launch.not_before > now and launch.cause != "retry"
    return attrs.evolve(launch, not_before=None) if waits else launch
