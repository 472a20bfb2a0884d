"""PURE: applies the commands of users to the state. `sentences.log` has the log lines for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import attrs

from clearml_sched_widgets.definition import Definition, Schedule, Trigger
from clearml_sched_widgets.policy import requested
from clearml_sched_widgets.policy.retries import launch_again
from clearml_sched_widgets.policy.run import Run
from clearml_sched_widgets.policy.state import ItemState, Launch, State


def pause(item: Schedule | Trigger, state: State, note: str) -> State:
    """Pause one item."""
    return state.with_item(item.id, attrs.evolve(state.items[item.id], paused=True, note=note))


def resume(item: Schedule | Trigger, state: State, now: datetime) -> State:
    """End the pause of one item; return the same state if it is not paused.

    Slots that fell into the pause are not launched, as after a pause of the whole instance.
    """
    before = state.items[item.id]
    if not before.paused:
        return state
    after = ItemState(watermark=max(before.watermark, now), runs=before.runs, error=before.error)
    return state.with_item(item.id, after)


def run_now(
    item: Schedule | Trigger, state: State, command: str, now: datetime, key_exists: Callable[[str], bool]
) -> State:
    """Add a manual launch of the item. A command that was read before, but not yet deleted, changes nothing."""
    launch = requested.manual(item, command, now)
    return state if key_exists(launch.key) else owe(state, [launch])


def run_all(
    definition: Definition, state: State, command: str, now: datetime, key_exists: Callable[[str], bool]
) -> tuple[State, int | None]:
    """Add a manual launch of each enabled item. Returns the state and the number of new launches.

    The number is None if the command was read before, but not yet deleted, and has added all its launches already.
    """
    launches = [requested.manual(item, command, now) for item in definition.items if item.enabled]
    new = [launch for launch in launches if not key_exists(launch.key)]
    return owe(state, new), len(new) if new or not launches else None


def retry(
    item: Schedule | Trigger, state: State, run: Run, command: str, now: datetime, key_exists: Callable[[str], bool]
) -> State:
    """Add a launch that repeats a run for the same slot or event, with the same values.

    It is a manual launch: it starts at once, whatever the item's policies.
    """
    key = requested.manual(item, command, now).key
    launch = attrs.evolve(launch_again(run, key, now), cause="manual", not_before=None)
    return state if key_exists(key) else owe(state, [launch])


def backfill(
    item: Schedule, state: State, start: datetime, end: datetime, now: datetime, key_exists: Callable[[str], bool]
) -> tuple[State, int, int]:
    """Add launches for the slots of a past period that have no run yet.

    Returns the state, the number of new launches and the number of slots. Raises ValueError if the period has no
    slots, or too many.

    The schedule decides itself about slots after its watermark. If it is paused or disabled, they are backfilled too,
    and the watermark moves past them.
    """
    launches = requested.backfill(item, start, min(end, now))
    item_state = state.items[item.id]
    idle = state.paused or item_state.paused or not item.enabled
    new = [one for one in launches if not key_exists(one.key) and (idle or one.nominal <= item_state.watermark)]
    if idle:
        item_state = attrs.evolve(item_state, watermark=max(item_state.watermark, launches[-1].nominal))
    return owe(state.with_item(item.id, item_state), new), len(new), len(launches)


def owe(state: State, new: list[Launch]) -> State:
    """The state with more pending launches."""
    return attrs.evolve(state, pending=(*state.pending, *new))
