"""Calls of every method of a gateway, and a check that what they return has the declared types."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs

from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.records import RUN_TAG, Clone, Edit, LogLine, Param, TaskQuery
from clearml_sched_widgets.surrogates import has_half

TASK, OTHER, QUEUE = "1" * 32, "2" * 32, "3" * 32  # ids
MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
LINE = LogLine(time=MOMENT, level="info", text="hello")
PARAMS = {"Args": {"lr": Param(value="0.1")}}
CLONE = Clone(task=TASK, name="run", project="P", parent=TASK, tags=(), system_tags=(RUN_TAG,), hyperparams=PARAMS)
EDIT = Edit(tags=("a",), system_tags=(RUN_TAG,), hyperparams=PARAMS)
Call = Callable[[Gateway], object]

METHODS = frozenset(name for name in vars(Gateway) if not name.startswith("_"))

# By a name that begins with the method's.
CALLS: Mapping[str, Call] = {
    "server": lambda gateway: gateway.server(),
    "present": lambda gateway: gateway.present(TASK),
    "left_out": lambda gateway: gateway.left_out(),
    "tasks": lambda gateway: gateway.tasks(TaskQuery(hyperparams="all", configuration=True)),
    "tasks by one id": lambda gateway: gateway.tasks(TaskQuery(ids=(TASK,), order="created")),
    "tasks by ids": lambda gateway: gateway.tasks(TaskQuery(ids=(TASK, OTHER), order="created", bare=True)),
    "tasks by parents": lambda gateway: gateway.tasks(TaskQuery(parents=(TASK,), order="created")),
    "tasks since": lambda gateway: gateway.tasks(TaskQuery(since=MOMENT, order="last_change", statuses=("created",))),
    "changed task": lambda gateway: gateway.changed("task", MOMENT),
    "changed dataset": lambda gateway: gateway.changed("dataset", MOMENT, 1),
    "changed model": lambda gateway: gateway.changed("model", None),
    "changed_at task": lambda gateway: gateway.changed_at("task", MOMENT, 0),
    "queues": lambda gateway: gateway.queues(),
    "queues watched": lambda gateway: gateway.queues(watched=True),
    "projects": lambda gateway: gateway.projects("P"),
    "projects of pipelines too": lambda gateway: gateway.projects("P", pipelines=True),
    "project_ids": lambda gateway: gateway.project_ids(["P"]),
    "log": lambda gateway: gateway.log(TASK, 10),
    "clone": lambda gateway: gateway.clone(CLONE),
    "make_pipeline_project": lambda gateway: gateway.make_pipeline_project("P/.pipelines/train"),
    "make_pipeline_project that is new": lambda gateway: gateway.make_pipeline_project("New/.pipelines/train"),
    "edit_script": lambda gateway: gateway.edit_script(TASK, {"branch": "main"}),
    "edit_draft": lambda gateway: gateway.edit_draft(TASK, EDIT),
    "enqueue": lambda gateway: gateway.enqueue([TASK, OTHER], QUEUE),
    "delete_drafts": lambda gateway: gateway.delete_drafts([TASK, OTHER]),
    "create_instance": lambda gateway: gateway.create_instance("name", "P", {"definition": "{}"}),
    "create_instance in a new project": lambda gateway: gateway.create_instance("name", "New", {}),
    "set_script": lambda gateway: gateway.set_script(TASK, "main.py", "pass", ["attrs"]),
    "set_status in_progress": lambda gateway: gateway.set_status(TASK, "in_progress"),
    "set_status stopped": lambda gateway: gateway.set_status(TASK, "stopped"),
    "set_status completed": lambda gateway: gateway.set_status(TASK, "completed"),
    "set_status failed": lambda gateway: gateway.set_status(TASK, "failed"),
    "set_status created": lambda gateway: gateway.set_status(TASK, "created"),
    "request_stop": lambda gateway: gateway.request_stop(TASK),
    "rename": lambda gateway: gateway.rename(TASK, "name"),
    "write_configuration": lambda gateway: gateway.write_configuration(TASK, {"a": "b"}),
    "delete_configuration": lambda gateway: gateway.delete_configuration(TASK, ["a"]),
    "ping": lambda gateway: gateway.ping(TASK),
    "report_log": lambda gateway: gateway.report_log(TASK, [LINE]),
    "report_table": lambda gateway: gateway.report_table(TASK, "Table", {"column": [1, "a", None]}),
    "delete_task": lambda gateway: gateway.delete_task(TASK),
    "create_lease": lambda gateway: gateway.create_lease("P lease", "text"),
    "leases": lambda gateway: gateway.leases("P"),
    "write_lease": lambda gateway: gateway.write_lease(TASK, "text"),
    "delete_lease": lambda gateway: gateway.delete_lease(TASK),
    # It sends nothing before it is used; then it logs in.
    "own_connection": lambda gateway: gateway.own_connection().queues(),
}


def wrong_values(name: str, value: object) -> list[str]:
    """What is not as the method of a call of CALLS declares; empty if all is."""
    method = "queues" if name == "own_connection" else name.partition(" ")[0]
    return list(_wrong(method, value, get_type_hints(getattr(Gateway, method))["return"]))


def _wrong(path: str, value: object, hint: Any) -> Iterator[str]:
    origin, args = get_origin(hint), get_args(hint)
    if hint is Any:
        return
    if origin in (Union, types.UnionType):
        if all(any(True for _ in _wrong(path, value, arg)) for arg in args):
            yield f"{path}: {value!r:.80} is no {hint}"
    elif origin is not None:
        yield from _wrong_container(path, value, origin, args)
    elif not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        yield f"{path}: {value!r:.80} is no {hint.__name__}"
    elif attrs.has(hint):
        for field in attrs.fields(attrs.resolve_types(hint)):
            yield from _wrong(f"{path}.{field.name}", getattr(value, field.name), field.type)
    elif (isinstance(value, str) and has_half(value)) or (isinstance(value, datetime) and not _is_sane(value)):
        yield f"{path}: {value!r:.80}"


def _wrong_container(path: str, value: object, origin: Any, args: tuple[Any, ...]) -> Iterator[str]:
    if not isinstance(value, origin) or isinstance(value, str):
        yield f"{path}: {value!r:.80} is no {origin.__name__}"
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _wrong(f"{path} key", key, args[0])
            yield from _wrong(f"{path}[{key!r:.40}]", item, args[1])
    elif isinstance(value, Iterable):
        for number, item in enumerate(value):
            yield from _wrong(f"{path}[{number}]", item, args[0])


def _is_sane(time: datetime) -> bool:
    """Whether the time is aware, in UTC, and so far from the ends of the calendar that it can be computed with."""
    return time.utcoffset() == timedelta(0) and 1970 <= time.year < 2200
