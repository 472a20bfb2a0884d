"""A definition in sentences, for people to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from clearml_sched_widgets.codec import dumps
from clearml_sched_widgets.conditions.describe import describe_trigger
from clearml_sched_widgets.definition import Action, Definition, Policies, Schedule, Trigger
from clearml_sched_widgets.definition.values import duration_text
from clearml_sched_widgets.recurrence import describe

OVERLAP_SENTENCES = {
    "allow": "Runs at the same time are allowed.",
    "skip": "Left out while the run before is not finished.",
    "queue": "Waits until the run before has finished.",
    "cancel_previous": "Stops the run before that is not finished.",
}


def configuration_data(definition: Definition, names: Mapping[str, str]) -> dict[str, Any]:
    """The definition in sentences, item by item, and as JSON. `names` has the base tasks' names by id."""
    poll_facts = [f"Looks for events every {duration_text(definition.poll_every)}."] if definition.triggers else []
    return {
        "name": definition.name,
        "description": definition.description,
        "facts": poll_facts,
        "items": [_item_data(item, names) for item in definition.items],
        "text": dumps(definition, functions=True),  # only to read: functions are shown by their names
    }


def _item_data(item: Schedule | Trigger, names: Mapping[str, str]) -> dict[str, Any]:
    schedule = isinstance(item, Schedule)
    return {
        "id": item.id,
        "kind": "schedule" if schedule else "trigger",
        "name": item.name or names.get(item.action.task, "") or item.title,
        "task": item.action.task,
        "task_name": names.get(item.action.task, "") or item.action.subject,
        "when": describe(item.recurrence) if isinstance(item, Schedule) else describe_trigger(item),
        "facts": [
            *_switch_facts(item),
            *_launch_facts(item.action),
            *_policy_facts(item.policies, catches_up=schedule),
            *_overlap_facts(item),
        ],
    }


def _switch_facts(item: Schedule | Trigger) -> Iterator[str]:
    if not item.enabled:
        yield "Switched off."
    if isinstance(item, Schedule):
        if item.run_at_start:
            yield "Runs when it is first launched, too."
        return
    if item.include_existing:
        yield "What matches at the start counts as well."
    if item.include_own:
        yield "Its own runs count as well."


def _launch_facts(action: Action) -> Iterator[str]:
    project = f', in the project "{action.project}"' if action.project else ""
    if action.function:
        yield "It is a Python function, called in the kernel that launched this."
    elif action.reuse_task:
        yield f'The task itself is reset and goes to the queue "{action.queue}".'
    else:
        yield f'A clone goes to the queue "{action.queue}"{project}.'
    if action.name:
        yield f'The clone is called "{action.name}".'
    if action.parameters:
        yield f"With {_pairs(action.parameters)}."
    if action.overrides:
        yield f"In its script, {_pairs(action.overrides)}."
    if action.container:
        yield f"In a container with {_pairs(action.container)}."
    if action.tags:
        yield f"Tagged {', '.join(action.tags)}."
    if action.time_limit:
        yield f"Stopped after {duration_text(action.time_limit)}."


def _overlap_facts(item: Schedule | Trigger) -> Iterator[str]:
    if item.overlap != item.usual_overlap:
        yield OVERLAP_SENTENCES[item.overlap]


def _policy_facts(policies: Policies, *, catches_up: bool) -> Iterator[str]:
    default = Policies()
    if catches_up and (policies.missed, policies.catchup_window) != (default.missed, default.catchup_window):
        window = duration_text(policies.catchup_window)
        yield {
            "skip": "Times that were missed are left out.",
            "latest": f"Of the times that were missed, the latest runs late, by {window} at most.",
            "all": f"Times that were missed run late, by {window} at most.",
        }[policies.missed]
    if policies.retries:
        times = "once" if policies.retries == 1 else f"up to {policies.retries} times"
        yield f"A run that failed is tried again {times}, at first after {duration_text(policies.retry_backoff)}."
    if policies.pause_after_failures:
        yield f"Paused when {policies.pause_after_failures} runs in a row have failed."
    if policies.max_runs:
        yield f"Ends after {policies.max_runs} runs."
    if policies.jitter:
        yield f"Starts up to {duration_text(policies.jitter)} later, so that not all start together."


def _pairs(values: Mapping[str, str]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in values.items())
