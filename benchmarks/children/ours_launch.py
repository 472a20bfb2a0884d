"""Ours: launches `count` one-off schedules that are due at the same time, from an instance in this process."""

from __future__ import annotations

import re
import sys
import time
from datetime import datetime, timedelta, timezone

from benchmarks.children.plain import Plain, print_result
from clearml_sched_widgets import Action, Definition, Manager, Once, Schedule
from clearml_sched_widgets.instances.running import snapshot_here

SETTLE_SECONDS = 2.0  # seconds; requests that follow a launch (state, log, tables) are counted too
LAUNCH_TIMEOUT = 120.0  # seconds until all runs are enqueued
LEAD_TIME = timedelta(seconds=4)  # how long before the due time the instance starts ...
MORE_LEAD_TIME = timedelta(milliseconds=3)  # ... and how much longer for each schedule


def _await_launched(instance_id: str, count: int) -> None:
    """Wait until the engine shows that all runs are launched. Sends no request, as it would slow the server."""
    deadline = time.monotonic() + LAUNCH_TIMEOUT
    while time.monotonic() < deadline:
        shot = snapshot_here(instance_id)
        if shot is not None and len(shot.runs) == count and not shot.state.pending:
            return
        time.sleep(0.1)


def _logged(plain: Plain, instance_id: str) -> int:
    """How many runs have a line in the log on the server that says that they were launched."""
    found = (re.search(r"launched task (\w+)", text) for text in plain.log(instance_id))
    return len({match[1] for match in found if match})


def main(count: int) -> None:
    plain, manager = Plain(), Manager()
    base = plain.base()
    manager.instances()  # connects now, as importing clearml takes seconds
    due = (datetime.now(timezone.utc) + LEAD_TIME + count * MORE_LEAD_TIME).replace(microsecond=0)
    rule = Once(due.date(), [due.time()])
    definition = Definition("bench", [Schedule(Action(base), rule, name=f"job {n}") for n in range(count)])
    instance = manager.launch(definition)
    if time.time() > due.timestamp() - 1:
        raise RuntimeError("the instance did not start in time")
    time.sleep(max(0.0, due.timestamp() - time.time() - 0.3))
    before = plain.counts()
    time.sleep(
        max(0.0, due.timestamp() - time.time()) + SETTLE_SECONDS
    )  # requests of ours in this time would slow the server
    _await_launched(instance.id, count)
    requests = plain.counts() - before
    instance.stop()
    logged = _logged(plain, instance.id)
    print_result(due=due.timestamp(), enqueued=plain.enqueued(base), requests=requests, logged=logged)


if __name__ == "__main__":
    main(int(sys.argv[1]))
