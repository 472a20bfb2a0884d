"""The SDK's scheduler: counts the requests of one refresh of its tables with `count` unfinished runs."""

from __future__ import annotations

import os
import sys
from datetime import datetime, timezone

from clearml.automation import TaskScheduler
from clearml.automation.scheduler import ExecutedJob

from benchmarks.children.plain import PROJECT, Plain, print_result


def main(count: int) -> None:
    plain = Plain()
    base = plain.base()
    ids = [answer["id"] for answer in plain.each("tasks.clone", [{"task": base}] * count)]
    if ids:
        plain.call("tasks.enqueue_many", {"ids": ids, "queue": plain.queue()})
    scheduler = TaskScheduler(force_create_task_project=PROJECT, force_create_task_name="scheduler")
    now = datetime.now(timezone.utc)
    scheduler._executed_jobs = [ExecutedJob(name="job", task_id=task_id, started=now) for task_id in ids]
    before = plain.counts()
    scheduler._update_execution_plots()
    print_result(requests=plain.counts() - before)
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
