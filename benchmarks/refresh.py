"""Counts the requests of one refresh of the runs' statuses, by the number of unfinished runs."""

from __future__ import annotations

from benchmarks.report import Row
from benchmarks.server import Bench


def rows(bench: Bench) -> list[Row]:
    results = []
    for count in (0, 100, 500):
        ours, sdk = (bench.run_child(f"{whose}_refresh", count)["requests"] for whose in ("ours", "sdk"))
        name = f"requests_per_refresh_{count}"
        results.append(Row(name=name, unit="requests", ours=ours, peer_name="TaskScheduler", peer=sdk))
    return results
