"""Ours: launches `count` one-off schedules that are due at the same time, from an instance in this process."""

from __future__ import annotations

import sys
import time
from datetime import datetime, timedelta, timezone

from benchmarks.children.plain import Plain, print_result
from clearml_sched_widgets import Action, Definition, Manager, Once, Schedule

SETTLE_SECONDS = 2.0  # seconds; requests that follow a launch (state, log, tables) are counted too
LEAD_TIME = timedelta(seconds=4)  # how long before the due time the instance starts


def main(count: int) -> None:
    plain, manager = Plain(), Manager()
    base = plain.base()
    manager.instances()  # connects now, as importing clearml takes seconds
    due = (datetime.now(timezone.utc) + LEAD_TIME).replace(microsecond=0)
    rule = Once(due.date(), [due.time()])
    definition = Definition("bench", [Schedule(Action(base), rule, name=f"job {n}") for n in range(count)])
    instance = manager.launch(definition)
    time.sleep(max(0.0, due.timestamp() - time.time() - 0.3))
    before = plain.counts()
    time.sleep(
        max(0.0, due.timestamp() - time.time()) + SETTLE_SECONDS
    )  # requests of ours in this time would slow the server
    requests = plain.counts() - before
    instance.stop()
    print_result(due=due.timestamp(), enqueued=plain.enqueued(base), requests=requests)


if __name__ == "__main__":
    main(int(sys.argv[1]))
