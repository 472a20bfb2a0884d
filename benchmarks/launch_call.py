"""Measures how long a call of `launch()` takes, against its own requests alone. Each call is the first of a process."""

from __future__ import annotations

from benchmarks.report import Row
from benchmarks.server import Bench

SCHEDULES = 1000
ROUNDS = 5  # the best one counts
PEER = "its requests, sent again by plain HTTP (ratio: ours / floor)"


def rows(bench: Bench) -> list[Row]:
    results = [bench.run_child("ours_launch_call", SCHEDULES) for _ in range(ROUNDS)]
    ours, floor = (min(result[key] for result in results) for key in ("took", "floor"))
    name = f"launch_call_s_{SCHEDULES}"
    return [Row(name=name, unit="s", ours=ours, peer_name=PEER, peer=floor, over_floor=True)]
