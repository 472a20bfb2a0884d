"""Converts rows of the server's lists to this package's records.

A row with a field of a wrong type raises Nonsense, because any guess may do harm: a task without its system tags seems
to be nobody's run. The rows are read by hand, as cattrs takes twice as long.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from clearml_sched_widgets.gateway import fields
from clearml_sched_widgets.gateway.fields import Row
from clearml_sched_widgets.gateway.nonsense import Nonsense
from clearml_sched_widgets.gateway.secrets import without_secrets
from clearml_sched_widgets.records import (
    SECTION,
    Entity,
    Lease,
    LogLine,
    Param,
    Params,
    Project,
    Queue,
    Task,
    TaskQuery,
)

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
MOST_MILLISECONDS = 7_258_118_400_000  # the year 2200


def task(value: object, *, params: bool = True) -> Task:
    """A task from tasks.get_all_ex. Without `params`, of its hyperparameters only the values of our own section."""
    row = fields.row(value)
    project_id, project_name = fields.reference(row, "project")
    user_id, user_name = fields.reference(row, "user")
    configuration, marks = _configuration(row)
    return Task(
        id=fields.required(row, "id"),
        name=fields.text(row, "name"),
        type=fields.text(row, "type"),
        status=fields.text(row, "status"),
        status_message=fields.text(row, "status_message"),
        status_reason=fields.text(row, "status_reason"),
        project_id=project_id,
        project=project_name,
        user_id=user_id or "",
        user=user_name,
        parent=fields.reference(row, "parent")[0],
        queue_id=fields.reference(fields.mapping(row, "execution"), "queue")[0],
        tags=fields.tags(row, "tags"),
        system_tags=fields.tags(row, "system_tags"),
        created=fields.time(row, "created"),
        started=fields.time(row, "started"),
        completed=fields.time(row, "completed"),
        status_changed=fields.time(row, "status_changed"),
        last_update=fields.time(row, "last_update"),
        last_change=fields.time(row, "last_change"),
        hyperparams=_params(row) if params else {},
        scheduler=_scheduler(row),
        configuration=configuration,
        marks=marks,
    )


def task_reader(query: TaskQuery) -> Callable[[object], Task]:
    """Return a function that reads a row of a query's answer, and checks what the query filtered by."""
    ids = None if query.ids is None else frozenset(query.ids)
    order = query.order.removeprefix("-")
    wanted, unwanted = frozenset(query.system_tags), frozenset(query.without_system_tags)

    params = query.hyperparams == "all"

    def read(value: object) -> Task:
        found = task(value, params=params)
        if ids is not None and found.id not in ids:
            raise Nonsense("id", found.id)
        _check_time(order, getattr(found, order), query.since)
        if query.bare:  # the server sends no other fields
            return found
        if query.statuses and found.status not in query.statuses:
            raise Nonsense("status", found.status)
        if query.parents and found.parent not in query.parents:
            raise Nonsense("parent", found.parent)
        if query.types and found.type not in query.types:
            raise Nonsense("type", found.type)
        if not wanted.issubset(found.system_tags) or not unwanted.isdisjoint(found.system_tags):
            raise Nonsense("system_tags", list(found.system_tags))
        return found

    return read


def entity(kind: str, value: object) -> Entity:
    """An object that triggers watch, from tasks.get_all_ex or models.get_all_ex. Polls are ordered by its `changed`."""
    row = fields.row(value)
    project_id, project_name = fields.reference(row, "project")
    changed = fields.time(row, "last_change")
    if changed is None:
        raise Nonsense("last_change")
    return Entity(
        entity=kind,
        id=fields.required(row, "id"),
        name=fields.text(row, "name"),
        project_id=project_id,
        project=project_name,
        user_id=fields.reference(row, "user")[0] or "",
        type=fields.text(row, "type"),
        status=_model_status(row) if kind == "model" else fields.text(row, "status"),
        tags=fields.tags(row, "tags"),
        system_tags=fields.tags(row, "system_tags"),
        created=fields.time(row, "created"),
        started=fields.time(row, "started"),
        completed=fields.time(row, "completed"),
        status_changed=fields.time(row, "status_changed"),
        changed=changed,
        scheduler=_scheduler(row),
    )


def entity_reader(kind: str, since: datetime | None, until: datetime | None) -> Callable[[object], Entity]:
    """Return a function that reads an object, and checks that it changed at a time that was asked for."""

    def read(value: object) -> Entity:
        found = entity(kind, value)
        _check_time("last_change", found.changed, since, until)
        return found

    return read


