"""Creates an instance with a long history on an in-memory server, for the benchmark of the dashboard."""

from __future__ import annotations

import random
from bisect import bisect_left
from datetime import datetime, timedelta, timezone

from clearml_sched_widgets import Action, Daily, Definition, Manager, Schedule
from clearml_sched_widgets.gateway.memory.gateway import PAGE, MemoryGateway
from clearml_sched_widgets.gateway.memory.query import projected
from clearml_sched_widgets.instances.instance import Instance
from clearml_sched_widgets.records import SECTION, Param, Task, TaskQuery, run_tag

YEAR = timedelta(days=365)
NAMES = ("Train the detector", "Evaluate on the validation set", "Nightly report", "Refresh the features", "Clean up")
STATUSES = ("completed",) * 17 + ("failed", "stopped", "completed")


class LongHistory(MemoryGateway):
    """In-memory server that answers queries for old runs from sorted lists, as a real server does from an index."""

    def __init__(self) -> None:
        super().__init__()
        self._past: list[Task] = []  # by time of creation, which is also the time of the last change
        self._times: list[datetime] = []

    def set_history(self, instance_id: str, runs: list[Task]) -> None:
        """Set the old runs, oldest first, which never change again. Makes the instance older than all of them."""
        self._put(instance_id, created=datetime.now(timezone.utc) - 2 * YEAR)
        self._past, self._times = runs, [run.created for run in runs if run.created]

    def tasks(self, query: TaskQuery) -> list[Task]:
        recent = super().tasks(query)
        if not (self._past and set(query.system_tags) & set(self._past[0].system_tags)) or query.statuses:
            return recent
        if query.order.startswith("-"):
            begin = query.page * PAGE - len(recent)
            past = self._past[::-1][max(0, begin) : begin + PAGE] if begin + PAGE > 0 else []
        else:
            first = 0 if query.since is None else bisect_left(self._times, query.since)
            past = self._past[first + query.page * PAGE : first + (query.page + 1) * PAGE]
        return [projected(run, query) for run in past] + recent


def instance_with(runs: int, schedules: int = 5) -> tuple[Instance, Manager]:
    """A running instance that has launched this many runs over the last year, and its manager."""
    gateway = LongHistory()
    manager = Manager(gateway=gateway)
    gateway.add_queue("default")
    base = gateway.add_task("train model", project="Vision")
    items = [Schedule(Action(base), Daily([_time(number)]), name=_name(number)) for number in range(schedules)]
    instance = manager.save(Definition("A year of runs", items))
    gateway.set_history(instance.id, _runs(runs, instance.id, items))
    instance.resume()
    return instance, manager


def _name(number: int) -> str:
    return NAMES[number] if number < len(NAMES) else f"{NAMES[number % len(NAMES)]} {number}"


def _time(number: int) -> str:
    return f"{number // 60 % 24:02}:{number % 60:02}"


def _runs(count: int, instance_id: str, items: list[Schedule]) -> list[Task]:
    rng, start, step = random.Random(7), datetime.now(timezone.utc) - YEAR, YEAR / max(1, count)
    return [_run(start + number * step, instance_id, items[number % len(items)], rng) for number in range(count)]


def _run(at: datetime, instance_id: str, item: Schedule, rng: random.Random) -> Task:
    slot = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    section = {"key": f"{item.id}@{slot}", "item": item.id, "cause": "schedule", "scheduled": slot}
    end = at + timedelta(seconds=rng.expovariate(1 / 900))
    status = rng.choice(STATUSES)
    return Task(
        id=f"{rng.getrandbits(128):032x}",
        name=item.title,
        type="training",
        status=status,
        status_reason="" if status == "completed" else "exit code 1",
        created=at,
        started=at + timedelta(seconds=3),
        completed=end,
        status_changed=end,
        last_update=end,
        last_change=at,
        system_tags=("clearml-sched", run_tag(instance_id)),
        hyperparams={SECTION: {name: Param(value=value) for name, value in section.items()}},
    )
