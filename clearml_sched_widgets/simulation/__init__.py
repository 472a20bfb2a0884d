"""PURE: simulates what a definition does in a period: the engine's own decisions on a virtual clock.

Nothing is launched and no server is asked. So triggers never fire, no run fails, and each run takes its assumed
duration from its launch on, however busy the queue is.

request    the checked arguments
simulator  the simulation itself
result     its runs, skips, overlaps and load
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from operator import itemgetter

from clearml_sched_widgets.definition import Definition, Schedule
from clearml_sched_widgets.recurrence import occurrences
from clearml_sched_widgets.recurrence.local import END
from clearml_sched_widgets.simulation.request import DEFAULT, Durations, SimulationRequest, UpcomingRequest
from clearml_sched_widgets.simulation.result import Load, Overlap, SimulatedRun, Simulation
from clearml_sched_widgets.simulation.simulator import Simulator

__all__ = ["DEFAULT", "Durations", "Load", "Overlap", "SimulatedRun", "Simulation", "simulate", "upcoming"]


def simulate(
    definition: Definition, start: str | datetime, end: str | datetime, durations: Durations | None = None
) -> Simulation:
    """What the schedules would do after `start` and up to `end`: runs, skips, overlaps, load. Launches nothing.

    `start` and `end` are aware, or ISO 8601 with an offset; the times of the result are in UTC. `durations` says how
    long runs take, by the schedule's id or name, or "default" for all others; without it a run takes no time. Raises
    InvalidDefinition for an invalid argument, and for a schedule in `durations` that does not exist.
    """
    return Simulator(SimulationRequest(definition, start, end, durations or {})).run()


def upcoming(definition: Definition, n: int, now: str | datetime) -> list[tuple[datetime, Schedule]]:
    """The next `n` slots of all enabled schedules after `now`, in UTC, with their schedules.

    Of the policies only `max_runs` counts. Raises InvalidDefinition for an invalid argument.
    """
    request = UpcomingRequest(definition, n, now)
    slots = (_slots(schedule, request.now) for schedule in definition.schedules if schedule.enabled)
    return list(islice(heapq.merge(*slots, key=itemgetter(0)), request.n))


def _slots(schedule: Schedule, now: datetime) -> Iterator[tuple[datetime, Schedule]]:
    slots = islice(occurrences(schedule.recurrence, now, END), schedule.policies.max_runs)
    return ((slot, schedule) for slot in slots)
