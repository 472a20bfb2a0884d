"""A base task that is named by what it is, not by its id: the latest one when a run is launched."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from clearml_sched_widgets.bidi import isolated
from clearml_sched_widgets.definition import values
from clearml_sched_widgets.definition.checks import collect, guarded, is_a
from clearml_sched_widgets.definition.display import Part
from clearml_sched_widgets.errors import Problem

STATUSES = ("completed", "published")


OPERATOR = "__$"


def _status(value: str) -> str:
    if value not in STATUSES:
        raise ValueError(f"expected one of {', '.join(STATUSES)}")
    return value


def status(value: str) -> str:
    return guarded(_status, value)


@attrs.frozen(kw_only=True, repr=False)
class Latest(Part):
    """The task that completed last, of those in `project`, called `name` and with all of `tags`. At least one is given.

    It is looked for right before each launch: of a slot, an event, a retry, a backfill, or by hand. `project` is the
    full name of a project, without its subprojects; `name` is the whole name of the task, in upper and lower case as it
    is. With the `status` "completed", a task that was published after it had completed counts as well; with
    "published", only published ones do. When it was published does not matter.

    In the project of a pipeline, which its steps are in, too, only the pipelines count. The number that the SDK adds to
    their names (“retrain #2”) is part of the name. Archived tasks, datasets, reports and schedulers are left out, and
    so is every run that was itself launched from a `Latest`, with its copies: it is a copy of a base task, not a newer
    one. Runs that were launched from a certain task do count.
    """

    project: str | None = attrs.field(default=None, converter=values.optional_project)
    name: str | None = attrs.field(default=None, converter=values.optional_task_name)
    tags: tuple[str, ...] = attrs.field(default=(), converter=values.texts)
    status: str = attrs.field(default="completed", converter=status)

    def __attrs_post_init__(self) -> None:
        collect(self, self._rules, needs=("project", "name", "tags"))

    def _rules(self) -> Iterator[Problem]:
        if not (self.project or self.name or self.tags):
            message = "expected at least one of project, name and tags: else it is the latest task of the whole server"
            yield Problem("name", self.name, message)
        for tag in self.tags if isinstance(self.tags, tuple) else ():
            if tag.startswith(OPERATOR):
                yield Problem(
                    "tags", tag, f"expected a tag; the server reads what begins with {OPERATOR} as an operator"
                )

    @property
    def words(self) -> str:
        """It in words, such as: the latest completed task “train” in Research tagged “prod”."""
        return f"the latest {self.kind}"

    @property
    def kind(self) -> str:
        """In words, which tasks it is the latest of."""
        name = f" “{isolated(self.name)}”" if self.name else ""
        project = f" in {isolated(self.project)}" if self.project else ""
        tags = " and ".join(f"“{isolated(tag)}”" for tag in self.tags)
        return f"{self.status} task{name}{project}{f' tagged {tags}' if tags else ''}"


def optional_latest(value: Latest | None) -> Latest | None:
    return None if value is None else is_a(Latest, 'expected a Latest, such as Latest(name="train")', value)
