"""Builds the view of one instance from the engine in this kernel, or from its task on the server."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import attrs

from clearml_sched_widgets.definition import Definition
from clearml_sched_widgets.engine.following.runs import Runs
from clearml_sched_widgets.engine.instance_task import abilities, state_objects
from clearml_sched_widgets.engine.instance_task import task as instance_task
from clearml_sched_widgets.engine.launching.call import past_runs
from clearml_sched_widgets.engine.snapshot import Snapshot
from clearml_sched_widgets.errors import SchedulerError
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.policy.state import State
from clearml_sched_widgets.records import LOOKBACK, Lease, LogLine, Task, TaskQuery
from clearml_sched_widgets.views import history
from clearml_sched_widgets.views.ledger import ExecutedLedger, ScheduledLedger

LAST_LINES = 200  # log lines that each view has; older lines are read on request
SILENT_AFTER = timedelta(seconds=30)  # without a renewal of the lease of an instance in progress, by the server's clock
PREPARED_AFTER = timedelta(minutes=3)  # the same before the engine of a service has begun: its agent reports rarely
NOT_READ = Lease(id="", name="", text="")  # stands for a lease that was not read; None says that there is none
UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))  # of a silence, which is told in at least two of them
# The status of an instance by that of its task, where the two differ.
STATUSES = {"created": "draft", "in_progress": "running", "completed": "stopped", "closed": "stopped"}
RUNS = frozenset({"running", "paused", "silent"})  # statuses of an instance that an engine works on


def status_of(task: Task, now: datetime, *, lease: Lease | None = NOT_READ, paused: bool | None = None) -> str:
    """draft, queued, running, paused, stopped, failed, or silent (in progress without a sign of life).

    `now` is the server's present. Read the `lease` before the task, or an instance that ends in between looks silent.
    An instance whose lease was not read is never silent. `paused` says whether the instance is paused; if it is not
    given, the task's state is read for it.
    """
    status = STATUSES.get(task.status, task.status)
    if status != "running":
        return status
    if silence_of(task, now, lease) is not None:
        return "silent"
    return "paused" if (is_paused(task) if paused is None else paused) else "running"


def last_sign(task: Task, lease: Lease | None) -> datetime | None:
    """When the engine of an instance in progress was last heard of (server time); None if that was not read.

    Only its lease tells: a user's command changes the times of the task, too. Before the engine has renewed its lease,
    it is the task's start; or, while an agent may still prepare a service, the last change of the task.
    """
    if lease is not None and (lease.last_update is None or _renewed_since_start(task, lease)):
        return lease.last_update
    return task.last_update if _may_be_prepared(task, lease) else task.started


def silence_of(task: Task, now: datetime, lease: Lease | None) -> timedelta | None:
    """How long there was no sign of life of an instance in progress; None if that is not long enough to be told."""
    heard = last_sign(task, lease)
    most = PREPARED_AFTER if _may_be_prepared(task, lease) else SILENT_AFTER
    return now - heard if heard is not None and task.status == "in_progress" and now - heard > most else None


def silence_text(silence: timedelta | None) -> str:
    """The words for a silence, such as "no sign of life for 42 s"; empty for None."""
    if silence is None:
        return ""
    seconds = int(silence.total_seconds())
    size, unit = next((each for each in UNITS if seconds >= 2 * each[0]), UNITS[-1])
    return f"no sign of life for {seconds // size} {unit}"


def _renewed_since_start(task: Task, lease: Lease) -> bool:
    return lease.last_update is not None and (task.started is None or lease.last_update >= task.started)


def _may_be_prepared(task: Task, lease: Lease | None) -> bool:
    """Whether an agent may still be installing what a service needs. True if it was not read where it runs."""
    begun = lease is not None and _renewed_since_start(task, lease)
    return not begun and task.configuration.get(instance_task.WHERE) != "kernel"


def is_paused(task: Task) -> bool:
    """Whether the task's state is paused. False for an unreadable state, which must not break a list of instances."""
    try:
        return state_objects.loads(task.configuration, items=False).paused
    except SchedulerError:
        return False


def status_here(shot: Snapshot) -> str:
    """The status of an instance that runs in this kernel."""
    return "paused" if shot.state.paused else "running"


