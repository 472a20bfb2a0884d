"""Ours: what a running engine takes from a cell that computes: a loop of pure Python in this process' main thread.

The loop works in short slices. An interruption is the time in which its thread stood still while other threads of this
process used a processor: they held Python's global lock. What they do beside the loop does not count, such as waiting
for the server, nor does other load on the machine.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from benchmarks.children.plain import Plain, print_result
from clearml_sched_widgets import Action, Daily, Definition, Interval, Manager, Schedule
from clearml_sched_widgets.instances.instance import Instance

PASSES = 2000  # of the loop, in a slice: less than 0.1 ms
SHORTEST = 50e-6  # seconds of an interruption; what is shorter is the noise of the clocks
WARM_UP = 5.0  # seconds in which the engine finishes its start


def _slice() -> int:
    total = 0
    for number in range(PASSES):
        total += number
    return total


def _clocks() -> tuple[float, float, float]:
    """Seconds of the wall, and of processor time that this thread and that all threads of this process have used."""
    return time.perf_counter(), time.thread_time(), time.process_time()


def _interruptions(seconds: float) -> list[float]:
    """Compute for so many seconds. Returns how many seconds each interruption took, ascending."""
    taken: list[float] = []
    before = _clocks()
    end = before[0] + seconds
    while before[0] < end:
        _slice()
        now = _clocks()
        wall, own, all_threads = (after - earlier for after, earlier in zip(now, before, strict=True))
        took = min(wall - own, all_threads - own)
        if took > SHORTEST:
            taken.append(took)
        before = now
    return sorted(taken)


def _launch(schedules: int, due: int) -> Instance:
    """Start an instance in this process. So many of its schedules are due once a minute, together, and no others."""
    base = Plain().base()
    later = (datetime.now(timezone.utc) + timedelta(hours=12)).strftime("%H:%M")
    often = [Schedule(Action(base), Interval(every="1m"), name=f"often {n}") for n in range(due)]
    daily = [Schedule(Action(base), Daily(later), name=f"job {n}") for n in range(schedules - due)]
    return Manager().launch(Definition("bench", [*often, *daily]))


def _p99_ms(taken: Sequence[float]) -> float:
    return taken[int(len(taken) * 0.99)] * 1000 if taken else 0.0


def main(schedules: int, due: int, seconds: float) -> None:
    alone = _interruptions(seconds / 4)
    instance = _launch(schedules, due)
    time.sleep(WARM_UP)
    beside = _interruptions(seconds)
    instance.stop()
    p99_ms = (_p99_ms(beside), _p99_ms(alone))
    share_pct = (sum(beside) / seconds * 100, sum(alone) / (seconds / 4) * 100)
    print_result(p99_ms=p99_ms, share_pct=share_pct, interruptions=len(beside))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
