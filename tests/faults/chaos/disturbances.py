"""What goes wrong in a chaotic world, besides single requests: when it happens, and what it does."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.faults.chaos.clocks import Host

if TYPE_CHECKING:
    from tests.faults.chaos.kernels import Kernel
    from tests.faults.chaos.world import World

# How often each kind happens: seconds between two, on average.
EVERY = {
    "strikes": 80.0,
    "deaths": 400.0,
    "rivals": 250.0,
    "restarts": 500.0,
    "host": 250.0,
    "server": 400.0,
    "queues": 700.0,
    "pauses": 170.0,
    "edits": 150.0,
    "commands": 100.0,
    "hands": 60.0,
    "stops": 600.0,
}
BY_USERS = ("pauses", "edits", "commands", "hands", "stops")
WALL_JUMPS = (5.0, 40.0, 600.0, 7200.0, 86400.0, 3 * 86400.0)  # seconds
SERVER_JUMPS = (3.0, 20.0, 60.0, 60.0, 600.0, 3600.0)  # seconds
MOST_KERNELS = 3
CLEANED_FOR = 10.0  # seconds after somebody has removed the lease in which no rival starts


class Disturbances:
    """Disturbs a world until its chaos ends. `only` are the categories that may happen."""

    def __init__(self, world: World, seed: int, only: frozenset[str]) -> None:
        self._world, self._seed, self._only = world, seed, only
        self._random = random.Random(f"{seed} disturbances")

    def plan(self) -> None:
        """Let everything happen now and then."""
        strike = self._world.weather.arm_strike
        kinds: dict[str, tuple[frozenset[str], Callable[[], None]]] = {
            "strikes": (frozenset({"kills", "freezes", "host"}), strike),
            "deaths": (frozenset({"kills", "freezes"}), self._hit_a_process),
            "rivals": (frozenset({"rivals"}), self._start_rival),
            "restarts": (frozenset({"restarts"}), self._restart_server),
            "host": (frozenset({"host"}), self._disturb_host),
            "server": (frozenset({"server"}), self._set_server_clock),
            "queues": (frozenset({"queues"}), self._remove_queue),
        }
        for category in BY_USERS:
            kinds[category] = (frozenset({category}), functools.partial(self._world.users.act, category))
        for kind, (categories, act) in kinds.items():
            if categories & self._only:
                self._repeat(kind, act)

    def end(self) -> None:
        """Heal everything."""
        self._make_queue()
        for host in self._world.hosts:
            host.wall_ahead = 0.0
            host.wake()

    def _repeat(self, kind: str, act: Callable[[], None]) -> None:
        draw = random.Random(f"{self._seed} {kind}")

        def happen() -> None:
            if self._world.chaos:
                act()
                self._world.after(draw.expovariate(1 / EVERY[kind]), happen)

        self._world.after(draw.expovariate(1 / EVERY[kind]), happen)

    # -- processes
    def _hit_a_process(self) -> None:
        """Kill or freeze a process, wherever it is."""
        alive = [kernel for kernel in self._world.kernels if kernel.state != "over"]
        if not alive:
            return
        kernel = self._random.choice(alive)
        if "kills" in self._only and self._random.random() < 0.6:
            kernel.kill()
        elif "freezes" in self._only and not kernel.standing:
            self._freeze(kernel, self._random.uniform(5.0, 120.0))

    def _freeze(self, kernel: Kernel, seconds: float) -> None:
        kernel.next_at = self._world.time.now + seconds
        self._world.mark_dirty(seconds)
        self._say(kernel.label, f"frozen for {seconds:.0f} s")

    def _start_rival(self) -> None:
        alive = len([kernel for kernel in self._world.kernels if kernel.state != "over"])
        cleaned = max(self._world.record.cleanups, default=-CLEANED_FOR)
        if alive < MOST_KERNELS and self._world.time.now - cleaned >= CLEANED_FOR:
            self._world.start_kernel(patience=self._random.uniform(20.0, 300.0))

    # -- the server
    def _restart_server(self) -> None:
        seconds = self._random.choice((2.0, 8.0, 30.0, 90.0)) * self._random.uniform(0.7, 1.3)
        self._world.stop_server(seconds)
        self._say("server", f"down for {seconds:.0f} s")

    def _set_server_clock(self) -> None:
        draw, before = self._random, self._world.server_time.ahead
        size = draw.choice(SERVER_JUMPS)
        self._jump_server(before + draw.choice((-1.0, 1.0)) * size)
        if size > 100.0 or draw.random() < 0.5:
            self._world.after(draw.uniform(5.0, 200.0), lambda: self._jump_server(before))

    def _jump_server(self, ahead: float) -> None:
        self._world.mark_dirty()
        self._world.server_time.jump(ahead)
        self._say("server", f"clock {ahead:+.1f} s")

    def _remove_queue(self) -> None:
        """Let somebody delete the queue, with what waits in it, and make it again later."""
        world = self._world
        if not world.queue:
            return
        for task_id in world.server.waiting(world.queue):
            world.record.touched.setdefault(task_id, world.time.now)
        world.server.delete_queue(world.queue)
        world.queue = ""
        seconds = self._random.uniform(5.0, 90.0)
        world.mark_dirty(seconds)
        self._say("user", "deletes the queue")
        world.after(seconds, self._make_queue)

    def _make_queue(self) -> None:
        if not self._world.queue:
            self._world.queue = self._world.server.add_queue("default")
            self._say("user", "makes the queue again")

    # -- the hosts
    def _disturb_host(self) -> None:
        draw, host = self._random, self._random.choice(self._world.hosts)
        if draw.random() < 0.3 and host.awake:
            seconds = draw.choice((12.0, 40.0, 200.0)) * draw.uniform(0.7, 1.3)
            host.sleep(seconds)
            self._world.mark_dirty(seconds)
            self._say(host.name, f"asleep for {seconds:.0f} s")
            return
        self._set_wall_clock(host, draw.choice((-1.0, 1.0)) * draw.choice(WALL_JUMPS))
        self._world.after(draw.uniform(2.0, 200.0), lambda: self._set_wall_clock(host, 0.0))

    def _set_wall_clock(self, host: Host, ahead: float) -> None:
        if not host.awake:  # else the jump might hide how long it slept, which no clock of such a machine would show
            self._world.after(host.asleep_until - self._world.time.now + 1.0, lambda: self._set_wall_clock(host, ahead))
        elif host.wall_ahead != ahead:
            host.wall_ahead = ahead
            self._world.mark_dirty()
            self._say(host.name, f"wall clock {ahead:+.0f} s")

    def _say(self, who: str, what: str) -> None:
        self._world.record.say(self._world.time.now, who, what)
