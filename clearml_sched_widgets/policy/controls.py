"""PURE: what the commands of users change in the state. What the log says of it is `sentences.log`'s."""

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
    """End the pause of one item; the same state if it is not paused.

    As after a pause of the whole instance, what came in between is left out.
    """
    known = state.items[item.id]
    if not known.paused:
        return state
    fresh = ItemState(watermark=max(known.watermark, now), runs=known.runs, error=known.error)
    return state.with_item(item.id, fresh)


def run_now(item: Schedule | Trigger, state: State, command: str, now: datetime, known: Callable[[str], bool]) -> State:
    """Owe a run by hand, unless the command was heard before and only its removal had failed."""
    launch = requested.manual(item, command, now)
    return state if known(launch.key) else owe(state, [launch])


def run_all(
    definition: Definition, state: State, command: str, now: datetime, known: Callable[[str], bool]
) -> tuple[State, int | None]:
    """Owe a run by hand of each enabled item that this command has not given yet: the state, and how many these are.

    None if it had given them all before, and only its removal had failed.
    """
    wanted = [requested.manual(item, command, now) for item in definition.items if item.enabled]
    new = [launch for launch in wanted if not known(launch.key)]
    return owe(state, new), len(new) if new or not wanted else None


def retry(
    item: Schedule | Trigger, state: State, run: Run, command: str, now: datetime, known: Callable[[str], bool]
) -> State:
    """Owe a run once more: for the same slot or event, with the same values.

    Like any run that a user asks for it is a manual one: it starts at once, whatever the item's policies.
    """
    key = requested.manual(item, command, now).key
    again = attrs.evolve(launch_again(run, key, now), cause="manual", not_before=None)
    return state if known(key) else owe(state, [again])


def backfill(
    item: Schedule, state: State, start: datetime, end: datetime, now: datetime, known: Callable[[str], bool]
) -> tuple[State, int, int]:
    """Owe the slots of a past period that are not known: the state, how many these are, and how many slots there are.

    Raises ValueError if there are none, or too many.

    The slots after the watermark are the schedule's own business, unless it cannot run now: then they are dealt with.
    """
    found = requested.backfill(item, start, min(end, now))
    own = state.items[item.id]
    idle = state.paused or own.paused or not item.enabled
    new = [one for one in found if not known(one.key) and (idle or one.nominal <= own.watermark)]
    if idle:
        own = attrs.evolve(own, watermark=max(own.watermark, found[-1].nominal))
    return owe(state.with_item(item.id, own), new), len(new), len(found)


def owe(state: State, new: list[Launch]) -> State:
    """The state with more launches that are owed."""
    return attrs.evolve(state, pending=(*state.pending, *new))
