"""Instances: save, launch, pause, stop, resume, clone, list. The one entrance for notebooks, widgets and scripts."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import attrs

from clearml_sched_widgets import codec, history, service
from clearml_sched_widgets.definition import Definition, Once, Schedule, Trigger, values
from clearml_sched_widgets.definition.checks import problems_in
from clearml_sched_widgets.definition.items import new_id
from clearml_sched_widgets.engine import commands, launches, lease, own
from clearml_sched_widgets.engine import state as states
from clearml_sched_widgets.engine.commands import Command
from clearml_sched_widgets.engine.loop import Engine
from clearml_sched_widgets.engine.runs import Runs
from clearml_sched_widgets.errors import InstanceStateError, InvalidDefinition, NotFound, Problem, SchedulerError
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.records import INSTANCE_TAG, Task, TaskQuery
from clearml_sched_widgets.recurrence import next_after
from clearml_sched_widgets.recurrence.sentences import describe

if TYPE_CHECKING:
    import pandas as pd

PROJECT = "DevOps/Schedulers"
BEGINNING = datetime(1970, 1, 1, tzinfo=timezone.utc)
SILENT = timedelta(minutes=3)  # an instance in progress that has not been heard of for so long is lost
STATUSES = {"created": "draft", "in_progress": "running", "completed": "stopped", "closed": "stopped"}

_engines: dict[str, Engine] = {}  # the instances that run in this kernel
_engines_lock = threading.Lock()
_starting = threading.Lock()  # one start at a time: two at once would both find that nothing runs


def engine_here(instance_id: str) -> Engine | None:
    """The engine of an instance that runs in this kernel."""
    with _engines_lock:
        engine = _engines.get(instance_id)
        if engine is not None and not engine.running:
            del _engines[instance_id]
            return None
        return engine


class Manager:
    """Creates and finds instances in one ClearML project.

    Connects with the user's own ClearML configuration when it is first needed, or through the `gateway` given.
    Its methods raise GatewayError where the server says no or does not answer.
    """

    def __init__(self, project: str = PROJECT, *, gateway: Gateway | None = None) -> None:
        self.project = project
        self._gateway = gateway

    def __repr__(self) -> str:
        return f"Manager(project={self.project!r})"

    @property
    def gateway(self) -> Gateway:
        """The connection; made at the first use. Raises NotConfigured, AccessDenied, Unavailable."""
        if self._gateway is None:
            from clearml_sched_widgets.gateway.clearml import connect  # clearml takes seconds to import

            self._gateway = connect()
        return self._gateway

    def launch(
        self,
        definition: Definition,
        where: str = "kernel",
        queue: str = "services",
        *,
        requirements: Iterable[str] | None = None,
    ) -> Instance:
        """Check a definition, save it, and let it run: in this kernel, or as a service task on `queue`.

        `requirements` are the pip requirements of the service task, this package's own version by default.
        Raises InvalidDefinition with everything that is wrong; then nothing was made.
        """
        problems = [] if where in ("kernel", "service") else [Problem("where", where, 'expected "kernel" or "service"')]
        problems += self._problems(definition)
        if where == "service" and queue not in self._queue_names():
            problems.append(self._no_queue("service queue", queue))
        if problems:
            raise InvalidDefinition(problems)
        instance = self._create(definition, where)
        if where == "service":
            service.submit(self.gateway, instance.id, self._queue_id(queue), requirements)
            return self.get(instance.id)
        instance.resume()
        return instance

    def save(self, definition: Definition, instance: Instance | None = None) -> Instance:
        """Save a definition as a draft, or as an instance's new definition. It is not checked against the server."""
        if instance is None:
            return self._create(definition, "kernel")
        instance.update(definition, check=False)
        return instance

    def instances(self) -> list[Instance]:
        """All instances of the workspace, the latest first. One request."""
        query = TaskQuery(system_tags=(INSTANCE_TAG,), without_system_tags=("archived",), configuration=True)
        return [Instance(self, task) for task in self.gateway.tasks(query)]

    def get(self, instance_id: str) -> Instance:
        """The instance of that id. Raises NotFound, or SchedulerError for a task that is no instance."""
        return Instance(self, own.read(self.gateway, instance_id).task)

    def clone(self, instance_id: str, name: str | None = None) -> Definition:
        """A copy of an instance's definition, whose items have ids of their own, to change and launch."""
        old = self.get(instance_id).definition
        return attrs.evolve(
            old,
            name=name or f"{old.name} (copy)",
            schedules=[attrs.evolve(item, id=new_id()) for item in old.schedules],
            triggers=[attrs.evolve(item, id=new_id()) for item in old.triggers],
        )

    def check(self, definition: Definition) -> None:
        """Raise InvalidDefinition for what the server and the clock say is wrong. Two requests."""
        problems = self._problems(definition)
        if problems:
            raise InvalidDefinition(problems)

    def warnings(self, definition: Definition) -> list[Problem]:
        """What will work but may surprise: a queue that no agent serves. Two requests."""
        watched = {
            name: queue.watched for queue in self.gateway.queues(watched=True) for name in (queue.id, queue.name)
        }
        return [
            Problem(f"{path}.action.queue", item.action.queue, "no agent serves this queue: runs will wait there")
            for path, item in definition.paths()
            if watched.get(item.action.queue) is False
        ]

    def _create(self, definition: Definition, where: str) -> Instance:
        configuration = {own.DEFINITION: codec.dumps(definition), own.STATE: "{}", own.WHERE: where}
        return self.get(self.gateway.create_instance(definition.name, self.project, configuration))

    def _problems(self, definition: Definition) -> list[Problem]:
        if not definition.items:
            return [Problem("schedules", [], "expected at least one schedule or trigger")]
        return [*self._unknown(definition), *_past(definition, datetime.now(timezone.utc))]

    def _unknown(self, definition: Definition) -> Iterator[Problem]:
        queues = self._queue_names()
        ids = tuple({item.action.task for item in definition.items})
        tasks = {
            task.id
            for start in range(0, len(ids), 500)
            for task in self.gateway.tasks(TaskQuery(ids=ids[start : start + 500], order="created"))
        }
        for path, item in definition.paths():
            if item.action.task not in tasks:
                message = "there is no such task on the server; give the id of an existing task, or pick one"
                yield Problem(f"{path}.action.task", item.action.task, message)
            if item.action.queue not in queues:
                yield self._no_queue(f"{path}.action.queue", item.action.queue)

    def _queue_names(self) -> set[str]:
        return {name for queue in self.gateway.queues() for name in (queue.id, queue.name)}

    def _no_queue(self, path: str, queue: str) -> Problem:
        names = ", ".join(known.name for known in self.gateway.queues()[:20])
        return Problem(path, queue, f"there is no such queue on the server; it has: {names}")

    def _queue_id(self, name: str) -> str:
        for queue in self.gateway.queues():
            if name in (queue.name, queue.id):
                return queue.id
        raise NotFound(f'There is no queue "{name}" on the server.')


