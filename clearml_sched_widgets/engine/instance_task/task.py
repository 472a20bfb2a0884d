"""The instance's own task: where the definition, the state and the commands lie, and the heartbeat."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

import attrs

from clearml_sched_widgets import codec
from clearml_sched_widgets.definition import Definition
from clearml_sched_widgets.engine.instance_task import commands, state_objects
from clearml_sched_widgets.engine.instance_task.commands import Command
from clearml_sched_widgets.errors import NotFound, SchedulerError
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.policy.state import State
from clearml_sched_widgets.records import INSTANCE_TAG, Task, TaskQuery

DEFINITION, STATE, WHERE = "definition", state_objects.STATE, "where"
WATCHDOG = "non-responsive"  # what the server's watchdog gives as the reason when it stops a silent task


@attrs.frozen(kw_only=True)
class TaskNews:
    """What an engine hears of its instance's task time and again."""

    task: Task
    commands: tuple[Command, ...]


@attrs.frozen(kw_only=True)
class InstanceTask:
    """What the instance's task says."""

    task: Task
    commands: tuple[Command, ...]
    where: str

    @cached_property
    def definition(self) -> Definition:
        """Parsed when it is first asked for: the engine looks for commands every other second, and a definition of
        ten thousand schedules takes seconds to parse. Raises InvalidDefinition."""
        return codec.loads(self.task.configuration[DEFINITION])

    @cached_property
    def state(self) -> State:
        """Parsed when it is first asked for. Raises SchedulerError."""
        return state_objects.loads(self.task.configuration)


def read(gateway: Gateway, instance_id: str) -> InstanceTask:
    """Read an instance, all of it. One request. Raises NotFound, or SchedulerError if it is no instance."""
    return parse(read_task(gateway, instance_id, configuration=True))


def read_task(gateway: Gateway, instance_id: str, **more: Any) -> Task:
    """An instance's task, and of its configuration what the query asks for. One request. Raises NotFound."""
    tasks = gateway.tasks(TaskQuery(ids=(instance_id,), order="created", **more))
    if not tasks:
        raise NotFound(f"There is no instance {instance_id} on the server (any more).")
    return tasks[0]


def parse(task: Task) -> InstanceTask:
    """The instance that a task is. Raises SchedulerError."""
    if INSTANCE_TAG not in task.system_tags or DEFINITION not in task.configuration:
        raise SchedulerError(f"The task {task.id} is not a scheduler instance.")
    return InstanceTask(
        task=task,
        commands=tuple(commands.waiting_commands(task.configuration)),
        where=task.configuration.get(WHERE, "kernel"),
    )


class EngineTask:
    """Writes to the instance's task on behalf of one engine, and reads back whether it is still ours."""

    def __init__(self, gateway: Gateway, instance_id: str) -> None:
        self._gateway = gateway
        self.id = instance_id
        self._written: State | None = None
        self._writer = state_objects.Writer()
        self._large = {DEFINITION, STATE}  # what is read once, and written by us

    def start(self) -> InstanceTask:
        """Make the task run; what it says then. For the holder of the lease only."""
        # Read with the lease in hand. Where nothing is written here, a second reading could say nothing else.
        found = read(self._gateway, self.id)
        self._large.update(name for name in found.task.configuration if name.startswith(state_objects.PART))
        if found.task.status == "in_progress":
            return found
        if found.task.status == "failed":  # the status machine leads from failed to running only through stopped
            self._gateway.set_status(self.id, "stopped", "Resumed")
        self._gateway.set_status(self.id, "in_progress")
        return read(self._gateway, self.id)

    def poll(self) -> TaskNews:
        """How the task is, and the commands that wait: its definition and state stay where they are. One request.

        Raises NotFound.
        """
        task = read_task(self._gateway, self.id, without=tuple(sorted(self._large)))
        return TaskNews(task=task, commands=tuple(commands.waiting_commands(task.configuration)))

    def why_ended(self, heard: TaskNews) -> str:
        """Why this engine has to end, as the task says; empty if it goes on."""
        if heard.task.status != "in_progress":
            return f"it was {heard.task.status} in ClearML"
        if heard.task.status_message.lower() == "stopping":
            return "it was asked to stop in ClearML"
        return ""

    def save(self, state: State, runs_since: datetime | None) -> None:
        """Write the state if it is not what was written last. The runs' cursor goes along, but is no reason to."""
        if state is not self._written and state != self._written:  # comparing looks at every item
            changes = self._writer.changes(attrs.evolve(state, runs_since=runs_since))
            self._large.update(changes)
            self._gateway.write_configuration(self.id, changes)
            self._writer.written()
            self._written = state

    def remove_commands(self, handled: Sequence[Command]) -> None:
        """Remove commands that were carried out."""
        if handled:
            self._gateway.delete_configuration(self.id, [f"{commands.PREFIX}{command.id}" for command in handled])
