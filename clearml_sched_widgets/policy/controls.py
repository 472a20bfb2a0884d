"""PURE: what the commands of users change about single items."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import attrs

from clearml_sched_widgets.bidi import isolated
from clearml_sched_widgets.definition import Definition, Schedule, Trigger
from clearml_sched_widgets.policy import requested
from clearml_sched_widgets.policy.retries import launch_of
from clearml_sched_widgets.policy.run import Run
from clearml_sched_widgets.policy.state import ItemState, Launch, State
from clearml_sched_widgets.sentences import log

Change = tuple[State, str]  # the state after it, and what the log says; nothing if there was nothing to do


def pause(item: Schedule | Trigger, state: State, note: str) -> Change:
    """Pause one item."""
    known = attrs.evolve(state.items[item.id], paused=True, note=note)
    return state.with_item(item.id, known), f"paused{f': {isolated(note)}' if note else ''}."


def resume(item: Schedule | Trigger, state: State, now: datetime) -> Change:
    """End the pause of one item. As after a pause of the whole instance, what came in between is left out."""
    known = state.items[item.id]
    if not known.paused:
        return state, ""
    fresh = ItemState(watermark=max(known.watermark, now), runs=known.runs, error=known.error)
    return state.with_item(item.id, fresh), "goes on after its pause."


def run_now(item: Schedule | Trigger, state: State, command: str, now: datetime, known: Callable[[str], bool]) -> State:
    """Owe a run by hand, unless the command was heard before and only its removal had failed."""
    launch = requested.manual(item, command, now)
    return state if known(launch.key) else owe(state, [launch])


def run_all(definition: Definition, state: State, command: str, now: datetime, known: Callable[[str], bool]) -> Change:
    """Owe a run by hand of each item that is enabled, but those that the command gave already."""
    wanted = [requested.manual(item, command, now) for item in definition.items if item.enabled]
    new = [launch for launch in wanted if not known(launch.key)]
    return owe(state, new), log.all_by_hand(len(new)) if new or not wanted else ""


def retry(
    item: Schedule | Trigger, state: State, run: Run, command: str, now: datetime, known: Callable[[str], bool]
) -> State:
    """Owe a run once more: for the same slot or event, with the same values.

    Like any run that a user asks for it is a manual one: it starts at once, whatever the item's policies.
    """
    key = requested.manual(item, command, now).key
    again = attrs.evolve(launch_of(run, key, now), cause="manual", not_before=None)
    return state if known(key) else owe(state, [again])


def backfill(
    item: Schedule, state: State, start: datetime, end: datetime, now: datetime, known: Callable[[str], bool]
) -> Change:
    """Owe the slots of a past period that are not known. Raises ValueError if there are none, or too many.

    The slots after the watermark are the schedule's own business, unless it cannot run now: then they are dealt with.
    """
    found = requested.backfill(item, start, min(end, now))
    own = state.items[item.id]
    idle = state.paused or own.paused or not item.enabled
    new = [one for one in found if not known(one.key) and (idle or one.nominal <= own.watermark)]
    if idle:
        own = attrs.evolve(own, watermark=max(own.watermark, found[-1].nominal))
    text = f"{log.backfilled(start, end, len(new), len(found))}."
    return owe(state.with_item(item.id, own), new), text


def owe(state: State, new: list[Launch]) -> State:
    """The state with more launches that are owed."""
    return attrs.evolve(state, pending=(*state.pending, *new))
