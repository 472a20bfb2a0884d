"""Applies a definition to the engine's state: at the start, and after a user has updated it."""

from __future__ import annotations

from datetime import datetime

import attrs

from clearml_sched_widgets.definition import Definition
from clearml_sched_widgets.engine.context import Context
from clearml_sched_widgets.engine.following import polling
from clearml_sched_widgets.engine.instance_task.task import InstanceTask
from clearml_sched_widgets.engine.launching.functions import missing_message
from clearml_sched_widgets.policy import owed, requested
from clearml_sched_widgets.policy.agenda import Agenda
from clearml_sched_widgets.policy.decide import state_under
from clearml_sched_widgets.records import TaskQuery


def apply_definition(context: Context, instance: InstanceTask, now: datetime) -> None:
    """Apply the instance's definition. Known items keep their watermark, new ones start now, removed ones are dropped.

    Raises InvalidDefinition, GatewayError; nothing is changed then.
    """
    before, known = context.definition, context.state.items
    definition = context.functions.bind(instance.definition)
    names = _base_task_names(context, definition)
    items = {item.id: state_under(item, before.item(item.id), known.get(item.id), now) for item in definition.items}
    pending = [launch for launch in context.state.pending if not owed.dropped(launch, definition)]
    pending += [
        requested.at_start(item, now) for item in definition.schedules if item.run_at_start and item.id not in known
    ]
    past = {key: runs for key, runs in context.state.past.items() if key in items}
    state = attrs.evolve(context.state, items=items, pending=tuple(pending), past=past)
    state = polling.watch(definition, state, instance.task.last_change or now)
    context.definition, context.state, context.base_names = definition, state, names
    context.agenda = Agenda()
    for schedule in definition.schedules:
        context.update_agenda(schedule)
    _check_base_tasks(context)
    _check_functions(context)
    context.tables_outdated = True


def _base_task_names(context: Context, definition: Definition) -> dict[str, str]:
    """The names of the definition's base tasks by id, for the tables, without those that do not exist."""
    ids = sorted({item.action.task for item in definition.items if item.action.task})
    names: dict[str, str] = {}
    for start in range(0, len(ids), 500):
        tasks = context.gateway.tasks(TaskQuery(ids=tuple(ids[start : start + 500]), order="created"))
        names.update((task.id, task.name) for task in tasks)
    return names


def _check_base_tasks(context: Context) -> None:
    """Set an error on items whose base task does not exist."""
    for item in context.definition.items:
        if item.action.task and item.action.task not in context.base_names:
            context.set_error(item.id, f"its base task {item.action.task} does not exist (any more)")


def _check_functions(context: Context) -> None:
    """Set an error on items whose function this process does not have, and clear it on those whose function it has."""
    for item in context.definition.items:
        if item.action.function:
            context.set_error(item.id, "" if item.action.function.call else missing_message(item.action.function))
