"""Records the outcomes of launches: in the state, in the log, and in the errors and notes of items."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

import attrs

from clearml_sched_widgets.bidi import isolated
from clearml_sched_widgets.engine.context import Context
from clearml_sched_widgets.policy import owed
from clearml_sched_widgets.policy.owed import Outcome
from clearml_sched_widgets.sentences import log


class OutcomeRecorder:
    """Records outcomes for one engine. `told` has the ids of runs whose launch is in the log already."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.told: set[str] = set()
        self._queues_without_agent: set[str] = set()  # queues that no agent served at the last launch

    def record(self, outcomes: Sequence[Outcome], now: datetime) -> None:
        """Record the outcomes of one try. What succeeded is no longer pending, what failed is tried again later."""
        if not outcomes:
            return
        context = self._context
        for outcome in outcomes:
            launch = outcome.launch
            context.guard.run(
                f"launch {launch.key}", context.title(launch.item), partial(self._record_one, outcome, now)
            )
        context.state = attrs.evolve(context.state, pending=owed.after(context.state.pending, outcomes, now))
        context.mark_runs_changed()

    def _record_one(self, outcome: Outcome, now: datetime) -> None:
        context, launch = self._context, outcome.launch
        title = context.title(launch.item)
        if outcome.error:
            if launch.tries == 0 or outcome.error != context.state.items[launch.item].error:
                context.journal.error(f"{title}: not launched: {outcome.error}. It is tried again later.")
            context.set_error(launch.item, outcome.error, quiet=True)
            return
        if outcome.given_up:
            text = log.given_up(outcome)
            context.journal.warning(f"{title}: {text}")
            context.set_note(launch.item, text)
            return
        if outcome.run_id not in self.told:
            context.journal.info(f"{title}: {log.launched(outcome, now, context.item(launch.item))}")
        self._log_agent_changes(launch.item, outcome.watched)
        context.set_error(launch.item, "")
        context.set_note(launch.item, "")

    def _log_agent_changes(self, item_id: str, watched: bool | None) -> None:
        """Log once that no agent serves an item's queue, and once that one serves it again."""
        item = self._context.item(item_id)
        if item is None or watched is None or watched == (item.action.queue not in self._queues_without_agent):
            return
        queue = isolated(item.action.queue)
        if watched:
            self._queues_without_agent.discard(item.action.queue)
            self._context.journal.info(f'An agent serves the queue "{queue}" again.')
        else:
            self._queues_without_agent.add(item.action.queue)
            self._context.journal.warning(f'No agent serves the queue "{queue}"; runs wait until one does.')
