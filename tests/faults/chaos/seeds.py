"""Runs seeds, one after the other or in several processes."""

from __future__ import annotations

import contextlib
import multiprocessing
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor

from tests.faults.chaos.faults_in_engine import FAULTS
from tests.faults.chaos.judge import violations
from tests.faults.chaos.world import World

PROCESSES = 2
MOST_AHEAD = 2 * PROCESSES  # seeds that are run before the one that is waited for has ended

Report = tuple[int, list[str], list[str]]  # the seed, its violations, and its trace


def run_seed(only: frozenset[str], fault: str, seed: int) -> Report:
    """Run one seed, perhaps with a fault in the engine."""
    with FAULTS[fault].put_in() if fault else contextlib.nullcontext():
        record = World(seed, only).run()
    return seed, violations(record), record.trace


def run_seeds(seeds: range, only: frozenset[str], fault: str = "") -> Iterator[Report]:
    """Run seeds in several processes. Yields their reports in order."""
    waiting = deque[Future[Report]]()
    with ProcessPoolExecutor(PROCESSES, mp_context=multiprocessing.get_context("spawn")) as pool:
        try:
            for seed in seeds:
                waiting.append(pool.submit(run_seed, only, fault, seed))
                if len(waiting) > MOST_AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)
