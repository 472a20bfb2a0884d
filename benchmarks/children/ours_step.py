"""Ours: measures one step of the engine with `count` daily schedules, on the in-memory server.

A step is the engine's work of each second: commands, due schedules, runs, state. The tables for the web page, which are
written every half minute, are left out, as in the SDK's step. Measures processor time, as for the SDK: no server is
waited for, and other load on the machine does not count.
"""

from __future__ import annotations

import statistics
import sys
import time
from datetime import datetime, timedelta, timezone

from benchmarks.children.plain import print_result
from clearml_sched_widgets import Action, Daily, Definition, Interval, Schedule, codec
from clearml_sched_widgets.engine.instance_task import task as instance_task
from clearml_sched_widgets.engine.loop import Engine
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway

EVERY = timedelta(seconds=30)


class ManualClock:
    """A clock that moves only when the benchmark moves it."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 23, 12, 0, 10, tzinfo=timezone.utc)

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.moment.timestamp()

    def wait(self, event: object, seconds: float) -> None:  # noqa: ARG002 - nobody sets the event
        self.moment += timedelta(seconds=seconds)


def _engine(count: int, clock: ManualClock) -> Engine:
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


def _steps(engine: Engine, clock: ManualClock, count: int) -> tuple[list[float], list[float]]:
    """Milliseconds of steps, one each second: of idle steps, and of `count` steps in which a schedule is due."""
    idle, due = list[float](), list[float]()
    while len(due) < count:
        clock.moment += timedelta(seconds=1)
        began = time.process_time()
        engine.step()
        took = (time.process_time() - began) * 1000
        (due if clock.moment.timestamp() % EVERY.total_seconds() < 1 else idle).append(took)
    return idle, due


def main(count: int) -> None:
    clock = ManualClock()
    idle, due = _steps(_engine(count, clock), clock, int(sys.argv[2]))
    print_result(idle=statistics.median(idle), idle_mean=statistics.mean(idle), due=statistics.median(due))


if __name__ == "__main__":
    main(int(sys.argv[1]))
