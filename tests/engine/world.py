"""A test setup on a virtual clock: an in-memory server, a base task, and engines whose steps the test calls."""

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
from clearml_sched_widgets.records import RUN_TAG
from clearml_sched_widgets.views.history import tables

START = datetime(2026, 11, 23, 12, 0, 0, tzinfo=timezone.utc)  # a Monday


class VirtualClock:
    """A clock that moves only when a test or a wait advances it."""

    def __init__(self, now: datetime = START) -> None:
        self._now = now
        self._ticks = now.timestamp()

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._ticks

    def wait(self, event: threading.Event, seconds: float) -> None:  # noqa: ARG002 - no other thread sets it
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        self._ticks += max(0.0, seconds)  # the monotonic clock never goes back

    def set_wall(self, seconds: float) -> None:
        """Set the wall clock forward, or back if `seconds` is negative. No time passes."""
        self._now += timedelta(seconds=seconds)


class Killed(BaseException):
    """Stands for SIGKILL: nothing in the engine may catch it."""


class World:
    """An in-memory server with a base task and an instance, and the virtual clock of both server and engines."""

    def __init__(self, server_ahead: timedelta = timedelta(0)) -> None:
        self.clock = VirtualClock()
        self.server_ahead = server_ahead
        self.gateway = MemoryGateway(now=self.tick)
        self.engine_gateway: Gateway = self.gateway  # the gateway that new engines use
        self.gateway.add_queue("default")
        self.base = self.gateway.add_task("train model", project="Vision", hyperparams={"Args": {"lr": "0.1"}})
        self.instance = ""
        self.functions = Functions()  # the Python functions known to this process

    def tick(self) -> datetime:
        """The server's clock. Advances 0.1 ms on each reading, so that no two requests have the same time."""
        self.clock.advance(0.000_1)
        return datetime.fromtimestamp(self.clock.monotonic(), timezone.utc) + self.server_ahead

    def server_now(self) -> datetime:
        """What the server's clock shows."""
        return self.gateway.present().time

    def create(self, definition: Definition) -> str:
        self.functions.keep(definition)
        text = codec.dumps(definition, functions=True)
        configuration = {instance_task.DEFINITION: text, instance_task.STATE: "{}", instance_task.WHERE: "kernel"}
        self.instance = self.gateway.create_instance(definition.name, "DevOps/Schedulers", configuration)
        return self.instance

    def engine(self, definition: Definition | None = None) -> Engine:
        """Open a new engine on the instance, as a new process does after the lease of a dead engine has expired."""
        if definition is not None:
            self.create(definition)
        lease.delete_lease_of(self.gateway, self.instance)
        engine = self.rival()
        engine.open()
        return engine

    def start(self, *items: Schedule) -> Engine:
        """Open an engine on a new instance with these schedules."""
        return self.engine(Definition("nightly", items))

    def every(self, text: str, time_limit: str | None = None, **policies: object) -> Schedule:
        """A schedule that launches the base task at an interval, such as "30s"."""
        action = Action(self.base, time_limit=time_limit)
        return Schedule(action, Interval(every=text), Policies(**policies), name=text)  # type: ignore[arg-type]

    def take_over(self, engine: Engine) -> float:
        """Retry every second until the engine gets the lease. Returns how many seconds that took."""
        began = self.clock.monotonic()
        while True:
            try:
                engine.open()
            except InstanceStateError:
                self.clock.advance(1)
            else:
                return self.clock.monotonic() - began

    def rival(self) -> Engine:
        """One more engine on the instance, not opened yet."""
        return Engine(self.instance, self.engine_gateway, clock=self.clock, tables=tables, functions=self.functions)

    def run_for(self, engine: Engine, seconds: float, each: Callable[[], None] = lambda: None) -> None:
        """Step as the engine's thread does, for `seconds` of virtual time. Calls `each` after each step."""
        end = self.clock.monotonic() + seconds
        while self.clock.monotonic() < end:
            pause = engine.step()
            each()
            self.clock.advance(max(0.001, min(max(pause, 0.01), end - self.clock.monotonic() + 0.001)))
        engine.step()

    def end_runs(self, status: str = "completed") -> None:
        """Start and end every queued run, as an agent does."""
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
        """The run keys of all tasks on the server that were ever enqueued, in the order in which they were made."""
        return [
            task.hyperparams["Scheduler"]["key"].value
            for task in self.gateway.all_tasks()
            if RUN_TAG in task.system_tags and not task.virgin and task.status_reason != "failed enqueueing"
        ]

    def log(self, engine: Engine) -> str:
        assert engine.snapshot is not None
        return "\n".join(line.text for line in engine.snapshot.lines)


def slot_times(keys: list[str]) -> list[str]:
    """The slots' times of day (UTC) in the run keys of schedules."""
    return [key.rpartition("T")[2].removesuffix("Z") for key in keys]
