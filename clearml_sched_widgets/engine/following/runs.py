"""Keeps the runs of one instance up to date by reading the tasks that changed on the server since the last time.

The number of requests does not grow with the number of runs. The cursor is a time that the server wrote, so this
machine's clock does not matter.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, timezone

import attrs

from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.gateway.paging import PAGE, absent, pages
from clearml_sched_widgets.policy.run import NEVER, Run, run_of
from clearml_sched_widgets.records import ACTIVE, LOOKBACK, Task, TaskQuery, run_tag

EARLIEST = datetime.min.replace(tzinfo=timezone.utc)
MOST_SET_BACK = timedelta(days=1)
CLOCK_TOLERANCE = timedelta(seconds=2)  # by so much what is known of the server's clock may be behind it
REPLACED = "its task was launched again"
MAX_RUNS = 20_000  # runs kept in memory; older finished ones stay on the server


def launched_since(gateway: Gateway, instance_id: str, start: datetime) -> set[str]:
    """The run keys of all slots after `start` (server time) that an instance has launched. One request per 500 runs.

    Reads a day further back: a slot's run may have been made before its nominal time, where the server's clock was set
    back in between.
    """
    since = max(start, EARLIEST + MOST_SET_BACK) - MOST_SET_BACK
    query = TaskQuery(system_tags=(run_tag(instance_id),), order="created", since=since, hyperparams="scheduler")
    tasks = (task for page in pages(gateway, query) for task in page)
    return {run.key for task in tasks if not task.virgin and (run := run_of(task, instance_id))}


class Runs:
    """The runs of one instance."""

    def __init__(self, instance_id: str, since: datetime | None = None) -> None:
        self._instance, self._tag = instance_id, run_tag(instance_id)
        self._current_run_of_task: dict[str, str] = {}  # id of each reused task's current run, by the task's id
        self.cursor = since
        self._cursor_moved_at = NEVER  # when the cursor last moved; NEVER is in the far future
        self._runs: dict[str, Run] = {}
        self._by_key: dict[str, set[str]] = {}
        self._active: set[str] = set()
        self.has_dropped_runs = False  # True if finished runs were dropped from memory
        self.changed_runs: deque[Run] = deque(maxlen=MAX_RUNS)  # new runs and new statuses; the reader clears it

    def __iter__(self) -> Iterator[Run]:
        """All runs in memory, newest first."""
        return iter(sorted(self._runs.values(), key=lambda run: run.age, reverse=True))

    def __len__(self) -> int:
        return len(self._runs)

    @property
    def unfinished(self) -> int:
        """The number of runs that are queued or running, without calls of functions."""
        return sum(not self._runs[run_id].local for run_id in self._active)

    def active_runs(self) -> list[Run]:
        """The runs that are queued or running."""
        return [self._runs[run_id] for run_id in self._active]

    def find(self, gateway: Gateway, run_id: str) -> Run | None:
        """The run with this id, or None. One request if it is not in memory."""
        known = self._runs.get(run_id)
        if known is not None:
            return known
        tasks = gateway.tasks(self._query(order="created", ids=(run_id,)))
        return run_of(tasks[0], self._instance) if tasks else None

    def of_key(self, key: str) -> list[Run]:
        """All runs with a run key, oldest first. Several exist only after a lost answer or if somebody copied a run."""
        return sorted((self._runs[run_id] for run_id in self._by_key.get(key, ())), key=lambda run: run.age)

    def load(self, gateway: Gateway, now: datetime) -> None:
        """Read, at the start, the unfinished runs of any age, then all that were made or changed since the cursor.

        What was made is read as well, because a run may have changed "before" it was made: the server's clock was set
        back in between.
        """
        queries = [self._query(order="created", statuses=tuple(sorted(ACTIVE)))]
        if self.cursor is not None:
            queries.append(self._query(order="created", since=self.cursor - LOOKBACK))
        for query in queries:
            for tasks in pages(gateway, query):
                self._add_tasks(tasks)
        self.refresh(gateway, now)
        self.changed_runs.clear()  # changes before the start are not reported

    def refresh(self, gateway: Gateway, now: datetime) -> None:
        """Read what changed since the last time. `now` is the server's present.

        The cursor never moves beyond it: where the server's clock was set back, some runs changed in its future.
        """
        before = self.cursor
        quiet = now - self._cursor_moved_at > LOOKBACK
        since = before if quiet or before is None else before - LOOKBACK
        for tasks in pages(gateway, self._query(order="last_change", since=since)):
            self._add_tasks(tasks)
            newest = tasks[-1].last_change if tasks else None
            if newest is not None:
                self.cursor = min(max(newest, self.cursor or newest), now)
        if self.cursor != before:
            self._cursor_moved_at = now

    def mark_enqueued(self, ids: Iterable[str]) -> None:
        """Mark runs that this process has just enqueued as queued, before they are read again."""
        for run_id in ids:
            run = self._runs[run_id]
            self._put(attrs.evolve(run, task=attrs.evolve(run.task, status="queued")))

    def read_unfinished(self, gateway: Gateway) -> None:
        """Read the unfinished runs by their ids. One request per 500 of them.

        Marks those that no longer exist on the server as deleted, and finds what `refresh` cannot: changes before the
        cursor, where a server's clock was set back.
        """
        active = {run.task.id: run for run in self.active_runs() if not run.local}
        ids = sorted(active)
        for start in range(0, len(ids), PAGE):
            chunk = tuple(ids[start : start + PAGE])
            tasks = gateway.tasks(TaskQuery(ids=chunk, order="created", hyperparams="scheduler"))
            self._add_tasks(tasks)
            for task_id in absent(gateway, set(chunk) - {task.id for task in tasks}):
                self._put(attrs.evolve(active[task_id], deleted=True))

    def take_back(self, moment: datetime) -> None:
        """Move the cursor back to a time if it lies after that, because the server's clock was set back."""
        if self.cursor is not None and self.cursor > moment:
            self.cursor, self._cursor_moved_at = moment, NEVER

    def remember(self, run: Run) -> None:
        """Add a run of an earlier process that is recorded in the state."""
        self._put(run)

    def put(self, run: Run) -> None:
        """Add or update a run. A new run of a reused task ends the run before it."""
        if run.reset:
            self._end_replaced_run(run.task.id, run.id)
        self._put(run)

    def _query(self, **kwargs: object) -> TaskQuery:
        return TaskQuery(system_tags=(self._tag,), hyperparams="scheduler", **kwargs)  # type: ignore[arg-type]

    def _add_tasks(self, tasks: Iterable[Task]) -> None:
        for task in tasks:
            run = run_of(task, self._instance)
            known = self._runs.get(run.id) if run else None
            if run is None or run.reset:
                self._end_replaced_run(task.id, run.id if run else "")
            if run is not None and (known is None or known.task != task):
                self._put(run)
        self._drop_oldest()

    def _put(self, run: Run) -> None:
        known = self._runs.get(run.id)
        if known is None or known.status != run.status:
            self.changed_runs.append(run)
        self._runs[run.id] = run
        self._by_key.setdefault(run.key, set()).add(run.id)
        if run.active:
            self._active.add(run.id)
        else:
            self._active.discard(run.id)

    def _end_replaced_run(self, task_id: str, run_id: str) -> None:
        """Mark the previous run of a reused task as stopped if the task carries another run now."""
        before = self._runs.get(self._current_run_of_task.get(task_id, ""))
        if run_id:
            self._current_run_of_task[task_id] = run_id
        if before is not None and before.id != run_id and before.active:
            ended = attrs.evolve(before.task, status="stopped", status_reason=REPLACED, completed=None)
            self._put(attrs.evolve(before, task=ended))

    def _drop_oldest(self) -> None:
        """Drop the oldest finished runs. Waits until there are 10 % too many, so that it sorts the runs rarely."""
        if len(self._runs) <= MAX_RUNS + MAX_RUNS // 10:
            return
        self.has_dropped_runs = True
        oldest = sorted(self._runs.values(), key=lambda run: run.age)[: len(self._runs) - MAX_RUNS]
        self.drop(run.id for run in oldest if not run.active)

    def drop(self, ids: Iterable[str]) -> None:
        """Drop runs from memory."""
        for run_id in list(ids):
            run = self._runs.pop(run_id)
            self._active.discard(run_id)
            self._by_key[run.key].discard(run_id)
            if not self._by_key[run.key]:
                del self._by_key[run.key]
