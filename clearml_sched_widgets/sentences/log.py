"""PURE: writes the sentences of the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from clearml_sched_widgets.bidi import isolated
from clearml_sched_widgets.definition import Definition, Schedule, Trigger
from clearml_sched_widgets.policy.decide import Skip, due_at
from clearml_sched_widgets.policy.overlap import REPLACED
from clearml_sched_widgets.policy.owed import Outcome
from clearml_sched_widgets.policy.retries import Consequence
from clearml_sched_widgets.policy.run import Run
from clearml_sched_widgets.policy.state import Launch, slot_text


def title(item: Schedule | Trigger, names: Mapping[str, str]) -> str:
    """The title of an item in tables and in the log: its own name, or the name of what it launches.

    `names` are the names of the base tasks by id.
    """
    action = item.action
    return item.name or action.name or names.get(action.task, "") or action.subject


def skipped(skip: Skip) -> str:
    if skip.first == skip.last:
        return f"skipped the run of {slot_text(skip.first)}: {skip.reason}."
    return f"skipped the runs from {slot_text(skip.first)} to {slot_text(skip.last)}: {skip.reason}."


def replaced(launch: Launch) -> str:
    return f"left out the run of {slot_text(launch.nominal)}: {REPLACED}."


def held(launches: Sequence[Launch]) -> str:
    if len(launches) == 1:
        return f"the run of {slot_text(launches[0].nominal)} waits until no run before it is unfinished."
    return f"{len(launches)} more runs wait until those before them are finished."


def backfilled(start: datetime, end: datetime, new: int, all_slots: int) -> str:
    """How much of a period is launched, and how much was launched already."""
    ran = f"; {all_slots - new} more had been launched already" if all_slots > new else ""
    return f"backfill from {slot_text(start)} to {slot_text(end)}: {new} run{'s' * (new != 1)}{ran}."


def paused(note: str) -> str:
    """Says that an item was paused, and the reason if there is one."""
    return f"paused{f': {isolated(note)}' if note else ''}."


def left_out_in_pause(events: Sequence[Launch]) -> str:
    if len(events) == 1:
        return f"{events[0].what}, but it was left out: it is paused."
    return f"{len(events)} events were left out: it is paused."


def resumed() -> str:
    """Says that the pause of an item has ended."""
    return "goes on after its pause."


def tried_again() -> str:
    """Says that an item that was set aside after errors is no longer so."""
    return "tried again after its errors."


def consequence(of: Consequence) -> str:
    """What follows from the end of a run."""
    if of.paused:
        return f"paused, because {of.paused}; resume it by hand."
    return f"retry {of.number} of {of.retries} of {subject(of.run)} follows in {of.delay}."


def all_by_hand(count: int) -> str:
    """Says that `count` items of an instance are run once, by hand."""
    if count == 0:
        return "Nothing is run by hand: no item is enabled."
    return f"{count} item{'s are' if count != 1 else ' is'} run once, by hand."


def launched(outcome: Outcome, now: datetime, item: Schedule | Trigger | None) -> str:
    launch = outcome.launch
    due = due_at(item, launch.nominal) if isinstance(item, Schedule) else launch.nominal
    late = (now - due).total_seconds()
    lateness = f" ({late:.0f} s late)" if late >= 2 and launch.cause == "schedule" else ""
    note = f"; {outcome.note}" if outcome.note else ""
    function = item.action.function if item else None
    base = f", a clone of task {outcome.base}," if item and item.action.latest and outcome.base else ""
    what = f"called its function {function}" if function else f"launched task {outcome.run_id}{base}"
    return f"{what} for {slot_text(launch.nominal)}{lateness}{note}."


def launched_earlier(run: Run) -> str:
    """Says that a process that was killed had launched a run, but had not logged it."""
    slot = f" for {slot_text(run.nominal)}" if run.nominal else ""
    return f"launched task {run.task.id}{slot}; the process that launched it ended before it could say so."


def given_up(outcome: Outcome) -> str:
    return f"the run of {slot_text(outcome.launch.nominal)} is left out: {outcome.given_up}."


def subject(run: Run) -> str:
    """The subject of a sentence about a run."""
    return "the call of its function" if run.local else f"task {run.task.id}"


_ENDED = {"completed": "completed", "failed": "failed", "stopped": "was stopped", "deleted": "was deleted"}


def ended(run: Run) -> str:
    """Says how a run ended, such as `task … failed`."""
    return f"{subject(run)} {_ENDED.get(run.status, f'is {run.status}')}"


def counted(definition: Definition) -> str:
    """Counts the items of a definition, such as `2 schedules, 1 trigger`."""
    schedules, triggers = len(definition.schedules), len(definition.triggers)
    return f"{schedules} schedule{'s' * (schedules != 1)}, {triggers} trigger{'s' * (triggers != 1)}"
