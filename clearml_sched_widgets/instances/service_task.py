"""Turns an instance's task into a service task, and puts it on a queue. Keeps the user's word on its package."""

from __future__ import annotations

import json
from collections.abc import Iterable

import attrs

from clearml_sched_widgets.bundle import make_script, script
from clearml_sched_widgets.definition import Definition
from clearml_sched_widgets.errors import Conflict, Problem
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.records import Task

ENTRY_POINT = "scheduler_service.py"
PACKAGE = "package"  # the configuration object with the user's word, for the next start


def _as_given(requirements: Iterable[str]) -> tuple[str, ...] | str:
    return requirements if isinstance(requirements, str) else tuple(requirements)  # a text is told, not taken apart


@attrs.frozen
class Package:
    """What the agent is to run: see `Manager.launch`."""

    package: str = script.BUNDLE
    requirements: tuple[str, ...] | str = attrs.field(default=(), converter=_as_given)

    def configuration(self) -> dict[str, str]:
        """The configuration object that keeps it."""
        return {PACKAGE: json.dumps({"package": self.package, "requirements": list(self.requirements)})}

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
        found = Package(str(kept["package"]), tuple(map(str, kept["requirements"])))
    except (KeyError, TypeError, ValueError):
        return Package()
    return found


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
