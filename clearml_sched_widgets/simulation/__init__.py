"""PURE: what a definition would do between two moments: the engine's own decisions on a clock that is an argument.

Nothing is launched and nothing is asked of a server: that is why triggers, which wait for events, never fire here, and
why each run takes as long as it is said to take, from its launch on, however busy the queue. No run fails.

request  what is asked for, checked      walk  from one moment to the next      result  what is found
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
from clearml_sched_widgets.simulation.request import DEFAULT, Durations, Request, Upcoming
from clearml_sched_widgets.simulation.result import Load, Overlap, SimulatedRun, Simulation
from clearml_sched_widgets.simulation.walk import Walk

__all__ = ["DEFAULT", "Durations", "Load", "Overlap", "SimulatedRun", "Simulation", "simulate", "upcoming"]


def simulate(
    definition: Definition, start: str | datetime, end: str | datetime, durations: Durations | None = None
) -> Simulation:
    """What the schedules would do after `start` and up to `end`: runs, skips, overlaps, load. Launches nothing.

    The times are aware, or ISO 8601 with an offset; those of the result are in UTC. `durations` says how long runs
    take, by the schedule's id or name, or "default" for all others; without it a run takes no time. Raises
    InvalidDefinition for what is no definition, no time, no duration or no schedule.
    """
    return Walk(Request(definition, start, end, durations or {})).walk()


def upcoming(definition: Definition, n: int, now: str | datetime) -> list[tuple[datetime, Schedule]]:
    """The next `n` slots of all enabled schedules after `now`, with their schedules. Policies do not matter here."""
    asked = Upcoming(definition, n, now)
    slots = (_slots(schedule, asked.now) for schedule in definition.schedules if schedule.enabled)
    return list(islice(heapq.merge(*slots, key=itemgetter(0)), asked.n))


def _slots(schedule: Schedule, now: datetime) -> Iterator[tuple[datetime, Schedule]]:
    found = islice(occurrences(schedule.recurrence, now, END), schedule.policies.max_runs)
    return ((moment, schedule) for moment in found)
