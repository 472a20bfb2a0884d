"""What a screen shows of one instance: from the engine in this kernel, or as its task on the server says."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from clearml_sched_widgets import history
from clearml_sched_widgets.definition import Definition
from clearml_sched_widgets.engine import own
from clearml_sched_widgets.engine import state as states
from clearml_sched_widgets.engine.runs import Runs
from clearml_sched_widgets.engine.snapshot import Snapshot
from clearml_sched_widgets.errors import SchedulerError
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.records import Task, TaskQuery

SILENT = timedelta(minutes=3)  # an instance in progress that has not been heard of for so long is lost
STATUSES = {"created": "draft", "in_progress": "running", "completed": "stopped", "closed": "stopped"}


def status_of(task: Task, now: datetime) -> str:
    """draft, queued, running, paused, stopped, failed, or lost (running, but silent for minutes)."""
    status = STATUSES.get(task.status, task.status)
    if status != "running":
        return status
    if task.last_update is not None and now - task.last_update > SILENT:
        return "lost"
    return "paused" if is_paused(task) else "running"


def is_paused(task: Task) -> bool:
    """Whether its state says so; a state that cannot be read must not hide the instance, or others beside it."""
    try:
        return states.loads(task.configuration.get(own.STATE)).paused
    except SchedulerError:
        return False


def status_here(shot: Snapshot) -> str:
    """The status of an instance that runs in this kernel."""
    return "paused" if shot.state.paused else "running"


def view_here(task: Task, shot: Snapshot) -> history.View:
    """An instance that runs in this kernel. No request."""
    return history.View(
        id=task.id,
        name=shot.definition.name,
        status=status_here(shot),
        where="kernel",
        note=shot.state.note,
        user=task.user,
        started=shot.started,
        heartbeat=shot.now,
        scheduled=history.scheduled_rows(shot.definition, shot.state, shot.names, datetime.now(timezone.utc)),
        executed=tuple(history.executed_row(run, shot.definition) for run in shot.runs),
        log=shot.lines,
        problem=shot.problem,
    )


class Reader:
    """Reads an instance from the server, time and again: what has been read of its runs is kept."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._runs: Runs | None = None
        self._names: dict[str, str] = {}

    def view(self, there: own.Own, where: str) -> history.View:
        """What the instance's task says. Raises GatewayError, InvalidDefinition."""
        gateway, now, task = self._gateway, datetime.now(timezone.utc), there.task
        if self._runs is None:
            self._runs = Runs(task.id, since=task.created)
        self._runs.refresh(gateway, now)
        return history.View(
            id=task.id,
            name=task.name,
            status=status_of(task, now),
            where=where,
            note=there.state.note,
            user=task.user,
            started=task.started,
            heartbeat=task.last_update,
            scheduled=history.scheduled_rows(there.definition, there.state, self._base_names(there.definition), now),
            executed=tuple(history.executed_row(run, there.definition) for run in self._runs),
            log=tuple(gateway.log(task.id)),
        )

    def _base_names(self, definition: Definition) -> dict[str, str]:
        missing = {item.action.task for item in definition.items}.difference(self._names)
        if missing:
            tasks = self._gateway.tasks(TaskQuery(ids=tuple(missing)[:500], order="created"))
            self._names.update((task.id, task.name) for task in tasks)
        return self._names
