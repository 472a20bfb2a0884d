"""What the in-memory server holds, and which status may follow which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import attrs

from clearml_sched_widgets.records import LogLine, Param, Params, Table

# Which status may follow which (a status may always follow itself).
NEXT: Mapping[str, frozenset[str]] = {
    "created": frozenset({"queued", "in_progress"}),
    "queued": frozenset({"created", "in_progress", "stopped"}),
    "in_progress": frozenset({"stopped", "failed", "created", "completed"}),
    "stopped": frozenset({"closed", "created", "failed", "queued", "in_progress", "published", "completed"}),
    "closed": frozenset({"created", "failed", "published", "stopped"}),
    "failed": frozenset({"created", "stopped", "published", "queued"}),
    "completed": frozenset({"published", "in_progress", "created"}),
    "published": frozenset(),
}
WORKER_TIMEOUT = timedelta(minutes=10)  # a worker that is silent for longer counts as gone


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
    """A queue as the server holds it: ids of tasks in the order of their arrival."""

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


@attrs.define
class Extras:
    """What belongs to a task but is not read with it."""

    worker: str = ""
    before_queue: str = "created"
    log: list[LogLine] = attrs.field(factory=list)
    tables: dict[str, Table] = attrs.field(factory=dict)
    script: Mapping[str, str] = attrs.field(factory=dict)
    container: Mapping[str, str] = attrs.field(factory=dict)


def sorted_tags(tags: Sequence[str] | set[str]) -> tuple[str, ...]:
    """Tags as the server keeps them: each once, in order."""
    return tuple(sorted(set(tags)))


def stored_params(params: Params | Mapping[str, Mapping[str, str]]) -> Params:
    """Hyperparameters, with plain texts made parameters of no type."""
    return {
        section: {name: item if isinstance(item, Param) else Param(value=item) for name, item in items.items()}
        for section, items in params.items()
    }
