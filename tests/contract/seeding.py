"""Brings an empty server, by requests, into the state in which a recorded request was made."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.contract.server_thread import ThreadedServer
from tests.contract.shape import CUT, is_id, whole

Doc = dict[str, Any]

_CONTENT = ("tags", "system_tags", "hyperparams", "configuration", "runtime", "comment", "script", "container")
_TIME = re.compile(r"2026-11-22T[0-9:.]+")
_STATUS_REQUESTS: dict[str, tuple[str, ...]] = {  # the requests that lead a draft to a status
    "created": (),
    "queued": ("tasks.enqueue",),
    "in_progress": ("tasks.started",),
    "stopped": ("tasks.started", "tasks.stopped"),
    "failed": ("tasks.started", "tasks.failed"),
    "completed": ("tasks.started", "tasks.completed"),
    "published": ("tasks.started", "tasks.completed", "tasks.publish"),
}


class World:
    """A server that is being filled. Maps the ids of recorded objects to the ids of the objects made for them."""

    def __init__(self, server: ThreadedServer) -> None:
        self.server = server
        self.ids: dict[str, str] = {}
        self.recorded: dict[str, Doc] = {}  # recorded objects that are still to be made, by id
        self.call = server.call

    def mapped(self, value: Any) -> Any:
        """A recorded request or text with our ids, and without the marks of omitted items."""
        if isinstance(value, dict):
            return {self.ids.get(key, key): self.mapped(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.mapped(item) for item in whole(value)]
        if isinstance(value, str):
            for recorded, ours in self.ids.items():
                value = value.replace(recorded, ours)
        return value

    def _make_once(self, recorded: Any, make: Callable[[], str]) -> str:
        recorded = recorded["id"] if isinstance(recorded, dict) else recorded
        if recorded not in self.ids:
            self.ids[recorded] = make()
        return self.ids[recorded]

    def project(self, recorded: Any, name: str | None = None, **fields: Any) -> str:
        """The project that stands for a recorded one."""
        wanted = name or f"project {len(self.ids)}"
        return self._make_once(recorded, lambda: str(self.call("projects.create", name=wanted, **fields)["id"]))

    def queue(self, recorded: Any, name: str | None = None) -> str:
        """The queue that stands for a recorded one."""
        if name in (None, "default"):
            default = self.call("queues.get_all", name="^default$")["queues"][0]["id"]
            return self._make_once(recorded, lambda: str(default))
        return self._make_once(recorded, lambda: str(self.call("queues.create", name=name)["id"]))

    def task(self, recorded: Any, status: str = "created", **fields: Any) -> str:
        """The task that stands for a recorded one, brought to a status."""
        return self._make_once(recorded, lambda: self._new_task(status, fields))

    def _new_task(self, status: str, fields: Doc) -> str:
        fields = {"name": "a task", "type": "training", **fields}
        task = str(self.call("tasks.create", **fields)["id"])
        self.bring_to_status(task, status)
        return task

    def bring_to_status(self, task: str, status: str) -> None:
        """Bring a draft to a status."""
        for step in _STATUS_REQUESTS[status]:
            self.call(step, task=task)

    def model(self, recorded: Any, **fields: Any) -> str:
        """The model that stands for a recorded one."""
        made = {"name": "a model", "uri": "file:///x", "ready": False, **fields}
        return self._make_once(recorded, lambda: str(self.call("models.create", **made)["id"]))

    def like_task(self, recorded: Doc) -> None:
        """A task with the content, the status and the reports of a recorded one."""
        if recorded["id"] in self.ids:
            return
        fields = {key: self.mapped(recorded[key]) for key in _CONTENT if key in recorded}
        fields["name"] = recorded.get("name", "a task")
        fields["type"] = recorded.get("type", "training")
        if recorded.get("project"):
            fields["project"] = self.project(recorded["project"])
        if recorded.get("parent"):
            fields["parent"] = self._parent(recorded["parent"])
        if "destination" in recorded.get("output", {}):
            fields["output_dest"] = recorded["output"]["destination"]
        task = self.task(recorded["id"], **fields)
        self._artifacts(task, recorded)
        status = recorded.get("status", "created")
        queued = "queue" in recorded.get("execution", {})
        if queued:
            self.queue(recorded["execution"]["queue"])
            self.call("tasks.enqueue", task=task)
        if queued and status == "created":
            self.call("tasks.dequeue", task=task)
        elif status == "created" and "status_changed" in recorded:
            self.call("tasks.enqueue", task=task)
            self.call("tasks.dequeue", task=task)
        elif not (queued and status == "queued"):
            self._run_to_status(task, recorded, status)

    def _parent(self, recorded: Any) -> str:
        key = recorded["id"] if isinstance(recorded, dict) else recorded
        if key in self.recorded:
            self.like_task(self.recorded[key])
        return self.task(key)

    def _artifacts(self, task: str, recorded: Doc) -> None:
        artifacts = recorded.get("execution", {}).get("artifacts")
        if artifacts:
            self.call("tasks.add_or_update_artifacts", task=task, artifacts=whole(artifacts))

    def _run_to_status(self, task: str, recorded: Doc, status: str) -> None:
        first, *rest = _STATUS_REQUESTS[status] or ("",)
        if not first:
            self._report(task, recorded)
            return
        self.call(first, task=task)
        if recorded.get("last_worker"):
            self.call("workers.status_report", worker=recorded["last_worker"], timestamp=1, task=task)
        if "active_duration" in recorded:
            self.call("tasks.ping", task=task)
        self._report(task, recorded)
        for step in rest:
            self.call(step, task=task)

    def _report(self, task: str, recorded: Doc) -> None:
        scalars = []
        for variants in recorded.get("last_metrics", {}).values():
            for series in variants.values():
                scalar = {"type": "training_stats_scalar", "metric": series["metric"], "variant": series["variant"]}
                values = (series["min_value"], series["max_value"], series["value"])
                scalars += [{**scalar, "iter": index, "value": value} for index, value in enumerate(values)]
        last = [  # a task keeps the statistics of its last batch only
            {"type": kind, "metric": stats["metric"]}
            for stats in recorded.get("metric_stats", {}).values()
            for kind in stats["event_stats_by_type"]
        ]
        for events in filter(None, (scalars, last)):
            batch = [{"task": task, "timestamp": 1, **event} for event in events]
            assert self.server.post("events.add_batch", batch).status_code == 200

    def like_project(self, recorded: Doc) -> None:
        """A project with a recorded one's name and tags."""
        fields: Doc = {key: whole(recorded[key]) for key in ("tags", "system_tags") if key in recorded}
        if recorded.get("hidden"):
            fields["system_tags"] = ["hidden"]
        if recorded.get("parent"):
            self.project(recorded["parent"], name=recorded["name"].rpartition("/")[0])
        project = self.project(recorded["id"], name=recorded.get("name"), **fields)
        if "stats" in recorded:
            task = self.task("for the statistics", "completed", project=project)
            self.call("tasks.ping", task=task)

    def like_model(self, recorded: Doc) -> None:
        """A model with a recorded one's content."""
        fields: Doc = {key: whole(recorded[key]) for key in ("tags", "system_tags") if key in recorded}
        if recorded.get("project"):
            fields["project"] = self.project(recorded["project"])
        for key in ("name", "uri", "ready"):
            if key in recorded:
                fields[key] = recorded[key]
        self.model(recorded["id"], **fields)

    def like_queue(self, recorded: Doc) -> None:
        """A queue with a recorded one's waiting tasks."""
        self.queue(recorded["id"], recorded.get("name"))
        for entry in recorded.get("entries", ()):
            self.call("tasks.enqueue", task=self.task(entry["task"]))

    def references(self, request: Doc) -> None:
        """Make the objects that a request names and that are missing: drafts, projects, the default queue, models."""
        makers: dict[str, Callable[[str], str]] = {
            "task": self.task,
            "tasks": self.task,
            "new_task_parent": self.task,
            "project": self.project,
            "projects": self.project,
            "new_task_project": self.project,
            "queue": self.queue,
            "queues": self.queue,
            "model": self.model,
        }
        for key, value in request.items():
            for item in value if isinstance(value, list) else [value]:
                if key in makers and is_id(item):
                    makers[key](item)


