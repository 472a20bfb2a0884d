"""One chaotic world: a server, hosts, engines that die and come back, users, an agent, and what goes wrong."""

from __future__ import annotations

import contextlib
import heapq
import itertools
import random
from collections.abc import Callable
from typing import Any

from clearml_sched_widgets import codec
from clearml_sched_widgets.engine.instance_task import task as instance_task
from clearml_sched_widgets.errors import GatewayError
from tests.faults.chaos.clocks import Host, ServerTime, TrueTime
from tests.faults.chaos.disturbances import Disturbances
from tests.faults.chaos.kernels import Kernel
from tests.faults.chaos.people import Agent, Objects
from tests.faults.chaos.record import Record, Text, loads
from tests.faults.chaos.serial import serial_threads
from tests.faults.chaos.server import ObservedServer
from tests.faults.chaos.users import Users
from tests.faults.chaos.weather import CATEGORIES, Weather
from tests.faults.chaos.workspace import Workspace

CHAOS_SECONDS = 2400.0  # how long things go wrong
ACTORS_EVERY = 1.0  # seconds
SETTLED_SECONDS = 200.0  # at least so long nothing goes wrong at the end; an engine shows an error for two minutes
LONGEST_END = 3600.0  # seconds
DIRTY_AFTER = 5.0  # seconds for which a fault may have consequences
FOREVER = 1e9  # seconds


