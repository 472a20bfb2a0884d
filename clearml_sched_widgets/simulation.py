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
from clearml_sched_widgets.engine.launches import at_start
from clearml_sched_widgets.engine.overlap import REPLACED, Turn, turn
from clearml_sched_widgets.engine.runs import Run
from clearml_sched_widgets.engine.state import ItemState, Launch
from clearml_sched_widgets.errors import Problem
from clearml_sched_widgets.records import Task
from clearml_sched_widgets.recurrence import occurrences
from clearml_sched_widgets.recurrence.local import END

DEFAULT = "default"  # in `durations`: all schedules that are not named there
Durations = Mapping[str, "str | timedelta"]


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
        self._schedules = {schedule.id: schedule for schedule in definition.schedules}
        self._length = {schedule.id: request.duration(schedule) for schedule in definition.schedules}
        self._states = {item_id: ItemState(watermark=request.start) for item_id in self._schedules}
        self._agenda = Agenda()
        self._ends: list[tuple[datetime, int]] = []  # a heap of when, and the run's place in the list of runs
        self._active: dict[str, list[int]] = {item_id: [] for item_id in self._schedules}
        self._on_queue: Counter[str] = Counter()
        self._owed: dict[str, list[Launch]] = {}
        self._runs: list[SimulatedRun] = []
        self._skips: list[Skip] = []
        self._overlaps: list[Overlap] = []
        self._load: dict[tuple[datetime, str], tuple[int, int]] = {}

    def walk(self) -> Simulation:
        self._open()
        while (now := self._next()) is not None and now <= self._request.end:
            self._finish(now)
            for item_id in self._agenda.due(now):
                self._decide(item_id, now)
            for item_id in list(self._owed):
                self._launch(item_id, now)
        return Simulation(
            definition=self._definition,
            start=self._request.start,
            end=self._request.end,
            runs=tuple(self._runs),
            skips=tuple(self._skips),
            overlaps=tuple(self._overlaps),
            load=tuple(
                Load(queue=queue, hour=hour, launched=launched, busiest=busiest)
                for (hour, queue), (launched, busiest) in sorted(self._load.items())
            ),
        )

    def _open(self) -> None:
        now = self._request.start
        for item_id, schedule in self._schedules.items():
            self._agenda.put(item_id, next_slot(schedule, self._states[item_id]))
            if schedule.enabled and schedule.run_at_start:
                self._owed[item_id] = [at_start(schedule, now)]
                self._launch(item_id, now)

    def _next(self) -> datetime | None:
        """The next slot, or the end of a run that somebody may wait for."""
        slot = self._agenda.first()
        end = self._ends[0][0] if self._owed and self._ends else None
        return min((moment for moment in (slot, end) if moment is not None), default=None)

    def _finish(self, now: datetime) -> None:
        """End the runs whose time is over: before anything begins at the same moment."""
        while self._ends and self._ends[0][0] <= now:
            _, place = heapq.heappop(self._ends)
            self._end(place)

    def _end(self, place: int) -> None:
        run = self._runs[place]
        if place in self._active[run.item]:  # else it was stopped
            self._active[run.item].remove(place)
            self._on_queue[run.queue] -= 1

    def _decide(self, item_id: str, now: datetime) -> None:
        active, owed = len(self._active[item_id]), self._owed.get(item_id, [])
        decision = decide(self._schedules[item_id], self._states[item_id], now, active, len(owed))
        self._states[item_id] = decision.state
        self._agenda.put(item_id, decision.next_slot)
        self._skips += decision.skips
        if decision.launches:
            self._owed[item_id] = [*owed, *decision.launches]

    def _launch(self, item_id: str, now: datetime) -> None:
        """Begin what need not wait, and stop what has to make room."""
        schedule, owed = self._schedules[item_id], self._owed.pop(item_id)
        found = Turn(go=tuple(owed)) if schedule.overlap == "allow" else self._turn(schedule, owed, now)
        for launch in found.replaced:
            self._skips.append(Skip(item=item_id, first=launch.nominal, last=launch.nominal, reason=REPLACED))
        for run in found.stop:
            self._stop(int(run.task.id), now)
        for launch in found.go:
            self._begin(schedule, launch, now)
        if found.hold:
            self._owed[item_id] = list(found.hold)
        if found.stop:  # what made them stop takes their place at once
            self._launch(item_id, now)

    def _turn(self, schedule: Schedule, owed: list[Launch], now: datetime) -> Turn:
        active = [self._as_run(place) for place in self._active[schedule.id]]
        return turn(schedule, False, owed, active, lambda _: False, now)

    def _as_run(self, place: int) -> Run:
        run = self._runs[place]
        task = Task(id=str(place), status="in_progress")
        return Run(task=task, key=str(place), item=run.item, cause=run.cause, nominal=run.nominal, object="")

    def _stop(self, place: int, now: datetime) -> None:
        self._end(place)
        self._runs[place] = attrs.evolve(self._runs[place], ended=now, stopped="a later run took its place")

    def _begin(self, schedule: Schedule, launch: Launch, now: datetime) -> None:
        length, limit, queue = self._length[schedule.id], schedule.action.time_limit, schedule.action.queue
        over = limit is not None and length > limit
        run = SimulatedRun(
            item=schedule.id,
            name=schedule.title,
            queue=queue,
            cause=launch.cause,
            nominal=launch.nominal,
            started=now,
            ended=now + (limit if over and limit else length),
            stopped="it reached its time limit" if over else "",
        )
        running = self._active[schedule.id]
        if running:
            self._overlaps.append(Overlap(item=run.item, name=run.name, at=now, running=len(running)))
        heapq.heappush(self._ends, (run.ended, len(self._runs)))
        running.append(len(self._runs))
        self._runs.append(run)
        self._on_queue[queue] += 1
        self._count(queue, now)

    def _count(self, queue: str, now: datetime) -> None:
        hour = now.replace(minute=0, second=0, microsecond=0)
        launched, busiest = self._load.get((hour, queue), (0, 0))
        self._load[hour, queue] = launched + 1, max(busiest, self._on_queue[queue])
