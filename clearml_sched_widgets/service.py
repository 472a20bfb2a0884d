"""Turns an instance's task into a service task, and runs its engine in the process that an agent starts."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterable
from types import FrameType

from clearml_sched_widgets.engine.loop import Engine
from clearml_sched_widgets.errors import Conflict, SchedulerError
from clearml_sched_widgets.gateway.base import Gateway

ENTRY_POINT = "scheduler_service.py"
CODE = '''"""Runs the scheduler instance that is saved in this very task."""

from clearml_sched_widgets.service import main

if __name__ == "__main__":
    main()
'''


def requirement() -> str:
    """The pip requirement of the installed version of this package."""
    from importlib.metadata import version

    return f"clearml-sched-widgets=={version('clearml-sched-widgets')}"


def submit(gateway: Gateway, task_id: str, queue_id: str, requirements: Iterable[str] | None = None) -> None:
    """Turn a draft instance into a service task and put it on a queue. Raises Conflict if it could not be enqueued."""
    set_service_script(gateway, task_id, requirements)
    enqueue(gateway, task_id, queue_id)


def set_service_script(gateway: Gateway, task_id: str, requirements: Iterable[str] | None = None) -> None:
    """Set the script and the pip requirements with which an agent runs an instance's task."""
    gateway.set_script(task_id, ENTRY_POINT, CODE, [requirement()] if requirements is None else list(requirements))


def enqueue(gateway: Gateway, task_id: str, queue_id: str) -> None:
    """Put an instance's task on a queue. Raises Conflict if it could not be enqueued."""
    result = gateway.enqueue([task_id], queue_id)
    if task_id not in result.succeeded:
        raise Conflict(f"The service task was not enqueued: {result.failed.get(task_id, 'the server gave no reason')}")


def main() -> None:
    """Run the instance that CLEARML_TASK_ID names until it is stopped. What an agent executes."""
    from clearml_sched_widgets.gateway.clearml import connect
    from clearml_sched_widgets.views import history

    task_id = os.environ.get("CLEARML_TASK_ID", "")
    if not task_id:
        sys.exit("CLEARML_TASK_ID is not set: this module is run by a clearml-agent, not by hand.")
    engine = Engine(task_id, connect(), tables=history.tables)

    def end(_signal: int, _frame: FrameType | None) -> None:
        engine.ask_to_stop()

    signal.signal(signal.SIGTERM, end)
    try:
        engine.run()
    except SchedulerError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
