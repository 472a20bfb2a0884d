"""Ours: so many one-off schedules due at one moment, launched by an instance in this process."""

from __future__ import annotations

import sys
import time
from datetime import datetime, timedelta, timezone

from benchmarks.children.plain import Plain, told
from clearml_sched_widgets import Action, Definition, Manager, Once, Schedule

SETTLE = 2.0  # seconds: what follows a launch (the state, the log, the tables) is counted too
NOTICE = timedelta(seconds=4)  # how long before the due time the instance starts


def main(count: int) -> None:
    plain, manager = Plain(), Manager()
    base = plain.base()
    manager.instances()  # connects, which takes seconds: clearml is imported
    due = (datetime.now(timezone.utc) + NOTICE).replace(microsecond=0)
    rule = Once(due.date(), [due.time()])
    definition = Definition("bench", [Schedule(Action(base), rule, name=f"job {n}") for n in range(count)])
    instance = manager.launch(definition)
    time.sleep(max(0.0, due.timestamp() - time.time() - 0.3))
    before = plain.counts()
    time.sleep(max(0.0, due.timestamp() - time.time()) + SETTLE)  # who looks meanwhile is in its way
    requests = plain.counts() - before
    instance.stop()
    told(due=due.timestamp(), enqueued=plain.enqueued(base), requests=requests)


if __name__ == "__main__":
    main(int(sys.argv[1]))
