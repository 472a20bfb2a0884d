"""Helpers with which the contract tests make and read tasks through the gateway."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import attrs

from clearml_sched_widgets.records import RUN_TAG, SECTION, Clone, LogLine, Param, Task, TaskQuery
from tests.contract.worlds import World

NOBODY = "f" * 32  # an id that no object has


def only(world: World, task_id: str) -> Task:
    """One task with all its fields."""
    query = TaskQuery(ids=(task_id,), hyperparams="all", configuration=True)
    (task,) = world.gateway.tasks(query)
    return task


def found(world: World, **query: Any) -> list[str]:
    """The ids of this test's tasks that a query finds, oldest first."""
    body = {"text": world.prefix, "order": "created", **query}
    return [task.id for task in world.gateway.tasks(TaskQuery(**body))]


def a_clone(world: World, base: str, **more: Any) -> Clone:
    request = Clone(
        task=base,
        name=f"{world.prefix} run",
        project=None,
        parent=base,
        tags=(),
        system_tags=(RUN_TAG,),
        hyperparams={SECTION: {"key": Param(value="item@slot")}},
    )
    return attrs.evolve(request, **more)


def a_run(world: World, base: str | None = None) -> str:
    return world.gateway.clone(a_clone(world, base or world.task()))


def an_instance(world: World, **configuration: str) -> str:
    return world.gateway.create_instance(f"{world.prefix} instance", world.prefix, configuration)


def line(text: str, seconds: float = 0, level: str = "info") -> LogLine:
    time = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc) + timedelta(seconds=seconds)
    return LogLine(time=time, level=level, text=text)


def bring(world: World, task_id: str, status: str) -> None:
    """Bring a draft to a status."""
    if status == "queued":
        world.gateway.enqueue([task_id], world.queue(f"queue of {task_id}"))
    elif status != "created":
        world.start(task_id)
    if status == "published":
        world.finish(task_id)
        world.publish(task_id)
    elif status in ("completed", "failed", "stopped"):
        world.finish(task_id, status)
