"""Warns of a pipeline on the queue of its own steps: an agent that runs the controller takes no step meanwhile."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from clearml_sched_widgets.definition import Definition
from clearml_sched_widgets.errors import Problem
from clearml_sched_widgets.records import Queue, Task

# Where the SDK's PipelineController keeps its steps: `_serialize_pipeline_task` in clearml/automation/controller.py.
STEPS = "Pipeline"  # a configuration object: JSON, the steps by name; the `queue` of a step may be null
DEFAULT_QUEUE = "pipeline/default_queue"  # the parameter with the queue of all other steps
ARGUMENT = re.compile(r"\$\{pipeline\.([^}]+)\}")  # a step's queue may be an argument of the pipeline
MESSAGE = (
    "its steps wait for the same queue: with one agent it never ends. Choose another queue for it, or for its steps"
)


def own_queue_warnings(definition: Definition, bases: Mapping[str, Task], queues: Sequence[Queue]) -> Iterator[Problem]:
    """A warning for each item that puts a pipeline on the queue of its own steps.

    `bases` are the base tasks by the items' ids, with their hyperparameters and the configuration object `STEPS`.
    """
    ids = {**{queue.name: queue.id for queue in queues}, **{queue.id: queue.id for queue in queues}}
    for path, item in definition.paths():
        base, queue = bases.get(item.id), ids.get(item.action.queue)
        if base is None or queue is None or not base.is_pipeline:
            continue
        if queue in {ids.get(name) for name in step_queues(base, item.action.parameters)}:
            yield Problem(f"{path}.action.queue", item.action.queue, MESSAGE)


def step_queues(pipeline: Task, parameters: Mapping[str, str]) -> set[str]:
    """The names or ids of the queues of a pipeline's steps, as it was last stored. `parameters` replace its own.

    The steps that the code of a pipeline adds while it runs are not known; they mostly go to the default queue.
    """
    own = {
        f"{section}/{name}": param.value
        for section, items in pipeline.hyperparams.items()
        for name, param in items.items()
    }
    values = {**own, **parameters}
    default = values.get(DEFAULT_QUEUE, "")
    named = [step.get("queue") or default for step in _steps(pipeline.configuration.get(STEPS, ""))] or [default]
    return {_resolved(name, values) for name in named if isinstance(name, str) and name}


def _steps(text: str) -> list[Mapping[str, Any]]:
    """The steps in the text of the configuration object; none if a user has made something else of it."""
    try:
        steps = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return [step for step in steps.values() if isinstance(step, dict)] if isinstance(steps, dict) else []


def _resolved(queue: str, values: Mapping[str, str]) -> str:
    found = ARGUMENT.fullmatch(queue)
    return values.get(f"Args/{found[1]}", "") if found else queue
