"""A small world on a virtual clock: the in-memory gateway, base tasks, and an engine that is stepped by hand."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from clearml_sched_widgets import codec
from clearml_sched_widgets.definition import Action, Definition, Interval, Policies, Schedule
from clearml_sched_widgets.engine.instance_task import lease
from clearml_sched_widgets.engine.instance_task import task as instance_task
from clearml_sched_widgets.engine.launching.functions import Functions
from clearml_sched_widgets.engine.loop import Engine
from clearml_sched_widgets.errors import InstanceStateError
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from clearml_sched_widgets.policy.run import Run
from clearml_sched_widgets.records import RUN_TAG, TaskQuery
from clearml_sched_widgets.views.history import tables

START = datetime(2026, 11, 23, 12, 0, 0, tzinfo=timezone.utc)  # a Monday


class VirtualClock:
    """A clock that only moves when it is told to."""

    def __init__(self, now: datetime = START) -> None:
        self._now = now
        self._ticks = now.timestamp()

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._ticks

    def wait(self, event: threading.Event, seconds: float) -> None:  # noqa: ARG002 - nobody sets it in between
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        self._ticks += max(0.0, seconds)  # a host's clock may be set back, this one not


class Killed(BaseException):
    """Stands for SIGKILL: nothing in the engine may catch it."""


class World:
    def __init__(self, server_ahead: timedelta = timedelta(0)) -> None:
        self.clock = VirtualClock()
        self._ahead = server_ahead
        self.gateway = MemoryGateway(now=self.tick)
        self.way: Gateway = self.gateway  # how engines reach the server
        self.gateway.add_queue("default")
        self.base = self.gateway.add_task("train model", project="Vision", hyperparams={"Args": {"lr": "0.1"}})
        self.instance = ""
        self.functions = Functions()  # those of this process

    def tick(self) -> datetime:
        """The server's clock: every reading is a little later, as no two requests come at one time. Never set back."""
        self.clock.advance(0.000_1)
        return datetime.fromtimestamp(self.clock.monotonic(), timezone.utc) + self._ahead

    def create(self, definition: Definition) -> str:
        self.functions.keep(definition)
        text = codec.dumps(definition, functions=True)
        configuration = {instance_task.DEFINITION: text, instance_task.STATE: "{}", instance_task.WHERE: "kernel"}
        self.instance = self.gateway.create_instance(definition.name, "DevOps/Schedulers", configuration)
        return self.instance

    def engine(self, definition: Definition | None = None) -> Engine:
        """A new engine on the instance, as a new process would make it after the lease of a dead one has expired."""
        if definition is not None:
            self.create(definition)
        lease.delete_lease_of(self.gateway, self.instance)
        engine = self.rival()
        engine.open()
        return engine

    def start(self, *items: Schedule) -> Engine:
        """An engine that runs these schedules."""
        return self.engine(Definition("nightly", items))

    def every(self, text: str, time_limit: str | None = None, **policies: object) -> Schedule:
        """A schedule of the base task at an interval."""
        action = Action(self.base, time_limit=time_limit)
        return Schedule(action, Interval(every=text), Policies(**policies), name=text)  # type: ignore[arg-type]

    def take_over(self, engine: Engine) -> float:
        """Let an engine try until the lease is its own; how many seconds that took."""
        began = self.clock.monotonic()
        while True:
            try:
                engine.open()
            except InstanceStateError:
                self.clock.advance(1)
            else:
                return self.clock.monotonic() - began

    def rival(self) -> Engine:
        """One more engine on the instance, which has not tried to take it yet."""
        return Engine(self.instance, self.way, clock=self.clock, tables=tables, functions=self.functions)

    def run_for(self, engine: Engine, seconds: float, each: Callable[[], None] = lambda: None) -> None:
        """Step as the engine's own thread would, and let `each` happen in between."""
        end = self.clock.now() + timedelta(seconds=seconds)
        while self.clock.now() < end:
            pause = engine.step()
            each()
            self.clock.advance(min(max(pause, 0.01), (end - self.clock.now()).total_seconds() + 0.001))
        engine.step()

    def end_runs(self, status: str = "completed") -> None:
        """What agents do: end every run that is queued."""
        for task in self.gateway.all_tasks():
            if task.status == "queued":
                self.gateway.start(task.id)
                self.gateway.finish(task.id, status)

    def statuses(self, engine: Engine) -> list[str]:
        """The runs' statuses as the server has them, oldest first."""
        return [self.gateway.task(run.task.id).status for run in self.runs(engine)]

    def runs(self, engine: Engine) -> list[Run]:
        """The runs that the engine knows of, oldest first."""
        assert engine.snapshot is not None
        return list(reversed(engine.snapshot.runs))

    def launched(self) -> list[str]:
        """The run keys of everything on the server that was ever enqueued, straight from the server's own data."""
        tasks = self.gateway.tasks(TaskQuery(system_tags=(RUN_TAG,), order="created", hyperparams="scheduler"))
        return [
            task.hyperparams["Scheduler"]["key"].value
            for task in tasks
            if not task.virgin and task.status_reason != "failed enqueueing"
        ]

    def log(self, engine: Engine) -> str:
        assert engine.snapshot is not None
        return "\n".join(line.text for line in engine.snapshot.lines)


def clocks(keys: list[str]) -> list[str]:
    """The nominal times of day of run keys of schedules, in UTC."""
    return [key.rpartition("T")[2].removesuffix("Z") for key in keys]
