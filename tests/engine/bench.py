"""Test bench for `reuse_task`: a world whose base task itself is launched repeatedly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from clearml_sched_widgets.definition import Action, Definition, Interval, Policies, Schedule
from clearml_sched_widgets.engine.loop import Engine
from clearml_sched_widgets.records import Task
from clearml_sched_widgets.views.history import executed_row
from tests.engine.world import World


class Bench:
    """A world with one reused task. Records which run keys were enqueued and which an agent executed."""

    def __init__(self) -> None:
        self.world = World()
        self.task = self.world.base
        self.enqueued: list[str] = []  # run keys that the task had when it was enqueued
        self.executed = Counter[str]()  # run keys that the task had when the agent ran it
        self.fault: Callable[[str, str], None] = lambda *_: None
        self.world.gateway.fault = self._fault

    def _fault(self, method: str, moment: str) -> None:
        if (method, moment) == ("enqueue", "after") and self.current_task.status == "queued":
            section = self.current_task.hyperparams.get("Scheduler", {})
            self.enqueued += [section["key"].value] if section else []
        self.fault(method, moment)

    @property
    def current_task(self) -> Task:
        return self.world.gateway.task(self.task)

    def schedule(self, every: str = "30s", **policies: object) -> Schedule:
        action = Action(
            self.task,
            reuse_task=True,
            parameters={"Args/at": "${scheduled}"},
            overrides={"script.branch": "main"},
            tags=["nightly"],
        )
        return Schedule(action, Interval(every=every), Policies(**policies), id="again", name="again")  # type: ignore[arg-type]

    def start(self, *items: Schedule) -> Engine:
        return self.world.engine(Definition("nightly", items))

    def agent(self, status: str = "completed") -> None:
        if self.current_task.status == "queued":
            section = self.current_task.hyperparams.get("Scheduler", {})
            self.executed.update([section["key"].value] if section else [])
            self.world.gateway.start(self.task)
            self.world.gateway.finish(self.task, status)

    def run_for(self, engine: Engine, seconds: float, ends: str = "completed") -> None:
        self.world.run_for(engine, seconds, lambda: self.agent(ends))

    def rows(self, engine: Engine) -> list[tuple[str, str]]:
        assert engine.snapshot is not None
        rows = [executed_row(run, engine.snapshot.definition) for run in reversed(engine.snapshot.runs)]
        assert {row.task for row in rows} <= {self.task}
        assert len({row.run for row in rows}) == len(rows)
        return [(f"{row.scheduled:%H:%M:%S}", row.status) for row in rows]
