"""Converts the server's JSON to this package's records. Missing and null fields become empty."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from clearml_sched_widgets.records import SECTION, Entity, LogLine, Param, Params, Queue, Task

Row = Mapping[str, Any]
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def utc_time(text: object) -> datetime | None:
    """Read an ISO time as UTC; a time without an offset is UTC already. None if it is no time."""
    if not isinstance(text, str) or not text:
        return None
    try:
        time = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return time.replace(tzinfo=timezone.utc) if time.tzinfo is None else time.astimezone(timezone.utc)


def task(row: Row) -> Task:
    """A task from tasks.get_all_ex."""
    project_id, project_name = _id_and_name(row.get("project"))
    user_id, user_name = _id_and_name(row.get("user"))
    execution, objects = row.get("execution") or {}, row.get("configuration") or {}
    return Task(
        id=row["id"],
        name=_text(row, "name"),
        type=_text(row, "type"),
        status=_text(row, "status"),
        status_message=_text(row, "status_message"),
        status_reason=_text(row, "status_reason"),
        project_id=project_id,
        project=project_name,
        user_id=user_id or "",
        user=user_name,
        parent=_id_and_name(row.get("parent"))[0],
        queue_id=_id_and_name(execution.get("queue"))[0],
        tags=_tags(row, "tags"),
        system_tags=_tags(row, "system_tags"),
        created=utc_time(row.get("created")),
        started=utc_time(row.get("started")),
        completed=utc_time(row.get("completed")),
        status_changed=utc_time(row.get("status_changed")),
        last_update=utc_time(row.get("last_update")),
        last_change=utc_time(row.get("last_change")),
        hyperparams=_params(row.get("hyperparams") or {}),
        configuration={name: str(item["value"] or "") for name, item in objects.items() if "value" in item},
        marks={name: str(item["description"]) for name, item in objects.items() if item.get("description")},
    )


def entity(kind: str, row: Row) -> Entity:
    """An object that triggers watch, from tasks.get_all_ex or models.get_all_ex."""
    project_id, project_name = _id_and_name(row.get("project"))
    section = _params(row.get("hyperparams") or {}).get(SECTION, {})
    model_status = "published" if row.get("ready") else "created"
    return Entity(
        entity=kind,
        id=row["id"],
        name=_text(row, "name"),
        project_id=project_id,
        project=project_name,
        user_id=_id_and_name(row.get("user"))[0] or "",
        type=_text(row, "type"),
        status=model_status if kind == "model" else _text(row, "status"),
        tags=_tags(row, "tags"),
        system_tags=_tags(row, "system_tags"),
        created=utc_time(row.get("created")),
        started=utc_time(row.get("started")),
        completed=utc_time(row.get("completed")),
        status_changed=utc_time(row.get("status_changed")),
        changed=utc_time(row.get("last_change")),
        scheduler={name: param.value for name, param in section.items()},
    )


def queue(row: Row, served: set[str] | None) -> Queue:
    """A queue from queues.get_all. `served`: ids of the queues that an agent serves, None if not known."""
    return Queue(
        id=row["id"],
        name=_text(row, "name"),
        waiting=len(row.get("entries") or ()),
        watched=None if served is None else row["id"] in served,
    )


def served_queues(workers: Iterable[Row]) -> set[str]:
    """The ids of the queues that the workers of workers.get_all take tasks from."""
    ids = (_id_and_name(queue)[0] for worker in workers for queue in worker.get("queues") or ())
    return {queue_id for queue_id in ids if queue_id}


def log_lines(events: Iterable[Row]) -> list[LogLine]:
    """The console lines of log events. One event may hold several lines."""
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


def _id_and_name(value: object) -> tuple[str | None, str]:
    """The id and name of a referenced object. The server sends either an object or only its id."""
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
