"""What a simulation finds: runs, skips, overlaps and load."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import attrs

from clearml_sched_widgets.definition import Definition
from clearml_sched_widgets.policy.decide import Skip


@attrs.frozen(kw_only=True)
class SimulatedRun:
    """One run that would be launched. Times are aware, in UTC; `ended` by the duration that was assumed, unless it was
    `stopped` before: that says why.
    """

    item: str
    name: str
    queue: str
    cause: str  # schedule or start
    nominal: datetime
    started: datetime
    ended: datetime
    stopped: str = ""


@attrs.frozen(kw_only=True)
class Overlap:
    """A run that begins while `running` others of its schedule are under way."""

    item: str
    name: str
    at: datetime
    running: int


@attrs.frozen(kw_only=True)
class Load:
    """One hour of one queue: how many runs are launched in it, and how many of the queue's are under way at most.

    Hours in which nothing is launched are left out.
    """

    queue: str
    hour: datetime
    launched: int
    busiest: int


@attrs.frozen(kw_only=True, repr=False)
class Simulation:
    """What would happen in `start < t <= end`. Each list is in the order of time."""

    definition: Definition
    start: datetime
    end: datetime
    runs: tuple[SimulatedRun, ...]
    skips: tuple[Skip, ...]
    overlaps: tuple[Overlap, ...]
    load: tuple[Load, ...]

    def __repr__(self) -> str:
        return f"<Simulation of {self.summary}>"

    @property
    def summary(self) -> str:
        """One line: how many runs, skips and overlaps, and the busiest hour."""
        counts = f"{_many(self.runs, 'run')}, {_many(self.skips, 'skip')}, {_many(self.overlaps, 'overlap')}"
        top = max(self.load, key=lambda load: load.launched, default=None)
        busiest = "" if top is None else f"; most in one hour: {top.launched} on {top.queue}, {top.hour:%Y-%m-%d %H}:00"
        return f"{self.definition.name!r} from {_shown(self.start)} to {_shown(self.end)}: {counts}{busiest}"

    def table(self) -> dict[str, list[Any]]:
        """The runs as columns of plain lists, which is what `pandas.DataFrame` takes."""
        names = [field.name for field in attrs.fields(SimulatedRun)]
        return {name: [getattr(run, name) for run in self.runs] for name in names}

    def by_hour(self) -> dict[tuple[str, int], tuple[int, int]]:
        """By queue and hour of the day (UTC): how many runs in all, and the most of any one day."""
        found: dict[tuple[str, int], tuple[int, int]] = {}
        for load in self.load:
            total, most = found.get((load.queue, load.hour.hour), (0, 0))
            found[load.queue, load.hour.hour] = (total + load.launched, max(most, load.launched))
        return dict(sorted(found.items()))


def _many(things: tuple[Any, ...], noun: str) -> str:
    return f"{len(things):,} {noun}{'s' * (len(things) != 1)}"


def _shown(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
