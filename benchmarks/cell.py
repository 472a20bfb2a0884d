"""Measures what a running engine takes from a notebook cell that computes meanwhile."""

from __future__ import annotations

from benchmarks.report import Row
from benchmarks.server import Bench

SCHEDULES, DUE = 100, 20  # of these so many are due once a minute, together
SECONDS = 120
PEER = "the same loop without an engine"


def rows(bench: Bench) -> list[Row]:
    result = bench.run_child("ours_cell", SCHEDULES, DUE, SECONDS)
    (p99, p99_alone), (share, share_alone) = result["p99_ms"], result["share_pct"]
    return [
        Row(name="cell_slice_p99_ms", unit="ms", ours=p99, peer_name=PEER, peer=p99_alone),
        Row(name="cell_share_pct", unit="%", ours=share, peer_name=PEER, peer=share_alone),
    ]
