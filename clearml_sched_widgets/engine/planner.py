"""Decides, as the policies say, which due slots and events become owed launches."""

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
        active, waiting = self._count_unfinished(due.values())
        for item_id, schedule in due.items():
            if not isinstance(schedule, Schedule):
                context.agenda.put(item_id, None)
                continue
            try:
                self._apply_decision(
                    decide(schedule, context.state.items[item_id], now, active[item_id], waiting[item_id])
                )
            except Exception as error:  # noqa: BLE001 - one item must never stop the others
                context.agenda.put(item_id, None)
                context.set_error(item_id, f"it was set aside, its next run could not be computed: {error!r}")

    def plan_triggers(self, triggers: Sequence[Trigger]) -> bool:
        """Read what has changed on the server and decide about the events. Returns True if there were any."""
        context = self._context
        errors: list[tuple[str, str]] = []
        context.state, events = polling.poll(
            context.gateway, triggers, context.state, lambda *error: errors.append(error)
        )
        for item_id, error in errors:
            context.set_error(item_id, error)
        if not events:
            return False
        context.tables_outdated = True
        for trigger in triggers:
            self._admit_events(trigger, [event for event in events if event.item == trigger.id])
        return True

    def _count_unfinished(self, items: Iterable[Schedule | Trigger | None]) -> tuple[Counter[str], Counter[str]]:
        """Count the unfinished runs and the owed launches by item. Empty if no overlap policy needs the counts."""
        if not any(item and item.overlap in ("skip", "queue") for item in items):
            return Counter(), Counter()
        active = Counter(run.item for run in self._context.runs.active_runs() if not self._is_undecided(run))
        return active, Counter(launch.item for launch in self._context.state.pending)

    def _is_undecided(self, run: Run) -> bool:
        """True if a killed process launched this run but did not save the watermark.

        The slot is decided about again, and the overlap policy must not skip it because of this very run.
        """
        known = self._context.state.items.get(run.item)
        return bool(known and run.cause == "schedule" and run.nominal and run.nominal > known.watermark)

    def _apply_decision(self, decision: Decision) -> None:
        context, after = self._context, decision.state
        for skip in decision.skips:
            text = log.skipped(skip)
            context.journal.warning(f"{context.title(skip.item)}: {text}")
            after = attrs.evolve(after, note=text)
        context.tables_outdated = True
        context.state = context.state.with_item(decision.item, after)
        context.add_pending(*decision.launches)
        context.agenda.put(decision.item, decision.next_slot)
        item = context.item(decision.item)
        if decision.launches and isinstance(item, Schedule):
            self._give_up_superseded(item)

    def _give_up_superseded(self, schedule: Schedule) -> None:
        """Give up slots that could not be launched before a later one was due, as the missed-run policy says."""
        context = self._context
        for launch in owed.superseded(schedule, context.state.pending):
            context.journal.warning(
                f"{context.title(schedule.id)}: gave up the run of {slot_text(launch.nominal)}: a later one is due."
            )
            context.give_up(launch)

    def _admit_events(self, trigger: Trigger, events: Sequence[Launch]) -> None:
        context = self._context
        active, waiting = self._count_unfinished([trigger])
        admission = admit(trigger, context.state.items[trigger.id], events, active[trigger.id], waiting[trigger.id])
        for launch in admission.launches:
            context.journal.info(f"{context.title(trigger.id)}: {launch.what}.")
        after = admission.state
        for launch, reason in admission.refused:
            after = attrs.evolve(after, note=after.note if after.paused else f"skipped {launch.what}: {reason}.")
            context.journal.warning(f"{context.title(trigger.id)}: {launch.what}, but it was skipped: {reason}.")
        context.state = context.state.with_item(trigger.id, after)
        context.add_pending(*admission.launches)
