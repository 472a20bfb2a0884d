"""The server of the contract tests that is reached by HTTP: the sandbox or a real one."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from clearml_sched_widgets.errors import GatewayError
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.gateway.http import Connection
from clearml_sched_widgets.records import Param, Params, Table
from tests.contract.worlds import LONG_AGO, WORKER, new_prefix, pause

DEFAULTS = ("binary", "working_dir")  # fields of a script that are never empty


class ServerWorld:
    """A ClearML server, sandbox or real, that a test changes by requests apart from the gateway."""

    def __init__(self, gateway: Gateway, connection: Connection) -> None:
        self.gateway = gateway
        self.prefix = new_prefix()
        newest = gateway.changed("task", None)  # a real server has the changes of years
        self.began = (newest[0].changed if newest else None) or LONG_AGO
        self._connection = connection
        self._models: set[str] = set()
        self._queues: set[str] = set()
        self._worker_registered = False

    def read(self, endpoint: str, **body: Any) -> dict[str, Any]:
        return self._connection.read(endpoint, body)

    def write(self, endpoint: str, **body: Any) -> dict[str, Any]:
        return self._connection.write(endpoint, body)

    def _project(self, name: str) -> str:
        full = f"{self.prefix}/{name}" if name else self.prefix
        rows = self.read("projects.get_all", name=f"^{full}$", search_hidden=True)["projects"]
        return str(rows[0]["id"] if rows else self.write("projects.create", name=full, description="")["id"])

    def task(
        self,
        name: str = "base",
        project: str = "",
        *,
        type: str = "training",
        tags: Sequence[str] = (),
        system_tags: Sequence[str] = (),
        hyperparams: Params | None = None,
        configuration: Mapping[str, str] | None = None,
    ) -> str:
        pause()
        answer = self.write(
            "tasks.create",
            name=f"{self.prefix} {name}",
            type=type,
            project=self._project(project),
            tags=list(tags),
            system_tags=list(system_tags),
            hyperparams={s: {n: _item(s, n, p) for n, p in items.items()} for s, items in (hyperparams or {}).items()},
            configuration={n: {"name": n, "value": value} for n, value in (configuration or {}).items()},
        )
        return str(answer["id"])

    def dataset(self, name: str = "data") -> str:
        return self.task(name, type="data_processing", system_tags=["dataset"])

    def model(self, name: str = "model", project: str = "", tags: Sequence[str] = ()) -> str:
        answer = self.write(
            "models.create",
            name=f"{self.prefix} {name}",
            uri="file:///nowhere",
            project=self._project(project),
            tags=list(tags),
            labels={},
            ready=False,
        )
        self._models.add(answer["id"])
        return str(answer["id"])

    def queue(self, name: str = "queue") -> str:
        queue_id = str(self.write("queues.create", name=f"{self.prefix} {name}")["id"])
        self._queues.add(queue_id)
        return queue_id

    def delete_queue(self, queue_id: str) -> None:
        self.write("queues.delete", queue=queue_id, force=True)
        self._queues.discard(queue_id)

    def hide_project(self, name: str) -> None:
        self.write("projects.update", project=self._project(name), system_tags=["hidden"])

    def start(self, task_id: str) -> None:
        self.write("tasks.started", task=task_id)

    def start_by_agent(self, task_id: str) -> None:
        self.start(task_id)
        self.write("workers.register", worker=WORKER, queues=[])
        self.write("workers.status_report", worker=WORKER, task=task_id, timestamp=int(time.time() * 1000))
        self._worker_registered = True

    def finish(self, task_id: str, status: str = "completed") -> None:
        self.write(f"tasks.{status}", task=task_id)

    def publish(self, object_id: str) -> None:
        if object_id in self._models:
            self.write("models.set_ready", model=object_id)
        else:
            self.write("tasks.publish", task=object_id)

    def dequeue(self, task_id: str) -> None:
        self.write("tasks.dequeue", task=task_id)

    def tag(self, object_id: str, tag: str) -> None:
        if object_id in self._models:
            tags = self.read("models.get_all_ex", id=[object_id])["models"][0].get("tags") or []
            self.write("models.edit", model=object_id, tags=[*tags, tag])
        else:
            tags = self.read("tasks.get_all_ex", id=[object_id])["tasks"][0].get("tags") or []
            self.write("tasks.edit", task=object_id, tags=[*tags, tag], force=True)

    def archive(self, object_id: str) -> None:
        service = "models" if object_id in self._models else "tasks"
        self.write(f"{service}.archive_many", ids=[object_id])

    def report(self, task_id: str) -> None:
        event = {
            "type": "training_stats_scalar",
            "task": task_id,
            "iter": 1,
            "metric": "m",
            "variant": "v",
            "value": 1.0,
        }
        self._connection.write_lines("events.add_batch", [event])

    def waiting(self, queue_id: str) -> list[str]:
        entries = self.read("queues.get_by_id", queue=queue_id)["queue"]["entries"]
        return [str(entry["task"]) for entry in entries]

    def tables(self, task_id: str) -> dict[str, Table]:
        plots = self.read("events.get_task_plots", task=task_id, iters=1)["plots"]
        tables: dict[str, Table] = {}
        for plot in plots:
            table = json.loads(plot["plot_str"])["data"][0]
            tables[plot["metric"]] = dict(zip(table["header"]["values"], table["cells"]["values"], strict=True))
        return tables

    def script(self, task_id: str) -> Mapping[str, str]:
        script = self.read("tasks.get_by_id", task=task_id)["task"]["script"]
        own = {name: text for name, text in script.items() if text and name not in DEFAULTS and isinstance(text, str)}
        return own | {"requirements.pip": script["requirements"]["pip"]}

    def container(self, task_id: str) -> Mapping[str, str]:
        container: dict[str, str] = self.read("tasks.get_by_id", task=task_id)["task"].get("container") or {}
        return {name: text for name, text in container.items() if text}

    def clean_up(self) -> None:
        """Delete all objects of this test."""
        if self._worker_registered:
            self.write("workers.unregister", worker=WORKER)
        rows = self.read("tasks.get_all_ex", name=self.prefix, search_hidden=True, only_fields=["id"])["tasks"]
        if rows:
            self.write("tasks.delete_many", ids=[row["id"] for row in rows], force=True)
        if self._models:
            self.write("models.delete_many", ids=sorted(self._models), force=True)
        for queue_id in sorted(self._queues):
            with contextlib.suppress(GatewayError):
                self.write("queues.delete", queue=queue_id, force=True)
        rows = self.read("projects.get_all", name=f"^{self.prefix}", search_hidden=True, only_fields=["id", "name"])[
            "projects"
        ]
        for row in sorted(rows, key=lambda row: str(row["name"]), reverse=True):
            self.write("projects.delete", project=row["id"], force=True, delete_contents=True)


def _item(section: str, name: str, param: Param) -> dict[str, str]:
    return {
        "section": section,
        "name": name,
        "value": param.value,
        "type": param.type,
        "description": param.description,
    }
