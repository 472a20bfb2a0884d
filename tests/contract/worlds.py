"""What the contract suite does to a server behind the gateway's back, the same way for each kind of server.

Nothing here assumes an empty or a quiet server: names are unique to a test, and what a test made is deleted after it.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Protocol

from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.records import Params, Table

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


def pause() -> None:
    """Let the server's clock go on: it counts milliseconds."""
    time.sleep(0.002)


def new_prefix() -> str:
    """The beginning of the names of one test."""
    return f"contract {uuid.uuid4().hex[:12]}"
