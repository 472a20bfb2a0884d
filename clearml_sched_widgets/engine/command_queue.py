"""Has each command carried out once, whether it comes from this process or from the server."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Sequence

from clearml_sched_widgets.engine.context import Context
from clearml_sched_widgets.engine.instance_task.commands import Command
from clearml_sched_widgets.engine.instance_task.task import EngineTask
from clearml_sched_widgets.errors import GatewayError, PermanentError, RetryableError

MOST_HANDLED = 50  # commands that the state remembers as carried out; more if more are on the server


class CommandQueue:
    """The commands that wait, and what is done with them.

    `inbox` has those of this process. `carry_out` does what one says, and raises GatewayError. `save` writes the state
    and raises GatewayError or LeaseLost. A command is gone only when its effect is saved.
    """

    def __init__(
        self,
        context: Context,
        task: EngineTask,
        inbox: deque[Command],
        carry_out: Callable[[Command], None],
        save: Callable[[], None],
    ) -> None:
        self._context, self._task = context, task
        self._inbox, self._carry_out, self._save = inbox, carry_out, save
        self._unsaved: set[str] = set()  # ids of commands of the inbox that are carried out, but not saved yet

    def carry_out_from_elsewhere(self, commands: Sequence[Command]) -> None:
        """Carry out commands of other processes. Those that cannot be removed from the server are not repeated."""
        context = self._context
        for command in commands:
            if command.id not in context.state.handled:
                self._carry_out(command)
                context.state = context.state.with_handled(command.id, max(MOST_HANDLED, len(commands)))
        if commands:
            self._save()  # before they are removed: a command must not be lost
        try:
            self._task.remove_commands(commands)
        except PermanentError as error:
            context.tell_once(f"What was carried out cannot be removed from the server: {error}")

    def carry_out_inbox(self) -> None:
        """Carry out the commands of this process."""
        commands = tuple(self._inbox)
        for command in commands:
            if command.id not in self._unsaved:
                self._carry_out_own(command)
        self._save()  # a process that is killed while it launches many runs must not lose any
        for command in commands:
            self._drop(command)

    def _carry_out_own(self, command: Command) -> None:
        """Carry out one command. If the server is away it stays in the inbox for the next step."""
        try:
            self._carry_out(command)
        except RetryableError:
            raise
        except GatewayError:
            self._drop(command)
            raise
        self._unsaved.add(command.id)

    def _drop(self, command: Command) -> None:
        with contextlib.suppress(ValueError):
            self._inbox.remove(command)
        self._unsaved.discard(command.id)
