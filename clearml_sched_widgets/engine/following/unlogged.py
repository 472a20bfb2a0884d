"""Finds the runs whose launch stands in no line of the log, because the process that launched them was killed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta

from clearml_sched_widgets.engine.launching.clone import is_draft
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.policy.run import NEVER, Run
from clearml_sched_widgets.records import LogLine

BEFORE_LAST_LINE = timedelta(minutes=10)  # runs launched earlier have their lines: they are sent after each step
LINES_PER_REQUEST, MOST_REQUESTS = 2000, 10
TASK_ID = re.compile(r"[0-9a-f]{32}")


def unlogged_runs(gateway: Gateway, instance_id: str, runs: Iterable[Run], lines: Sequence[LogLine]) -> list[Run]:
    """The launched runs that no line of the log names, oldest first. `lines` are the last lines of the log.

    Reads further lines only back to the oldest run in question. Raises GatewayError.
    """
    if not lines:
        return []
    since = lines[-1].time - BEFORE_LAST_LINE
    asked = [run for run in runs if not run.local and not is_draft(run) and since <= (run.launched or NEVER) < NEVER]
    missing = {run.id: run for run in asked}
    _remove_named(missing, lines)
    for _ in range(MOST_REQUESTS):
        if not missing or lines[0].time < min(run.age for run in missing.values())[0]:
            break
        older = gateway.log(instance_id, LINES_PER_REQUEST, lines[0].time)
        _remove_named(missing, older)
        if len(older) < LINES_PER_REQUEST:
            break
        lines = older
    return sorted(missing.values(), key=lambda run: run.age)


def _remove_named(missing: dict[str, Run], lines: Iterable[LogLine]) -> None:
    named = {task_id for line in lines for task_id in TASK_ID.findall(line.text)}
    for run in [run for run in missing.values() if run.task.id in named]:
        del missing[run.id]
