"""Has each command carried out once, whether it comes from this process or from the server."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Sequence

from clearml_sched_widgets.engine.context import Context
from clearml_sched_widgets.engine.instance_task.commands import Command
from clearml_sched_widgets.engine.instance_task.task import EngineTask
from clearml_sched_widgets.errors import GatewayError, PermanentError, RetryableError

MOST_REFUSALS = 3  # of the server, after which a command is dropped, so that those after it get their turn
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
        self._refusals = Counter[str]()  # by the command's id

    def carry_out_from_elsewhere(self, commands: Sequence[Command]) -> None:
        """Carry out commands of other processes. Those that cannot be removed from the server are not repeated."""
        self._carry_out_all(commands)
        try:
            self._task.remove_commands(commands)
        except PermanentError as error:
            self._context.tell_once(f"What was carried out cannot be removed from the server: {error}")

    def carry_out_inbox(self) -> None:
        """Carry out the commands of this process."""
        commands = tuple(self._inbox)
        self._carry_out_all(commands)
        for command in commands:
            self._inbox.remove(command)

    def _carry_out_all(self, commands: Sequence[Command]) -> None:
        """Carry out the commands that are not in the state yet, and save it.

        A command stays if the server is away. It is dropped if the server refuses again and again what it needs.
        """
        context, most = self._context, max(MOST_HANDLED, len(commands))
        for command in commands:
            if command.id in context.state.handled:
                continue
            try:
                self._carry_out(command)
            except RetryableError:
                raise
            except GatewayError as error:
                self._refusals[command.id] += 1
                if self._refusals[command.id] < MOST_REFUSALS:
                    raise
                context.journal.error(f'The command "{command.do}" was dropped: {error}')
            context.state = context.state.with_handled(command.id, most)
        if commands:
            self._save()
