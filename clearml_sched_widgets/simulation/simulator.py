"""Simulates schedules on a virtual clock that moves from one slot or end of a run to the next."""

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
from clearml_sched_widgets.simulation.request import SimulationRequest
from clearml_sched_widgets.simulation.result import Load, Overlap, SimulatedRun, Simulation


class Simulator:
    """Runs one simulation, once."""

    def __init__(self, request: SimulationRequest) -> None:
        definition = request.definition
        self._request = request
        self._schedules = {schedule.id: schedule for schedule in definition.schedules}
        self._durations = {schedule.id: request.duration(schedule) for schedule in definition.schedules}
        self._states = {item_id: ItemState(watermark=request.start) for item_id in self._schedules}
        self._agenda = Agenda()
        self._ends: list[tuple[datetime, int]] = []  # a heap of (time, index of the run in `_runs`)
        self._active: dict[str, list[int]] = {item_id: [] for item_id in self._schedules}
        self._active_by_queue: Counter[str] = Counter()
        self._owed: dict[str, list[Launch]] = {}
        self._runs: list[SimulatedRun] = []
        self._skips: list[Skip] = []
        self._overlaps: list[Overlap] = []
        self._load: dict[tuple[datetime, str], tuple[int, int]] = {}

    def run(self) -> Simulation:
        """Simulate up to the end of the period."""
        self._start()
        while (now := self._next_moment()) is not None and now <= self._request.end:
            self._end_finished_runs(now)
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

    def _start(self) -> None:
        now = self._request.start
        for item_id, schedule in self._schedules.items():
            self._agenda.put(item_id, next_slot(schedule, self._states[item_id]))
            if schedule.enabled and schedule.run_at_start:
                self._owed[item_id] = [at_start(schedule, now)]
                self._launch(item_id, now)

    def _next_moment(self) -> datetime | None:
        """When the next slot is due, or the next run ends that a launch may wait for."""
        slot = self._agenda.first()
        end = self._ends[0][0] if self._owed and self._ends else None
        return min((moment for moment in (slot, end) if moment is not None), default=None)

    def _end_finished_runs(self, now: datetime) -> None:
        """End the runs that finish by `now`, before other runs start at the same moment."""
        while self._ends and self._ends[0][0] <= now:
            _, index = heapq.heappop(self._ends)
            self._end_run(index)

    def _end_run(self, index: int) -> None:
        run = self._runs[index]
        if index in self._active[run.item]:  # a stopped run is not
            self._active[run.item].remove(index)
            self._active_by_queue[run.queue] -= 1

    def _decide(self, item_id: str, now: datetime) -> None:
        active, owed = len(self._active[item_id]), self._owed.get(item_id, [])
        decision = decide(self._schedules[item_id], self._states[item_id], now, active, len(owed))
        self._states[item_id] = decision.state
        self._agenda.put(item_id, decision.next_slot)
        self._skips += decision.skips
        if decision.launches:
            self._owed[item_id] = [*owed, *decision.launches]

    def _launch(self, item_id: str, now: datetime) -> None:
        """Start the launches that need not wait, and stop the runs that they replace."""
        schedule, owed = self._schedules[item_id], self._owed.pop(item_id)
        decision = self._apply_overlap(schedule, owed, now)
        for launch in decision.replaced:
            self._skips.append(Skip(item=item_id, first=launch.nominal, last=launch.nominal, reason=REPLACED))
        for run in decision.stop:
            self._stop_run(int(run.task.id), now)
        for launch in decision.go:
            self._start_run(schedule, launch, now)
        if decision.hold:
            self._owed[item_id] = list(decision.hold)
        if decision.stop:  # the launches that replace the stopped runs start at once
            self._launch(item_id, now)

    def _apply_overlap(self, schedule: Schedule, owed: list[Launch], now: datetime) -> OverlapDecision:
        if schedule.overlap == "allow":  # saves the list of active runs
            return OverlapDecision(go=tuple(owed))
        active = [self._as_run(index) for index in self._active[schedule.id]]
        return apply_overlap(schedule, False, owed, active, lambda _: False, now)

    def _as_run(self, index: int) -> Run:
        run = self._runs[index]
        task = Task(id=str(index), status="in_progress")
        return Run(task=task, key=str(index), item=run.item, cause=run.cause, nominal=run.nominal, object="")

    def _stop_run(self, index: int, now: datetime) -> None:
        self._end_run(index)
        self._runs[index] = attrs.evolve(self._runs[index], ended=now, stopped="a later run took its place")

    def _start_run(self, schedule: Schedule, launch: Launch, now: datetime) -> None:
        duration, limit, queue = self._durations[schedule.id], schedule.action.time_limit, schedule.action.place
        over_limit = limit is not None and duration > limit
        run = SimulatedRun(
            item=schedule.id,
            name=schedule.title,
            queue=queue,
            cause=launch.cause,
            nominal=launch.nominal,
            started=now,
            ended=now + (limit if over_limit and limit else duration),
            stopped="it reached its time limit" if over_limit else "",
        )
        running = self._active[schedule.id]
        if running:
            self._overlaps.append(Overlap(item=run.item, name=run.name, at=now, running=len(running)))
        heapq.heappush(self._ends, (run.ended, len(self._runs)))
        running.append(len(self._runs))
        self._runs.append(run)
        self._active_by_queue[queue] += 1
        self._count_launch(queue, now)

    def _count_launch(self, queue: str, now: datetime) -> None:
        hour = now.replace(minute=0, second=0, microsecond=0)
        launched, busiest = self._load.get((hour, queue), (0, 0))
        self._load[hour, queue] = launched + 1, max(busiest, self._active_by_queue[queue])
