"""What a trigger waits for: conditions on one object, and the selection of the objects it looks at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

import attrs

from clearml_sched_widgets.definition import values
from clearml_sched_widgets.definition.checks import collect, distinct, each, guarded, is_a
from clearml_sched_widgets.definition.display import Part
from clearml_sched_widgets.errors import Problem

STATUSES = ("created", "queued", "in_progress", "stopped", "failed", "completed", "published", "closed")
MOST_CONDITIONS = 30  # in one condition, itself and those in its parts included
TOO_MANY = f"expected at most {MOST_CONDITIONS} conditions in one, those in its parts included"
MOMENT = "it happens at one moment: it can stand alone, or as the first part of an AllOf that is no part itself"
NOTHING_TO_WAIT_FOR = "holds of nearly every object: put it into an AllOf, beside what is waited for"


def _status(value: str) -> str:
    if value not in STATUSES:
        raise ValueError(f"expected one of {', '.join(STATUSES)}")
    return value


def statuses(value: str | Iterable[str]) -> tuple[str, ...]:
    """Task statuses, each once."""
    return distinct(each(_status, values.listed(value)))


@attrs.frozen(repr=False)
class Condition(Part):
    """Base of all conditions. A condition is a state of the object, and its event is that the state begins.

    The exception is what happens at one moment: `is_moment`.
    """

    since: ClassVar[int] = 1  # the version of the definition's format that has it

    def __attrs_post_init__(self) -> None:
        collect(self)

    @property
    def is_moment(self) -> bool:
        return False

    @property
    def inner(self) -> tuple[tuple[str, Condition], ...]:
        """The conditions that it is made of, each with its place, such as `parts[0]`."""
        return ()

    @property
    def size(self) -> int:
        """How many conditions it is: itself, and those that it is made of."""
        return 1 + sum(condition.size for _, condition in self.inner)

    def leaves(self, path: str = "") -> Iterator[tuple[str, Condition]]:
        """The conditions that are made of no others, each with its path."""
        if not self.inner:
            yield path, self
        for place, condition in self.inner:
            yield from condition.leaves(f"{path}.{place}")


@attrs.frozen(repr=False)
class StatusChanged(Condition):
    """The task's status changed to one of `to`, and, if `from_` is given, from one of those."""

    to: tuple[str, ...] = attrs.field(converter=statuses)
    from_: tuple[str, ...] = attrs.field(default=(), converter=statuses)

    def __attrs_post_init__(self) -> None:
        collect(self, self._rules, needs=("to",))

    @property
    def is_moment(self) -> bool:
        return bool(self.from_)

    def _rules(self) -> Iterator[Problem]:
        if not self.to:
            yield Problem("to", list(self.to), f"expected at least one of {', '.join(STATUSES)}")


@attrs.frozen(repr=False)
class Published(Condition):
    """The object was published (a task or dataset by its status, a model by being made ready)."""


@attrs.frozen(repr=False)
class Created(Condition):
    """The object was created."""

    since = 2

    @property
    def is_moment(self) -> bool:
        return True


@attrs.frozen(repr=False)
class Archived(Condition):
    """The object was archived."""

    since = 2


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


@attrs.frozen(repr=False)
class Untagged(Condition):
    """The object lost a tag of `any`, and all tags of `all`: it had carried them, and does not any more."""

    since = 2

    any: tuple[str, ...] = attrs.field(default=(), converter=values.texts)
    all: tuple[str, ...] = attrs.field(default=(), converter=values.texts)

    def __attrs_post_init__(self) -> None:
        collect(self, self._rules)

    def _rules(self) -> Iterator[Problem]:
        if not (self.any or self.all):
            yield Problem("any", [], 'expected at least one tag in "any" or "all"')


def condition(value: Condition) -> Condition:
    """One of the conditions that there are."""
    *others, last = (kind.__name__ for kind in CONDITIONS.values())
    return is_a(tuple(CONDITIONS.values()), f"expected a condition: {', '.join(others)} or {last}", value)


def conditions(value: Iterable[Condition]) -> tuple[Condition, ...]:
    return each(condition, value)


@attrs.frozen(repr=False)
class Not(Condition):
    """The condition does not hold. It is a part of an AllOf."""

    since = 2

    condition: Condition = attrs.field(converter=condition)

    def __attrs_post_init__(self) -> None:
        collect(self, self._rules)

    @property
    def inner(self) -> tuple[tuple[str, Condition], ...]:
        return (("condition", self.condition),)

    def _rules(self) -> Iterator[Problem]:
        if self.condition.is_moment:
            yield Problem("condition", repr(self.condition), MOMENT)
        if isinstance(self.condition, Not):
            yield Problem("condition", repr(self.condition), "expected no Not in a Not")


@attrs.frozen(repr=False, init=False)
class Group(Condition):
    """What AllOf and AnyOf share: `parts` are given one by one or as one list."""

    since = 2

    parts: tuple[Condition, ...] = attrs.field(converter=conditions)

    def __init__(self, *given: Condition | Iterable[Condition], parts: Iterable[Condition] = ()) -> None:
        one_list = len(given) == 1 and not isinstance(given[0], Condition)
        self.__attrs_init__(given[0] if one_list else given or parts)  # type: ignore[arg-type]

    def __attrs_post_init__(self) -> None:
        collect(self, self._rules)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self.parts))})"

    @property
    def inner(self) -> tuple[tuple[str, Condition], ...]:
        return tuple((f"parts[{index}]", part) for index, part in enumerate(self.parts))

    def _rules(self) -> Iterator[Problem]:
        if not self.parts:
            yield Problem("parts", [], "expected at least one condition")
        elif self.size > MOST_CONDITIONS:
            yield Problem("parts", self.size, TOO_MANY)


@attrs.frozen(repr=False, init=False)
class AllOf(Group):
    """All of the conditions hold. If the first part is a moment, the event is that it happens while the others hold."""

    @property
    def is_moment(self) -> bool:
        return self.parts[0].is_moment

    def _rules(self) -> Iterator[Problem]:
        yield from super()._rules()
        if self.parts and all(isinstance(part, Not) for part in self.parts):
            yield Problem("parts", repr(self), f"expected one part at least that is no Not: this {NOTHING_TO_WAIT_FOR}")
        for index, (place, part) in enumerate(self.inner):
            if part.is_moment and (index or isinstance(part, AllOf)):
                yield Problem(place, repr(part), MOMENT)


@attrs.frozen(repr=False, init=False)
class AnyOf(Group):
    """At least one of the conditions holds."""

    def _rules(self) -> Iterator[Problem]:
        yield from super()._rules()
        for place, part in self.inner:
            if part.is_moment:
                yield Problem(place, repr(part), MOMENT)
            if isinstance(part, Not):
                yield Problem(place, repr(part), f"a Not {NOTHING_TO_WAIT_FOR}")


CONDITIONS: dict[str, type[Condition]] = {
    "status_changed": StatusChanged,
    "published": Published,
    "archived": Archived,
    "created": Created,
    "tagged": Tagged,
    "untagged": Untagged,
    "not": Not,
    "all_of": AllOf,
    "any_of": AnyOf,
}


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
