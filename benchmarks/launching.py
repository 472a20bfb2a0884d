"""Measures how late runs that are due together are enqueued, and how many requests that takes."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from typing import Any

from benchmarks.report import Row
from benchmarks.server import Bench

SDK = "TaskScheduler"
DUE_TOGETHER = (1, 20, 100)
ROUNDS = 5  # of the comparison with the floor; both take turns, so that a busy machine slows both
MOST = 5000
MANY = {1000: 4, MOST: 2}  # the rounds by the number of runs
Round = tuple[dict[str, Any], dict[str, Any]]  # the results of ours and of the floor


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
    """Our lateness with a hundred runs against the floor, which is the fewest requests possible."""
    return [_floor_row(100, _floor_rounds(bench, 100, ROUNDS))]


def many_rows(bench: Bench) -> list[Row]:
    """The same with thousands of runs. Each of the most has to have a line in the log on the server."""
    results = {count: _floor_rounds(bench, count, rounds) for count, rounds in MANY.items()}
    missing = max(MOST - ours["logged"] for ours, _ in results[MOST])
    return [
        *(_floor_row(count, rounds) for count, rounds in results.items()),
        Row(name=f"log_lines_missing_{MOST}", unit="lines", ours=missing, peer_name="the goal", peer=0),
    ]


def _floor_rounds(bench: Bench, count: int, rounds: int) -> list[Round]:
    """The results of ours and of the floor. They take turns in going first, as the server's data grows."""
    results: list[Round] = []
    for number in range(rounds):
        children = ("ours_launch", "floor_launch") if number % 2 == 0 else ("floor_launch", "ours_launch")
        done = {child: bench.run_child(child, count) for child in children}
        results.append((done["ours_launch"], done["floor_launch"]))
    return results


def _floor_row(count: int, results: Iterable[Round]) -> Row:
    """The lateness of the last run. The best round counts."""
    pairs = [(max(_lateness(ours, count)), max(_lateness(floor, count))) for ours, floor in results]
    ours, floor = (min(values) for values in zip(*pairs, strict=True))
    peer = "the clones by plain HTTP on 8 threads, enqueued in the same slices (ratio: ours / floor)"
    name = f"lateness_last_vs_floor_{count}"
    return Row(name=name, unit="s", ours=ours, peer_name=peer, peer=floor, over_floor=True)


def _lateness(result: dict[str, Any], count: int) -> list[float]:
    """Seconds between each run's due time and its enqueueing. Raises RuntimeError if runs are missing."""
    if len(result["enqueued"]) != count:
        raise RuntimeError(f"{len(result['enqueued'])} of {count} runs were launched in time")
    return [moment - result["due"] for moment in result["enqueued"]]


def _row(name: str, unit: str, ours: float, sdk: float) -> Row:
    return Row(name=name, unit=unit, ours=ours, peer_name=SDK, peer=sdk)
