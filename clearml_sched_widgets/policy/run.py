"""PURE: reads a run from a task, its status and its Scheduler section."""

from __future__ import annotations

from datetime import datetime, timezone

import attrs

from clearml_sched_widgets.policy.state import parse
from clearml_sched_widgets.records import ACTIVE, Task

RESET = "reset"  # a parameter of the Scheduler section that only a reused task has
DELETED = "__DELETED__"  # what the server puts before the id of a parent that was deleted
NEVER = datetime.max.replace(tzinfo=timezone.utc)  # sorts runs without a time last


@attrs.frozen(kw_only=True)
class Run:
    """One launched task, or one call of a function."""

    task: Task
    key: str
    item: str
    cause: str
    nominal: datetime | None
    object: str
    deleted: bool = False
    local: bool = False  # a function call: the server has no task, `task` holds its status and times
    reset: datetime | None = None  # when a reused task was reset for this run (server time)

    @property
    def id(self) -> str:
        """Unique among all runs."""
        if self.local:
            return self.key
        return f"{self.task.id}/{self.key}" if self.reset else self.task.id

    @property
    def base(self) -> str:
        """The id of the task of which it is a clone; empty for a reused task and for the call of a function."""
        return "" if self.local or self.reset else (self.task.parent or "").removeprefix(DELETED)

    @property
    def launched(self) -> datetime | None:
        """When the task was created, or a reused task was reset for this run."""
        return self.reset or self.task.created

    @property
    def status(self) -> str:
        return "deleted" if self.deleted else self.task.status

    @property
    def active(self) -> bool:
        return self.status in ACTIVE

    @property
    def age(self) -> tuple[datetime, str]:
        """A sort key for runs with the same run key: only the oldest of them counts."""
        return self.launched or NEVER, self.id


def run_of(task: Task, instance_id: str) -> Run | None:
    """The instance's run that a task stands for; None if the task has no run key or no item.

    Several instances may reuse one task; it is a run of the instance that launched it last.
    """
    texts = task.scheduler
    if not (texts.get("key") and texts.get("item")):
        return None
    reset = _parse_time(texts.get(RESET, ""))
    if reset is not None and texts.get("instance") != instance_id:
        return None
    return Run(
        task=task,
        reset=reset,
        key=texts["key"],
        item=texts["item"],
        cause=texts.get("cause", ""),
        nominal=_parse_time(texts.get("scheduled", "")),
        object=texts.get("object", ""),
    )


def _parse_time(text: str) -> datetime | None:
    try:
        return parse(text.replace("Z", "+00:00"))
    except (ValueError, OverflowError):
        return None  # a user has edited the section
