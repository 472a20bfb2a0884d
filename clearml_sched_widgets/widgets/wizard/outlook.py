"""PURE: counts the runs of schedules by day, and finds schedules that clash on a queue. The work is bounded.

Runs are not enumerated one by one: those of an interval are counted by arithmetic, those of other rules only up to a
maximum per day, and clashes are found by skipping from one schedule's run to the other's.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from operator import itemgetter
from zoneinfo import ZoneInfo

import attrs

from clearml_sched_widgets.definition import Interval, Rule, Schedule
from clearml_sched_widgets.recurrence import EPOCH, next_after, occurrences
from clearml_sched_widgets.recurrence.cron import TICK
from clearml_sched_widgets.recurrence.local import instant, wall

MOST_STEPS = 3000  # runs computed for one answer, about 10 µs each
MOST_A_DAY = 99  # runs counted per schedule and day; a day with more is marked as dense
MOST_LISTED = 100  # runs listed for one day
MOST_LIMITED = 5000  # a larger maximum number of runs is ignored
MINUTE = timedelta(minutes=1)


@attrs.frozen(kw_only=True)
class Days:
    """Runs by local date. Dates in `dense` have more runs than counted. `left_out` schedules were not counted."""

    counts: dict[date, int]
    dense: frozenset[date]
    left_out: int


@attrs.frozen(kw_only=True)
class Clash:
    """Schedules that are due in the same minute on one queue, `count` times. `first` has the first such minutes."""

    queue: str
    items: tuple[str, ...]
    count: int
    first: tuple[datetime, ...]


@attrs.frozen(kw_only=True)
class Clashes:
    """All clashes up to `until`, which is earlier than requested if the search was too long."""

    clashes: tuple[Clash, ...]
    until: datetime


def days(schedules: Sequence[Schedule], first: date, last: date, here: ZoneInfo, now: datetime) -> Days:
    """Counts the runs after `now` of each local date from `first` to `last`. Disabled schedules have none."""
    enabled = [schedule for schedule in schedules if schedule.enabled]
    end = instant(last + timedelta(days=1), time(0), here) - TICK
    most = max(3, min(MOST_A_DAY, MOST_STEPS // (((last - first).days + 1) * max(1, len(enabled)))))
    counts: Counter[date] = Counter()
    dense: set[date] = set()
    start = max(now, instant(first, time(0), here) - TICK)
    counted, steps = 0, 0
    for schedule in enabled:
        if steps > MOST_STEPS:
            break
        counted += 1
        for day, count, more in _count_by_day(_with_max_runs(schedule, now, end), start, end, here, most):
            counts[day] += count
            steps += 1 if isinstance(schedule.recurrence, Interval) else count
            dense |= {day} if more else set()
    return Days(counts=dict(counts), dense=frozenset(dense), left_out=len(enabled) - counted)


def runs_of_day(
    schedules: Iterable[Schedule], day: date, here: ZoneInfo, now: datetime
) -> tuple[list[tuple[datetime, Schedule]], bool]:
    """The first runs of a local date after `now`, sorted by time, and whether there are more."""
    start, end = instant(day, time(0), here) - TICK, instant(day + timedelta(days=1), time(0), here) - TICK
    streams = [
        _with_schedule(occurrences(_with_max_runs(schedule, now, end), max(start, now), end), schedule)
        for schedule in schedules
        if schedule.enabled
    ]
    runs = list(islice(heapq.merge(*streams, key=itemgetter(0)), MOST_LISTED + 1))
    return runs[:MOST_LISTED], len(runs) > MOST_LISTED


def clashes(schedules: Iterable[Schedule], now: datetime, horizon: timedelta) -> Clashes:
    """Enabled schedules that are due in the same minute on one queue, after `now` and up to `now + horizon`.

    Schedules with a jitter are ignored, because it spreads their runs already.
    """
    end, queues = now + horizon, defaultdict(list)
    for schedule in schedules:
        if schedule.enabled and schedule.policies.jitter is None:
            queues[schedule.action.queue].append(schedule)
    shared = {queue: users for queue, users in queues.items() if len(users) > 1}
    all_clashes: list[Clash] = []
    until = end
    for queue, users in shared.items():
        minutes = _SharedMinutes(users, now, end, MOST_STEPS // len(shared))
        all_clashes += _group_by_items(queue, minutes)
        until = min(until, minutes.until)
    return Clashes(clashes=tuple(sorted(all_clashes, key=lambda clash: clash.first[0])), until=until)


def _with_max_runs(schedule: Schedule, now: datetime, end: datetime) -> Rule:
    """The schedule's rule, ended after its maximum number of runs."""
    rule, most = schedule.recurrence, schedule.policies.max_runs
    if most is None or most > MOST_LIMITED:
        return rule
    slots = list(islice(occurrences(rule, now, end), most))
    return attrs.evolve(rule, end=slots[-1]) if len(slots) == most else rule


