"""What the server answers: its JSON as this package's records. Fields that are missing or null become empty."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from clearml_sched_widgets.records import SECTION, Entity, LogLine, Param, Params, Queue, Task

Row = Mapping[str, Any]
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def moment(text: object) -> datetime | None:
    """A time in UTC; the server's are, whether they say so or not."""
    if not isinstance(text, str) or not text:
        return None
    try:
        time = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return time.replace(tzinfo=timezone.utc) if time.tzinfo is None else time.astimezone(timezone.utc)


def task(row: Row) -> Task:
    """A task from tasks.get_all_ex."""
    project, user = _reference(row.get("project")), _reference(row.get("user"))
    execution, objects = row.get("execution") or {}, row.get("configuration") or {}
    return Task(
        id=row["id"],
        name=_text(row, "name"),
        type=_text(row, "type"),
        status=_text(row, "status"),
        status_message=_text(row, "status_message"),
        status_reason=_text(row, "status_reason"),
        project_id=project[0],
        project=project[1],
        user_id=user[0] or "",
        user=user[1],
        parent=_reference(row.get("parent"))[0],
        queue_id=_reference(execution.get("queue"))[0],
        tags=_tags(row, "tags"),
        system_tags=_tags(row, "system_tags"),
        created=moment(row.get("created")),
        started=moment(row.get("started")),
        completed=moment(row.get("completed")),
        status_changed=moment(row.get("status_changed")),
        last_update=moment(row.get("last_update")),
        last_change=moment(row.get("last_change")),
        hyperparams=_params(row.get("hyperparams") or {}),
        configuration={name: str(item["value"] or "") for name, item in objects.items() if "value" in item},
        marks={name: str(item["description"]) for name, item in objects.items() if item.get("description")},
    )


def entity(kind: str, row: Row) -> Entity:
    """An object of a trigger from tasks.get_all_ex or models.get_all_ex."""
    project = _reference(row.get("project"))
    section = _params(row.get("hyperparams") or {}).get(SECTION, {})
    ready = "published" if row.get("ready") else "created"
    return Entity(
        entity=kind,
        id=row["id"],
        name=_text(row, "name"),
        project_id=project[0],
        project=project[1],
        user_id=_reference(row.get("user"))[0] or "",
        type=_text(row, "type"),
        status=ready if kind == "model" else _text(row, "status"),
        tags=_tags(row, "tags"),
        system_tags=_tags(row, "system_tags"),
        created=moment(row.get("created")),
        started=moment(row.get("started")),
        completed=moment(row.get("completed")),
        status_changed=moment(row.get("status_changed")),
        changed=moment(row.get("last_change")),
        scheduler={name: param.value for name, param in section.items()},
    )


def queue(row: Row, served: set[str] | None) -> Queue:
    """A queue from queues.get_all; `served` are the ids of the queues that some agent serves, if that was asked."""
    return Queue(
        id=row["id"],
        name=_text(row, "name"),
        waiting=len(row.get("entries") or ()),
        watched=None if served is None else row["id"] in served,
    )


def served_queues(workers: Iterable[Row]) -> set[str]:
    """The ids of the queues that the workers of workers.get_all take tasks from."""
    ids = (_reference(queue)[0] for worker in workers for queue in worker.get("queues") or ())
    return {queue_id for queue_id in ids if queue_id}


def log_lines(events: Iterable[Row]) -> list[LogLine]:
    """The console's lines; one event may hold several."""
    return [
        LogLine(time=EPOCH + timedelta(milliseconds=event.get("timestamp") or 0), level=_level(event), text=text)
        for event in events
        for text in str(event.get("msg") or "").rstrip("\n").split("\n")
    ]


def _level(event: Row) -> str:
    return str(event.get("level") or "info").lower()


def _text(row: Row, field: str) -> str:
    return str(row.get(field) or "")


def _tags(row: Row, field: str) -> tuple[str, ...]:
    return tuple(row.get(field) or ())


def _reference(value: object) -> tuple[str | None, str]:
    """The id and the name of another object, which the server gives as an object or as an id alone."""
    if isinstance(value, Mapping):
        return value.get("id"), str(value.get("name") or "")
    return (value, "") if isinstance(value, str) else (None, "")


def _params(sections: Mapping[str, Mapping[str, Row]]) -> Params:
    return {
        section: {
            name: Param(value=_text(item, "value"), type=_text(item, "type"), description=_text(item, "description"))
            for name, item in items.items()
        }
        for section, items in sections.items()
    }
