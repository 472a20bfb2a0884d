"""Runs an instance's engine in the process that an agent starts."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

from clearml_sched_widgets.engine.loop import Engine
from clearml_sched_widgets.errors import SchedulerError


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
