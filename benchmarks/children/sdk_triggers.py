"""The SDK's trigger scheduler: counts the requests of one poll, and caught events. It launches nothing."""

from __future__ import annotations

import os
import sys
from typing import Any

from clearml.automation import TriggerScheduler

from benchmarks.children.events import fail_tasks
from benchmarks.children.plain import PROJECT, Plain, print_result

POLLS = 4  # after the events, as a later poll may catch what an earlier one missed


class CountingTriggerScheduler(TriggerScheduler):
    caught: set[str]

    def _launch_job(self, job: Any, trigger_id: str) -> None:  # type: ignore[override]  # noqa: ARG002
        self.caught.add(trigger_id)


def _scheduler(base: str, triggers: int) -> CountingTriggerScheduler:
    scheduler = CountingTriggerScheduler(force_create_task_project=PROJECT, force_create_task_name="triggers")
    scheduler.caught = set()
    for number in range(triggers):
        scheduler.add_task_trigger(base, schedule_queue="default", trigger_on_status=["failed"], name=f"t{number}")
    return scheduler


def main(triggers: int, events: int) -> None:
    plain = Plain()
    base = plain.base()
    several, one = _scheduler(base, triggers), _scheduler(base, 1)
    several._step()
    before = plain.counts()
    several._step()
    requests = plain.counts() - before
    one._step()
    fail_tasks(plain, events)
    for _ in range(POLLS):
        one._step()
    print_result(requests=requests, caught=len(one.caught))
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
