"""What every condition is to the poll: a node that looks at an object and answers with a result.

Each condition has a module of its own, which puts its node into `NODES` when it is imported.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Generic, TypeVar

import attrs

from clearml_sched_widgets.conditions.memory import Entry
from clearml_sched_widgets.definition import Condition
from clearml_sched_widgets.records import Entity

C = TypeVar("C", bound=Condition)


@attrs.frozen(kw_only=True)
class Look:
    """One look at one object.

    `watch_from`, `since`, `first` and `handled_future` are those of `events`. `existing` says whether what holds at a
    first look is an event. `selected` says whether the trigger selects the object; it is asked only about objects that
    the condition holds for, because a search in names may be slow. It raises SlowPattern.
    """

    watch_from: datetime
    since: datetime | None
    first: bool
    handled_future: tuple[datetime, datetime] | None
    existing: bool
    selected: Callable[[], bool]


@attrs.frozen(kw_only=True)
class Occurrence:
    """A condition came true. `key` is its identity among all occurrences; `words` say it, such as `was published`."""

    key: str
    words: str


@attrs.frozen(kw_only=True)
class Result:
    """What a condition says of an object: whether it holds, what happened, and what to remember of it until later."""

    holds: bool
    events: tuple[Occurrence, ...] = ()
    memory: Entry | None = None


@attrs.frozen
class Node(ABC, Generic[C]):
    """A condition on one kind of object: how it is evaluated and told."""

    when: C
    kind: str

    @abstractmethod
    def evaluate(self, entity: Entity, memory: Mapping[str, Any], look: Look) -> Result:
        """The result for an object; `memory` is the entry that was remembered of it. Raises SlowPattern."""

    @property
    @abstractmethod
    def needs_inventory(self) -> bool:
        """Whether it must be known at the trigger's beginning for which objects the condition holds."""

    @property
    @abstractmethod
    def sentence(self) -> str:
        """What happens, in the present tense, such as `is published`."""


NODES: dict[type[Condition], type[Node[Any]]] = {}


@lru_cache(maxsize=1000)
def node_of(when: Condition, kind: str) -> Node[Any]:
    """The node of a condition on that kind of object."""
    return NODES[type(when)](when, kind)
