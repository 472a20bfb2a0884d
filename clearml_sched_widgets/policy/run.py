"""PURE: one launched task, by what its Scheduler section says and what the server says of it."""

from __future__ import annotations

from datetime import datetime, timezone

import attrs

from clearml_sched_widgets.policy.state import parse
from clearml_sched_widgets.records import ACTIVE, SECTION, Task

RESET = "reset"  # the parameter of the Scheduler section that a reused task has, and no other
NEVER = datetime.max.replace(tzinfo=timezone.utc)


@attrs.frozen(kw_only=True)
class Run:
    """One launched task, by what its Scheduler section says and what the server says of it."""

    task: Task
    key: str
    item: str
    cause: str
    nominal: datetime | None
    object: str
    deleted: bool = False
    local: bool = False  # a function's: no task of the server's, `task` only says what it would say
    reset: datetime | None = None  # of a reused task: when it was reset for this run (server time)

    @property
    def id(self) -> str:
        """Tells it from all other runs."""
        if self.local:
            return self.key
        return f"{self.task.id}/{self.key}" if self.reset else self.task.id

    @property
    def launched(self) -> datetime | None:
        """When it was made, or its task reset for it."""
        return self.reset or self.task.created

    @property
    def status(self) -> str:
        return "deleted" if self.deleted else self.task.status

    @property
    def active(self) -> bool:
        return self.status in ACTIVE

    @property
    def age(self) -> tuple[datetime, str]:
        """Orders runs of one key: the oldest counts."""
        return self.launched or NEVER, self.id


def run_of(task: Task, instance_id: str) -> Run | None:
    """The run of an instance that a task is; None if it does not carry what makes one.

    A reused task may be that of several instances; it is a run of the one that launched it last.
    """
    section = task.hyperparams.get(SECTION, {})
    texts = {name: param.value for name, param in section.items()}
    if not (texts.get("key") and texts.get("item")):
        return None
    reset = _time(texts.get(RESET, ""))
    if reset is not None and texts.get("instance") != instance_id:
        return None
    return Run(
        task=task,
        reset=reset,
        key=texts["key"],
        item=texts["item"],
        cause=texts.get("cause", ""),
        nominal=_time(texts.get("scheduled", "")),
        object=texts.get("object", ""),
    )


def _time(text: str) -> datetime | None:
    try:
        return parse(text.replace("Z", "+00:00"))
    except ValueError:
        return None  # somebody edited the section by hand
