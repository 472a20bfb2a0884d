"""Measures the cost of one step of the scheduler, by the number of schedules."""

from __future__ import annotations

from benchmarks.report import Row
from benchmarks.server import Bench

STEPS = ((100, 20, 20), (1_000, 20, 10), (10_000, 20, 5), (100_000, 3, 1))  # schedules, our due steps, the SDK's steps


def rows(bench: Bench) -> list[Row]:
    results = []
    for count, ours_steps, sdk_steps in STEPS:
        ours, sdk = bench.run_child("ours_step", count, ours_steps), bench.run_child("sdk_step", count, sdk_steps)
        for what, key, peer in (
            ("idle", "idle", "TaskScheduler"),
            ("due1", "due", "TaskScheduler, its launch left out"),
        ):
            name = f"step_ms_{count}_{what}"
            results.append(Row(name=name, unit="ms", ours=ours[key], peer_name=peer, peer=sdk[key]))
    return results
