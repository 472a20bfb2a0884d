"""Requests to learn what became of the runs, by how many of them are unfinished."""

from __future__ import annotations

from benchmarks.report import Row
from benchmarks.server import Bench


def rows(bench: Bench) -> list[Row]:
    found = []
    for count in (0, 100, 500):
        ours, sdk = (bench.child(f"{whose}_refresh", count)["requests"] for whose in ("ours", "sdk"))
        name = f"requests_per_refresh_{count}"
        found.append(Row(name=name, unit="requests", ours=ours, peer_name="TaskScheduler", peer=sdk))
    return found
