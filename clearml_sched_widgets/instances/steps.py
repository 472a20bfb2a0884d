"""The steps of a pipeline's run: the tasks that have the run as their parent."""

from __future__ import annotations

from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.records import INSTANCE_TAG, RUN_TAG, Task, TaskQuery

MOST_STEPS = 100  # that are read of one run


def steps_of(gateway: Gateway, run: str) -> tuple[list[Task], bool]:
    """The first steps of a run (by its task's id), oldest first, and whether there are more. One request.

    Leaves out the runs of schedulers: they have their base task as parent, and that may be a run, too.
    """
    query = TaskQuery(
        parents=(run,), without_system_tags=(RUN_TAG, INSTANCE_TAG), order="created", limit=MOST_STEPS + 1
    )
    tasks = gateway.tasks(query)
    return tasks[:MOST_STEPS], len(tasks) > MOST_STEPS
