"""The in-memory server of the contract tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from clearml_sched_widgets.records import Params, Table
from tests.contract.worlds import LONG_AGO, WORKER, new_prefix, pause


class MemoryWorld:
    """A new in-memory server for each test, so that nothing must be deleted."""

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
