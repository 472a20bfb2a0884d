"""The SDK's scheduler: measures one step with `count` daily schedules. Its sleeping and its log are left out."""

from __future__ import annotations

import os
import statistics
import sys
import time
from datetime import datetime, timezone
from typing import Any
from unittest.mock import patch

from clearml.automation import TaskScheduler
from clearml.automation.scheduler import ScheduleJob

from benchmarks.children.plain import PROJECT, print_result


class NoLaunchScheduler(TaskScheduler):
    launched = 0

    def _log(self, *_: Any, **__: Any) -> None:
        """Send nothing to the server."""

    def _launch_job(self, job: ScheduleJob) -> None:
        self.launched += 1
        job.run("launched")  # no real launch, as its cost depends on the server


def _median(scheduler: TaskScheduler, steps: int, before: Any) -> float:
    took = []
    for _ in range(steps):
        before()
        began = time.process_time()
        scheduler._step()
        took.append((time.process_time() - began) * 1000)
    return statistics.median(took)


def main(count: int, steps: int) -> None:
    scheduler = NoLaunchScheduler(force_create_task_project=PROJECT, force_create_task_name="scheduler")
    now = datetime.now(timezone.utc)
    scheduler._schedule_jobs = [
        ScheduleJob(
            name=f"job {n}", base_task_id="base", queue="default", day=1, hour=(now.hour + 12) % 24, minute=20,
            recurring=True, starting_time=now,
        )
        for n in range(count)
    ]  # fmt: skip
    scheduler._step()
    idle = _median(scheduler, steps, lambda: None)

    def one_due() -> None:  # as `execute_immediately` does
        scheduler._schedule_jobs[0]._last_executed = None
        scheduler._schedule_jobs[0].starting_time = datetime.fromtimestamp(0, timezone.utc)

    due = _median(scheduler, steps, one_due)
    assert scheduler.launched == steps
    print_result(idle=idle, due=due)
    os._exit(0)


if __name__ == "__main__":
    with patch("clearml.automation.scheduler.sleep"):
        main(int(sys.argv[1]), int(sys.argv[2]))
