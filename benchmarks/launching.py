"""Runs due together that stay queued: how late each is on its queue, and how many requests it took; and the floor."""

from __future__ import annotations

import statistics
from typing import Any

from benchmarks.report import Row
from benchmarks.server import Bench

SDK = "TaskScheduler"
TOGETHER = (1, 20, 100)
ROUNDS = 5  # of the comparison with the floor, in turns: a busy machine slows both


def rows(bench: Bench) -> list[Row]:
    found: list[Row] = []
    for count in TOGETHER:
        ours, sdk = bench.child("ours_launch", count), bench.child("sdk_launch", count)
        for part, pick in (("first", min), ("median", statistics.median), ("last", max)):
            values = (pick(_late(ours, count)), pick(_late(sdk, count)))
            found.append(_row(f"lateness_{part}_s_{count}", "s", *values))
        requests = (ours["requests"] / count, sdk["requests"] / count)
        found.append(_row(f"requests_per_run_{count}", "requests", *requests))
    return found


def floor_rows(bench: Bench) -> list[Row]:
    """The best of some rounds in turns, as whatever else the machine does only adds; the ratio is ours to the floor."""
    pairs = [
        (max(_late(bench.child("ours_launch", 100), 100)), max(_late(bench.child("floor_launch", 100), 100)))
        for _ in range(ROUNDS)
    ]
    ours, floor = (min(values) for values in zip(*pairs, strict=True))
    peer = "100 clones by plain HTTP on 8 threads, one enqueue_many (ratio: ours / floor)"
    name = "lateness_last_vs_floor_100"
    return [Row(name=name, unit="s", ours=ours, peer_name=peer, peer=floor, over_floor=True)]


def _late(told: dict[str, Any], count: int) -> list[float]:
    """How much later than due each run was on its queue, in seconds."""
    if len(told["enqueued"]) != count:
        raise RuntimeError(f"{len(told['enqueued'])} of {count} runs were launched in time")
    return [moment - told["due"] for moment in told["enqueued"]]


def _row(name: str, unit: str, ours: float, sdk: float) -> Row:
    return Row(name=name, unit=unit, ours=ours, peer_name=SDK, peer=sdk)
