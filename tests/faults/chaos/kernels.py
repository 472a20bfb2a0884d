"""The processes that run engines: they start, wait for the lease, work step by step, end, and are killed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from clearml_sched_widgets.definition import Function
from clearml_sched_widgets.engine.instance_task.commands import Command
from clearml_sched_widgets.engine.instance_task.lease import LeaseLost
from clearml_sched_widgets.engine.launching.functions import EndedCall, Functions
from clearml_sched_widgets.engine.loop import Engine
from clearml_sched_widgets.errors import GatewayError, InstanceStateError
from tests.engine.world import Killed
from tests.faults.chaos.clocks import Host
from tests.faults.chaos.record import FunctionCall, Opened, Order, Work
from tests.faults.chaos.wire import Wire

if TYPE_CHECKING:
    from tests.faults.chaos.world import World

LONGEST_PAUSE = 3.0  # seconds between two steps; in its thread an engine renews its lease as often while it waits
RETRY_SECONDS = 1.0  # between two attempts to open


class InlineFunctions(Functions):
    """Calls no threads: a function ends when the world says so."""

    def __init__(self, world: World, label: str, wire: Wire) -> None:
        super().__init__()
        self._world, self._label, self._wire = world, label, wire
        self._ends: list[tuple[float, str]] = []

    def start(self, key: str, function: Function, arguments: tuple[Any, ...], now: Callable[[], datetime]) -> None:  # noqa: ARG002 - nothing is called
        world = self._world
        end = world.time.now + world.agent.draw.uniform(0.5, 15.0)
        world.record.functions.append(FunctionCall(at=world.time.now, until=end, sender=self._label, key=key))
        world.record.say(world.time.now, self._label, f"calls {function.name} for {key}")
        self._running.add(key)
        self._called.append(key)
        self._ends.append((end, key))
        self._wire.suffer_after_call()

    def end_due(self, now: datetime) -> None:
        """End the calls that have taken their time."""
        for end, key in [one for one in self._ends if one[0] <= self._world.time.now]:
            self._ends.remove((end, key))
            unlucky = not self._world.agent.calm and self._world.agent.draw.random() < 0.2
            error = "ValueError: bad luck" if unlucky else ""
            self._add_ended(EndedCall(key=key, moment=now, error=error))


class Kernel:
    """One process on a host. `state` is opening, open or over."""

    def __init__(self, world: World, label: str, host: Host, patience: float) -> None:
        self.world, self.label, self.host = world, label, host
        self.state, self.standing, self.doomed = "opening", False, False
        self.next_at = world.time.now
        self._gives_up_at = world.time.now + patience
        self._working_since: float | None = None
        self._orders: list[Order] = []  # given to this engine, not yet certainly carried out
        self._doubtful: set[str] = set()  # ids of those that it may have dropped in a step that failed
        wire = Wire(world, self)
        functions = InlineFunctions(world, label, wire)
        for definition in world.workspace.definitions:
            functions.keep(definition)
        self.functions = functions
        self.engine = Engine(
            world.server.instance, wire.gateway(), clock=host, tables=lambda _: {}, functions=functions
        )

    def command(self, command: Command, order: Order) -> None:
        """Give the engine a command, as a notebook of the same process does."""
        self._orders.append(order)
        self.engine.command(command)

    def work(self) -> None:
        """Try to open the engine, or run one step."""
        time, began = self.world.time, self.world.time.now
        self._working_since, ok = began, False
        try:
            ok = self._open(began) if self.state == "opening" else self._step(began)
        except Killed:
            self.die("killed")
        except Exception as error:  # noqa: BLE001 - the judge hears of it, if it was a step
            if self.state == "open":
                self.world.record.broken.append(f"at {time.now:.1f} an engine raised {error!r}")
            self.die(f"broken by {error!r}")
        finally:
            self._note_work(ok)

    def kill(self) -> None:
        """End at once, or when a request that it stands in comes back."""
        if self.standing:
            self.doomed = True
        elif self.state != "over":
            self.die("killed")

    def die(self, why: str) -> None:
        """End without a word to the server."""
        self.state = "over"
        self._lose_orders()
        self.world.mark_dirty()
        self.world.record.say(self.world.time.now, self.label, why)

    def stand(self, seconds: float) -> None:
        """Stand still in the middle of a request. Raises Killed if the process is killed meanwhile."""
        world = self.world
        self._note_work(ok=False)
        world.mark_dirty(seconds)
        self.standing = True
        world.run_until(world.time.now + seconds)
        while not self.host.awake:
            world.run_until(self.host.asleep_until)
        self.standing = False
        self._working_since = world.time.now
        if self.doomed:
            raise Killed

    @property
    def problem(self) -> str:
        """What is wrong, by the engine's snapshot; empty if nothing is."""
        shot = self.engine.snapshot
        return "no snapshot" if shot is None else shot.problem

    def _open(self, began: float) -> bool:
        world = self.world
        self.next_at = world.time.now + RETRY_SECONDS
        try:
            self.engine.open()
        except (InstanceStateError, GatewayError, LeaseLost):
            self.next_at = world.time.now + RETRY_SECONDS
            if world.time.now >= self._gives_up_at:
                self.die("gives up")
            return False
        self.state = "open"
        world.record.opened.append(Opened(sender=self.label, began=began, at=world.time.now))
        world.record.say(world.time.now, self.label, "has opened the instance")
        return True

    def _step(self, began: float) -> bool:
        world = self.world
        self.functions.end_due(self.host.now())
        pause = self.engine.step()
        self.next_at = world.time.now + min(LONGEST_PAUSE, max(0.02, pause))
        shot = self.engine.snapshot
        if shot is None or not shot.running:
            self.state = "over"
            self._lose_orders()
            world.mark_dirty()
            world.record.say(world.time.now, self.label, "has ended")
            return False
        ok = not self.problem
        self._note_orders([order for order in self._orders if order.at <= began], ok=ok)
        if not ok:
            world.mark_dirty()
        return ok

    def _note_orders(self, orders: list[Order], *, ok: bool) -> None:
        """Note the orders that were given before a step as done after it; as lost if a step has failed meanwhile."""
        if not ok:
            self._doubtful.update(order.id for order in orders)
            return
        waiting = {command.id for command in self.engine._stepper.inbox}  # a step may only have read everything anew
        for order in orders:
            if order.id in waiting:
                continue
            self._orders.remove(order)
            if order.id in self._doubtful:
                order.lost = self.world.time.now
            else:
                order.done = self.world.time.now

    def _lose_orders(self) -> None:
        for order in self._orders:
            order.lost = self.world.time.now
        self._orders.clear()

    def _note_work(self, ok: bool) -> None:
        world = self.world
        if self._working_since is not None:
            work = Work(sender=self.label, began=self._working_since, ended=world.time.now, ok=ok)
            world.record.work.append(work)
            self._working_since = None
