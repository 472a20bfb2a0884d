"""The SDK's trigger scheduler: the same. What it would launch is counted, and not launched."""

from __future__ import annotations

import os
import sys
from typing import Any

from clearml.automation import TriggerScheduler

from benchmarks.children.events import fail_tasks
from benchmarks.children.plain import PROJECT, Plain, told

POLLS = 4  # after the events: what one poll leaves behind, a later one may find


class Quiet(TriggerScheduler):
    caught: set[str]

    def _launch_job(self, job: Any, trigger_id: str) -> None:  # type: ignore[override]  # noqa: ARG002
        self.caught.add(trigger_id)


def _scheduler(base: str, triggers: int) -> Quiet:
    subject = Quiet(force_create_task_project=PROJECT, force_create_task_name="triggers")
    subject.caught = set()
    for number in range(triggers):
        subject.add_task_trigger(base, schedule_queue="default", trigger_on_status=["failed"], name=f"t{number}")
    return subject


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
    told(requests=requests, caught=len(one.caught))
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
