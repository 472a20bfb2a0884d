"""What a trigger waits for: conditions on one object, and the selection of the objects it looks at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import attrs

from clearml_sched_widgets.definition import values
from clearml_sched_widgets.definition.checks import collect, distinct, each, guarded
from clearml_sched_widgets.definition.display import Part
from clearml_sched_widgets.errors import Problem

STATUSES = ("created", "queued", "in_progress", "stopped", "failed", "completed", "published", "closed")


def _status(value: str) -> str:
    if value not in STATUSES:
        raise ValueError(f"expected one of {', '.join(STATUSES)}")
    return value


def statuses(value: str | Iterable[str]) -> tuple[str, ...]:
    """Task statuses, each once."""
    return distinct(each(_status, values.listed(value)))


@attrs.frozen(repr=False)
class Condition(Part):
    """Base of all conditions."""

    def __attrs_post_init__(self) -> None:
        collect(self)


@attrs.frozen(repr=False)
class StatusChanged(Condition):
    """The task's status changed to one of `to`, and, if `from_` is given, from one of those."""

    to: tuple[str, ...] = attrs.field(converter=statuses)
    from_: tuple[str, ...] = attrs.field(default=(), converter=statuses)

    def __attrs_post_init__(self) -> None:
        collect(self, self._rules, needs=("to",))

    def _rules(self) -> Iterator[Problem]:
        if not self.to:
            yield Problem("to", list(self.to), f"expected at least one of {', '.join(STATUSES)}")


@attrs.frozen(repr=False)
class Published(Condition):
    """The object was published (a task or dataset by its status, a model by being made ready)."""


@attrs.frozen(repr=False)
class Tagged(Condition):
    """The object's tags changed so that it has any tag of `any`, all tags of `all` and no tag of `none`."""

    any: tuple[str, ...] = attrs.field(default=(), converter=values.texts)
    all: tuple[str, ...] = attrs.field(default=(), converter=values.texts)
    none: tuple[str, ...] = attrs.field(default=(), converter=values.texts)

    def __attrs_post_init__(self) -> None:
        collect(self, self._rules, needs=("any", "all"))

    def _rules(self) -> Iterator[Problem]:
        if not (self.any or self.all):
            yield Problem("any", [], 'expected at least one tag in "any" or "all"')


CONDITIONS: dict[str, type[Condition]] = {"status_changed": StatusChanged, "published": Published, "tagged": Tagged}


def _regex(value: str) -> str:
    import regex  # slow to import, and few definitions need it

    try:
        regex.compile(value)
    except regex.error as error:
        raise ValueError(f"expected a Python regular expression; {error}") from None
    return value


def optional_regex(value: str | None) -> str | None:
    return None if value is None or value == "" else guarded(_regex, value)


@attrs.frozen(kw_only=True, repr=False)
class Select(Part):
    """Which objects a trigger looks at. Everything given must hold; nothing given selects all objects.

    `projects` are full project names, with their subprojects unless `subprojects` is false. `name` is a part of the
    object's name, in any case; `name_regex` a Python regular expression searched in it (if the search takes longer than
    a quarter of a second, the object is left out and the trigger shows an error). `users` are ids.
    `exclude_development` leaves out tasks that somebody runs outside of an agent (ClearML's own tag).
    """

    projects: tuple[str, ...] = attrs.field(default=(), converter=values.texts)
    subprojects: bool = attrs.field(default=True, converter=values.flag)
    name: str | None = attrs.field(default=None, converter=values.optional_text)
    name_regex: str | None = attrs.field(default=None, converter=optional_regex)
    tags_any: tuple[str, ...] = attrs.field(default=(), converter=values.texts)
    tags_all: tuple[str, ...] = attrs.field(default=(), converter=values.texts)
    tags_none: tuple[str, ...] = attrs.field(default=(), converter=values.texts)
    users: tuple[str, ...] = attrs.field(default=(), converter=values.texts)
    exclude_development: bool = attrs.field(default=True, converter=values.flag)

    def __attrs_post_init__(self) -> None:
        collect(self)
