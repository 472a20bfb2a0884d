"""Decides, as the policies say, which due slots and events become owed launches."""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial

import attrs

from clearml_sched_widgets.definition import Schedule, Trigger
from clearml_sched_widgets.engine.context import Context
from clearml_sched_widgets.engine.following.polling import Poll
from clearml_sched_widgets.engine.guard import item_subject
from clearml_sched_widgets.engine.launching.clone import is_launched
from clearml_sched_widgets.policy import owed
from clearml_sched_widgets.policy.decide import Decision, admit, decide
from clearml_sched_widgets.policy.state import ItemState, Launch, slot_text
from clearml_sched_widgets.sentences import log

RETRY_AFTER = timedelta(seconds=1)  # after an unforeseen error in the plan of a schedule
POLL_SLICE = 0.5  # seconds that a poll may take in one step, and one request more
POLL_MARGIN = timedelta(seconds=5)  # more than is uncertain about the server's clock
MOST_LEFT_OUT = 100  # ids of objects that are remembered of each trigger


class Planner:
    """Decides about schedules and triggers."""

    def __init__(self, context: Context, polled_at: float | None = None) -> None:
        self._context = context
        self._poll: Poll | None = None  # of the triggers, while it is unfinished
        self.polled_at = polled_at  # monotonic time at which the last complete poll of this process began

    @property
    def poll_gap(self) -> timedelta | None:
        """How long ago, at most, the last complete poll of this process began; None before the first one."""
        if self.polled_at is None:
            return None
        return timedelta(seconds=self._context.clock.monotonic() - self.polled_at) + POLL_MARGIN

    @property
    def polling(self) -> bool:
        """True while a poll of the triggers has to go on in the next step; not so after a failed request."""
        return self._poll is not None and not self._poll.failed and self._poll_fits()

    def _poll_fits(self) -> bool:
        context = self._context
        return self._poll is not None and self._poll.fits(context.definition, context.state)

    def plan_schedules(self, now: datetime) -> None:
        """Decide about all schedules that are due."""
        context = self._context
        due = {item_id: context.item(item_id) for item_id in context.agenda.due(now)}
        active, waiting = self._count_unfinished(due.values())
        decisions: list[Decision] = []
        for item_id, schedule in due.items():
            if not isinstance(schedule, Schedule):
                context.agenda.put(item_id, None)
                continue
            subject = item_subject(item_id)
            plan = partial(self._plan_schedule, schedule, now, active[item_id], waiting[item_id])
            decision = context.guard.run(subject, context.title(item_id), plan)
            if decision is None:
                context.agenda.put(item_id, None if subject in context.guard.set_aside else now + RETRY_AFTER)
            else:
                decisions.append(decision)
        if decisions:
            self._apply_decisions(decisions)
        context.launched = None  # what was due during the launch is decided now

    def _plan_schedule(self, schedule: Schedule, now: datetime, active: int, waiting: int) -> Decision:
        known = self._context.state.items[schedule.id]
        if known.watermark == self._context.launched and schedule.policies.missed == "skip":
            # What came due while a slow server still worked on the launch was not missed.
            schedule = attrs.evolve(schedule, policies=attrs.evolve(schedule.policies, missed="latest"))
        return decide(schedule, known, now, active, waiting, self._context.launched_slots.get(schedule.id, ()))

    def plan_triggers(self, triggers: Sequence[Trigger], *, whole: bool = False) -> bool:
        """Read what has changed on the server for a slice of time; when all is read, decide about the events.

        With `whole`, all changes up to now are read before this returns. Returns True if there were events.
        Raises GatewayError; then the next call goes on with the same request.
        """
        begun_before = self._poll_fits()
        found = self._go_on_polling(triggers, math.inf if whole else POLL_SLICE)
        if whole and begun_before:  # what it read first may have changed since
            found = self._go_on_polling(triggers, math.inf) or found
        return found

    def _go_on_polling(self, triggers: Sequence[Trigger], seconds: float) -> bool:
        context = self._context
        if self._poll is None or not self._poll_fits():
            self._poll = Poll(context.gateway, triggers, context.state, context.clock, self.poll_gap)
        poll = self._poll
        if not poll.go_on(seconds):
            return False
        self._poll, self.polled_at = None, poll.began_at
        context.state = poll.applied_to(context.state)
        for trigger_id, left_out in poll.left_out.items():
            self._note_left_out(trigger_id, left_out.error, left_out.objects)
        self._decide_about_events(triggers, poll.launches)
        return bool(poll.launches)

    def _decide_about_events(self, triggers: Sequence[Trigger], events: Iterable[Launch]) -> None:
        context = self._context
        by_trigger: dict[str, list[Launch]] = {}
        for event in events:
            by_trigger.setdefault(event.item, []).append(event)
            context.tables_outdated = True
        for trigger in triggers:
            found = by_trigger.get(trigger.id, [])
            work = partial(self._admit_events, trigger, found)
            if found and not context.guard.run(item_subject(trigger.id), context.title(trigger.id), work):
                self._note_left_out(trigger.id, "its events were left out", [event.object for event in found])

    def _note_left_out(self, trigger_id: str, error: str, objects: Sequence[str]) -> None:
        """Show that a trigger has left out some objects. `error` is about the first one."""
        self._context.left_out.setdefault(trigger_id, deque(maxlen=MOST_LEFT_OUT)).extend(objects)
        more = f" ({len(objects) - 1} more were left out)" if len(objects) > 1 else ""
        self._context.set_error(trigger_id, f"{error}{more}")

    def _count_unfinished(self, items: Iterable[Schedule | Trigger | None]) -> tuple[Counter[str], Counter[str]]:
        """Count the unfinished runs and the owed launches by item. Empty if no overlap policy needs the counts."""
        if not any(item and item.overlap in ("skip", "queue") for item in items):
            return Counter(), Counter()
        active = Counter(run.item for run in self._context.runs.active_runs())
        return active, Counter(launch.item for launch in self._context.state.pending)

    def _apply_decisions(self, decisions: Sequence[Decision]) -> None:
        """Apply the decisions about several schedules to the state, which is copied only once."""
        context = self._context
        items, launches = dict(context.state.items), list[Launch]()
        failed = {launch.item for launch in context.state.pending if launch.tries and launch.cause == "schedule"}
        for decision in decisions:
            items[decision.item] = self._log_skips(decision)
            context.pass_launched_slots(decision.item, decision.state.watermark)
            launches += decision.launches
            context.agenda.put(decision.item, decision.next_slot)
        context.tables_outdated = True
        context.state = attrs.evolve(context.state, items=items, pending=(*context.state.pending, *launches))
        for item_id in failed.intersection(launch.item for launch in launches):
            item = context.item(item_id)
            if isinstance(item, Schedule):
                self._give_up_superseded(item)

    def _log_skips(self, decision: Decision) -> ItemState:
        """Log what a decision skips. Returns the item's new state, whose note says so."""
        context, after = self._context, decision.state
        for skip in decision.skips:
            text = log.skipped(skip)
            context.journal.warning(f"{context.title(skip.item)}: {text}")
            after = attrs.evolve(after, note=text)
        return after

    def _give_up_superseded(self, schedule: Schedule) -> None:
        """Give up slots that could not be launched before a later one was due, as the missed-run policy says."""
        context = self._context
        for launch in owed.superseded(schedule, context.state.pending):
            if is_launched(context.runs, launch.key):
                continue  # by a process that was killed before it saved
            context.journal.warning(
                f"{context.title(schedule.id)}: gave up the run of {slot_text(launch.nominal)}: a later one is due."
            )
            context.give_up(launch)

    def _admit_events(self, trigger: Trigger, events: Sequence[Launch]) -> bool:
        context = self._context
        new = self._without_known(events)
        if len(new) < len(events):
            count = len(events) - len(new)
            context.journal.info(
                f"{context.title(trigger.id)}: found {count} events again that had led to runs before."
            )
        known = context.state.items[trigger.id]
        if new and (context.state.paused or known.paused):
            context.journal.info(f"{context.title(trigger.id)}: {log.left_out_in_pause(new)}")
            return True
        active, waiting = self._count_unfinished([trigger])
        admission = admit(trigger, known, new, active[trigger.id], waiting[trigger.id])
        for launch in admission.launches:
            context.journal.info(f"{context.title(trigger.id)}: {launch.what}.")
        after = admission.state
        for launch, reason in admission.refused:
            after = attrs.evolve(after, note=f"skipped {launch.what}: {reason}.")
            context.journal.warning(f"{context.title(trigger.id)}: {launch.what}, but it was skipped: {reason}.")
        context.state = context.state.with_item(trigger.id, after)
        context.add_pending(*admission.launches)
        return True

    def _without_known(self, events: Sequence[Launch]) -> list[Launch]:
        """The events that have not led to a run yet. After the server's clock went back, a poll finds some again."""
        pending = {launch.key for launch in self._context.state.pending}
        return [
            event for event in events if event.key not in pending and not is_launched(self._context.runs, event.key)
        ]