class World:
    """Runs one seed. `only` are the categories of `weather.CATEGORIES` that may happen."""

    def __init__(self, seed: int, only: frozenset[str] = frozenset(CATEGORIES)) -> None:
        self._random = random.Random(f"{seed} world")
        self.time, self.record = TrueTime(), Record()
        ahead = self._random.uniform(-90.0, 90.0) if "server" in only else 0.0
        self.server_time = ServerTime(self.time, ahead)
        self.server = ObservedServer(self.time, self.server_time, self.record)
        self.queue = self.server.add_queue("default")  # its id; empty while it is deleted
        self.hosts = [Host(name, self.time) for name in ("anna", "bert")]
        self.workspace = Workspace(seed, self.server.add_task("train model"), self.server.add_task("reused model"))
        self.weather = Weather(seed, only, CHAOS_SECONDS)
        self.agent, self.objects, self.users = Agent(self, seed), Objects(self, seed), Users(self, seed)
        self._disturbances = Disturbances(self, seed, only)
        self.kernels: list[Kernel] = []
        self.chaos = True
        self.enqueues_under_way = 0  # requests that may reach the server later
        self._numbers = itertools.count(1)
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._late_saves: list[Callable[[], None]] = []
        self._depth, self._actors_at, self._restart_at, self._server_down_until = 0, 0.0, 0.0, 0.0

    # -- for the others
    def after(self, seconds: float, act: Callable[[], None]) -> None:
        """Do something later."""
        heapq.heappush(self._events, (self.time.now + seconds, next(self._numbers), act))

    def mark_dirty(self, seconds: float = 0.0) -> None:
        """Note that something goes wrong now, for so many seconds."""
        now = self.time.now
        self.record.dirty.append((now - 1.0, now + seconds + DIRTY_AFTER))

    def open_kernel(self) -> Kernel | None:
        """The engine that has the instance, if one has."""
        return next((kernel for kernel in reversed(self.kernels) if kernel.state == "open"), None)

    def start_kernel(self, patience: float = FOREVER) -> None:
        """Start a process that opens the instance, and gives up after `patience` seconds."""
        label = f"k{next(self._numbers)}"
        kernel = Kernel(self, label, self._random.choice(self.hosts), patience)
        self.record.say(self.time.now, label, f"starts on {kernel.host.name}")
        self.kernels.append(kernel)

    @property
    def server_up(self) -> bool:
        return self.time.now >= self._server_down_until

    def stop_server(self, seconds: float) -> None:
        self._server_down_until = max(self._server_down_until, self.time.now + seconds)
        self.mark_dirty(seconds)

    # -- requests that take long
    def deliver_later(self, seconds: float, method: str, request: Callable[[], Any]) -> None:
        """Carry out a request whose sender has given up waiting."""
        self.enqueues_under_way += method == "enqueue"
        due = [request]

        def deliver() -> None:
            if due:
                self.enqueues_under_way -= method == "enqueue"
                self._carry_out(due.pop())

        self.after(seconds, deliver)
        if method == "write_configuration":
            self._late_saves.append(deliver)

    def deliver_saves(self) -> None:
        """Carry out late requests that write the state, before a later one is carried out."""
        late, self._late_saves = self._late_saves, []
        for deliver in late:
            deliver()

    def _carry_out(self, request: Callable[[], Any]) -> None:
        if self.server_up:
            with contextlib.suppress(GatewayError):
                request()

    def stand(self, kernel: Kernel, seconds: float, *, sleep: bool = False) -> None:
        """Let a process stand in the middle of a request, while all others go on. With `sleep`, its machine sleeps."""
        if self._depth or seconds < 1.0:
            self.time.now += min(seconds, 3.0)
            return
        if sleep:
            kernel.host.sleep(seconds)
        self._depth += 1
        self.enqueues_under_way += 1
        try:
            kernel.stand(seconds)
        finally:
            self.enqueues_under_way -= 1
            self._depth -= 1

    # -- running
    def run(self) -> Record:
        """Run the whole seed, and return what was seen."""
        with serial_threads():
            self._create()
            self._disturbances.plan()
            self.run_until(CHAOS_SECONDS)
            self._end_chaos()
            self._settle()
        return self._finished()

    def run_until(self, end: float) -> None:
        """Let everybody act who is not standing, until `end`."""
        while self.time.now < end:
            working = [kernel for kernel in self.kernels if self._may_work(kernel)]
            events = [self._events[0][0]] if self._events else []
            self.time.advance_to(min([end, self._actors_at, *events, *(kernel.next_at for kernel in working)]))
            while self._events and self._events[0][0] <= self.time.now:
                heapq.heappop(self._events)[2]()
            if self._actors_at <= self.time.now:
                self._act()
            for kernel in working:
                if kernel.next_at <= self.time.now and self._may_work(kernel):
                    kernel.work()

    def _may_work(self, kernel: Kernel) -> bool:
        return kernel.state != "over" and not kernel.standing and kernel.host.awake

    def _act(self) -> None:
        """Let the agent and the objects act, and start an engine again when none has been there for a while."""
        self._actors_at = self.time.now + ACTORS_EVERY
        self.agent.tick()
        if self.chaos:
            self.objects.tick()
        self.kernels = [kernel for kernel in self.kernels if kernel.state != "over" or kernel.standing]
        if any(kernel.state != "over" and not kernel.standing for kernel in self.kernels):
            self._restart_at = 0.0
        elif not self._restart_at:
            soon = not self.chaos or self._random.random() < 0.6
            self._restart_at = self.time.now + self._random.uniform(*((0.0, 20.0) if soon else (20.0, 400.0)))
        elif self.time.now >= self._restart_at:
            self.start_kernel()

    def _create(self) -> None:
        text = codec.dumps(self.workspace.definition, functions=True)
        configuration = {
            instance_task.DEFINITION: text,
            instance_task.STATE: "{}",
            instance_task.WHERE: "kernel",
        }
        self.server.instance = self.server.create_instance("chaos", "DevOps/Schedulers", configuration)
        self.record.texts.append(Text(at=self.time.now, text=text))
        self.start_kernel()

    def _end_chaos(self) -> None:
        """Let everything heal: from now on nothing goes wrong, and every run succeeds."""
        self.chaos, self.agent.calm, self._server_down_until = False, True, 0.0
        self.weather.end()
        self._disturbances.end()
        now = self.time.now
        self.record.dirty = [(start, min(end, now)) for start, end in self.record.dirty if start < now]
        self.mark_dirty()
        keep = 1 if self._random.random() < 0.5 else 0
        for kernel in self.kernels[: len(self.kernels) - keep]:
            kernel.kill()
        self.record.say(self.time.now, "world", "the chaos is over")

    def _settle(self) -> None:
        """Run until an engine is open, all pauses are over, and nothing is owed; LONGEST_END at most."""
        latest = self.time.now + LONGEST_END
        self.run_until(self.time.now + 5.0)  # somebody may just have stopped the instance
        while not self._runs() and self.time.now < latest:
            self.run_until(self.time.now + 5.0)
        self.users.resume_all()
        self.record.quiet_from = self.time.now
        self.run_until(self.time.now + SETTLED_SECONDS)
        while (self._owes() or self.agent.busy) and self.time.now < latest:
            self.run_until(self.time.now + 20.0)

    def _runs(self) -> bool:
        in_progress = self.server.task(self.server.instance).status == "in_progress"
        return in_progress and self.open_kernel() is not None

    def _owes(self) -> bool:
        """True if a launch of an enabled item is owed."""
        pending = loads(self.server.task(self.server.instance).configuration[instance_task.STATE]).get("pending", ())
        enabled = {item.id for item in self.workspace.definition.items if item.enabled}
        return any(launch["item"] in enabled for launch in pending)

    def _finished(self) -> Record:
        record, instance = self.record, self.server.task(self.server.instance)
        record.ended = self.time.now
        record.offsets = list(self.server_time.offsets)
        record.state = instance.configuration[instance_task.STATE]
        record.log = [line.text for line in self.server.log(instance.id, limit=100_000)]
        return record
