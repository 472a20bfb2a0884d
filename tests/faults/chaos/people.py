"""What others do on the server: an agent executes runs, and objects that triggers watch change."""

from __future__ import annotations

import contextlib
import random
from typing import TYPE_CHECKING

from clearml_sched_widgets.errors import GatewayError
from clearml_sched_widgets.records import FINISHED
from tests.faults.chaos.server import WATCHED
from tests.faults.chaos.workspace import TAG

if TYPE_CHECKING:
    from tests.faults.chaos.world import World

BREAK_SHARE = 0.003  # of the seconds begin a break of the agent
CHANGE_EVERY = 14.0  # seconds between two changes of watched objects, on average


class Agent:
    """Starts what is queued and ends it after a while."""

    def __init__(self, world: World, seed: int) -> None:
        self._world, self.draw = world, random.Random(f"{seed} agent")
        self._running: dict[str, tuple[float, str]] = {}  # by task: when and how it ends
        self._away_until = 0.0  # until when it starts nothing
        self.calm = False  # whether all runs succeed, at once

    def tick(self) -> None:
        now = self._world.time.now
        for task_id, (end, status) in list(self._running.items()):
            stopping = self._is_stopping(task_id)
            if stopping or now >= end:
                del self._running[task_id]
                self._finish(task_id, "stopped" if stopping else status)
        if self.draw.random() < BREAK_SHARE:
            self._away_until = now + self.draw.uniform(20.0, 200.0)
        if now < self._away_until and not self.calm:
            return
        while (self.calm or self.draw.random() < 0.6) and (task_id := self._take()):
            self._running[task_id] = self._plan(now)

    def _take(self) -> str:
        queue = self._world.queue
        return (queue and self._world.server.take(queue)) or ""

    @property
    def busy(self) -> bool:
        queue = self._world.queue
        return bool(self._running or (queue and self._world.server.waiting(queue)))

    def _plan(self, now: float) -> tuple[float, str]:
        draw = self.draw
        if self.calm:
            return now, "completed"
        long = draw.random() < 0.12
        seconds = draw.uniform(60.0, 240.0) if long else draw.uniform(0.2, 18.0)
        return now + seconds, draw.choices(("completed", "failed", "stopped"), (0.75, 0.2, 0.05))[0]

    def _is_stopping(self, task_id: str) -> bool:
        try:
            return self._world.server.task(task_id).status_message == "stopping"
        except GatewayError:
            return True

    def _finish(self, task_id: str, status: str) -> None:
        # The remaining risk that the design names: a request delayed until its run has failed runs it again.
        if self._world.enqueues_under_way and status != "completed":
            self._running[task_id] = (self._world.time.now + 1.0, status)
            return
        with contextlib.suppress(GatewayError):  # somebody has deleted or reset it
            if self._world.server.task(task_id).status == "in_progress":
                self._world.server.finish(task_id, status)


class Objects:
    """Tasks, datasets and models that change at random."""

    def __init__(self, world: World, seed: int) -> None:
        self._world, self._draw = world, random.Random(f"{seed} objects")
        self._tasks: list[str] = []
        self._models: list[str] = []
        self._next = 0.0

    def tick(self) -> None:
        if self._world.time.now < self._next:
            return
        self._next = self._world.time.now + self._draw.expovariate(1 / CHANGE_EVERY)
        changes = (self._new, self._new_model, self._go_on, self._go_on, self._go_on, self._tag, self._tag, self._touch)
        for _ in range(self._draw.choice((1, 1, 1, 2, 4))):
            with contextlib.suppress(GatewayError):  # it is in no status for that
                self._draw.choice(changes)()

    def _new(self) -> None:
        status = self._draw.choice(("created", "in_progress", "completed", "failed"))
        tags = self._draw.choice(((), (), (TAG,)))
        if self._draw.random() < 0.6:
            made = self._world.server.add_task(f"{WATCHED} task", "Elsewhere", status=status, tags=tags)
        else:
            made = self._world.server.add_dataset(f"{WATCHED} data", "Elsewhere", status=status, tags=tags)
        self._tasks.append(made)

    def _new_model(self) -> None:
        self._models.append(self._world.server.add_model(f"{WATCHED} model", "Elsewhere"))

    def _go_on(self) -> None:
        """Move a task or a model to its next status."""
        server, draw = self._world.server, self._draw
        if self._models and draw.random() < 0.25:
            server.publish(draw.choice(self._models))
            return
        if not self._tasks:
            return
        task_id = draw.choice(self._tasks[-8:])
        status = server.task(task_id).status
        if status == "created":
            server.start(task_id)
        elif status == "in_progress":
            server.finish(task_id, draw.choice(("completed", "completed", "failed", "stopped")))
        elif status in FINISHED and status != "published":
            (server.publish if draw.random() < 0.3 else server.reset)(task_id)

    def _tag(self) -> None:
        objects = [*self._tasks[-8:], *self._models[-4:]]
        if objects:
            add, remove = ((TAG,), ()) if self._draw.random() < 0.6 else ((), (TAG,))
            self._world.server.tag(self._draw.choice(objects), *add, remove=remove)

    def _touch(self) -> None:
        if self._tasks:
            self._world.server.report(self._draw.choice(self._tasks))
