"""Turns due slots and events into launches that are owed, as the policies say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

import attrs

from clearml_sched_widgets.definition import Schedule, Trigger
from clearml_sched_widgets.engine.context import Context
from clearml_sched_widgets.engine.following import polling
from clearml_sched_widgets.policy import owed
from clearml_sched_widgets.policy.decide import Decision, admit, decide
from clearml_sched_widgets.policy.run import Run
from clearml_sched_widgets.policy.state import Launch, slot_text
from clearml_sched_widgets.sentences import log


class Planner:
    """Decides about schedules and triggers."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def plan_schedules(self, now: datetime) -> None:
        """Decide about all schedules that are due."""
        context = self._context
        due = {item_id: context.item(item_id) for item_id in context.agenda.due(now)}
        active, waiting = self._unfinished(due.values())
        for item_id, schedule in due.items():
            if not isinstance(schedule, Schedule):
                context.agenda.put(item_id, None)
                continue
            try:
                self._apply(decide(schedule, context.state.items[item_id], now, active[item_id], waiting[item_id]))
            except Exception as error:  # noqa: BLE001 - one item must never stop the others
                context.agenda.put(item_id, None)
                context.set_error(item_id, f"it was set aside, its next run could not be computed: {error!r}")

    def plan_triggers(self, triggers: Sequence[Trigger]) -> bool:
        """Read what has changed on the server, and decide about the events; whether there were any."""
        context = self._context
        reports: list[tuple[str, str]] = []
        context.state, events = polling.poll(
            context.gateway, triggers, context.state, lambda *error: reports.append(error)
        )
        for item_id, error in reports:
            context.set_error(item_id, error)
        if not events:
            return False
        context.changed = True
        for trigger in triggers:
            self._admit(trigger, [event for event in events if event.item == trigger.id])
        return True

    def _unfinished(self, items: Iterable[Schedule | Trigger | None]) -> tuple[Counter[str], Counter[str]]:
        """How many runs of each item are queued or running, and how many are owed; empty if these do not ask."""
        if not any(item and item.overlap in ("skip", "queue") for item in items):
            return Counter(), Counter()
        active = Counter(run.item for run in self._context.runs.active_runs() if not self._undecided(run))
        return active, Counter(launch.item for launch in self._context.state.pending)

    def _undecided(self, run: Run) -> bool:
        """Whether a process that was killed launched it and could not say so: its slot is decided about again, and
        it must not stand in its own way."""
        known = self._context.state.items.get(run.item)
        return bool(known and run.cause == "schedule" and run.nominal and run.nominal > known.watermark)

    def _apply(self, decision: Decision) -> None:
        context, after = self._context, decision.state
        for skip in decision.skips:
            text = log.skipped(skip)
            context.journal.warning(f"{context.title(skip.item)}: {text}")
            after = attrs.evolve(after, note=text)
        context.changed = True
        context.state = context.state.with_item(decision.item, after)
        context.owe(*decision.launches)
        context.agenda.put(decision.item, decision.next_slot)
        item = context.item(decision.item)
        if decision.launches and isinstance(item, Schedule):
            self._supersede(item)

    def _supersede(self, schedule: Schedule) -> None:
        """Slots that could not be launched so far fall under the missed-run policy: they do not pile up."""
        context = self._context
        for launch in owed.superseded(schedule, context.state.pending):
            context.journal.warning(
                f"{context.title(schedule.id)}: gave up the run of {slot_text(launch.nominal)}: a later one is due."
            )
            context.give_up(launch)

    def _admit(self, trigger: Trigger, events: Sequence[Launch]) -> None:
        context = self._context
        active, waiting = self._unfinished([trigger])
        admission = admit(trigger, context.state.items[trigger.id], events, active[trigger.id], waiting[trigger.id])
        for launch in admission.launches:
            context.journal.info(f"{context.title(trigger.id)}: {launch.what}.")
        after = admission.state
        for launch, reason in admission.refused:
            after = attrs.evolve(after, note=after.note if after.paused else f"skipped {launch.what}: {reason}.")
            context.journal.warning(f"{context.title(trigger.id)}: {launch.what}, but it was skipped: {reason}.")
        context.state = context.state.with_item(trigger.id, after)
        context.owe(*admission.launches)
