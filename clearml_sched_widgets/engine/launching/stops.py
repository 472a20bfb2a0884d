"""Asks runs to end: when a later one takes their place, or when they have had their time."""

from __future__ import annotations

from clearml_sched_widgets.engine.instance_task.journal import Journal
from clearml_sched_widgets.errors import PermanentError
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.policy.run import Run


class StopRequests:
    """Asks each run once. The server stops one that no agent works on at once, and takes a queued one off its queue."""

    def __init__(self, gateway: Gateway, journal: Journal) -> None:
        self._gateway, self._journal = gateway, journal
        self._asked: set[str] = set()

    def request(self, run: Run, title: str, reason: str) -> None:
        """Ask a run to end. Raises RetryableError, and then it is to be asked again."""
        self.request_task(run.task.id, title, reason)

    def request_task(self, task_id: str, title: str, reason: str) -> None:
        """The same, for a task that may be somebody else's run."""
        if task_id in self._asked:
            return
        try:
            self._gateway.request_stop(task_id, reason)
        except PermanentError as error:
            self._journal.warning(f"{title}: task {task_id} could not be stopped: {error}.")
        else:
            self._journal.warning(f"{title}: task {task_id} is being stopped: {reason}.")
        self._asked.add(task_id)

    def forget(self, run: Run) -> None:
        """Note that a run has ended."""
        self._asked.discard(run.task.id)
