"""Reads one instance repeatedly and fetches only the configuration objects that have changed.

The definition and the state of ten thousand schedules are megabytes. Each configuration object has a mark, a hash of
its text. As long as the marks stay the same, only the marks are read.
"""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from clearml_sched_widgets.engine.instance_task import commands, state_objects
from clearml_sched_widgets.engine.instance_task import task as instance_task
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.records import Task, mark


class InstanceReader:
    """Reads one instance, and caches its task from one read to the next."""

    def __init__(self, gateway: Gateway, instance_id: str) -> None:
        self._gateway, self._id = gateway, instance_id
        self._cached: Task | None = None

    def read(self) -> instance_task.InstanceTask:
        """The instance as it is now. Usually one request. Raises NotFound, or SchedulerError if it is no instance."""
        cached = self._cached
        self._cached = _read_whole(self._gateway, self._id) if cached is None else read_again(self._gateway, cached)
        return instance_task.parse(self._cached)


def read_again(gateway: Gateway, cached: Task) -> Task:
    """An instance's task as it is now, with its configuration. Usually one request. Raises NotFound.

    `cached` is the task as read before, with its configuration and marks.
    """
    return _read_changes(gateway, cached) or _read_whole(gateway, cached.id)


def _read_whole(gateway: Gateway, instance_id: str) -> Task:
    return instance_task.read_task(gateway, instance_id, configuration=True)


def _read_changes(gateway: Gateway, cached: Task) -> Task | None:
    """The cached task with its changes; None if the whole task has to be read."""
    names = [name for name in cached.configuration if not name.startswith(commands.PREFIX)]
    if not _marks_match_texts(names, cached):
        return None
    current = instance_task.read_task(gateway, cached.id, marks=tuple(names))
    if not _marks_show_changes(cached, current):
        return None
    changed = tuple(name for name in names if current.marks.get(name) != cached.marks[name])
    same = tuple(name for name in names if name not in changed)
    if changed:
        current = instance_task.read_task(gateway, cached.id, objects=changed, marks=same)
    if any(current.marks.get(name) != cached.marks[name] for name in same):
        return None  # an object changed between the two requests, so the texts may not belong together
    configuration = {**{name: cached.configuration[name] for name in same}, **current.configuration}
    return attrs.evolve(current, configuration=configuration) if state_objects.is_complete(configuration) else None


def _marks_match_texts(names: Iterable[str], task: Task) -> bool:
    """Whether each object has the mark of its text. One that was edited elsewhere has none, or an outdated one."""
    return all(name in task.configuration and task.marks.get(name) == mark(task.configuration[name]) for name in names)


def _marks_show_changes(cached: Task, current: Task) -> bool:
    """Whether a changed text always has a changed mark. While the instance runs, only this package writes its objects.

    In any other status somebody may edit a text by hand without its mark, which changes the task's `last_change`.
    """
    if cached.status == current.status == "in_progress":
        return cached.started == current.started
    return (cached.status, cached.last_change) == (current.status, current.last_change)
