"""Reads and writes the instance's task, which holds the definition, the state and the commands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

import attrs

from clearml_sched_widgets import codec
from clearml_sched_widgets.definition import Definition
from clearml_sched_widgets.engine.instance_task import abilities, commands, state_objects, state_salvage
from clearml_sched_widgets.engine.instance_task.commands import Command
from clearml_sched_widgets.errors import NotFound, SchedulerError
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.policy.state import State
from clearml_sched_widgets.policy.state import parse as parse_time
from clearml_sched_widgets.records import INSTANCE_TAG, Task, TaskQuery

DEFINITION, STATE, WHERE = "definition", state_objects.STATE, "where"
LAUNCHED = "launched"  # when a user called for its first start (ISO 8601, server time): what is due since then counts
REFUSED = "definition.refused"  # a definition that was written by hand and made no sense
WATCHDOG = "non-responsive"  # part of the reason that the server's watchdog gives when it stops a silent task


@attrs.frozen(kw_only=True)
class TaskPoll:
    """What an engine regularly reads of its instance's task."""

    task: Task
    commands: tuple[Command, ...]


@attrs.frozen(kw_only=True)
class InstanceTask:
    """An instance as read from its task."""

    task: Task
    commands: tuple[Command, ...]
    where: str

    @cached_property
    def definition(self) -> Definition:
        """The definition. Parsed on first use, because parsing ten thousand schedules takes seconds.

        Raises InvalidDefinition.
        """
        return codec.loads(self.task.configuration[DEFINITION])

    @cached_property
    def state(self) -> State:
        """The state. Parsed on first use. Raises SchedulerError."""
        return state_objects.loads(self.task.configuration)

    def read_state(self, now: datetime) -> tuple[State, list[str]]:
        """The state and, if it was damaged, a sentence for each part that is lost. Raises NewerState."""
        return state_salvage.salvage(self.task.configuration, now)

    def launched(self, now: datetime) -> datetime:
        """When a user called for its first start; `now` if that is not known, or not before."""
        try:
            moment = parse_time(self.task.configuration.get(LAUNCHED))
        except ValueError:
            return now
        return min(moment or now, now)


def read(gateway: Gateway, instance_id: str) -> InstanceTask:
    """Read a whole instance. One request. Raises NotFound, or SchedulerError if the task is not an instance."""
    return parse(read_task(gateway, instance_id, configuration=True))


def read_task(gateway: Gateway, instance_id: str, **more: Any) -> Task:
    """Read an instance's task. `more` are arguments of the query. One request. Raises NotFound."""
    tasks = gateway.tasks(TaskQuery(ids=(instance_id,), order="created", **more))
    if not tasks:
        raise NotFound(f"There is no instance {instance_id} on the server (any more).")
    return tasks[0]


def parse(task: Task) -> InstanceTask:
    """The instance in a task. Raises SchedulerError if the task is not an instance."""
    if INSTANCE_TAG not in task.system_tags or DEFINITION not in task.configuration:
        raise SchedulerError(f"The task {task.id} is not a scheduler instance.")
    return InstanceTask(
        task=task,
        commands=tuple(commands.waiting_commands(task.configuration)),
        where=task.configuration.get(WHERE, "kernel"),
    )


class EngineTask:
    """Reads and writes the instance's task for one engine."""

    def __init__(self, gateway: Gateway, instance_id: str) -> None:
        self._gateway = gateway
        self.id = instance_id
        self._written_state: State | None = None
        self._writer = state_objects.Writer()
        self._unpolled_objects = {
            DEFINITION,
            STATE,
            LAUNCHED,
            REFUSED,
            abilities.ENGINE,
        }  # objects that `poll` leaves out

    def start(self) -> InstanceTask:
        """Set the task to in_progress and return the instance as it is then. The lease must be held."""
        # The lease is held, so the task must be read again only if its status is changed here.
        self._gateway.ping(self.id)  # its time, which is read next, is the server's present
        instance = read(self._gateway, self.id)
        self._unpolled_objects.update(
            name for name in instance.task.configuration if name.startswith(state_objects.PART_PREFIX)
        )
        if instance.task.status != "in_progress":
            if instance.task.status == "failed":  # ClearML allows failed -> in_progress only through stopped
                self._gateway.set_status(self.id, "stopped", "Resumed")
            self._gateway.set_status(self.id, "in_progress")
            instance = read(self._gateway, self.id)
        self._publish_abilities(instance.task)
        return instance

    def _publish_abilities(self, task: Task) -> None:
        """Tell notebooks with another version what this engine understands, unless the task says it already."""
        own = abilities.dumps(abilities.own())
        if own.items() - task.configuration.items():
            self._gateway.write_configuration(self.id, own)

    def poll(self) -> TaskPoll:
        """Read the task's status and the waiting commands, but not its definition and state. One request.

        Raises NotFound.
        """
        task = read_task(self._gateway, self.id, without=tuple(sorted(self._unpolled_objects)))
        return TaskPoll(task=task, commands=tuple(commands.waiting_commands(task.configuration)))

    def why_ended(self, poll: TaskPoll) -> str:
        """Why the engine has to end, by the task's status; empty if it goes on."""
        if poll.task.status != "in_progress":
            return f"it was {poll.task.status} in ClearML"
        if poll.task.status_message.lower() == "stopping":
            return "it was asked to stop in ClearML"
        return ""

    def save(self, state: State, runs_since: datetime | None) -> None:
        """Write the state if it has changed since the last write. A new `runs_since` alone is not written."""
        if (
            state is not self._written_state and state != self._written_state
        ):  # identity first: comparing looks at every item
            changes = self._writer.changes(attrs.evolve(state, runs_since=runs_since))
            self._unpolled_objects.update(changes)
            self._gateway.write_configuration(self.id, changes)
            self._writer.written()
            self._written_state = state

    def remove_commands(self, handled: Sequence[Command]) -> None:
        """Remove commands that were carried out."""
        if handled:
            self._gateway.delete_configuration(self.id, [f"{commands.PREFIX}{command.id}" for command in handled])
