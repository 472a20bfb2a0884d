"""The items of a definition (schedules and triggers), and the definition itself."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Sized
from datetime import timedelta
from functools import cached_property
from typing import ClassVar

import attrs

from clearml_sched_widgets import markup
from clearml_sched_widgets.definition import values
from clearml_sched_widgets.definition.actions import Action, action
from clearml_sched_widgets.definition.checks import collect, each, is_a
from clearml_sched_widgets.definition.display import Part
from clearml_sched_widgets.definition.functions import signature_problems
from clearml_sched_widgets.definition.placeholders import unknown_placeholders
from clearml_sched_widgets.definition.policies import Policies
from clearml_sched_widgets.definition.rules import RULES, Rule
from clearml_sched_widgets.definition.when import (
    NOTHING_TO_WAIT_FOR,
    Archived,
    Condition,
    Created,
    Not,
    Published,
    Select,
    StatusChanged,
    Tagged,
    Untagged,
    condition,
)
from clearml_sched_widgets.errors import Problem

MOST_ROWS = 100  # of the table that shows a definition


def new_id() -> str:
    """A short id that no other item has."""
    return uuid.uuid4().hex[:12]


def recurrence(value: Rule) -> Rule:
    return is_a(tuple(RULES.values()), "expected a recurrence: Once, Daily, Weekly, Monthly, Interval or Cron", value)


def select(value: Select) -> Select:
    return is_a(Select, "expected a Select", value)


def policies(value: Policies) -> Policies:
    return is_a(Policies, "expected Policies", value)


@attrs.frozen(repr=False)
class Item(Part):
    """What schedules and triggers share. `id` identifies an item: names may repeat and change."""

    usual_overlap: ClassVar[str] = "allow"
    entity: ClassVar[str] = ""  # the kind of object that a trigger looks at
    function_takes: ClassVar[tuple[str, ...]] = ()  # the arguments that a function is called with

    action: Action = attrs.field(converter=action)

    @property
    def title(self) -> str:
        """What the item is called in tables and logs."""
        name: str | None = getattr(self, "name", None)
        item_id: str = getattr(self, "id", "")
        return name or f"{type(self).__name__} {item_id}"

    @property
    def overlap(self) -> str:
        """The overlap policy of the item: the one given, or else the default for its kind."""
        rules: Policies | None = getattr(self, "policies", None)
        default = "skip" if self.action.reuse_task and self.usual_overlap == "allow" else self.usual_overlap
        return (rules.overlap if rules else None) or default

    def __attrs_post_init__(self) -> None:
        collect(self, self._rules, needs=())

    def _rules(self) -> Iterator[Problem]:
        """Settings of the action and the policies that contradict each other. Fields that are `Bad` are not checked."""
        if not isinstance(self.action, Action):
            return
        yield from unknown_placeholders(self.action, self.entity)
        function = self.action.function
        yield from signature_problems(function, self.function_takes)
        if not isinstance(getattr(self, "policies", None), Policies):
            return
        if self.action.reuse_task and self.overlap == "allow":
            message = 'expected "skip", "queue" or "cancel_previous": a reused task cannot run twice at once'
            yield Problem("policies.overlap", self.overlap, message)
        if function and self.overlap == "cancel_previous":
            message = 'expected "allow", "skip" or "queue": a function cannot be stopped from outside'
            yield Problem("policies.overlap", self.overlap, message)


@attrs.frozen(repr=False)
class Schedule(Item):
    """Launches its action at the times of its recurrence; with `run_at_start` also when it is first launched."""

    recurrence: Rule = attrs.field(converter=recurrence)
    policies: Policies = attrs.field(factory=Policies, converter=policies)
    name: str | None = attrs.field(default=None, kw_only=True, converter=values.optional_text)
    enabled: bool = attrs.field(default=True, kw_only=True, converter=values.flag)
    run_at_start: bool = attrs.field(default=False, kw_only=True, converter=values.flag)
    id: str = attrs.field(factory=new_id, kw_only=True, converter=values.text)


@attrs.frozen(repr=False)
class Trigger(Item):
    """Launches its action for each event: its condition becomes true for an object that `select` matches.

    What is already true when the trigger starts is no event, unless `include_existing`. A run that this trigger caused,
    directly or through other items, is no event for it, unless `include_own`.
    """

    usual_overlap = "queue"
    function_takes = ("the id of the object",)
    # What it can wait for; Not, AllOf and AnyOf are made of these.
    conditions: ClassVar[tuple[type[Condition], ...]] = (Published, Archived, Created, Tagged, Untagged)

    when: Condition = attrs.field(converter=condition)
    select: Select = attrs.field(factory=Select, converter=select)
    policies: Policies = attrs.field(factory=Policies, converter=policies)
    name: str | None = attrs.field(default=None, kw_only=True, converter=values.optional_text)
    enabled: bool = attrs.field(default=True, kw_only=True, converter=values.flag)
    include_existing: bool = attrs.field(default=False, kw_only=True, converter=values.flag)
    include_own: bool = attrs.field(default=False, kw_only=True, converter=values.flag)
    id: str = attrs.field(factory=new_id, kw_only=True, converter=values.text)

    def _rules(self) -> Iterator[Problem]:
        yield from super()._rules()
        if not isinstance(self.when, Condition):
            return
        if isinstance(self.when, Not):
            yield Problem("when", repr(self.when), f"a Not alone {NOTHING_TO_WAIT_FOR}")
        allowed = ", ".join(kind.__name__ for kind in self.conditions)
        for path, leaf in self.when.leaves("when"):
            if not isinstance(leaf, self.conditions):
                yield Problem(path, type(leaf).__name__, f"expected, for a {self.entity}, one of {allowed}")


@attrs.frozen(repr=False)
class TaskTrigger(Trigger):
    """A trigger on tasks."""

    entity = "task"
    conditions = (StatusChanged, *Trigger.conditions)


@attrs.frozen(repr=False)
class DatasetTrigger(Trigger):
    """A trigger on datasets (ClearML keeps a dataset version as a task)."""

    entity = "dataset"
    conditions = (StatusChanged, *Trigger.conditions)


@attrs.frozen(repr=False)
class ModelTrigger(Trigger):
    """A trigger on models."""

    entity = "model"


TRIGGERS: dict[str, type[Trigger]] = {kind.entity: kind for kind in (TaskTrigger, DatasetTrigger, ModelTrigger)}


def schedules(value: Iterable[Schedule]) -> tuple[Schedule, ...]:
    return each(lambda item: is_a(Schedule, "expected a Schedule", item), value)


def triggers(value: Iterable[Trigger]) -> tuple[Trigger, ...]:
    kinds = tuple(TRIGGERS.values())
    return each(lambda item: is_a(kinds, "expected a TaskTrigger, DatasetTrigger or ModelTrigger", item), value)


@attrs.frozen(repr=False)
class Definition(Part):
    """What runs when: a name, schedules, triggers and settings. Plain, immutable data.

    `poll_every` is the time between two polls for events, at least a second.
    """

    name: str = attrs.field(converter=values.task_name)
    schedules: tuple[Schedule, ...] = attrs.field(default=(), converter=schedules)
    triggers: tuple[Trigger, ...] = attrs.field(default=(), converter=triggers)
    poll_every: timedelta = attrs.field(default=timedelta(minutes=1), kw_only=True, converter=values.duration)
    description: str = attrs.field(default="", kw_only=True, converter=values.description)

    def __attrs_post_init__(self) -> None:
        collect(self, self._rules, needs=("schedules", "triggers"))

    def _rules(self) -> Iterator[Problem]:
        counts = Counter(item.id for item in self.items)
        for path, item in self.paths():
            if counts[item.id] > 1:
                yield Problem(f"{path}.id", item.id, "expected an id that no other item has")

    def __repr__(self) -> str:
        return (
            f"<Definition {self.name!r}: {_counted(self.schedules, 'schedule')}, {_counted(self.triggers, 'trigger')}, "
            f"polled every {values.duration_text(self.poll_every)}>"
        )

    def _repr_html_(self) -> str:
        titles = ("Item", "When", "Launches", "On queue", "Enabled")
        rows = (_row(item) for item in self.items)
        return markup.table(repr(self)[1:-1], titles, rows, total=len(self.items), most=MOST_ROWS)

    @property
    def items(self) -> tuple[Schedule | Trigger, ...]:
        """Schedules first, then triggers."""
        return (*self.schedules, *self.triggers)

    def paths(self) -> Iterator[tuple[str, Schedule | Trigger]]:
        """Each item with its path, such as `schedules[0]`."""
        for index, schedule in enumerate(self.schedules):
            yield f"schedules[{index}]", schedule
        for index, trigger in enumerate(self.triggers):
            yield f"triggers[{index}]", trigger

    def item(self, item_id: str) -> Schedule | Trigger | None:
        """The item with that id, if there is one."""
        return self._by_id.get(item_id)

    @cached_property
    def _by_id(self) -> dict[str, Schedule | Trigger]:
        return {item.id: item for item in self.items}


def _counted(items: Sized, noun: str) -> str:
    return f"{len(items)} {noun}{'' if len(items) == 1 else 's'}"


def _row(item: Schedule | Trigger) -> tuple[str, ...]:
    when = repr(item.recurrence) if isinstance(item, Schedule) else f"{item.entity}: {item.when!r}"
    action = item.action
    return (item.title, when, action.subject, action.place, "yes" if item.enabled else "no")