class Viewer:
    """Builds views of one instance repeatedly, and caches what has not changed since the last view."""

    def __init__(self, gateway: Gateway, instance_id: str) -> None:
        self._gateway = gateway
        self._runs: Runs | None = None
        self._names: dict[str, str] = {}
        self._parsed: tuple[str, Definition] | None = None
        self._state: tuple[Mapping[str, str], State] | None = None
        self._seen_change: tuple[datetime | None, datetime] | None = None  # the task's last change, and when we saw it
        self._log: tuple[LogLine, ...] | None = None
        self._executed = ExecutedLedger(instance_id)
        self._scheduled = ScheduledLedger()

    def view_here(self, task: Task, shot: Snapshot) -> history.View:
        """The view of an instance that runs in this kernel. No request."""
        self._executed.update(shot.runs, shot.definition, shot.names, whole=shot.whole)
        now, status = self._gateway.present(ask=False).time, status_here(shot)
        return history.View(
            id=task.id,
            name=shot.definition.name,
            status=status,
            where="kernel",
            note=shot.state.note,
            user=task.user,
            started=shot.started,
            heartbeat=shot.now,
            scheduled=self._scheduled.rows(shot.definition, shot.state, shot.names, now, status, shot.set_aside),
            executed=self._executed.rows,
            active=self._executed.active,
            log=shot.lines,
            log_whole=shot.log_whole,
            problem=shot.problem,
            waiting=shot.waiting,
            whole=self._executed.whole,
            definition=shot.definition,
            state=shot.state,
            set_aside=shot.set_aside,
            left_out=shot.left_out,
        )

    def view_elsewhere(
        self, saved: instance_task.InstanceTask, where: str, lease: Lease | None = NOT_READ
    ) -> history.View:
        """The view from the instance's task and its lease; see `status_of`. Raises GatewayError, InvalidDefinition."""
        gateway, task = self._gateway, saved.task
        now = gateway.present(ask=False).time
        definition, state = self._definition_of(saved), self._state_of(saved)
        if self._runs is None:  # the last change is a server time: follow what changes after it
            self._runs = Runs(task.id, since=task.last_change or task.created)
        if not self._executed.started_reading:
            self._executed.read_older(gateway, definition)
        self._runs.refresh(gateway, now)
        self._executed.update((*self._runs, *past_runs(state)), definition, self._base_names(definition))
        log, status = self._log_of(task, now), status_of(task, now, lease=lease)
        return history.View(
            id=task.id,
            name=task.name,
            status=status,
            where=where,
            note=state.note,
            user=task.user,
            started=task.started,
            heartbeat=last_sign(task, lease),
            scheduled=self._scheduled.rows(definition, state, self._base_names(definition), now, status),
            executed=self._executed.rows,
            active=self._executed.active,
            log=log,
            log_whole=len(log) < LAST_LINES,
            other_version=_other_version(task) if status in RUNS else "",
            reason=task.status_reason or task.status_message,
            whole=self._executed.whole,
            definition=definition,
            state=state,
        )

    def read_older(self, view: history.View, definition: Definition) -> history.View:
        """The view with one more page of older runs, newest first. One request."""
        if not self._executed.whole:
            self._executed.read_older(self._gateway, definition)
        ledger = self._executed
        return attrs.evolve(view, executed=ledger.rows, active=ledger.active, whole=ledger.whole)

    def _definition_of(self, saved: instance_task.InstanceTask) -> Definition:
        """The parsed definition, cached by its text: parsing ten thousand schedules takes seconds."""
        text = saved.task.configuration[instance_task.DEFINITION]
        if self._parsed is None or self._parsed[0] != text:
            self._parsed = (text, saved.definition)
        return self._parsed[1]

    def _state_of(self, saved: instance_task.InstanceTask) -> State:
        texts = {name: text for name, text in saved.task.configuration.items() if name.startswith(instance_task.STATE)}
        if self._state is None or self._state[0] != texts:
            self._state = (texts, saved.state)
        return self._state[1]

    def _log_of(self, task: Task, now: datetime) -> tuple[LogLine, ...]:
        """The last log lines, read again only after the task has changed: a new line changes the task.

        A line may become readable a moment after that change, so for `LOOKBACK` the lines are read each time.
        """
        if self._seen_change is None or task.last_change != self._seen_change[0]:
            self._seen_change, self._log = (task.last_change, now), None
        if self._log is None:
            lines = tuple(self._gateway.log(task.id, LAST_LINES))
            if now - self._seen_change[1] < LOOKBACK:
                return lines
            self._log = lines
        return self._log

    def _base_names(self, definition: Definition) -> dict[str, str]:
        """The names of the base tasks, by id. A deleted task has an empty name, so that it is requested only once."""
        missing = {item.action.task for item in definition.items if item.action.task}.difference(self._names)
        if missing:
            ids = tuple(missing)[:500]
            names = {task.id: task.name for task in self._gateway.tasks(TaskQuery(ids=ids, order="created"))}
            self._names = {**self._names, **dict.fromkeys(ids, ""), **names}
        return self._names


def _other_version(task: Task) -> str:
    published, own = abilities.loads(task.configuration).version, abilities.own().version
    return "" if published == own else published or "an earlier version"
