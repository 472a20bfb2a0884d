"""Measures the processor time, in seconds, of simulating a thousand daily schedules over a year."""

from __future__ import annotations

import time

from benchmarks.report import Row
from clearml_sched_widgets import Action, Daily, Definition, Schedule, simulate

SCHEDULES = 1000
YEAR = ("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z")
LIMIT_S = 60.0


def rows() -> list[Row]:
    schedules = [Schedule(Action("base"), Daily(f"{n % 24:02}:{n % 60:02}"), name=f"job {n}") for n in range(SCHEDULES)]
    began = time.process_time()
    simulate(Definition("bench", schedules), *YEAR, {"default": "30m"})
    took = time.process_time() - began
    return [Row(name="simulate_year_s_1000", unit="s", ours=took, peer_name="the goal", peer=LIMIT_S)]