def _with_schedule(moments: Iterable[datetime], schedule: Schedule) -> Iterator[tuple[datetime, Schedule]]:
    return ((moment, schedule) for moment in moments)


def _count_by_day(
    rule: Rule, start: datetime, end: datetime, here: ZoneInfo, most: int
) -> Iterator[tuple[date, int, bool]]:
    """Each local date after `start` that has runs, the number of runs, and whether it has more than counted."""
    moment = next_after(rule, start)
    while moment is not None and moment <= end:
        day = wall(moment, here).date()
        midnight = instant(day + timedelta(days=1), time(0), here) - TICK
        if isinstance(rule, Interval):
            count, more = _interval_runs(rule, moment, midnight), False
        else:
            count = sum(1 for _ in islice(occurrences(rule, moment - TICK, midnight), most + 1))
            count, more = min(count, most), count > most
        yield day, count, more
        moment = next_after(rule, midnight)


def _interval_runs(rule: Interval, first: datetime, end: datetime) -> int:
    """The number of runs of an interval from its run `first` to `end`, by arithmetic."""
    last = end if rule.end is None else min(end, rule.end)
    anchor = rule.anchor or EPOCH
    return (last - anchor) // rule.every - (first - anchor) // rule.every + 1


class _SharedMinutes:
    """Iterates over the minutes in which several schedules are due.

    The earliest schedule skips to the minute of the second one, so a dense schedule costs no more than a sparse one.
    """

    def __init__(self, schedules: Sequence[Schedule], now: datetime, end: datetime, steps: int) -> None:
        self.until = end
        self._end, self._steps = end, steps
        self._rules = [_with_max_runs(schedule, now, end) for schedule in schedules]
        self._ids = [schedule.id for schedule in schedules]
        self._heap: list[tuple[datetime, int]] = []
        for index in range(len(self._rules)):
            self._push(index, now)

    def __iter__(self) -> Iterator[tuple[datetime, tuple[str, ...]]]:
        while len(self._heap) > 1:
            moment, index = heapq.heappop(self._heap)
            minute = _minute(self._heap[0][0])
            if self._steps <= 0:
                self.until = min(moment, self._end)
                return
            if _minute(moment) < minute:
                self._push(index, minute - TICK)
                continue
            due = [index]
            while self._heap and _minute(self._heap[0][0]) == minute:
                due.append(heapq.heappop(self._heap)[1])
            yield minute, tuple(self._ids[each] for each in sorted(due))
            for each in due:
                self._push(each, minute + MINUTE - TICK)

    def _push(self, index: int, after: datetime) -> None:
        self._steps -= 1
        slot = next_after(self._rules[index], after)
        if slot is not None and slot <= self._end:
            heapq.heappush(self._heap, (slot, index))


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _group_by_items(queue: str, shared_minutes: Iterable[tuple[datetime, tuple[str, ...]]]) -> list[Clash]:
    groups: dict[tuple[str, ...], list[datetime]] = defaultdict(list)
    for minute, items in shared_minutes:
        groups[items].append(minute)
    return [
        Clash(queue=queue, items=items, count=len(minutes), first=tuple(minutes[:3]))
        for items, minutes in groups.items()
    ]
