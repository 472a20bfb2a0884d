"""Reads one instance time and again, of its configuration only what is another than before.

A definition of ten thousand schedules and its state are megabytes. Beside each configuration object stands its mark,
which is another one if the text is: as long as the marks are the same, nothing but the marks is read.
"""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from clearml_sched_widgets.engine.instance_task import commands, state_objects
from clearml_sched_widgets.engine.instance_task import task as instance_task
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.records import Task, mark


class InstanceReader:
    """Keeps what it has read of one instance."""

    def __init__(self, gateway: Gateway, instance_id: str) -> None:
        self._gateway, self._id = gateway, instance_id
        self._kept: Task | None = None

    def read(self) -> instance_task.InstanceTask:
        """The instance as it is now. One request, mostly. Raises NotFound, or SchedulerError if it is no instance."""
        kept = self._kept
        self._kept = _whole(self._gateway, self._id) if kept is None else read_again(self._gateway, kept)
        return instance_task.parse(self._kept)


def read_again(gateway: Gateway, kept: Task) -> Task:
    """An instance's task as it is now, with its configuration. One request, mostly. Raises NotFound.

    `kept` is what was read before, with the configuration and the marks.
    """
    return _renewed(gateway, kept) or _whole(gateway, kept.id)


def _whole(gateway: Gateway, instance_id: str) -> Task:
    return instance_task.read_task(gateway, instance_id, configuration=True)


def _renewed(gateway: Gateway, kept: Task) -> Task | None:
    """The task with what has changed of it; None if it has to be read as a whole."""
    names = [name for name in kept.configuration if not name.startswith(commands.PREFIX)]
    if not _marked(names, kept):
        return None
    now = instance_task.read_task(gateway, kept.id, marks=tuple(names))
    if not _marks_tell(kept, now):
        return None
    changed = tuple(name for name in names if now.marks.get(name) != kept.marks[name])
    same = tuple(name for name in names if name not in changed)
    if changed:
        now = instance_task.read_task(gateway, kept.id, objects=changed, marks=same)
    if any(now.marks.get(name) != kept.marks[name] for name in same):
        return None  # it changed between the two requests: what was read may not belong together
    configuration = {**{name: kept.configuration[name] for name in same}, **now.configuration}
    return attrs.evolve(now, configuration=configuration) if state_objects.is_complete(configuration) else None


def _marked(names: Iterable[str], task: Task) -> bool:
    """Whether objects have their own marks: one that somebody edited elsewhere has none, or still that of before."""
    return all(name in task.configuration and task.marks.get(name) == mark(task.configuration[name]) for name in names)


def _marks_tell(kept: Task, now: Task) -> bool:
    """Whether an object with another text has another mark. Not if somebody edits it by hand, which takes a draft: the
    mark may stay then. While it runs, only this package writes."""
    if kept.status == now.status == "in_progress":
        return kept.started == now.started
    return (kept.status, kept.last_change) == (now.status, now.last_change)
