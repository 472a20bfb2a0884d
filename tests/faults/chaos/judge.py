"""Says what went wrong in a chaotic world, from the record alone: no policy, no simulation, no recurrence is asked."""

from __future__ import annotations

from tests.faults.chaos import judge_events, judge_orders, judge_policies, judge_runs, judge_slots
from tests.faults.chaos.history import History
from tests.faults.chaos.record import Record

CHECKS = (
    judge_runs.doubled,
    judge_runs.out_of_turn,
    judge_runs.touched_launched,
    judge_runs.made_again_and_again,
    judge_runs.not_the_oldest,
    judge_policies.overlapping,
    judge_policies.too_many,
    judge_policies.wrong_retries,
    judge_policies.not_retried,
    judge_policies.stopped_early,
    judge_policies.not_stopped,
    judge_slots.wrong_launches,
    judge_slots.missed_but_launched,
    judge_slots.lost_slots,
    judge_slots.not_caught_up,
    judge_events.wrong_events,
    judge_events.lost_events,
    judge_orders.lost_orders,
    judge_orders.wrong_orders,
    judge_orders.launched_in_a_pause,
    judge_orders.launched_without_item,
    judge_orders.bad_end,
)


def violations(record: Record) -> list[str]:
    """One sentence for each violation; empty if all is right."""
    history = History(record)
    return [f"{check.__name__}: {sentence}" for check in CHECKS for sentence in dict.fromkeys(check(history))]
