"""Measures the requests of one poll for events, and how many events of a burst are caught."""

from __future__ import annotations

from benchmarks.report import Row
from benchmarks.server import Bench

SDK = "TriggerScheduler"
TRIGGERS, EVENTS = 100, 1200


def rows(bench: Bench) -> list[Row]:
    ours, sdk = (bench.run_child(f"{whose}_triggers", TRIGGERS, EVENTS) for whose in ("ours", "sdk"))
    requests, caught = f"requests_per_poll_{TRIGGERS}", f"events_caught_{EVENTS}"
    return [
        Row(name=requests, unit="requests", ours=ours["requests"], peer_name=SDK, peer=sdk["requests"]),
        Row(name=caught, unit="events", ours=ours["caught"], peer_name=SDK, peer=sdk["caught"], more_is_better=True),
    ]
