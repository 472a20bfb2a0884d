"""The virtual clock: from each moment at which something happens to the next one."""

from __future__ import annotations

import heapq
from collections import Counter
from datetime import datetime

import attrs

from clearml_sched_widgets.definition import Schedule
from clearml_sched_widgets.policy.agenda import Agenda
from clearml_sched_widgets.policy.decide import Skip, decide, next_slot
from clearml_sched_widgets.policy.overlap import REPLACED, OverlapDecision, apply_overlap
from clearml_sched_widgets.policy.requested import at_start
from clearml_sched_widgets.policy.run import Run
from clearml_sched_widgets.policy.state import ItemState, Launch
from clearml_sched_widgets.records import Task
from clearml_sched_widgets.simulation.request import Request
from clearml_sched_widgets.simulation.result import Load, Overlap, SimulatedRun, Simulation


class Walk:
    """Goes from one moment at which something happens to the next one."""

    def __init__(self, request: Request) -> None:
        definition = request.definition
        self._request = request
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
        """All that happens up to the end. May be called once."""
        self._open()
        while (now := self._next()) is not None and now <= self._request.end:
            self._finish(now)
            for item_id in self._agenda.due(now):
                self._decide(item_id, now)
            for item_id in list(self._owed):
                self._launch(item_id, now)
        return Simulation(
            definition=self._request.definition,
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
        found = OverlapDecision(go=tuple(owed)) if schedule.overlap == "allow" else self._turn(schedule, owed, now)
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

    def _turn(self, schedule: Schedule, owed: list[Launch], now: datetime) -> OverlapDecision:
        active = [self._as_run(place) for place in self._active[schedule.id]]
        return apply_overlap(schedule, False, owed, active, lambda _: False, now)

    def _as_run(self, place: int) -> Run:
        run = self._runs[place]
        task = Task(id=str(place), status="in_progress")
        return Run(task=task, key=str(place), item=run.item, cause=run.cause, nominal=run.nominal, object="")

    def _stop(self, place: int, now: datetime) -> None:
        self._end(place)
        self._runs[place] = attrs.evolve(self._runs[place], ended=now, stopped="a later run took its place")

    def _begin(self, schedule: Schedule, launch: Launch, now: datetime) -> None:
        length, limit, queue = self._length[schedule.id], schedule.action.time_limit, schedule.action.place
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
