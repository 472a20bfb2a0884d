"""Asks runs to stop: when a later run replaces them, or when they have reached their time limit."""

from __future__ import annotations

from clearml_sched_widgets.engine.instance_task.journal import Journal
from clearml_sched_widgets.engine.instance_task.lease import Lease
from clearml_sched_widgets.errors import PermanentError
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.policy.run import Run


class StopRequests:
    """Asks each run once. The server stops a run without an agent at once, and removes a queued run from its queue."""

    def __init__(self, gateway: Gateway, journal: Journal, lease: Lease) -> None:
        self._gateway, self._journal, self._lease = gateway, journal, lease
        self._asked: set[str] = set()

    def request(self, run: Run, title: str, reason: str) -> None:
        """Ask a run to stop. After a RetryableError the caller has to ask again."""
        self.request_task(run.task.id, title, reason)

    def request_task(self, task_id: str, title: str, reason: str) -> None:
        """Like `request`, for a task that may not be a run of this instance."""
        if task_id in self._asked:
            return
        self._lease.ensure_held()  # a process that just woke up must not stop the runs of its successor
        try:
            self._gateway.request_stop(task_id, reason)
        except PermanentError as error:
            self._journal.warning(f"{title}: task {task_id} could not be stopped: {error}.")
        else:
            self._journal.warning(f"{title}: task {task_id} is being stopped: {reason}.")
        self._asked.add(task_id)

    def forget(self, run: Run) -> None:
        """Forget the request to a run that has ended, so that the task can be asked again."""
        self._asked.discard(run.task.id)