def _past(definition: Definition, now: datetime) -> Iterator[Problem]:
    """Schedules that would never run."""
    for index, schedule in enumerate(definition.schedules):
        if schedule.enabled and not schedule.run_at_start and next_after(schedule.recurrence, now) is None:
            where = ".date" if isinstance(schedule.recurrence, Once) else ".end"
            if next_after(attrs.evolve(schedule.recurrence, start=None, end=None), BEGINNING) is None:
                message = "it never happens: there is no such day; expected days that exist"
                yield Problem(f"schedules[{index}].recurrence", describe(schedule.recurrence), message)
                continue
            message = f"its last run is in the past (it is now {now:%Y-%m-%d %H:%M} UTC); expected a time to come"
            value = getattr(schedule.recurrence, where[1:])
            yield Problem(f"schedules[{index}].recurrence{where}", str(value), message)


def _period(start: datetime | str, end: datetime | str, now: datetime) -> tuple[datetime, datetime]:
    """The period of a backfill. Raises InvalidDefinition for what is no time, for no length, and for the future."""
    found = {"start": values.moment(start), "end": values.moment(end)}
    problems = [one.under(name) for name, value in found.items() for one in problems_in(value)]
    if not problems and found["end"] <= found["start"]:
        problems = [Problem("end", str(end), "expected a time after the start")]
    if not problems and found["end"] > now:
        problems = [Problem("end", str(end), f"expected a time that is past (it is now {now:%Y-%m-%d %H:%M} UTC)")]
    if problems:
        raise InvalidDefinition(problems)
    return found["start"], found["end"]