def queue(served: set[str] | None, value: object) -> Queue:
    """A queue from queues.get_all. `served`: ids of the queues that an agent serves, None if not known."""
    row = fields.row(value)
    queue_id = fields.required(row, "id")
    return Queue(
        id=queue_id,
        name=fields.text(row, "name"),
        waiting=len(fields.items(row, "entries")),
        watched=None if served is None else queue_id in served,
    )


def project(value: object) -> Project:
    """A project from projects.get_all."""
    row = fields.row(value)
    tags = fields.tags(row, "system_tags")
    return Project(id=fields.required(row, "id"), name=fields.required(row, "name"), system_tags=tags)


def lease(prefix: str, value: object) -> Lease:
    """A lease from projects.get_all, whose name must begin with `prefix`."""
    row = fields.row(value)
    name = fields.required(row, "name")
    if not name.startswith(prefix):
        raise Nonsense("name", name)
    text, last_update = fields.text(row, "description"), fields.time(row, "last_update")
    return Lease(id=fields.required(row, "id"), name=name, text=text, last_update=last_update)


def served_queues(value: object) -> set[str]:
    """The ids of the queues from which a worker of workers.get_all takes tasks."""
    queues = fields.items(fields.row(value), "queues")
    ids = (fields.reference({"queues": each}, "queues")[0] for each in queues)
    return {queue_id for queue_id in ids if queue_id}


def log_lines(value: object) -> list[LogLine]:
    """The console lines of one log event, with credentials hidden."""
    row = fields.row(value)
    millis = row.get("timestamp")
    if isinstance(millis, bool) or not isinstance(millis, (int, float)) or not 0 <= millis < MOST_MILLISECONDS:
        raise Nonsense("timestamp", millis)
    time, level = EPOCH + timedelta(milliseconds=millis), (fields.text(row, "level") or "info").lower()
    texts = without_secrets(fields.text(row, "msg")).rstrip("\n").split("\n")
    return [LogLine(time=time, level=level, text=text) for text in texts]


def _check_time(name: str, time: datetime | None, since: datetime | None, until: datetime | None = None) -> None:
    """Check the time by which rows were selected. With a wrong one, a reader of pages would go back, or stop early."""
    if since is None:
        return
    start = since.replace(microsecond=since.microsecond // 1000 * 1000)  # the server has milliseconds
    if time is None or time < start or (until is not None and time > until):
        raise Nonsense(name, time and time.isoformat())


def _model_status(row: Row) -> str:
    ready = row.get("ready")
    if ready is None or isinstance(ready, bool):
        return "published" if ready else "created"
    raise Nonsense("ready", ready)


def _params(row: Row) -> Params:
    sections = fields.mapping(row, "hyperparams")
    return {
        section: {name: _param(item) for name, item in fields.mapping({"hyperparams": params}, "hyperparams").items()}
        for section, params in sections.items()
    }


def _scheduler(row: Row) -> dict[str, str]:
    section = fields.mapping(fields.mapping(row, "hyperparams"), SECTION)
    return {name: _value(item) for name, item in section.items()}


def _param(item: object) -> Param:
    if not isinstance(item, dict):
        raise Nonsense("hyperparams", item)
    kind, description = item.get("type"), item.get("description")
    for each in (kind, description):
        if each is not None and not isinstance(each, str):
            raise Nonsense("hyperparams", each)
    return Param(value=_value(item), type=kind or "", description=description or "")


def _value(item: object) -> str:
    if not isinstance(item, dict):
        raise Nonsense("hyperparams", item)
    value = item.get("value")
    if isinstance(value, (int, float)):  # as other clients of the API may write it
        return str(value)
    if value is not None and not isinstance(value, str):
        raise Nonsense("hyperparams", value)
    return value or ""


def _configuration(row: Row) -> tuple[dict[str, str], dict[str, str]]:
    """The texts and the marks of the configuration objects, by name."""
    texts: dict[str, str] = {}
    marks: dict[str, str] = {}
    for name, item in fields.mapping(row, "configuration").items():
        if not isinstance(item, dict):
            raise Nonsense("configuration", item)
        text, mark = item.get("value"), item.get("description")
        for each in (text, mark):
            if each is not None and not isinstance(each, str):
                raise Nonsense("configuration", each)
        if "value" in item:
            texts[name] = text or ""
        if mark:
            marks[name] = mark
    return texts, marks
