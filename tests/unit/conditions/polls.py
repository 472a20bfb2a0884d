"""A trigger that is polled, and the tasks that the polls show it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

from clearml_sched_widgets.conditions import Event, events, prune
from clearml_sched_widgets.definition import Action, Trigger
from clearml_sched_widgets.records import Entity

BEGIN = datetime(2026, 11, 22, tzinfo=timezone.utc)
ACTION = Action("base")


def at(minutes: float) -> datetime:
    return BEGIN + timedelta(minutes=minutes)


def task(status: str = "created", minute: float = 1, /, **fields: Any) -> Entity:
    """A task whose status changed so many minutes after the trigger began to watch."""
    times = {"created": at(-60), "status_changed": at(minute), "changed": at(minute)}
    return Entity(**{"entity": "task", "id": "t1", "name": "net", "status": status, **times, **fields})


class Polls:
    """A trigger that is polled: keeps its memory as the engine does, through JSON, and the cursor."""

    def __init__(self, trigger: Trigger) -> None:
        self.trigger = trigger
        self.memory: dict[str, Any] = {}
        self.since: datetime | None = None

    def look(self, entity: Entity, *, first: bool = False) -> list[Event]:
        found, entry = events(self.trigger, entity, self.memory, watch_from=BEGIN, since=self.since, first_look=first)
        self.memory.pop(entity.id, None)
        if entry is not None:
            self.memory[entity.id] = entry
        self.since = max(filter(None, (self.since, entity.changed)), default=None)
        self.memory = json.loads(json.dumps(prune(self.memory, self.since or BEGIN)))
        return found

    def counts(self, *entities: Entity) -> list[int]:
        return [len(self.look(entity)) for entity in entities]
