"""Ours: what one step of the engine costs with so many daily schedules, on the in-memory server.

A step is all that the engine does each second: commands, due schedules, runs, state. The tables for the web page,
drawn every half minute, are left out, as they are from the SDK's step. Processor time, as for the SDK: nothing here
waits for a server, and a machine that is busy with something else is not what is measured.
"""

from __future__ import annotations

import statistics
import sys
import time
from datetime import datetime, timedelta, timezone

from benchmarks.children.plain import told
from clearml_sched_widgets import Action, Daily, Definition, Interval, Schedule, codec
from clearml_sched_widgets.engine.instance_task import task as instance_task
from clearml_sched_widgets.engine.loop import Engine
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway

EVERY = timedelta(seconds=30)


class HandClock:
    """Moves when it is told to."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 23, 12, 0, 10, tzinfo=timezone.utc)

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.moment.timestamp()

    def wait(self, event: object, seconds: float) -> None:  # noqa: ARG002 - nobody sets the event
        self.moment += timedelta(seconds=seconds)


def _engine(count: int, clock: HandClock) -> Engine:
    gateway = MemoryGateway(now=clock.now)
    gateway.add_queue("default")
    base = gateway.add_task("train model", project="Vision")
    often = Schedule(Action(base), Interval(every=EVERY), name="often")
    daily = [Schedule(Action(base), Daily("06:20"), name=f"job {number}") for number in range(count - 1)]
    configuration = {
        instance_task.DEFINITION: codec.dumps(Definition("bench", [often, *daily])),
        instance_task.STATE: "{}",
    }
    engine = Engine(gateway.create_instance("bench", "Bench", configuration), gateway, clock=clock)
    engine.open()
    engine.step()
    return engine


def _steps(engine: Engine, clock: HandClock, count: int) -> tuple[list[float], list[float]]:
    """Milliseconds of the steps, one each second: of those in which nothing is due, and of those in which one is."""
    idle, due = list[float](), list[float]()
    while len(due) < count:
        clock.moment += timedelta(seconds=1)
        began = time.process_time()
        engine.step()
        took = (time.process_time() - began) * 1000
        (due if clock.moment.timestamp() % EVERY.total_seconds() < 1 else idle).append(took)
    return idle, due


def main(count: int) -> None:
    clock = HandClock()
    idle, due = _steps(_engine(count, clock), clock, int(sys.argv[2]))
    told(idle=statistics.median(idle), idle_mean=statistics.mean(idle), due=statistics.median(due))


if __name__ == "__main__":
    main(int(sys.argv[1]))