def implied(request: Doc) -> Doc:
    """The fields that the objects found by a list request must have, taken from its filters."""
    known: Doc = {}
    if request.get("id"):
        known["id"] = request["id"][0]
    for key in ("project", "status", "type"):
        if request.get(key):
            known[key] = request[key][0]
    for key in ("tags", "system_tags"):
        chosen = request.get("filters", {}).get(key, {}).get("any", {}).get("include") or request.get(key) or []
        known[key] = [tag for tag in chosen if not tag.startswith(("-", "__$"))]
    if "ready" in request:
        known["ready"] = request["ready"]
    pattern = request.get("name") or request.get("_any_", {}).get("pattern")
    if pattern:
        known["name"] = pattern.strip("^$").replace("\\", "").ljust(3, "x")
    return {key: value for key, value in known.items() if value not in ([], None)}


def long_ago(value: Any) -> Any:
    """A request with all recorded times replaced by a time in 2020, which is always in the past."""
    if isinstance(value, dict):
        return {key: long_ago(item) for key, item in value.items()}
    if isinstance(value, list):
        return [long_ago(item) for item in value]
    return _TIME.sub("2020-01-01T00:00:00", value) if isinstance(value, str) else value


def complete_fields(request: Doc, answer: Doc) -> Doc:
    """A request whose recorded list of fields was cut, completed by the fields of its answer."""
    only = request.get("only_fields")
    if only and any(str(name).startswith(CUT) for name in only):
        shown = [
            item for items in answer.values() if isinstance(items, list) for item in items if isinstance(item, dict)
        ]
        names = sorted({*(name for item in shown for name in item), *whole(only)})
        return {**request, "only_fields": names}
    return request
