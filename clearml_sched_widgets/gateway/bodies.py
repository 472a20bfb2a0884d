"""Builds the bodies of requests to the ClearML API.

The server's source documents the format: filters in `database/model/base.py`, fields in `schema/services/*.conf`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timezone
from typing import Any

from clearml_sched_widgets.records import (
    INSTANCE_TAG,
    PIPELINE_TAG,
    SECTION,
    Clone,
    Edit,
    LogLine,
    Param,
    Params,
    Table,
    TaskQuery,
    mark,
)

PAGE = 500  # the server's limit of rows in one answer
OBJECT_ID = re.compile(r"[0-9a-f]{32}")
Body = dict[str, Any]
# The runtime properties by which an agent waits, in seconds, before it kills the process of a task that is stopped
# (`TaskStopSignal` in clearml_agent). They are meant for the SDK's `register_abort_callback`.
TIME_TO_STOP = {"_abort_callback_timeout": "30", "_abort_poll_freq": "1"}
PIP_REQUIREMENTS = "requirements.pip"

TASK_FIELDS = (
    *("id", "name", "type", "status", "status_message", "status_reason", "project.name", "user.name", "parent"),
    *("execution.queue", "tags", "system_tags"),
    *("created", "started", "completed", "status_changed", "last_update", "last_change"),
)
ENTITY_FIELDS = ("id", "name", "project.name", "user", "tags", "system_tags", "created", "last_change")
TASK_ENTITY_FIELDS = (
    *ENTITY_FIELDS,
    *("type", "status", "started", "completed", "status_changed", f"hyperparams.{SECTION}"),
)
# System tags of objects that ClearML stores as tasks but that no trigger on tasks may see.
NON_TASK_TAGS = ("dataset", "reports", INSTANCE_TAG)


def utc_iso(time: datetime) -> str:
    """Format a time as ISO 8601 in UTC."""
    return time.astimezone(timezone.utc).isoformat()


def tag_filter(every: Iterable[str] = (), none: Iterable[str] = ()) -> list[str]:
    """A list filter: all tags of `every`, no tag of `none`. The server reads a plain list as "any of"."""
    return ["__$all", *every, *(word for tag in none for word in ("__$not", tag))]


def task_query(query: TaskQuery) -> Body:
    """The body of tasks.get_all_ex for a query."""
    body = _paging([query.order, "id"], min(query.limit, PAGE), query.page)
    body["only_fields"] = _task_fields(query)
    if query.ids is not None:
        body["id"] = list(query.ids)
    if query.text:
        body["_any_"] = _text_filter(query)
    if query.name:
        body["name"] = _exactly(query.name)
    if query.types:
        body["type"] = list(query.types)
    if query.statuses:
        body["status"] = list(query.statuses)
    if query.parents:
        body["parent"] = list(query.parents)
    if query.project_id is not None:
        body["project"] = [query.project_id]
    if query.tags:
        body["tags"] = tag_filter(query.tags)
    if query.system_tags or query.without_system_tags:
        body["system_tags"] = tag_filter(query.system_tags, query.without_system_tags)
    if query.since is not None:
        body |= _since_filter(query.order.removeprefix("-"), query.since)
    # Hidden tasks match only queries that name their ids or system tags.
    body["search_hidden"] = query.ids is not None or bool(query.system_tags)
    return body


def _text_filter(query: TaskQuery) -> Body:
    """The filter for a text in names, ids, tags or projects. One pattern serves all fields, also project ids."""
    fields, patterns = ["name"], [re.escape(query.text)]
    if OBJECT_ID.fullmatch(query.text):
        fields.append("id")
    if query.text_tags:
        fields.append("tags")
    if query.text_projects:
        fields.append("project")
        patterns += [f"^{re.escape(project)}$" for project in query.text_projects]
    return {"fields": fields, "pattern": "|".join(patterns)}


def _task_fields(query: TaskQuery) -> list[str]:
    if query.bare:
        return ["id", query.order.removeprefix("-")]
    if query.without:  # the server does not allow excluded fields beside included ones
        return ["-hyperparams", "-script", *(f"-{_configuration_path(name)}" for name in query.without)]
    params = {"none": [], "scheduler": [f"hyperparams.{SECTION}"], "all": ["hyperparams"]}[query.hyperparams]
    objects = ["configuration"] if query.configuration else [_configuration_path(name) for name in query.objects]
    return [*TASK_FIELDS, *params, *objects, *(f"{_configuration_path(name)}.description" for name in query.marks)]


def _configuration_path(name: str) -> str:
    """The field path of a configuration object. Escapes dots in its name, which would separate path parts."""
    return f"configuration.{name.replace('%', '%%').replace('.', '%2E').replace('$', '%24')}"


def _since_filter(field: str, time: datetime) -> Body:
    # The server filters `created` by a range, and the other times by a comparison.
    return {"created": [utc_iso(time), None]} if field == "created" else {field: [f">={utc_iso(time)}"]}


def _paging(order: Sequence[str], size: int, page: int = 0) -> Body:
    return {"order_by": list(order), "page": page, "page_size": max(1, size)}


def changed_query(entity: str, since: datetime | None, limit: int) -> Body:
    """The body for objects that changed at or after `since`; without a time, for the object that changed last."""
    if since is None:
        return _entity_query(entity) | _paging(["-last_change", "id"], 1)
    return (
        _entity_query(entity) | _paging(["last_change", "id"], min(limit, PAGE)) | _since_filter("last_change", since)
    )


def changed_at_query(entity: str, time: datetime, page: int) -> Body:
    """The body for one page of the objects that changed at exactly this time."""
    return _entity_query(entity) | _paging(["id"], PAGE, page) | {"last_change": [utc_iso(time)]}


def _entity_query(entity: str) -> Body:
    if entity == "model":
        return {"only_fields": [*ENTITY_FIELDS, "ready"]}
    body: Body = {"only_fields": list(TASK_ENTITY_FIELDS)}
    if entity == "dataset":
        return body | {"type": ["data_processing"], "system_tags": ["dataset"], "search_hidden": True}
    return body | {"system_tags": tag_filter(none=NON_TASK_TAGS)}


def projects_query(text: str, limit: int, *, pipelines: bool) -> Body:
    """The body for projects whose names contain a text, recently used first; with `pipelines`, also theirs."""
    body = _paging(["-last_update"], min(limit, PAGE)) | {"only_fields": ["id", "name"], "search_hidden": pipelines}
    if pipelines:
        body["system_tags"] = ["__$or", PIPELINE_TAG, "__$not", "hidden"]
    return body | ({"_any_": {"fields": ["name"], "pattern": re.escape(text)}} if text else {})


def project_named(name: str) -> Body:
    """The body for the project with exactly this name."""
    return {"name": _exactly(name), "only_fields": ["id", "name"], "search_hidden": True}


def projects_named(names: Iterable[str]) -> Body:
    """The body for the projects with exactly these names, hidden ones too, with their tags. At most a page of names."""
    fields = ["id", "name", "system_tags"]
    return _paging(["id"], PAGE) | {"name": _exactly(*names), "only_fields": fields, "search_hidden": True}


def _exactly(*texts: str) -> str:
    """The pattern of one of these texts: the server reads names as regular expressions."""
    patterns = [re.escape(text) for text in texts]
    return f"^{patterns[0]}$" if len(patterns) == 1 else f"^({'|'.join(patterns)})$"


def lease(name: str, text: str) -> Body:
    """The body of projects.create for a lease. A lease is a hidden project, because project names are unique."""
    return {"name": name, "description": text, "system_tags": ["hidden"]}


def leases_query(prefix: str) -> Body:
    """The body for the first page of the leases whose names start with `prefix`."""
    fields = ["id", "name", "description", "last_update"]
    only = {"only_fields": fields, "search_hidden": True, "system_tags": ["hidden"]}
    return _paging(["name", "id"], PAGE) | only | {"name": f"^{re.escape(prefix)}"}


def queues_query() -> Body:
    """The body for the first page of the queues."""
    return _paging(["name", "id"], PAGE) | {"only_fields": ["id", "name", "entries"]}


def clone(request: Clone) -> Body:
    """The body of tasks.clone."""
    body: Body = {
        "task": request.task,
        "new_task_name": request.name,
        "new_task_parent": request.parent,
        "new_task_tags": list(request.tags),
        "new_task_system_tags": list(request.system_tags),
        "new_task_hyperparams": _hyperparams(request.hyperparams),
    }
    if request.container:
        body["new_task_container"] = dict(request.container)
    return body | ({"new_project_name": request.project} if request.project else {})


def edit(request: Edit) -> Body:
    """The fields of tasks.edit. Each one replaces the whole field of the task."""
    body: Body = {
        "tags": list(request.tags),
        "system_tags": list(request.system_tags),
        "hyperparams": _hyperparams(request.hyperparams),
    }
    return body | ({"container": dict(request.container)} if request.container else {})


def _hyperparams(params: Params) -> Body:
    return {
        section: {name: _hyperparam(section, name, param) for name, param in items.items()}
        for section, items in params.items()
    }


def _hyperparam(section: str, name: str, param: Param) -> Body:
    optional = {"type": param.type, "description": param.description}
    return {"section": section, "name": name, "value": param.value} | {
        key: text for key, text in optional.items() if text
    }


def configuration(items: Mapping[str, str]) -> list[Body]:
    """Configuration objects for tasks.edit_configuration. The description holds the mark of the value."""
    return [{"name": name, "value": value, "type": "json", "description": mark(value)} for name, value in items.items()]


def script(entry_point: str, code: str, requirements: Iterable[str]) -> Body:
    """A script without a repository. ClearML keeps the code of such a script in `diff`."""
    return {
        "binary": "python3",
        "repository": "",
        "working_dir": ".",
        "entry_point": entry_point,
        "diff": code,
        "requirements": {"pip": "\n".join(requirements)},
    }


def script_fields(fields: Mapping[str, str]) -> Body:
    """Fields of a script for tasks.edit, which merges them into the existing script."""
    plain: Body = {name: value for name, value in fields.items() if name != PIP_REQUIREMENTS}
    return plain | ({"requirements": {"pip": fields[PIP_REQUIREMENTS]}} if PIP_REQUIREMENTS in fields else {})


def log_query(task_id: str, limit: int, before: datetime | None) -> Body:
    """The body of events.get_task_log for the last lines, or for the last lines before a time."""
    body = {"task": task_id, "batch_size": max(1, limit), "navigate_earlier": True, "order": "asc"}
    return body if before is None else {**body, "from_timestamp": _millis(before)}


def log_events(task_id: str, lines: Iterable[LogLine]) -> list[Body]:
    """Log lines as events."""
    return [
        {"type": "log", "task": task_id, "level": line.level, "msg": line.text, "timestamp": _millis(line.time)}
        for line in lines
    ]


def table_event(task_id: str, title: str, table: Table, now: datetime) -> Body:
    """A table as a plot event. The server keeps only the newest event of a task, title, series and iteration."""
    columns = list(table)
    cells = [[_cell(value) for value in table[column]] for column in columns]
    figure = {
        "data": [{"type": "table", "header": {"values": columns}, "cells": {"values": cells}}],
        "layout": {"title": {"text": title}},
    }
    plot = json.dumps(figure)
    return {
        "type": "plot",
        "task": task_id,
        "iter": 0,
        "metric": title,
        "variant": "table",
        "plot_str": plot,
        "timestamp": _millis(now),
    }


def _cell(value: object) -> object:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None  # JSON has neither NaN nor infinity
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


def _millis(time: datetime) -> int:
    return int(time.timestamp() * 1000)
