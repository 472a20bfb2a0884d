"""Checks a definition against the server and the clock before it is launched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone

import attrs

from clearml_sched_widgets.definition import Definition, Function, Once
from clearml_sched_widgets.engine.launching.latest import newest_tasks
from clearml_sched_widgets.errors import InvalidDefinition, NotFound, Problem
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.instances import latest
from clearml_sched_widgets.instances.step_queues import STEPS, own_queue_warnings
from clearml_sched_widgets.records import Queue, Task, TaskQuery
from clearml_sched_widgets.recurrence import next_after
from clearml_sched_widgets.recurrence.sentences import describe

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def check(gateway: Gateway, definition: Definition) -> None:
    """Raise InvalidDefinition with all problems. Two requests, and one for the projects of latest tasks."""
    all_problems = problems(gateway, definition)
    if all_problems:
        raise InvalidDefinition(all_problems)


def problems(gateway: Gateway, definition: Definition, called: datetime | None = None) -> list[Problem]:
    """Problems: no items, unknown tasks and queues, missing functions, and schedules that would never run.

    `called` is when the launch was called (server time): what comes due after it will run, however late it is by then.
    """
    require(definition)
    if not definition.items:
        return [Problem("schedules", [], "expected at least one schedule or trigger")]
    now = gateway.present().time if called is None else called
    return [*_missing_objects(gateway, definition), *missing_functions(definition), *_never_running(definition, now)]


def require(definition: Definition) -> None:
    """Raise InvalidDefinition if the object is no Definition."""
    if not isinstance(definition, Definition):
        raise InvalidDefinition([Problem("definition", definition, "expected a Definition")])


def functions_elsewhere(definition: Definition) -> list[Problem]:
    """A problem for each Python function of a definition that another process is to run."""
    message = "a Python function lives in this kernel only: launch it here, or have a task do the work"
    return [
        Problem(f"{path}.action.function", function.name, message) for path, function in _functions_by_path(definition)
    ]


def missing_functions(definition: Definition) -> list[Problem]:
    """A problem for each Python function that this kernel does not have."""
    message = "expected the function itself: a saved definition has only its name; set it in Python"
    return [
        Problem(f"{path}.action.function", function.name, message)
        for path, function in _functions_by_path(definition)
        if function.call is None
    ]


def _functions_by_path(definition: Definition) -> list[tuple[str, Function]]:
    return [(path, item.action.function) for path, item in definition.paths() if item.action.function]


def warnings(gateway: Gateway, definition: Definition, bases: Mapping[str, Task] | None = None) -> list[Problem]:
    """What works but may surprise: unserved queues, pipelines that wait for themselves, nothing that is the latest.

    Two requests, and those of `base_tasks` unless `bases` has its result.
    """
    require(definition)
    queues = gateway.queues(watched=True)
    watched = _watched(queues)
    unserved = [
        Problem(f"{path}.action.queue", item.action.queue, "no agent serves this queue: runs will wait there")
        for path, item in definition.paths()
        if not item.action.function and watched.get(item.action.queue) is False
    ]
    known = base_tasks(gateway, definition) if bases is None else bases
    return [*unserved, *own_queue_warnings(definition, known, queues), *latest.warnings(definition, known)]


def base_tasks(gateway: Gateway, definition: Definition) -> dict[str, Task]:
    """The base tasks by the ids of the items, with their hyperparameters and the steps of pipelines.

    One request for each 500 tasks, and those of `newest_tasks`. Left out are items without one, now.
    """
    ids = tuple({item.action.task for item in definition.items if item.action.task})
    queries = [
        TaskQuery(ids=ids[start : start + 500], order="created", hyperparams="all", objects=(STEPS,))
        for start in range(0, len(ids), 500)
    ]
    tasks = {task.id: task for query in queries for task in gateway.tasks(query)}
    newest = newest_tasks(gateway, (item.action.latest for item in definition.items if item.action.latest), (STEPS,))
    found = (
        (item.id, newest.get(item.action.latest) if item.action.latest else tasks.get(item.action.task))
        for item in definition.items
    )
    return {item_id: task for item_id, task in found if task is not None}


def watched_queues(gateway: Gateway) -> dict[str, bool]:
    """Whether an agent serves each queue, by the name and by the id of the queue. Two requests."""
    return _watched(gateway.queues(watched=True))


def _watched(queues: Sequence[Queue]) -> dict[str, bool]:
    return {key: bool(queue.watched) for queue in queues for key in (queue.id, queue.name)}


def queue_id(gateway: Gateway, name: str) -> str:
    """The id of a queue, given its name or id. Raises NotFound."""
    for queue in gateway.queues():
        if name in (queue.name, queue.id):
            return queue.id
    raise NotFound(f'There is no queue "{name}" on the server.')


def missing_queue(queues: Sequence[Queue], path: str, name: str) -> list[Problem]:
    """The problem with a queue that does not exist; empty if it does."""
    if any(name in (queue.name, queue.id) for queue in queues):
        return []
    known = ", ".join(queue.name for queue in queues[:20])
    others = f", or choose one of: {known}" if known else ""
    return [Problem(path, name, f"there is no such queue on the server; create it there{others}")]


def _missing_objects(gateway: Gateway, definition: Definition) -> Iterator[Problem]:
    ids = tuple({item.action.task for item in definition.items if item.action.task})
    tasks = {
        task.id: task
        for start in range(0, len(ids), 500)
        for task in gateway.tasks(TaskQuery(ids=ids[start : start + 500], order="created"))
    }
    queues = gateway.queues()
    yield from latest.problems(gateway, definition)
    for path, item in definition.paths():
        if item.action.function:
            continue
        if item.action.task not in tasks and not item.action.latest:
            message = "there is no such task on the server; give the id of an existing task, or pick one"
            yield Problem(f"{path}.action.task", item.action.task, message)
        elif item.action.reuse_task and tasks[item.action.task].status in ("published", "publishing"):
            message = "it is published and cannot be run again; expected a task that is not, or reuse_task=False"
            yield Problem(f"{path}.action.task", item.action.task, message)
        yield from missing_queue(queues, f"{path}.action.queue", item.action.queue)


def _never_running(definition: Definition, now: datetime) -> Iterator[Problem]:
    """Schedules that would never run."""
    for index, schedule in enumerate(definition.schedules):
        if schedule.enabled and not schedule.run_at_start and next_after(schedule.recurrence, now) is None:
            where = ".date" if isinstance(schedule.recurrence, Once) else ".end"
            if next_after(attrs.evolve(schedule.recurrence, start=None, end=None), EPOCH) is None:
                message = "it never happens: there is no such day; expected days that exist"
                yield Problem(f"schedules[{index}].recurrence", describe(schedule.recurrence), message)
                continue
            message = f"its last run is in the past (it is now {now:%Y-%m-%d %H:%M} UTC); expected a time to come"
            value = getattr(schedule.recurrence, where[1:])
            yield Problem(f"schedules[{index}].recurrence{where}", str(value), message)
