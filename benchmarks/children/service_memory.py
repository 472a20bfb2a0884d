"""The memory of a service with 100 schedules after as many launches as it has in an hour, every ten minutes each.

`seconds` is how long it runs; with 3600 it is a real hour.
"""

from __future__ import annotations

import sys
import time
from datetime import timedelta
from pathlib import Path

from benchmarks.children.bundled import service
from benchmarks.children.plain import Plain, print_result
from clearml_sched_widgets import Action, Definition, Interval, Policies, Schedule

SCHEDULES, LAUNCHES = 100, 600


def main(how: str, seconds: float = 60) -> None:
    plain = Plain()
    action, policies = Action(plain.base()), Policies(missed="all")
    every = timedelta(seconds=seconds * SCHEDULES / LAUNCHES)
    schedules = [Schedule(action, Interval(every=every), policies, name=f"s {n}") for n in range(SCHEDULES)]
    with service(plain, Definition("memory", schedules), how) as (instance, process):
        end = time.monotonic() + seconds + every.total_seconds() + 30
        while (runs := len(instance.view().executed)) < LAUNCHES and time.monotonic() < end:
            time.sleep(1)
        status = Path(f"/proc/{process.pid}/status").read_text()
        rss = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
        print_result(rss_mb=rss / 1024, runs=float(runs))


if __name__ == "__main__":
    main(sys.argv[1], *map(float, sys.argv[2:]))
