"""PURE: makes the launches that no slot or event causes: at the start, by hand, and backfills."""

from __future__ import annotations

from datetime import datetime
from itertools import islice

import attrs

from clearml_sched_widgets.definition import Action, Schedule, Trigger
from clearml_sched_widgets.definition.placeholders import known
from clearml_sched_widgets.definition.values import SHORTEST_NAME
from clearml_sched_widgets.policy.decide import slot_launch
from clearml_sched_widgets.policy.state import Launch, slot_text
from clearml_sched_widgets.recurrence import occurrences

MOST_BACKFILLED = 1000  # slots of one backfill


def with_run_name(item: Schedule | Trigger) -> Action:
    """The item's action with the name of its runs: the action's, else the item's. None means the base task's name."""
    if item.action.name or not item.name or len(item.name) < SHORTEST_NAME:
        return item.action
    return attrs.evolve(item.action, name=item.name)


def at_start(schedule: Schedule, now: datetime) -> Launch:
    """The first launch of a new schedule with `run_at_start`."""
    return _immediate_launch(f"{schedule.id}@start", schedule, "start", now)


def manual(item: Schedule | Trigger, command: str, now: datetime) -> Launch:
    """A launch that a user asked for; `command` is the id of the command."""
    return _immediate_launch(f"{item.id}*{command}", item, "manual", now)


def _immediate_launch(key: str, item: Schedule | Trigger, cause: str, now: datetime) -> Launch:
    # There is no object that triggered this launch, so its placeholders are empty.
    values = {**dict.fromkeys(known(item.entity), ""), "scheduled": slot_text(now)}
    if isinstance(item, Trigger):
        values["trigger.name"] = item.title
    return Launch(key=key, item=item.id, cause=cause, nominal=now, values=values, lineage=(item.id,))


def backfill(schedule: Schedule, start: datetime, end: datetime) -> list[Launch]:
    """The launches for a schedule's slots after `start` up to `end`, with the run keys of these slots.

    Raises ValueError if there are no slots, or too many.
    """
    slots = list(islice(occurrences(schedule.recurrence, start, end), MOST_BACKFILLED + 1))
    if not slots:
        raise ValueError("it has no times in this period")
    if len(slots) > MOST_BACKFILLED:
        raise ValueError(f"it has more than {MOST_BACKFILLED} times in this period; choose a shorter one")
    return [attrs.evolve(slot_launch(schedule, slot), cause="backfill") for slot in slots]
