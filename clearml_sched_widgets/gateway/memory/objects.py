"""The classes of the in-memory server's objects, and the allowed changes of status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import attrs

from clearml_sched_widgets.records import LogLine, Param, Params, Table

# The statuses that a task may change to, by its current status. Keeping the status is always allowed.
ALLOWED_NEXT: Mapping[str, frozenset[str]] = {
    "created": frozenset({"queued", "in_progress"}),
    "queued": frozenset({"created", "in_progress", "stopped"}),
    "in_progress": frozenset({"stopped", "failed", "created", "completed"}),
    "stopped": frozenset({"closed", "created", "failed", "queued", "in_progress", "published", "completed"}),
    "closed": frozenset({"created", "failed", "published", "stopped"}),
    "failed": frozenset({"created", "stopped", "published", "queued"}),
    "completed": frozenset({"published", "in_progress", "created"}),
    "published": frozenset(),
}
WORKER_TIMEOUT = timedelta(minutes=10)  # a worker that is silent for longer counts as dead


@attrs.define(kw_only=True)
class StoredModel:
    """A model as the server holds it."""

    id: str
    name: str
    project: str
    tags: tuple[str, ...]
    system_tags: tuple[str, ...]
    ready: bool
    created: datetime
    last_change: datetime


@attrs.define(kw_only=True)
class StoredQueue:
    """A queue as the server holds it. `entries` are task ids, oldest first."""

    id: str
    name: str
    watched: bool
    entries: list[str] = attrs.field(factory=list)


@attrs.define(kw_only=True)
class StoredProject:
    """A project as the server holds it."""

    id: str
    name: str
    hidden: bool
    last_update: datetime
    text: str = ""
    pipeline: bool = False


@attrs.define
class TaskExtras:
    """The parts of a task that a query for tasks does not return."""

    worker: str = ""
    status_before_queue: str = "created"
    log: list[LogLine] = attrs.field(factory=list)
    tables: dict[str, Table] = attrs.field(factory=dict)
    script: Mapping[str, str] = attrs.field(factory=dict)
    container: Mapping[str, str] = attrs.field(factory=dict)


def sorted_tags(tags: Sequence[str] | set[str]) -> tuple[str, ...]:
    """Tags as the server keeps them: unique and sorted."""
    return tuple(sorted(set(tags)))


def stored_params(params: Params | Mapping[str, Mapping[str, str]]) -> Params:
    """Hyperparameters with each plain text converted to a Param."""
    return {
        section: {name: item if isinstance(item, Param) else Param(value=item) for name, item in items.items()}
        for section, items in params.items()
    }
