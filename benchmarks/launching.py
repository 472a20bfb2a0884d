"""Measures how late runs that are due together are enqueued, and how many requests that takes."""

from __future__ import annotations

import statistics
from typing import Any

from benchmarks.report import Row
from benchmarks.server import Bench

SDK = "TaskScheduler"
DUE_TOGETHER = (1, 20, 100)
ROUNDS = 5  # of the comparison with the floor; both take turns, so that a busy machine slows both


def rows(bench: Bench) -> list[Row]:
    results: list[Row] = []
    for count in DUE_TOGETHER:
        ours, sdk = bench.run_child("ours_launch", count), bench.run_child("sdk_launch", count)
        for part, pick in (("first", min), ("median", statistics.median), ("last", max)):
            values = (pick(_lateness(ours, count)), pick(_lateness(sdk, count)))
            results.append(_row(f"lateness_{part}_s_{count}", "s", *values))
        requests = (ours["requests"] / count, sdk["requests"] / count)
        results.append(_row(f"requests_per_run_{count}", "requests", *requests))
    return results


def floor_rows(bench: Bench) -> list[Row]:
    """Our lateness against the floor, which is the fewest requests possible. The best round counts."""
    pairs = [
        (
            max(_lateness(bench.run_child("ours_launch", 100), 100)),
            max(_lateness(bench.run_child("floor_launch", 100), 100)),
        )
        for _ in range(ROUNDS)
    ]
    ours, floor = (min(values) for values in zip(*pairs, strict=True))
    peer = "100 clones by plain HTTP on 8 threads, one enqueue_many (ratio: ours / floor)"
    name = "lateness_last_vs_floor_100"
    return [Row(name=name, unit="s", ours=ours, peer_name=peer, peer=floor, over_floor=True)]


def _lateness(result: dict[str, Any], count: int) -> list[float]:
    """Seconds between each run's due time and its enqueueing. Raises RuntimeError if runs are missing."""
    if len(result["enqueued"]) != count:
        raise RuntimeError(f"{len(result['enqueued'])} of {count} runs were launched in time")
    return [moment - result["due"] for moment in result["enqueued"]]


def _row(name: str, unit: str, ours: float, sdk: float) -> Row:
    return Row(name=name, unit=unit, ours=ours, peer_name=SDK, peer=sdk)
