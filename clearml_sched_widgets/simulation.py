"""PURE: what a definition would do between two moments: the engine's own decisions on a clock that is an argument.

Nothing is launched and nothing is asked of a server: that is why triggers, which wait for events, never fire here, and
why each run takes as long as it is said to take, from its launch on, however busy the queue.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice
from operator import itemgetter
from typing import Any

import attrs

from clearml_sched_widgets.definition import Definition, Schedule, values
from clearml_sched_widgets.definition.checks import bad, collect
from clearml_sched_widgets.engine.agenda import Agenda
from clearml_sched_widgets.engine.decide import Skip, decide, next_slot
from clearml_sched_widgets.engine.state import ItemState
from clearml_sched_widgets.errors import Problem
from clearml_sched_widgets.recurrence import occurrences
from clearml_sched_widgets.recurrence.local import END

DEFAULT = "default"  # in `durations`: all schedules that are not named there
Durations = Mapping[str, "str | timedelta"]


@attrs.frozen(kw_only=True)
class SimulatedRun:
    """One run that would be launched. Times are aware, in UTC; `ended` by the duration that was assumed."""

    item: str
    name: str
    queue: str
    cause: str  # schedule or start
    nominal: datetime
    started: datetime
    ended: datetime


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


def simulate(
    definition: Definition, start: str | datetime, end: str | datetime, durations: Durations | None = None
) -> Simulation:
    """What the definition would do after `start` and up to `end` (aware times, or ISO 8601 with an offset).

    `durations` says how long runs take, by the schedule's id or name, or "default" for all others; without it a run
    takes no time. Raises InvalidDefinition for what is no time, no duration or no schedule.
    """
    return _Walk(definition, _Request(definition, start, end, durations or {})).walk()


def preview(definition: Definition, n: int, now: datetime) -> list[tuple[datetime, Schedule]]:
    """The next `n` slots of all enabled schedules after `now`, with their schedules. Policies do not matter here."""
    slots = (_slots(schedule, now) for schedule in definition.schedules if schedule.enabled)
    return list(islice(heapq.merge(*slots, key=itemgetter(0)), n))


def _slots(schedule: Schedule, now: datetime) -> Iterator[tuple[datetime, Schedule]]:
    found = islice(occurrences(schedule.recurrence, now, END), schedule.policies.max_runs)
    return ((moment, schedule) for moment in found)


def _durations(value: Durations) -> dict[str, timedelta]:
    if not isinstance(value, Mapping):
        return bad(value, 'expected a mapping such as {"nightly": "15m", "default": "5m"}')
    return {str(name): values.window(length) for name, length in value.items()}


@attrs.frozen
class _Request:
    """What is asked for, checked: all problems at once."""

    definition: Definition
    start: datetime = attrs.field(converter=values.moment)
    end: datetime = attrs.field(converter=values.moment)
    durations: dict[str, timedelta] = attrs.field(converter=_durations)

    def __attrs_post_init__(self) -> None:
        collect(self, self._rules)

    def _rules(self) -> Iterable[Problem]:
        if self.end < self.start:
            yield Problem("end", self.end.isoformat(), f"expected a time after the start, {self.start.isoformat()}")
        known = {name for schedule in self.definition.schedules for name in (schedule.id, schedule.name)}
        for name in self.durations:
            if name != DEFAULT and name not in known:
                yield Problem(f"durations[{name!r}]", name, "expected the id or the name of a schedule")

    def duration(self, schedule: Schedule) -> timedelta:
        """How long a run of the schedule takes."""
        for name in (schedule.id, schedule.name, DEFAULT):
            if name in self.durations:
                return self.durations[name]
        return timedelta(0)


class _Walk:
    """Goes from one moment at which something happens to the next one."""

    def __init__(self, definition: Definition, request: _Request) -> None:
        self._definition, self._request = definition, request
        schedules = definition.schedules
        self._schedules = {schedule.id: schedule for schedule in schedules}
        self._length = {schedule.id: request.duration(schedule) for schedule in schedules}
        self._states = {schedule.id: ItemState(watermark=request.start) for schedule in schedules}
        self._agenda = Agenda()
        for schedule in schedules:
            self._agenda.put(schedule.id, next_slot(schedule, self._states[schedule.id]))
        self._ends: list[tuple[datetime, str, str]] = []  # a heap of when, item, queue
        self._active: Counter[str] = Counter()
        self._on_queue: Counter[str] = Counter()
        self._runs: list[SimulatedRun] = []
        self._skips: list[Skip] = []
        self._overlaps: list[Overlap] = []
        self._load: dict[tuple[datetime, str], tuple[int, int]] = {}

    def walk(self) -> Simulation:
        request = self._request
        for schedule in self._definition.schedules:
            if schedule.enabled and schedule.run_at_start:
                self._begin(schedule, "start", request.start, request.start)
        while (now := self._agenda.first()) is not None and now <= request.end:
            self._finish(now)
            for item_id in self._agenda.due(now):
                self._decide(item_id, now)
        return Simulation(
            definition=self._definition,
            start=request.start,
            end=request.end,
            runs=tuple(self._runs),
            skips=tuple(self._skips),
            overlaps=tuple(self._overlaps),
            load=tuple(
                Load(queue=queue, hour=hour, launched=launched, busiest=busiest)
                for (hour, queue), (launched, busiest) in sorted(self._load.items())
            ),
        )

    def _finish(self, now: datetime) -> None:
        """End the runs whose time is over: before anything begins at the same moment."""
        while self._ends and self._ends[0][0] <= now:
            _, item_id, queue = heapq.heappop(self._ends)
            self._active[item_id] -= 1
            self._on_queue[queue] -= 1

    def _decide(self, item_id: str, now: datetime) -> None:
        schedule = self._schedules[item_id]
        decision = decide(schedule, self._states[item_id], now, self._active[item_id])
        self._states[item_id] = decision.state
        self._agenda.put(item_id, decision.next_slot)
        self._skips += decision.skips
        for launch in decision.launches:
            self._begin(schedule, launch.cause, launch.nominal, now)

    def _begin(self, schedule: Schedule, cause: str, nominal: datetime, now: datetime) -> None:
        item_id, queue, ended = schedule.id, schedule.action.queue, now + self._length[schedule.id]
        run = SimulatedRun(
            item=item_id, name=schedule.title, queue=queue, cause=cause, nominal=nominal, started=now, ended=ended
        )
        self._runs.append(run)
        if self._active[item_id]:
            self._overlaps.append(Overlap(item=item_id, name=run.name, at=now, running=self._active[item_id]))
        self._active[item_id] += 1
        self._on_queue[queue] += 1
        heapq.heappush(self._ends, (ended, item_id, queue))
        hour = now.replace(minute=0, second=0, microsecond=0), queue
        launched, busiest = self._load.get(hour, (0, 0))
        self._load[hour] = launched + 1, max(busiest, self._on_queue[queue])
