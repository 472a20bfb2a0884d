"""Reaches one instance through its engine if that runs in this kernel, else through its task on the server."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from time import monotonic

from clearml_sched_widgets.definition import Definition, Schedule, Trigger
from clearml_sched_widgets.engine.instance_task import abilities, commands
from clearml_sched_widgets.engine.instance_task import task as instance_task
from clearml_sched_widgets.engine.instance_task.commands import Command
from clearml_sched_widgets.engine.instance_task.lease import PREFIX
from clearml_sched_widgets.engine.loop import Engine
from clearml_sched_widgets.engine.snapshot import Snapshot
from clearml_sched_widgets.errors import GatewayError, InstanceStateError, InvalidDefinition, OtherVersion, Problem
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.instances.running import end_count, engine_here, snapshot_here
from clearml_sched_widgets.records import Lease, Task
from clearml_sched_widgets.views import instance_reader, viewer
from clearml_sched_widgets.views.viewer import NOT_READ

STATUS_FOR = 2.0  # seconds for which the status that was read is told without another reading


class Handle:
    """Reads an instance and sends it commands. Its methods raise GatewayError."""

    def __init__(self, gateway: Gateway, task: Task, lease: Lease | None = NOT_READ) -> None:
        self.gateway = gateway
        self.keep(task, lease)

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
        """See `viewer.status_of`. Reads it again after STATUS_FOR. If that fails, it stays as last read."""
        if self.snapshot is None and self._is_old():
            with suppress(GatewayError):  # deleted, or the server is away
                self.look_again()
        return self.known_status

    @property
    def known_status(self) -> str:
        """The status as last read; as it is now, if it runs in this kernel. No request."""
        shot = self.snapshot
        if shot is not None:
            return viewer.status_here(shot)
        if self._seen_ends != end_count(self.id):  # its engine here has ended, and it was not read since
            return "stopped"
        return viewer.status_of(self.task, self._read_at, lease=self._lease)

    @property
    def silence(self) -> timedelta | None:
        """How long it had given no sign of life when it was last read; None if it gave one."""
        return viewer.silence_of(self.task, self._read_at, self._lease) if self.known_status == "silent" else None

    def reread(self) -> Task:
        """Read its task again. One request, and one more for its lease if it is in progress elsewhere."""
        return self._read(lambda: instance_task.read(self.gateway, self.id).task)

    def look_again(self) -> Task:
        """Read again what has changed of its task; usually as many requests as `reread`, which reads all of it."""
        return self._read(lambda: instance_reader.read_again(self.gateway, self.task))

    def read_lease(self) -> Lease | None:
        """Its lease, if it is known to be in progress elsewhere. Is read before the task; see `viewer.status_of`."""
        if self.task.status != "in_progress" or self.engine is not None:
            return NOT_READ
        return next(iter(self.gateway.leases(f"{PREFIX}{self.id}")), None)

    def keep(self, task: Task, lease: Lease | None) -> None:
        """Keep its task, which was just read, and its lease, if that was read before."""
        self.task, self._lease, self._seen_ends = task, lease, end_count(task.id)
        self._read_at = self.gateway.present(ask=False).time
        judged = lease != NOT_READ or task.status != "in_progress"
        self._tried_at = monotonic() if judged else float("-inf")

    def _read(self, read: Callable[[], Task]) -> Task:
        self._tried_at = monotonic()
        lease = self.read_lease()
        self.task = read()
        self.keep(self.task, self.read_lease() if lease == NOT_READ else lease)  # it may have begun since the last read
        return self.task

    def _is_old(self) -> bool:
        return monotonic() - self._tried_at > STATUS_FOR or self._seen_ends != end_count(self.id)

    def send(self, command: Command) -> str:
        """Send a command to its engine, wherever that runs. Raises InstanceStateError if no engine runs.

        Waits up to two seconds until an engine in this kernel has carried out the command. Returns an empty text, or a
        sentence that the command is kept, because its engine gives no sign of life.
        """
        engine = self.engine
        if engine is not None:
            engine.command(command)
            if not engine.wait_for_commands():  # after a pause, the status read next must not be running
                raise InstanceStateError(f"The instance {self.name} has just ended and did not do it; resume it first.")
            return ""
        if self.reread().status == "queued":
            raise InstanceStateError(f"The instance {self.name} waits in its queue; try again when an agent runs it.")
        if self.task.status != "in_progress":
            raise InstanceStateError(f"The instance {self.name} is {self.known_status}; resume it first.")
        self.refuse_unknown("" if command.do in self.abilities.commands else f"the command {command.do}")
        self.gateway.write_configuration(self.id, commands.dumps(command))
        if self.silence is None:
            return ""
        silent = viewer.silence_text(self.silence)
        return f"{self.name}: {silent}. This is kept, and done when it runs again: resume it to have it done now."

    @property
    def abilities(self) -> abilities.Abilities:
        """What its engine understands, as its task was last read."""
        return abilities.loads(self.task.configuration)

    def refuse_unknown(self, what: str) -> None:
        """Raise OtherVersion for something that its engine elsewhere does not understand; nothing if that is empty."""
        if what:
            runs, ours = self.abilities.version or "an earlier version", abilities.own().version
            raise OtherVersion(
                f"The instance {self.name} runs with {runs} of clearml-sched-widgets and does not understand {what}. "
                f"Restart it with this version ({ours}) first: restart() stops it and starts it again, "
                f"{'on its queue' if self.is_service else 'in this kernel'}."
            )

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
