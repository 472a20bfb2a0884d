"""Reaches one instance through its engine if that runs in this kernel, else through its task on the server."""

from __future__ import annotations

from datetime import datetime, timezone

from clearml_sched_widgets.definition import Definition, Schedule, Trigger
from clearml_sched_widgets.engine.instance_task import commands
from clearml_sched_widgets.engine.instance_task import task as instance_task
from clearml_sched_widgets.engine.instance_task.commands import Command
from clearml_sched_widgets.engine.loop import Engine
from clearml_sched_widgets.engine.snapshot import Snapshot
from clearml_sched_widgets.errors import GatewayError, InstanceStateError, InvalidDefinition, Problem
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.instances.running import end_count, engine_here, snapshot_here
from clearml_sched_widgets.records import Task
from clearml_sched_widgets.views import viewer


class Handle:
    """Reads an instance and sends it commands. Its methods raise GatewayError."""

    def __init__(self, gateway: Gateway, task: Task) -> None:
        self.gateway = gateway
        self.set_task(task)

    @property
    def id(self) -> str:
        return self.task.id

    @property
    def name(self) -> str:
        """The name in its definition if it runs in this kernel, else its task's name as last read."""
        shot = self.snapshot
        return self.task.name if shot is None else shot.definition.name

    @property
    def engine(self) -> Engine | None:
        """Its engine, if it runs in this kernel."""
        return engine_here(self.id)

    @property
    def snapshot(self) -> Snapshot | None:
        """The latest snapshot of its engine, if it runs in this kernel."""
        return snapshot_here(self.id)

    @property
    def definition(self) -> Definition:
        """The definition that it runs. Raises InvalidDefinition if the saved one was made invalid by hand."""
        shot = self.snapshot
        return instance_task.parse(self.task).definition if shot is None else shot.definition

    @property
    def is_service(self) -> bool:
        """Whether an agent runs it, or is to run it."""
        return self.task.configuration.get(instance_task.WHERE) == "service"

    @property
    def status(self) -> str:
        """See `viewer.status_of`. Reads the task again if the instance has ended in this kernel since the last read."""
        shot = self.snapshot
        if shot is not None:
            return viewer.status_here(shot)
        if self._seen_ends != end_count(self.id):
            try:
                self.reread()
            except GatewayError:  # deleted, or the server is away; its engine here has ended
                return "stopped"
        return viewer.status_of(self.task, datetime.now(timezone.utc))

    def set_task(self, task: Task) -> None:
        """Keep its task, which was just read."""
        self.task, self._seen_ends = task, end_count(task.id)

    def reread(self) -> Task:
        """Read its task again."""
        self.set_task(instance_task.read(self.gateway, self.id).task)
        return self.task

    def send(self, command: Command) -> None:
        """Send a command to its engine, wherever that runs. Raises InstanceStateError if no engine runs.

        Waits up to two seconds until an engine in this kernel has carried out the command.
        """
        engine = self.engine
        if engine is not None:
            engine.command(command)
            if not engine.wait_for_commands():  # after a pause, the status read next must not be running
                raise InstanceStateError(f"The instance {self.name} has just ended and did not do it; resume it first.")
            return
        if self.reread().status == "queued":
            raise InstanceStateError(f"The instance {self.name} waits in its queue; try again when an agent runs it.")
        if self.task.status != "in_progress":
            raise InstanceStateError(f"The instance {self.name} is {self.status}; resume it first.")
        self.gateway.write_configuration(self.id, commands.dumps(command))

    def item(self, item: Schedule | Trigger | str) -> Schedule | Trigger:
        """One of its items, given the item or its id. Raises InvalidDefinition if it has no such item."""
        if not isinstance(item, (str, Schedule, Trigger)):
            message = "expected a schedule or a trigger of the instance, or its id"
            raise InvalidDefinition([Problem("item", item, message)])
        item_id = item if isinstance(item, str) else item.id
        definition = self.definition
        found = definition.item(item_id)
        if found is None:
            known = ", ".join(f"{one.id} ({one.title})" for one in definition.items)
            raise InvalidDefinition([Problem("item", item_id, f"the instance has no such item; it has: {known}")])
        return found
