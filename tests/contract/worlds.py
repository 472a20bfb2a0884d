"""What the contract suite does to a server behind the gateway's back, the same way for each kind of server.

Nothing here assumes an empty or a quiet server: names are unique to a test, and what a test made is deleted after it.
"""

from __future__ import annotations

import contextlib
import json
import time
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any, Protocol

from clearml_sched_widgets.errors import GatewayError
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.gateway.http import Connection
from clearml_sched_widgets.gateway.memory import MemoryGateway
from clearml_sched_widgets.records import Param, Params, Table

LONG_AGO = datetime(2000, 1, 1, tzinfo=timezone.utc)
WORKER = "contract-suite:0"


class World(Protocol):
    """A server, and the gateway to it."""

    prefix: str  # of every name in this test: three characters and more, unlike any other test's
    began: datetime  # the server's time, at or before all that this test does

    @property
    def gateway(self) -> Gateway: ...

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
    ) -> str: ...

    def dataset(self, name: str = "data") -> str: ...

    def model(self, name: str = "model", project: str = "", tags: Sequence[str] = ()) -> str: ...

    def queue(self, name: str = "queue") -> str: ...

    def delete_queue(self, queue_id: str) -> None: ...

    def hide_project(self, name: str) -> None: ...

    def start(self, task_id: str) -> None: ...

    def start_by_agent(self, task_id: str) -> None: ...

    def finish(self, task_id: str, status: str = "completed") -> None: ...

    def publish(self, object_id: str) -> None: ...

    def dequeue(self, task_id: str) -> None: ...

    def tag(self, object_id: str, tag: str) -> None: ...

    def archive(self, object_id: str) -> None: ...

    def report(self, task_id: str) -> None: ...

    def waiting(self, queue_id: str) -> list[str]: ...

    def tables(self, task_id: str) -> dict[str, Table]: ...

    def script(self, task_id: str) -> Mapping[str, str]: ...

    def container(self, task_id: str) -> Mapping[str, str]: ...


DEFAULTS = ("binary", "working_dir")  # fields of a script that are never empty


def pause() -> None:
    """Let the server's clock go on: it counts milliseconds."""
    time.sleep(0.002)


def new_prefix() -> str:
    """The beginning of the names of one test."""
    return f"contract {uuid.uuid4().hex[:12]}"


class MemoryWorld:
    """The in-memory server: what a test makes goes with it."""

    def __init__(self) -> None:
        self.gateway = self.memory = MemoryGateway()
        self.prefix = new_prefix()
        self.began = LONG_AGO
        self.memory.add_task("somebody else's", "Elsewhere")

    def _project(self, name: str) -> str:
        return f"{self.prefix}/{name}" if name else self.prefix

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
        return self.memory.add_task(
            f"{self.prefix} {name}",
            self._project(project),
            type=type,
            tags=tags,
            system_tags=system_tags,
            hyperparams=hyperparams,
            configuration=configuration,
        )

    def dataset(self, name: str = "data") -> str:
        return self.memory.add_dataset(f"{self.prefix} {name}", self._project(""), status="created")

    def model(self, name: str = "model", project: str = "", tags: Sequence[str] = ()) -> str:
        return self.memory.add_model(f"{self.prefix} {name}", self._project(project), tags=tags)

    def queue(self, name: str = "queue") -> str:
        return self.memory.add_queue(f"{self.prefix} {name}", watched=False)

    def delete_queue(self, queue_id: str) -> None:
        self.memory.delete_queue(queue_id)

    def hide_project(self, name: str) -> None:
        self.memory.add_project(self._project(name), hidden=True)

    def start(self, task_id: str) -> None:
        self.memory.start(task_id)

    def start_by_agent(self, task_id: str) -> None:
        self.memory.start(task_id, WORKER)

    def finish(self, task_id: str, status: str = "completed") -> None:
        self.memory.finish(task_id, status)

    def publish(self, object_id: str) -> None:
        self.memory.publish(object_id)

    def dequeue(self, task_id: str) -> None:
        self.memory.dequeue(task_id)

    def tag(self, object_id: str, tag: str) -> None:
        self.memory.tag(object_id, tag)

    def archive(self, object_id: str) -> None:
        self.memory.archive(object_id)

    def report(self, task_id: str) -> None:
        self.memory.report(task_id)

    def waiting(self, queue_id: str) -> list[str]:
        return self.memory.waiting(queue_id)

    def tables(self, task_id: str) -> dict[str, Table]:
        return self.memory.tables(task_id)

    def script(self, task_id: str) -> Mapping[str, str]:
        return self.memory.script(task_id)

    def container(self, task_id: str) -> Mapping[str, str]:
        return self.memory.container(task_id)


class ServerWorld:
    """A ClearML server, sandbox or real, reached by plain requests."""

    def __init__(self, gateway: Gateway, connection: Connection) -> None:
        self.gateway = gateway
        self.prefix = new_prefix()
        newest = gateway.changed("task", None)  # a real server has the changes of years
        self.began = (newest[0].changed if newest else None) or LONG_AGO
        self._connection = connection
        self._models: set[str] = set()
        self._queues: set[str] = set()
        self._worked = False

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
        self._worked = True

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
        found: dict[str, Table] = {}
        for plot in plots:
            table = json.loads(plot["plot_str"])["data"][0]
            found[plot["metric"]] = dict(zip(table["header"]["values"], table["cells"]["values"], strict=True))
        return found

    def script(self, task_id: str) -> Mapping[str, str]:
        script = self.read("tasks.get_by_id", task=task_id)["task"]["script"]
        own = {name: text for name, text in script.items() if text and name not in DEFAULTS and isinstance(text, str)}
        return own | {"requirements.pip": script["requirements"]["pip"]}

    def container(self, task_id: str) -> Mapping[str, str]:
        container: dict[str, str] = self.read("tasks.get_by_id", task=task_id)["task"].get("container") or {}
        return {name: text for name, text in container.items() if text}

    def clean_up(self) -> None:
        """Delete everything that carries this test's prefix."""
        if self._worked:
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
