"""The SDK's scheduler: launches `count` schedules due at once. Time counts from its first step, in its favour."""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import Any

from clearml.automation import TaskScheduler

from benchmarks.children.plain import PROJECT, Plain, print_result


class TimedScheduler(TaskScheduler):
    """Records when the first step begins, and how many requests the server had answered by then."""

    plain: Plain
    due = 0.0
    before = 0
    updates = 0

    def _step(self) -> Any:
        if not self.due:
            self.before, self.due, self.updates = self.plain.counts(), time.time(), 0
        return super()._step()

    def _update_execution_plots(self) -> None:
        super()._update_execution_plots()
        self.updates += 1


def main(count: int) -> None:
    plain = Plain()
    base = plain.base()
    scheduler = TimedScheduler(force_create_task_project=PROJECT, force_create_task_name="scheduler")
    scheduler.plain = plain
    for number in range(count):
        scheduler.add_task(base, queue="default", name=f"job {number}", minute=30, execute_immediately=True)
    threading.Thread(target=scheduler.start, daemon=True).start()
    deadline = time.monotonic() + 240
    while scheduler.updates < count and time.monotonic() < deadline:
        time.sleep(0.1)
    requests = plain.counts() - scheduler.before
    print_result(due=scheduler.due, enqueued=plain.enqueued(base), requests=requests)
    os._exit(0)  # the scheduler cannot be stopped


if __name__ == "__main__":
    main(int(sys.argv[1]))
