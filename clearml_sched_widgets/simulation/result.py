"""The result of a simulation: runs, skips, overlaps and load."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import attrs

from clearml_sched_widgets.definition import Definition
from clearml_sched_widgets.policy.decide import Skip


@attrs.frozen(kw_only=True)
class SimulatedRun:
    """One run that would be launched. Times are aware, in UTC.

    `ended` follows from the assumed duration, unless the run is stopped earlier; then `stopped` is the reason.
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
    """A run that starts while `running` other runs of its schedule are unfinished."""

    item: str
    name: str
    at: datetime
    running: int


@attrs.frozen(kw_only=True)
class Load:
    """One hour of one queue: the number of runs `launched`, and the most runs unfinished at a time (`busiest`).

    Hours without a launch are left out.
    """

    queue: str
    hour: datetime
    launched: int
    busiest: int


@attrs.frozen(kw_only=True, repr=False)
class Simulation:
    """What would happen in `start < t <= end`. Each tuple is in the order of time."""

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
        """One line: the numbers of runs, skips and overlaps, and the hour with the most launches."""
        counts = f"{_counted(self.runs, 'run')}, {_counted(self.skips, 'skip')}, {_counted(self.overlaps, 'overlap')}"
        top = max(self.load, key=lambda load: load.launched, default=None)
        busiest = "" if top is None else f"; most in one hour: {top.launched} on {top.queue}, {top.hour:%Y-%m-%d %H}:00"
        return f"{self.definition.name!r} from {_utc_text(self.start)} to {_utc_text(self.end)}: {counts}{busiest}"

    def table(self) -> dict[str, list[Any]]:
        """The runs as columns of plain lists, which is what `pandas.DataFrame` takes."""
        names = [field.name for field in attrs.fields(SimulatedRun)]
        return {name: [getattr(run, name) for run in self.runs] for name in names}

    def by_hour(self) -> dict[tuple[str, int], tuple[int, int]]:
        """By queue and hour of the day (UTC): the number of launches in all, and the most on one day."""
        launches: dict[tuple[str, int], tuple[int, int]] = {}
        for load in self.load:
            total, most = launches.get((load.queue, load.hour.hour), (0, 0))
            launches[load.queue, load.hour.hour] = (total + load.launched, max(most, load.launched))
        return dict(sorted(launches.items()))


def _counted(things: tuple[Any, ...], noun: str) -> str:
    return f"{len(things):,} {noun}{'s' * (len(things) != 1)}"


def _utc_text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
