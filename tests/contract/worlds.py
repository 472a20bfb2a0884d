"""The interface through which the contract tests change a server without its gateway, for each kind of server.

The server may have other data and users: names are unique to a test, and its objects are deleted after it.
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

    prefix: str  # of all names in this test; unique, at least three characters
    began: datetime  # the server's time, not later than the first change of this test

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
    """Wait two milliseconds, so that the server's next time stamp differs."""
    time.sleep(0.002)


def new_prefix() -> str:
    """A unique prefix for the names of one test."""
    return f"contract {uuid.uuid4().hex[:12]}"
