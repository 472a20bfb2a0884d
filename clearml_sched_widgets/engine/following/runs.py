"""What became of the runs. Follows the server by its time of change: a constant number of requests, however many runs.

Reading by the time of change needs no clock of ours: the cursor is a time that the server wrote.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from datetime import datetime

import attrs

from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.gateway.paging import PAGE, pages
from clearml_sched_widgets.policy.run import NEVER, Run, run_of
from clearml_sched_widgets.records import ACTIVE, LOOKBACK, Task, TaskQuery, run_tag

REPLACED = "its task was launched again"
KEEP = 20_000  # finished runs that stay in memory; older ones are on the server


def launched_since(gateway: Gateway, instance_id: str, start: datetime) -> set[str]:
    """The run keys of what an instance has launched since a time (the server's), in a request per 500 of them."""
    query = TaskQuery(system_tags=(run_tag(instance_id),), order="created", since=start, hyperparams="scheduler")
    tasks = (task for page in pages(gateway, query) for task in page)
    return {run.key for task in tasks if not task.virgin and (run := run_of(task, instance_id))}


class Runs:
    """The runs of one instance."""

    def __init__(self, instance_id: str, since: datetime | None = None) -> None:
        self._instance, self._tag = instance_id, run_tag(instance_id)
        self._reused: dict[str, str] = {}  # the present run of each reused task, by the task's id
        self.cursor = since
        self._moved = NEVER  # when the cursor last moved; a difference to NEVER is not positive
        self._runs: dict[str, Run] = {}
        self._by_key: dict[str, set[str]] = {}
        self._active: set[str] = set()
        self.forgot = False  # whether any was dropped from memory
        self.news: deque[Run] = deque(maxlen=KEEP)  # runs that are new or changed their status; its reader empties it

    def __iter__(self) -> Iterator[Run]:
        """All runs that are known, newest first."""
        return iter(sorted(self._runs.values(), key=lambda run: run.age, reverse=True))

    def __len__(self) -> int:
        return len(self._runs)

    @property
    def unfinished(self) -> int:
        """How many of the server's tasks are queued or running."""
        return sum(not self._runs[run_id].local for run_id in self._active)

    def active_runs(self) -> list[Run]:
        """The runs that are queued or running."""
        return [self._runs[run_id] for run_id in self._active]

    def find(self, gateway: Gateway, run_id: str) -> Run | None:
        """A run by its task's id; one that is not in memory any more is read: one request."""
        known = self._runs.get(run_id)
        if known is not None:
            return known
        tasks = gateway.tasks(self._query(order="created", ids=(run_id,)))
        return run_of(tasks[0], self._instance) if tasks else None

    def of_key(self, key: str) -> list[Run]:
        """All tasks with a run key, oldest first. Several only after lost answers, or if somebody copied one."""
        return sorted((self._runs[run_id] for run_id in self._by_key.get(key, ())), key=lambda run: run.age)

    def load(self, gateway: Gateway, now: datetime) -> None:
        """After a start: the runs that are not finished, whatever their age, then all that changed since the cursor."""
        for tasks in pages(gateway, self._query(order="created", statuses=tuple(sorted(ACTIVE)))):
            self._take(tasks)
        self.refresh(gateway, now)
        self.news.clear()  # what happened before the start is no news

    def refresh(self, gateway: Gateway, now: datetime) -> None:
        """Read what changed since the last time. `now` is any clock that goes on: it tells when things were quiet."""
        before = self.cursor
        quiet = now - self._moved > LOOKBACK
        since = before if quiet or before is None else before - LOOKBACK
        for tasks in pages(gateway, self._query(order="last_change", since=since)):
            self._take(tasks)
            newest = tasks[-1].last_change if tasks else None
            if newest is not None:
                self.cursor = max(newest, self.cursor or newest)
        if self.cursor != before:
            self._moved = now

    def enqueued(self, ids: Iterable[str]) -> None:
        """What this process has just put on a queue is queued, before any reading shows it."""
        for run_id in ids:
            run = self._runs[run_id]
            self._put(attrs.evolve(run, task=attrs.evolve(run.task, status="queued")))

    def find_deleted(self, gateway: Gateway) -> None:
        """Find unfinished runs that are gone from the server: one request per 500 unfinished runs."""
        active = {run.task.id: run for run in self.active_runs() if not run.local}
        ids = sorted(active)
        for start in range(0, len(ids), PAGE):
            chunk = tuple(ids[start : start + PAGE])
            present = {task.id for task in gateway.tasks(TaskQuery(ids=chunk, order="created"))}
            for task_id in chunk:
                if task_id not in present:
                    self._put(attrs.evolve(active[task_id], deleted=True))

    def remember(self, run: Run) -> None:
        """Take over a run of an earlier process that the state knows of."""
        self._put(run)

    def put(self, run: Run) -> None:
        """Note what this process knows of a run."""
        if run.reset:
            self._replace(run.task.id, run.id)
        self._put(run)

    def _query(self, **kwargs: object) -> TaskQuery:
        return TaskQuery(system_tags=(self._tag,), hyperparams="scheduler", **kwargs)  # type: ignore[arg-type]

    def _take(self, tasks: Iterable[Task]) -> None:
        for task in tasks:
            run = run_of(task, self._instance)
            known = self._runs.get(run.id) if run else None
            if run is None or run.reset:
                self._replace(task.id, run.id if run else "")
            if run is not None and (known is None or known.task != task):
                self._put(run)
        self._forget()

    def _put(self, run: Run) -> None:
        known = self._runs.get(run.id)
        if known is None or known.status != run.status:
            self.news.append(run)
        self._runs[run.id] = run
        self._by_key.setdefault(run.key, set()).add(run.id)
        if run.active:
            self._active.add(run.id)
        else:
            self._active.discard(run.id)

    def _replace(self, task_id: str, run_id: str) -> None:
        """A reused task that has another run now has left the one before, however that ended."""
        before = self._runs.get(self._reused.get(task_id, ""))
        if run_id:
            self._reused[task_id] = run_id
        if before is not None and before.id != run_id and before.active:
            over = attrs.evolve(before.task, status="stopped", status_reason=REPLACED, completed=None)
            self._put(attrs.evolve(before, task=over))

    def _forget(self) -> None:
        """Drop the oldest finished runs beyond a bound, in one go now and then."""
        if len(self._runs) <= KEEP + KEEP // 10:
            return
        self.forgot = True
        oldest = sorted(self._runs.values(), key=lambda run: run.age)[: len(self._runs) - KEEP]
        self.drop(run.id for run in oldest if not run.active)

    def drop(self, ids: Iterable[str]) -> None:
        """Forget runs."""
        for run_id in list(ids):
            run = self._runs.pop(run_id)
            self._active.discard(run_id)
            self._by_key[run.key].discard(run_id)
            if not self._by_key[run.key]:
                del self._by_key[run.key]
