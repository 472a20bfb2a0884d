"""What became of the runs. Follows the server by its time of change: a constant number of requests, however many runs.

Reading by the time of change needs no clock of ours: the cursor is a time that the server wrote.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, timezone

import attrs

from clearml_sched_widgets.engine.state import parse
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.records import ACTIVE, SECTION, Task, TaskQuery, run_tag

PAGE = 500
NEVER = datetime.max.replace(tzinfo=timezone.utc)
# A change gets its time before it can be read, so one with an earlier time may show up after a later one.
LOOKBACK = timedelta(seconds=10)
KEEP = 20_000  # finished runs that stay in memory; older ones are on the server


@attrs.frozen(kw_only=True)
class Run:
    """One launched task, by what its Scheduler section says and what the server says of it."""

    task: Task
    key: str
    item: str
    cause: str
    nominal: datetime | None
    object: str
    deleted: bool = False
    local: bool = False  # a function's: no task of the server's, `task` only says what it would say

    @property
    def id(self) -> str:
        """Tells it from all other runs."""
        return self.key if self.local else self.task.id

    @property
    def status(self) -> str:
        return "deleted" if self.deleted else self.task.status

    @property
    def active(self) -> bool:
        return self.status in ACTIVE

    @property
    def age(self) -> tuple[datetime, str]:
        """Orders runs of one key: the oldest counts."""
        return self.task.created or NEVER, self.task.id


def run_of(task: Task) -> Run | None:
    """The run that a task is; None if it does not carry what makes one."""
    section = task.hyperparams.get(SECTION, {})
    texts = {name: param.value for name, param in section.items()}
    if not (texts.get("key") and texts.get("item")):
        return None
    return Run(
        task=task,
        key=texts["key"],
        item=texts["item"],
        cause=texts.get("cause", ""),
        nominal=_time(texts.get("scheduled", "")),
        object=texts.get("object", ""),
    )


def _time(text: str) -> datetime | None:
    try:
        return parse(text.replace("Z", "+00:00"))
    except ValueError:
        return None  # somebody edited the section by hand


def launched_since(gateway: Gateway, instance_id: str, start: datetime) -> set[str]:
    """The run keys of what an instance has launched since a time (the server's), in a request per 500 of them."""
    keys: set[str] = set()
    page = 0
    while True:
        query = TaskQuery(
            system_tags=(run_tag(instance_id),), order="created", since=start, hyperparams="scheduler", page=page
        )
        tasks = gateway.tasks(query)
        keys.update(run.key for task in tasks if not task.virgin and (run := run_of(task)))
        if len(tasks) < PAGE:
            return keys
        page += 1


class Runs:
    """The runs of one instance."""

    def __init__(self, instance_id: str, since: datetime | None = None) -> None:
        self._tag = run_tag(instance_id)
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

    def of_key(self, key: str) -> list[Run]:
        """All tasks with a run key, oldest first. Several only after lost answers, or if somebody copied one."""
        return sorted((self._runs[run_id] for run_id in self._by_key.get(key, ())), key=lambda run: run.age)

    def load(self, gateway: Gateway, now: datetime) -> None:
        """After a start: the runs that are not finished, whatever their age, then all that changed since the cursor."""
        page = 0
        while True:
            query = self._query(order="created", statuses=tuple(sorted(ACTIVE)), page=page)
            tasks = gateway.tasks(query)
            self._take(tasks)
            if len(tasks) < PAGE:
                break
            page += 1
        self.refresh(gateway, now)
        self.news.clear()  # what happened before the start is no news

    def refresh(self, gateway: Gateway, now: datetime) -> None:
        """Read what changed since the last time. `now` is any clock that goes on: it tells when things were quiet."""
        before = self.cursor
        quiet = now - self._moved > LOOKBACK
        since, page = before if quiet or before is None else before - LOOKBACK, 0
        while True:
            tasks = gateway.tasks(self._query(order="last_change", since=since, page=page))
            self._take(tasks)
            newest = tasks[-1].last_change if tasks else None
            if newest is not None:
                self.cursor = max(newest, self.cursor or newest)
            if len(tasks) < PAGE:
                break
            # A further page only within one identical time: pages are offsets into a list that moves.
            since, page = (since, page + 1) if newest == since else (newest, 0)
        if self.cursor != before:
            self._moved = now

    def enqueued(self, ids: Iterable[str]) -> None:
        """What this process has just put on a queue is queued, before any reading shows it."""
        for run_id in ids:
            run = self._runs[run_id]
            self._put(attrs.evolve(run, task=attrs.evolve(run.task, status="queued")))

    def find_deleted(self, gateway: Gateway) -> None:
        """Find unfinished runs that are gone from the server: one request per 500 unfinished runs."""
        ids = sorted(run_id for run_id in self._active if not self._runs[run_id].local)
        for start in range(0, len(ids), PAGE):
            chunk = tuple(ids[start : start + PAGE])
            present = {task.id for task in gateway.tasks(TaskQuery(ids=chunk, order="created"))}
            for run_id in chunk:
                if run_id not in present:
                    self._put(attrs.evolve(self._runs[run_id], deleted=True))

    def put(self, run: Run) -> None:
        """Note what is known of a run that no server knows."""
        self._put(run)

    def _query(self, **kwargs: object) -> TaskQuery:
        return TaskQuery(system_tags=(self._tag,), hyperparams="scheduler", limit=PAGE, **kwargs)  # type: ignore[arg-type]

    def _take(self, tasks: Iterable[Task]) -> None:
        for task in tasks:
            run = run_of(task)
            known = self._runs.get(task.id)
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
