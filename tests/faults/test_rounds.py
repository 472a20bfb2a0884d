"""Real engines, killed and cut off: a sample of what `make faults` does ten times as often."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial

from clearml_sched_widgets.sandbox import Sandbox
from tests.faults.proxy import KILLS, NETWORK
from tests.faults.rounds import Plan, run_round

ROUNDS, KILLS_EACH, FAULTS_EACH = 6, 2, 4


def test_no_slot_is_lost_or_doubled_by_kills_and_network_faults(fresh_sandbox: Sandbox) -> None:
    plans = [Plan(seed, KILLS_EACH, FAULTS_EACH) for seed in range(1000, 1000 + ROUNDS)]
    with ThreadPoolExecutor(ROUNDS) as pool:
        results = list(pool.map(partial(run_round, fresh_sandbox), plans))
    assert [(result.lost, result.doubled) for result in results] == [((), ())] * ROUNDS
    assert sum(result.kills for result in results) == ROUNDS * KILLS_EACH
    assert sum(result.faults for result in results) == ROUNDS * FAULTS_EACH


def test_a_plan_is_the_same_for_the_same_seed_and_all_plans_cover_every_kind() -> None:
    assert Plan(7, 5, 5).incidents() == Plan(7, 5, 5).incidents()
    kinds = {incident.kind for seed in range(60) for incident in Plan(seed, 5, 5).incidents()}
    assert kinds == {*KILLS, *NETWORK}
