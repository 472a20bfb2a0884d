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
    """What a condition says of an object: whether it holds, what happened, and what to remember of it until later.

    `words` say what is true of the object now, such as `is completed`. `keys` are the identities of the statuses by
    which the condition holds, always as many. `parts` are the results of what it is made of.
    """

    holds: bool
    words: str = ""
    events: tuple[Occurrence, ...] = ()
    memory: Entry | None = None
    keys: tuple[str, ...] = ()
    parts: tuple[Result, ...] = ()


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
    def sees_archived(self) -> bool:
        """Whether it is about the archive. Other conditions do not hold for archived objects at a first look."""
        return False

    @property
    @abstractmethod
    def sentence(self) -> str:
        """What happens, in the present tense, such as `is published`."""


class StateNode(Node[C]):
    """A condition that is a state of the object, so that it can be a part of others."""

    @abstractmethod
    def state(self, entity: Entity, memory: Mapping[str, Any]) -> Result:
        """Whether it holds now, without events. `memory` is what it remembered of the object itself."""

    @property
    @abstractmethod
    def negation(self) -> str:
        """What holds if the condition does not, such as `is not published`."""


NODES: dict[type[Condition], type[Node[Any]]] = {}


@lru_cache(maxsize=1000)
def node_of(when: Condition, kind: str) -> Node[Any]:
    """The node of a condition on that kind of object."""
    return NODES[type(when)](when, kind)


def state_node_of(when: Condition, kind: str) -> StateNode[Any]:
    """The node of a condition that is a state. Raises TypeError for a moment."""
    node = node_of(when, kind)
    if not isinstance(node, StateNode):
        raise TypeError(f"{when!r} is no state of an object")
    return node
