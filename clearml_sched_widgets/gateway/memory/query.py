"""Selects the tasks that match a query, and copies out the fields that the query asks for."""

from __future__ import annotations

from typing import Any

import attrs

from clearml_sched_widgets.gateway.memory.objects import StoredModel
from clearml_sched_widgets.records import SECTION, Entity, Task, TaskQuery, mark


def matches(task: Task, query: TaskQuery) -> bool:
    """True if the task matches the query."""
    tags = set(task.system_tags)
    moment: Any = getattr(task, query.order.removeprefix("-"))
    return (
        (query.ids is None or task.id in query.ids)
        and (not query.text or _matches_text(task, query))
        and (not query.name or query.name == task.name)
        and (not query.types or task.type in query.types)
        and (not query.statuses or task.status in query.statuses)
        and (not query.parents or task.parent in query.parents)
        and (query.project_id is None or task.project_id == query.project_id)
        and set(task.tags).issuperset(query.tags)
        and tags.issuperset(query.system_tags)
        and tags.isdisjoint(query.without_system_tags)
        and ("hidden" not in tags or query.ids is not None or bool(query.system_tags))
        and (query.since is None or (moment is not None and moment >= query.since))
    )


def _matches_text(task: Task, query: TaskQuery) -> bool:
    text = query.text.lower()
    return (
        text in task.name.lower()
        or query.text == task.id
        or (query.text_tags and any(text in tag.lower() for tag in task.tags))
        or task.project_id in query.text_projects
    )


def projected(task: Task, query: TaskQuery) -> Task:
    """A copy of the task with only the fields that the query asks for."""
    if query.bare:
        field = query.order.removeprefix("-")
        return Task(**{"id": task.id, field: getattr(task, field)})
    objects = task.configuration
    if query.without:
        shown = [name for name in objects if name not in query.without]
    else:
        shown = list(objects) if query.configuration else [name for name in query.objects if name in objects]
    with_mark = {*shown, *(name for name in query.marks if name in objects)}
    return attrs.evolve(
        task,
        hyperparams=task.hyperparams if query.hyperparams == "all" else {},
        scheduler=scheduler_of(task) if query.hyperparams != "none" else {},
        configuration={name: objects[name] for name in shown},
        marks={name: mark(objects[name]) for name in with_mark},
    )


def scheduler_of(task: Task) -> dict[str, str]:
    """The values of our own section of a stored task's hyperparameters."""
    return {name: item.value for name, item in task.hyperparams.get(SECTION, {}).items()}


def task_entity(entity: str, task: Task) -> Entity:
    """A task or dataset as triggers see it."""
    return Entity(
        entity=entity,
        id=task.id,
        name=task.name,
        project_id=task.project_id,
        project=task.project,
        user_id=task.user_id,
        type=task.type,
        status=task.status,
        tags=task.tags,
        system_tags=task.system_tags,
        created=task.created,
        started=task.started,
        completed=task.completed,
        status_changed=task.status_changed,
        changed=task.last_change,
        scheduler=scheduler_of(task),
    )


def model_entity(model: StoredModel, project_id: str | None) -> Entity:
    """A model as triggers see it."""
    return Entity(
        entity="model",
        id=model.id,
        name=model.name,
        project_id=project_id,
        project=model.project,
        user_id="tester",
        status="published" if model.ready else "created",
        tags=model.tags,
        system_tags=model.system_tags,
        created=model.created,
        changed=model.last_change,
    )