class Instance:
    """A definition that was saved or launched: a ClearML task of type `service`. Made by a Manager."""

    def __init__(self, manager: Manager, task: Task) -> None:
        self._manager = manager
        self._task = task
        self._runs: Runs | None = None
        self._names: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"Instance(id={self.id!r}, name={self.name!r}, status={self.status!r})"

    @property
    def id(self) -> str:
        """The id of its ClearML task."""
        return self._task.id

    @property
    def name(self) -> str:
        return self._task.name

    @property
    def user(self) -> str:
        """The name of the user who made it."""
        return self._task.user

    @property
    def started(self) -> datetime | None:
        """When it last began to run, as last read; UTC."""
        return self._task.started

    @property
    def definition(self) -> Definition:
        """What it runs. Raises InvalidDefinition if somebody broke it by hand."""
        engine = engine_here(self.id)
        if engine is not None and engine.snapshot is not None:
            return engine.snapshot.definition
        return own.parse(self._task).definition

    @property
    def where(self) -> str:
        """ "kernel" (this one), "service" (an agent runs it) or "elsewhere" (another kernel, or none yet)."""
        if engine_here(self.id) is not None:
            return "kernel"
        return "service" if self._task.configuration.get(own.WHERE) == "service" else "elsewhere"

    @property
    def status(self) -> str:
        """As last read: draft, queued, running, paused, stopped, failed, or lost (running, but silent for minutes)."""
        engine = engine_here(self.id)
        if engine is not None and engine.snapshot is not None:
            return "paused" if engine.snapshot.state.paused else "running"
        return _status(self._task, datetime.now(timezone.utc))

    # -- what it did and will do
    def view(self) -> history.View:
        """Everything a screen shows. For an instance of this kernel no request; else it is read from the server."""
        engine = engine_here(self.id)
        if engine is not None and engine.snapshot is not None:
            return self._view_here(engine)
        return self._view_there()

    def _view_here(self, engine: Engine) -> history.View:
        now = datetime.now(timezone.utc)
        shot = engine.snapshot
        assert shot is not None
        return history.View(
            id=self.id,
            name=shot.definition.name,
            status=self.status,
            where="kernel",
            note=shot.state.note,
            user=self._task.user,
            started=shot.started,
            heartbeat=shot.now,
            scheduled=history.scheduled_rows(shot.definition, shot.state, shot.names, now),
            executed=tuple(history.executed_row(run, shot.definition) for run in shot.runs),
            log=shot.lines,
            problem=shot.problem,
        )

    def _view_there(self) -> history.View:
        gateway, now = self._manager.gateway, datetime.now(timezone.utc)
        there = own.read(gateway, self.id)
        self._task = there.task
        if self._runs is None:
            self._runs = Runs(self.id, since=there.task.created)
        self._runs.refresh(gateway, now)
        return history.View(
            id=self.id,
            name=there.task.name,
            status=_status(there.task, now),
            where=self.where,
            note=there.state.note,
            user=there.task.user,
            started=there.task.started,
            heartbeat=there.task.last_update,
            scheduled=history.scheduled_rows(there.definition, there.state, self._base_names(there.definition), now),
            executed=tuple(history.executed_row(run, there.definition) for run in self._runs),
            log=tuple(gateway.log(self.id)),
        )

    def _base_names(self, definition: Definition) -> dict[str, str]:
        missing = {item.action.task for item in definition.items}.difference(self._names)
        if missing:
            tasks = self._manager.gateway.tasks(TaskQuery(ids=tuple(missing)[:500], order="created"))
            self._names.update((task.id, task.name) for task in tasks)
        return self._names

    @property
    def scheduled(self) -> pd.DataFrame:
        """What will run: a row for each time of each schedule, and one for each trigger. Times in UTC."""
        return history.scheduled_frame(self.view().scheduled)

    @property
    def executed(self) -> pd.DataFrame:
        """What ran: a row for each launched task, the newest first. Times in UTC."""
        return history.executed_frame(self.view().executed)

    @property
    def log(self) -> pd.DataFrame:
        """What the scheduler did: time (UTC), level and text."""
        return history.log_frame(self.view().log)

    # -- what users do with it
    def resume(self, item: Schedule | Trigger | str | None = None) -> None:
        """Go on: after a pause, after a stop, after the kernel or the agent that ran it is gone; start a draft.

        With an `item` (or its id): end the pause of that one, whoever or whatever paused it.

        In this kernel, or, for a service, on its queue again. What was launched before is never launched again; what
        was missed falls under the missed-run policy of each schedule.
        """
        if item is not None:
            self._send(Command(do="resume", item=self._item(item).id))
            return
        with _starting:
            if engine_here(self.id) is not None:
                self._send(Command(do="resume"))
                return
            task = self._fresh()
            if task.configuration.get(own.WHERE) == "service":
                self._resume_service(task)
            else:
                self._resume_here(task)

    def _resume_here(self, task: Task) -> None:
        paused = _paused(task)
        engine = Engine(self.id, self._manager.gateway, tables=history.tables)
        try:
            engine.start()
        except InstanceStateError:
            if not paused:
                raise
            self._send(Command(do="resume"))  # it is alive in another kernel: its pause ends there
            return
        with _engines_lock:
            _engines[self.id] = engine
        if paused:
            self._send(Command(do="resume"))

    def _resume_service(self, task: Task) -> None:
        status = _status(task, datetime.now(timezone.utc))
        if status == "paused":
            self._send(Command(do="resume"))
        elif status in ("running", "queued"):
            raise InstanceStateError(f"The instance {self.name} is {status} already.")
        else:
            gateway = self._manager.gateway
            if task.status == "in_progress":
                gateway.set_status(self.id, "stopped", "Resumed")
            queue = task.queue_id or self._manager._queue_id("services")
            service.enqueue(gateway, self.id, queue)
            if _paused(task):
                gateway.write_configuration(self.id, commands.dumps(Command(do="resume")))

    def pause(self, note: str = "", item: Schedule | Trigger | str | None = None) -> None:
        """Launch nothing until `resume`; the slots and events in between are left out. Runs under way go on.

        With an `item` (or its id), only that one is paused.
        """
        self._send(Command(do="pause", note=note, item="" if item is None else self._item(item).id))

    def run_now(self, item: Schedule | Trigger | str) -> None:
        """Launch an item once, at once, outside of its schedule and whatever its policies. Takes the item or its id."""
        self._send(Command(do="run_now", item=self._item(item).id))

    def backfill(self, item: Schedule | str, start: datetime | str, end: datetime | str) -> int:
        """Launch the slots of a schedule after `start` up to `end` that were not launched yet; how many it has there.

        Takes aware datetimes or ISO 8601 with an offset or Z. A slot that has run already does not run again. Unless
        the schedule's overlap policy is "allow", the runs wait for each other. They do not count for `max_runs`.
        Raises InvalidDefinition for a period without slots, with more than 1,000, or that is not over.
        """
        schedule = self._item(item)
        period = _period(start, end, datetime.now(timezone.utc))
        if not isinstance(schedule, Schedule):
            raise InvalidDefinition([Problem("item", schedule.id, "expected a schedule: a trigger has no times")])
        try:
            found = launches.backfill(schedule, *period)
        except ValueError as error:
            raise InvalidDefinition([Problem("start", f"{period[0]} to {period[1]}", str(error))]) from None
        begin, until = (moment.isoformat() for moment in period)
        self._send(Command(do="backfill", item=schedule.id, start=begin, end=until))
        return len(found)

    def _item(self, item: Schedule | Trigger | str) -> Schedule | Trigger:
        item_id = item if isinstance(item, str) else item.id
        found = self.definition.item(item_id)
        if found is None:
            known = ", ".join(f"{one.id} ({one.title})" for one in self.definition.items)
            raise InvalidDefinition([Problem("item", item_id, f"the instance has no such item; it has: {known}")])
        return found

    def update(self, definition: Definition, *, check: bool = True) -> None:
        """Replace the definition; a running instance takes it over within seconds. Items that stay keep their place.

        Raises InvalidDefinition, and then changes nothing.
        """
        if check:
            self._manager.check(definition)
        gateway, task = self._manager.gateway, self._fresh()
        if task.status == "queued":
            raise InstanceStateError(
                f"The instance {self.name} waits in its queue; update it when it runs, or stop it first."
            )
        asleep = task.status not in ("created", "in_progress")
        if asleep:  # the server lets us write to a task only while it is a draft or in progress
            gateway.set_status(self.id, "in_progress", "Updated")
        gateway.write_configuration(self.id, {own.DEFINITION: codec.dumps(definition)})
        gateway.rename(self.id, definition.name)
        if asleep:
            gateway.set_status(self.id, "stopped", "Updated")
        elif task.status == "in_progress":
            self._send(Command(do="reload"))
        self._fresh()

    def stop(self) -> None:
        """End it, wherever it runs. Runs under way go on. It can be resumed later."""
        engine = engine_here(self.id)
        if engine is not None:
            engine.stop()
        else:
            self._manager.gateway.request_stop(self.id, "Stopped by its user")
        self._fresh()

    def delete(self) -> None:
        """Delete the instance, not its runs. It must not be running."""
        if self._fresh().status in ("in_progress", "queued"):
            raise InstanceStateError(f"The instance {self.name} is {self.status}; stop it before you delete it.")
        self._manager.gateway.delete_task(self.id)
        lease.drop(self._manager.gateway, self.id)

    def _send(self, command: Command) -> None:
        engine = engine_here(self.id)
        if engine is not None:
            engine.command(command)
            return
        if self._fresh().status != "in_progress":
            raise InstanceStateError(f"The instance {self.name} is {self.status}; resume it first.")
        self._manager.gateway.write_configuration(self.id, commands.dumps(command))

    def _fresh(self) -> Task:
        self._task = own.read(self._manager.gateway, self.id).task
        return self._task


def _status(task: Task, now: datetime) -> str:
    status = STATUSES.get(task.status, task.status)
    if status != "running":
        return status
    if task.last_update is not None and now - task.last_update > SILENT:
        return "lost"
    return "paused" if _paused(task) else "running"


def _paused(task: Task) -> bool:
    """Whether its state says so; a state that cannot be read must not hide the instance, or others beside it."""
    try:
        return states.loads(task.configuration.get(own.STATE)).paused
    except SchedulerError:
        return False
