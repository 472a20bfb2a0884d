"""What an item launches: a clone of a task, the task itself, or a Python function."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

import attrs

from clearml_sched_widgets.definition import overrides as overriding
from clearml_sched_widgets.definition import values
from clearml_sched_widgets.definition.checks import Bad, collect, is_a
from clearml_sched_widgets.definition.display import Part
from clearml_sched_widgets.definition.functions import Function, optional_function
from clearml_sched_widgets.definition.latest import Latest, optional_latest
from clearml_sched_widgets.definition.policies import optional_duration
from clearml_sched_widgets.errors import Problem

KERNEL = "this kernel"  # where a function runs: it has no queue
NOT_FOR_FUNCTIONS = {
    "queue": "a function runs in the kernel that launched it, on no queue",
    "project": "a function makes no task",
    "parameters": "a function takes no hyperparameters; use functools.partial to give it arguments",
    "tags": "a function makes no task",
    "container": "a function runs in the kernel that launched it",
    "overrides": "a function makes no task",
    "reuse_task": "a function is no task",
    "time_limit": "a function cannot be stopped from outside; let it watch the time itself",
}

NOT_FOR_REUSED = {
    "project": "a reused task stays in its project",
    "name": "a reused task keeps its name",
}

NOT_FOR_LATEST = {
    "reuse_task": "a reset would erase the results for which it was chosen; give the id of the task to reuse as `task`",
}


def _optional_task(value: str | None) -> str:
    return "" if value is None or value == "" else values.text(value)


@attrs.frozen(repr=False)
class Action(Part):
    """What an item launches: a clone of `task` (an id), put on `queue` (a name or an id); or a Python function.

    `latest` stands in place of `task`: what is cloned is looked for at each launch; see `Latest`.

    `project` is the full name of the project for the clone (created if missing), the base task's own by default; `name`
    the clone's name, the item's by default. `parameters` replace or add hyperparameters by "Section/name"; their
    values, the name and the tags may contain `${scheduled}` and, for a trigger, `${trigger.name}` and the object's
    `${task.id}`, `.name`, `.project`, `.status`, `.tags` (or `${dataset.…}`, `${model.…}`); `$${…}` is sent as `${…}`.

    `container` is the image to run in, or a mapping of image, arguments and setup_shell_script; it replaces the
    base task's whole container. `overrides` set fields of the script, such as {"script.branch": "main",
    "script.version_num": ""}; their values may contain `${…}` too.

    `time_limit`: a run that works for longer, counted from its start, is asked to stop. A run that waits for longer in
    its queue is dequeued. Both happen only while the instance runs.

    `reuse_task` launches the task itself instead of a clone. It is reset, which erases the results of its last run,
    gets the parameters (they stay in it) and is put on the queue, at most once for each slot or event. It never runs
    twice at once: without an overlap policy, a schedule skips and a trigger waits while the task is queued or running,
    whoever launched it.

    `function` is called instead of launching a task: in the kernel that launched the instance, each time in a thread of
    its own, at most once for each slot or event. A schedule calls it without arguments, a trigger with the id of the
    object (None for a run by hand). If it raises, the run has failed. It exists in that kernel only: a saved definition
    has only its name, and in another process its item shows an error.
    """

    task: str = attrs.field(default="", converter=_optional_task)
    queue: str = attrs.field(default="default", converter=values.text)
    project: str | None = attrs.field(default=None, kw_only=True, converter=values.optional_project)
    name: str | None = attrs.field(default=None, kw_only=True, converter=values.optional_task_name)
    parameters: dict[str, str] = attrs.field(factory=dict, kw_only=True, converter=values.parameters, hash=False)
    tags: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=values.texts)
    container: dict[str, str] = attrs.field(factory=dict, kw_only=True, converter=overriding.container, hash=False)
    overrides: dict[str, str] = attrs.field(factory=dict, kw_only=True, converter=overriding.overrides, hash=False)
    time_limit: timedelta | None = attrs.field(default=None, kw_only=True, converter=optional_duration)
    reuse_task: bool = attrs.field(default=False, kw_only=True, converter=values.flag)
    function: Function | None = attrs.field(default=None, kw_only=True, converter=optional_function)
    latest: Latest | None = attrs.field(
        default=None, kw_only=True, converter=optional_latest, metadata={values.SINCE: 2}
    )

    def __attrs_post_init__(self) -> None:
        collect(self, self._rules, needs=("task", "function", "latest"))

    def _rules(self) -> Iterator[Problem]:
        if self.task and self.latest:
            yield Problem("latest", self.latest, "expected a task or the latest of several, not both")
        if self.function:
            for name in ("task", "latest"):
                if value := getattr(self, name):
                    yield Problem(name, value, "expected a task or a function, not both")
            yield from self._conflicts("a function", NOT_FOR_FUNCTIONS)
            return
        if not self.task and not self.latest:
            yield Problem("task", self.task, "expected the id of a task (or a Python function as `function`)")
        if self.latest:
            yield from self._conflicts("latest", NOT_FOR_LATEST)
        elif self.reuse_task is True:
            yield from self._conflicts("reuse_task", NOT_FOR_REUSED)

    def _conflicts(self, what: str, reasons: Mapping[str, str]) -> Iterator[Problem]:
        defaults = {field.name: field.default for field in attrs.fields(Action)}
        for name, reason in reasons.items():
            value = getattr(self, name)
            if value and value != defaults[name] and not isinstance(value, Bad):
                yield Problem(name, value, f"expected none beside {what}: {reason}")

    @property
    def place(self) -> str:
        """Where it runs: the queue, or the kernel."""
        return KERNEL if self.function else self.queue

    @property
    def method(self) -> str:
        """How it launches: "clone", "reuse" or "function"."""
        return "function" if self.function else "reuse" if self.reuse_task else "clone"

    @property
    def subject(self) -> str:
        """What it launches: the id of a task, the latest task in words, or the name of a function."""
        return self.latest.words if self.latest else str(self.function or self.task)


def action(value: Action) -> Action:
    return is_a(Action, "expected an Action", value)
