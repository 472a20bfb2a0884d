"""Carries out the commands of users: pause, resume, reload, run now, retry, backfill."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import attrs

from clearml_sched_widgets import codec
from clearml_sched_widgets.bidi import isolated
from clearml_sched_widgets.definition import Schedule, Trigger
from clearml_sched_widgets.engine.apply_definition import apply_definition
from clearml_sched_widgets.engine.context import Context
from clearml_sched_widgets.engine.following import polling
from clearml_sched_widgets.engine.following.runs import launched_since
from clearml_sched_widgets.engine.guard import item_subject
from clearml_sched_widgets.engine.instance_task.commands import Command
from clearml_sched_widgets.engine.instance_task.task import DEFINITION, REFUSED, read_task
from clearml_sched_widgets.engine.instance_task.task import parse as parse_instance
from clearml_sched_widgets.errors import GatewayError, SchedulerError
from clearml_sched_widgets.policy import controls
from clearml_sched_widgets.policy.state import parse
from clearml_sched_widgets.records import Task
from clearml_sched_widgets.sentences import log

LONGEST_ID = 100  # characters of a command's id in a message
LONGEST_REFUSED = 50_000  # characters of a refused definition that are kept


class CommandHandler:
    """Carries out commands.

    `plan_schedules` decides about all slots that are due; a backfill calls it first. `launch_until` launches all slots
    and events so far; a pause calls it first, because it leaves out only what comes due while it lasts. `look` looks
    for all events so far; the end of a pause calls it first, so that what it leaves out is known.
    """

    def __init__(
        self,
        context: Context,
        *,
        plan_schedules: Callable[[datetime], None],
        launch_until: Callable[[datetime], None],
        look: Callable[[], None],
    ) -> None:
        self._context = context
        self._plan_schedules, self._launch_until, self._look = plan_schedules, launch_until, look

    def carry_out(self, command: Command, now: datetime) -> None:
        """Carry out one command. One that leads to an unforeseen error is refused and logged. Raises GatewayError."""
        context, before = self._context, self._context.state
        context.tables_outdated = True
        try:
            self._carry_out(command, now)
        except SchedulerError:
            raise
        except Exception as error:  # noqa: BLE001 - anybody may have written it, and the engine must go on
            context.state = before
            context.journal.error(f'The command "{command.do}" was refused: {type(error).__name__}: {error}'[:500])

    def _carry_out(self, command: Command, now: datetime) -> None:
        context = self._context
        if command.item:
            self._carry_out_for_item(command, now)
        elif command.do == "pause":
            self._pause_all(command, now)
        elif command.do == "resume":
            context.guard.try_again(*context.guard.set_aside)
            if context.state.paused:
                self._resume_all(now)
        elif command.do == "run_now":
            self._run_all_now(command, now)
        elif command.do == "reload":
            self._reload(now)
        else:
            context.journal.error(f"A command could not be read and was dropped ({command.id[:LONGEST_ID]}).")

    def _pause_all(self, command: Command, now: datetime) -> None:
        context = self._context
        if not context.state.paused:
            self._launch_until(now)
        context.state = attrs.evolve(context.state, paused=True, note=command.note)
        context.journal.info(f"Paused{': ' + isolated(command.note) if command.note else ''}.")

    def _run_all_now(self, command: Command, now: datetime) -> None:
        context = self._context
        context.state, count = controls.run_all(context.definition, context.state, command.id, now, context.key_exists)
        if count is not None:
            context.journal.info(log.all_by_hand(count))

    def _reload(self, now: datetime) -> None:
        context = self._context
        task = read_task(context.gateway, context.id, configuration=True)
        context.guard.try_again(*context.guard.set_aside)
        try:
            apply_definition(context, parse_instance(task), now)
        except GatewayError:
            raise
        except SchedulerError as error:
            context.journal.error(f"The new definition was refused, the one before it goes on: {error}")
            self._write_back(task)
            return
        context.journal.info(f"The definition was updated: {log.counted(context.definition)}.")

    def _write_back(self, task: Task) -> None:
        """Store the definition that goes on, so that a restart finds it. What was refused is kept beside it."""
        refused = task.configuration.get(DEFINITION, "")[:LONGEST_REFUSED]
        text = codec.dumps(self._context.definition, functions=True)
        self._context.gateway.write_configuration(task.id, {DEFINITION: text, REFUSED: refused})

    def _resume_all(self, now: datetime) -> None:
        """Resume the instance and skip the slots and events of the pause."""
        context = self._context
        self._look()
        items = {
            key: attrs.evolve(item, watermark=max(item.watermark, now)) for key, item in context.state.items.items()
        }
        triggers = [trigger.id for trigger in context.definition.triggers]
        state = polling.watch_after_pause(context.state, now, triggers)
        context.state = attrs.evolve(state, paused=False, note="", items=items)
        for schedule in context.definition.schedules:
            context.update_agenda(schedule)
        context.journal.info("Goes on after the pause.")

    def _carry_out_for_item(self, command: Command, now: datetime) -> None:
        context = self._context
        item, text = context.item(command.item), ""
        if item is None:
            context.journal.error(f"{command.do}: there is no item {command.item}.")
            return
        if command.do == "pause":
            if not context.state.paused and not context.state.items[item.id].paused:
                self._launch_until(now)
            context.state, text = controls.pause(item, context.state, command.note), log.paused(command.note)
        elif command.do == "resume":
            if isinstance(item, Trigger) and context.state.items[item.id].paused:
                self._look()
            text = log.tried_again() if context.guard.try_again(item_subject(item.id)) else ""
            before, context.state = context.state, controls.resume(item, context.state, now)
            if context.state is not before:
                context.state, text = polling.watch_after_pause(context.state, now, [item.id]), log.resumed()
        elif command.do == "run_now":
            context.state = controls.run_now(item, context.state, command.id, now, context.key_exists)
        elif command.do == "retry":
            text = self._retry(item, command, now)
        elif command.do == "backfill":
            text = self._backfill(item, command, now)
        if text:
            context.journal.info(f"{context.title(item.id)}: {text}")
        context.update_agenda(item)

    def _retry(self, item: Schedule | Trigger, command: Command, now: datetime) -> str:
        context = self._context
        run = context.runs.find(context.gateway, command.run)
        if run is None or run.item != item.id:
            return f"nothing is launched again: {command.run} is no run of it."
        context.state = controls.retry(item, context.state, run, command.id, now, context.key_exists)
        return f"task {run.task.id} is launched again by hand."

    def _backfill(self, item: Schedule | Trigger, command: Command, now: datetime) -> str:
        context = self._context
        try:
            start, end = parse(command.start), parse(command.end)
        except (ValueError, OverflowError) as error:
            return f"nothing is backfilled: {error}."
        if item.action.method != "clone":
            return "nothing is backfilled: only clones are known to have run, or not, at a time that is past."
        if not isinstance(item, Schedule) or start is None or end is None:
            return "nothing is backfilled: it takes a schedule and a period."
        if not context.state.paused:
            self._plan_schedules(now)  # slots that are due now count as the schedule's own, not as backfill
        launched_keys = launched_since(context.gateway, context.id, start)
        try:
            context.state, new, total = controls.backfill(
                item,
                context.state,
                start,
                end,
                now,
                lambda key: key in launched_keys or context.key_exists(key),
            )
        except ValueError as error:
            return f"nothing is backfilled: {error}."
        text = log.backfilled(start, end, new, total)
        paused = context.state.paused or context.state.items[item.id].paused
        return f"{text} They wait for the end of the pause." if paused else text
