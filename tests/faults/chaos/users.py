"""What users do to the instance and to its runs: commands, edits, and changes by hand."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from clearml_sched_widgets import codec
from clearml_sched_widgets.engine.instance_task import commands
from clearml_sched_widgets.engine.instance_task import task as instance_task
from clearml_sched_widgets.engine.instance_task.commands import Command
from clearml_sched_widgets.engine.instance_task.lease import PREFIX
from clearml_sched_widgets.errors import GatewayError
from clearml_sched_widgets.records import ACTIVE, RUN_TAG, SECTION, Clone, Task
from tests.faults.chaos.clocks import START
from tests.faults.chaos.record import Order

if TYPE_CHECKING:
    from tests.faults.chaos.world import World

LONGEST_PAUSE = 150.0  # seconds


class Users:
    """Users in notebooks and on the server's web page."""

    def __init__(self, world: World, seed: int) -> None:
        self._world = world
        self._random = random.Random(f"{seed} users")
        self._sent = 0

    def act(self, category: str) -> None:
        """Do something of a category. Nothing, if the server is down or the instance does not run."""
        world = self._world
        if not world.server_up or world.server.task(world.server.instance).status != "in_progress":
            return
        acts: dict[str, tuple[Callable[[], None], ...]] = {
            "pauses": (self._pause,),
            "edits": (self._edit,),
            "commands": (self._run_now, self._run_now, self._run_all, self._retry, self._backfill),
            "hands": (self._abort, self._copy, self._delete, self._dequeue, self._reset, self._archive),
            "stops": (self._stop, self._clean_up),
        }
        with contextlib.suppress(GatewayError):  # it is in no status for that
            self._random.choice(acts[category])()

    def resume_all(self) -> None:
        """End every pause. Nothing, if the instance does not run."""
        if self._world.server.task(self._world.server.instance).status != "in_progress":
            return
        self._order(Command(do="resume"), in_kernel=False)
        for item in self._world.workspace.definition.items:
            self._order(Command(do="resume", item=item.id), in_kernel=False)

    # -- commands
    def _order(self, command: Command, *, in_kernel: bool | None = None) -> None:
        """Give a command in the kernel of the engine, or as a configuration object, as another notebook does."""
        world = self._world
        self._sent += 1
        order_id = f"{self._sent:020d}"
        values = {name: getattr(command, name) for name in ("do", "item", "note", "run", "start", "end")}
        command = Command(**values, id=order_id)
        kernel = world.open_kernel()
        if in_kernel is None:
            in_kernel = self._random.random() < 0.4
        if in_kernel and (kernel is None or kernel.standing):
            return
        order = Order(
            id=order_id,
            at=world.time.now,
            do=command.do,
            item=command.item,
            start=command.start,
            end=command.end,
            run=command.run,
            in_kernel=in_kernel,
        )
        world.record.orders.append(order)
        how = "in the kernel" if in_kernel else "by the server"
        world.record.say(
            world.time.now, "user", f"{command.do} {command.item} {command.run[:8]} {how} ({order_id[-4:]})"
        )
        if in_kernel and kernel is not None:
            kernel.command(command, order)
        else:
            world.server.write_configuration(world.server.instance, commands.dumps(command))

    def _pause(self) -> None:
        draw, world = self._random, self._world
        item = draw.choice(world.workspace.definition.items).id if draw.random() < 0.6 else ""
        if self._is_waiting(item):
            return
        self._order(Command(do="pause", item=item, note="a break"))
        world.after(draw.uniform(3.0, LONGEST_PAUSE), lambda: self._resume(item))

    def _resume(self, item: str) -> None:
        world = self._world
        running = world.server.task(world.server.instance).status == "in_progress"
        if not (world.server_up and running) or self._is_waiting(item):
            world.after(5.0, lambda: self._resume(item))
        else:
            self._order(Command(do="resume", item=item))

    def _is_waiting(self, item: str) -> bool:
        """True if a pause or resume of this item, or of all, is not certainly carried out yet, but may be."""
        recent = self._world.time.now - 60.0
        return any(
            order.do in ("pause", "resume") and order.item == item and order.done is None and order.at > recent
            for order in self._world.record.orders
        )

    def _edit(self) -> None:
        world = self._world
        what = world.workspace.edit()
        definition = world.workspace.definition
        kernel = world.open_kernel()
        if kernel is not None:
            kernel.functions.keep(definition)
        world.record.say(world.time.now, "user", what)
        text = codec.dumps(definition, functions=True)
        world.server.write_configuration(world.server.instance, {instance_task.DEFINITION: text})
        self._order(Command(do="reload"))

    def _run_now(self) -> None:
        self._order(Command(do="run_now", item=self._random.choice(self._world.workspace.definition.items).id))

    def _run_all(self) -> None:
        self._order(Command(do="run_now"))

    def _retry(self) -> None:
        run = self._any_run(frozenset({"failed", "stopped", "completed"}))
        if run is not None:
            item = run.hyperparams[SECTION]["item"].value
            self._order(Command(do="retry", item=item, run=run.id))

    def _backfill(self) -> None:
        draw = self._random
        schedules = [one for one in self._world.workspace.definition.schedules if one.action.method == "clone"]
        now = self._world.time.now + self._world.server_time.ahead
        start = START + timedelta(seconds=now - draw.uniform(100.0, 900.0))
        end = START + timedelta(seconds=now - draw.uniform(0.0, 90.0))
        item = draw.choice(schedules).id
        self._order(Command(do="backfill", item=item, start=start.isoformat(), end=end.isoformat()))

    # -- by hand
    def _any_run(self, statuses: frozenset[str]) -> Task | None:
        runs = [
            task
            for task in self._world.server.all_tasks()
            if RUN_TAG in task.system_tags and task.status in statuses and SECTION in task.hyperparams
        ]
        return self._random.choice(runs[-30:]) if runs else None

    def _abort(self) -> None:
        run = self._any_run(ACTIVE)
        if run is not None and not self._world.enqueues_under_way:
            self._world.server.request_stop(run.id, "Aborted by its user")

    def _copy(self) -> None:
        """Clone a run on the web page: the copy inherits its tags and parameters."""
        run = self._any_run(frozenset({"created", "queued", "in_progress", "completed", "failed", "stopped"}))
        if run is not None:
            request = Clone(
                task=run.id,
                name=f"Clone of {run.name}",
                project=None,
                parent=run.id,
                tags=run.tags,
                system_tags=run.system_tags,
                hyperparams=run.hyperparams,
            )
            self._world.server.clone(request)

    def _delete(self) -> None:
        run = self._any_run(frozenset({"created", "completed", "failed", "stopped"}))
        if run is not None and run.id != self._world.workspace.reused:
            self._world.server.delete(run.id)

    def _dequeue(self) -> None:
        run = self._any_run(frozenset({"queued"}))
        if run is not None and not self._world.enqueues_under_way:
            self._touch(run)
            self._world.server.dequeue(run.id)

    def _reset(self) -> None:
        run = self._any_run(frozenset({"completed", "failed", "stopped"}))
        if run is not None and not self._world.enqueues_under_way:
            self._touch(run)
            self._world.server.reset(run.id)

    def _archive(self) -> None:
        run = self._any_run(frozenset({"completed", "failed", "stopped"}))
        if run is not None:
            self._world.server.archive(run.id)

    def _touch(self, run: Task) -> None:
        self._world.record.touched.setdefault(run.id, self._world.time.now)

    def _clean_up(self) -> None:
        """Remove the hidden project that is the lease, while no other engine waits for it."""
        world = self._world
        if len([kernel for kernel in world.kernels if kernel.state != "over"]) > 1:
            return
        for lease in world.server.leases(PREFIX):
            world.server.delete_lease(lease.id)
            world.record.cleanups.append(world.time.now)
            world.record.say(world.time.now, "user", "removes the lease")
            world.mark_dirty()

    def _stop(self) -> None:
        world = self._world
        watchdog = self._random.random() < 0.3
        reason = "Forced stop (non-responsive)" if watchdog else "Stopped by its user"
        world.record.say(world.time.now, "user", f"stops the instance: {reason}")
        world.server.set_status(world.server.instance, "stopped", reason)
        world.mark_dirty()
