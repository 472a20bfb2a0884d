"""PURE: the sentences of the log."""

from __future__ import annotations

from datetime import datetime

from clearml_sched_widgets.definition import Definition
from clearml_sched_widgets.engine.decide import Skip
from clearml_sched_widgets.engine.pending import Outcome
from clearml_sched_widgets.engine.state import slot_text


def title(definition: Definition, item_id: str) -> str:
    """What an item is called; its id if the definition no longer has it."""
    item = definition.item(item_id)
    return item.title if item else item_id


def skipped(skip: Skip) -> str:
    if skip.first == skip.last:
        return f"skipped the run of {slot_text(skip.first)}: {skip.reason}."
    return f"skipped the runs from {slot_text(skip.first)} to {slot_text(skip.last)}: {skip.reason}."


def launched(outcome: Outcome, now: datetime) -> str:
    launch = outcome.launch
    late = (now - launch.nominal).total_seconds()
    lateness = f" ({late:.0f} s late)" if late >= 2 and launch.cause == "schedule" else ""
    note = f"; {outcome.note}" if outcome.note else ""
    return f"launched task {outcome.run_id} for {slot_text(launch.nominal)}{lateness}{note}."


def counted(definition: Definition) -> str:
    """How much there is, such as `2 schedules, 1 trigger`."""
    schedules, triggers = len(definition.schedules), len(definition.triggers)
    return f"{schedules} schedule{'s' * (schedules != 1)}, {triggers} trigger{'s' * (triggers != 1)}"
