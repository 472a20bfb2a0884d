"""Turns an instance's task into a service task, and puts it on a queue. Keeps the user's word on its package."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import attrs

from clearml_sched_widgets.bundle import make_script, script
from clearml_sched_widgets.definition import Definition
from clearml_sched_widgets.errors import Conflict, InvalidDefinition, NotFound, Problem
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.instances import preflight
from clearml_sched_widgets.instances.handle import Handle
from clearml_sched_widgets.records import Task

ENTRY_POINT = "scheduler_service.py"
PACKAGE = "package"  # the configuration object with the user's word, for the next start


@attrs.frozen
class Package:
    """What the agent is to run: see `Manager.launch`."""

    package: str = script.BUNDLE
    requirements: Any = attrs.field(default=(), converter=script.as_given)
    queue: str = ""  # the name or id of the queue that it was launched on

    def configuration(self) -> dict[str, str]:
        """The configuration object that keeps it."""
        return {PACKAGE: json.dumps({**attrs.asdict(self), "requirements": list(self.requirements)})}

    def choice_problems(self) -> list[Problem]:
        """What is wrong with it for any definition."""
        return script.choice_problems(self.package, self.requirements)

    def problems(self, definition: Definition) -> list[Problem]:
        """What is wrong with it for a definition."""
        return script.problems(definition, self.package, self.requirements)

    def script(self, definition: Definition) -> script.Script:
        """The script for a definition. Raises InvalidDefinition."""
        return make_script(definition, self.package, self.requirements)


def package_of(task: Task) -> Package:
    """What was launched before; the bundle if that is not known."""
    try:
        kept = json.loads(task.configuration[PACKAGE])
        package, requirements, queue = kept["package"], kept["requirements"], kept.get("queue", "")
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return Package()
    texts = [package, queue, *requirements] if isinstance(requirements, list) else [None]
    return Package(package, requirements, queue) if all(isinstance(text, str) for text in texts) else Package()


def prepared_again(handle: Handle, task: Task) -> tuple[str, script.Script | None]:
    """The queue's id and the script for another start, with this version of the scheduler.

    There is no script if the task carries a wheel that is not here any more: that stays as it is. Raises
    InvalidDefinition, and NotFound if the queue is gone.
    """
    package = package_of(task)
    queue = _queue_again(handle, task.queue_id or "", package.queue or "services")
    if script.is_wheel(package.package) and not Path(package.package).expanduser().is_file():
        problems = list(script.missing_regex(handle.definition, package.requirements))
        if problems:
            raise InvalidDefinition(problems)
        return queue, None
    return queue, package.script(handle.definition)


def _queue_again(handle: Handle, known_id: str, name: str) -> str:
    """The id of the queue that it was on last, or else of the one that it was launched on."""
    try:
        return preflight.queue_id(handle.gateway, known_id or name)
    except NotFound:
        raise NotFound(
            f'The queue "{name}" of the instance {handle.name} is not on the server any more. '
            "move_to_kernel() and then move_to_service(queue) put it on another one."
        ) from None


def submit(gateway: Gateway, task_id: str, queue_id: str, made: script.Script) -> None:
    """Make an instance's task run a script, and put it on a queue. Raises Conflict if it could not be enqueued."""
    set_script(gateway, task_id, made)
    enqueue(gateway, task_id, queue_id)


def set_script(gateway: Gateway, task_id: str, made: script.Script) -> None:
    """Make an instance's task run a script."""
    gateway.set_script(task_id, ENTRY_POINT, made.code, made.requirements)


def enqueue(gateway: Gateway, task_id: str, queue_id: str) -> None:
    """Put an instance's task on a queue. Raises Conflict if it could not be enqueued."""
    result = gateway.enqueue([task_id], queue_id)
    if task_id not in result.succeeded:
        raise Conflict(f"The service task was not enqueued: {result.failed.get(task_id, 'the server gave no reason')}")
