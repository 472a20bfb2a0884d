"""How the runs of schedules spread over the days, and which meet on one queue. Pure, and bounded however many they are.

A rule that runs every second is never walked through: intervals are counted by arithmetic, of the others only so many
runs a day are, and what two schedules share is found by leaping from one to the other.
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

MOST_STEPS = 3000  # next runs that one answer may compute, at about 10 µs each
MOST_A_DAY = 99  # runs of one schedule counted for one day; there are at least so many then
MOST_LISTED = 100  # runs of one day, by time
MOST_LIMITED = 5000  # a schedule that ends after more runs than these is taken for one without end
MINUTE = timedelta(minutes=1)


@attrs.frozen(kw_only=True)
class Days:
    """Runs by local date. Those in `dense` have at least so many; `left_out` schedules were not looked at."""

    counts: dict[date, int]
    dense: frozenset[date]
    left_out: int


@attrs.frozen(kw_only=True)
class Clash:
    """Schedules that are due in the same minute on one queue, `count` times; the first few of those minutes."""

    queue: str
    items: tuple[str, ...]
    count: int
    first: tuple[datetime, ...]


@attrs.frozen(kw_only=True)
class Clashes:
    """All clashes up to `until`: earlier than asked for where there was too much to look at."""

    found: tuple[Clash, ...]
    until: datetime


def days(schedules: Sequence[Schedule], first: date, last: date, here: ZoneInfo, now: datetime) -> Days:
    """How many runs each local date from `first` to `last` has, after `now`. Disabled schedules have none."""
    enabled = [schedule for schedule in schedules if schedule.enabled]
    end = instant(last + timedelta(days=1), time(0), here) - TICK
    most = max(3, min(MOST_A_DAY, MOST_STEPS // (((last - first).days + 1) * max(1, len(enabled)))))
    counts: Counter[date] = Counter()
    dense: set[date] = set()
    start = max(now, instant(first, time(0), here) - TICK)
    done, steps = 0, 0
    for schedule in enabled:
        if steps > MOST_STEPS:
            break
        done += 1
        for day, count, more in _by_day(_limited(schedule, now, end), start, end, here, most):
            counts[day] += count
            steps += 1 if isinstance(schedule.recurrence, Interval) else count
            dense |= {day} if more else set()
    return Days(counts=dict(counts), dense=frozenset(dense), left_out=len(enabled) - done)


def runs_of_day(
    schedules: Iterable[Schedule], day: date, here: ZoneInfo, now: datetime
) -> tuple[list[tuple[datetime, Schedule]], bool]:
    """The first runs of a local date that come after `now`, by time, and whether there are more."""
    start, end = instant(day, time(0), here) - TICK, instant(day + timedelta(days=1), time(0), here) - TICK
    streams = [
        _paired(occurrences(_limited(schedule, now, end), max(start, now), end), schedule)
        for schedule in schedules
        if schedule.enabled
    ]
    found = list(islice(heapq.merge(*streams, key=itemgetter(0)), MOST_LISTED + 1))
    return found[:MOST_LISTED], len(found) > MOST_LISTED


def clashes(schedules: Iterable[Schedule], now: datetime, horizon: timedelta) -> Clashes:
    """Which enabled schedules are due in the same minute on one queue, after `now` and up to `now + horizon`.

    Schedules with a jitter are left out: they are spread already.
    """
    end, queues = now + horizon, defaultdict(list)
    for schedule in schedules:
        if schedule.enabled and schedule.policies.jitter is None:
            queues[schedule.action.queue].append(schedule)
    shared = {queue: those for queue, those in queues.items() if len(those) > 1}
    found: list[Clash] = []
    until = end
    for queue, those in shared.items():
        walk = _Meetings(those, now, end, MOST_STEPS // len(shared))
        found += _grouped(queue, walk)
        until = min(until, walk.until)
    return Clashes(found=tuple(sorted(found, key=lambda clash: clash.first[0])), until=until)


def _limited(schedule: Schedule, now: datetime, end: datetime) -> Rule:
    """The schedule's rule, ending with the last run that its maximum number of runs lets it have."""
    rule, most = schedule.recurrence, schedule.policies.max_runs
    if most is None or most > MOST_LIMITED:
        return rule
    slots = list(islice(occurrences(rule, now, end), most))
    return attrs.evolve(rule, end=slots[-1]) if len(slots) == most else rule


def _paired(moments: Iterable[datetime], schedule: Schedule) -> Iterator[tuple[datetime, Schedule]]:
    return ((moment, schedule) for moment in moments)


def _by_day(rule: Rule, start: datetime, end: datetime, here: ZoneInfo, most: int) -> Iterator[tuple[date, int, bool]]:
    """Each local date after `start` that has runs, how many, and whether there are more than that."""
    moment = next_after(rule, start)
    while moment is not None and moment <= end:
        day = wall(moment, here).date()
        midnight = instant(day + timedelta(days=1), time(0), here) - TICK
        if isinstance(rule, Interval):
            count, more = _ticks(rule, moment, midnight), False
        else:
            seen = sum(1 for _ in islice(occurrences(rule, moment - TICK, midnight), most + 1))
            count, more = min(seen, most), seen > most
        yield day, count, more
        moment = next_after(rule, midnight)


def _ticks(rule: Interval, first: datetime, end: datetime) -> int:
    """How many runs an interval has from its run `first` to `end`, without walking through them."""
    last = end if rule.end is None else min(end, rule.end)
    anchor = rule.anchor or EPOCH
    return (last - anchor) // rule.every - (first - anchor) // rule.every + 1


class _Meetings:
    """Minutes in which several schedules are due.

    The earliest schedule leaps to the minute of the second one, so the dense ones cost no more than the sparse ones.
    """

    def __init__(self, schedules: Sequence[Schedule], now: datetime, end: datetime, steps: int) -> None:
        self.until = end
        self._end, self._steps = end, steps
        self._rules = [_limited(schedule, now, end) for schedule in schedules]
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
            met = [index]
            while self._heap and _minute(self._heap[0][0]) == minute:
                met.append(heapq.heappop(self._heap)[1])
            yield minute, tuple(self._ids[each] for each in sorted(met))
            for each in met:
                self._push(each, minute + MINUTE - TICK)

    def _push(self, index: int, after: datetime) -> None:
        self._steps -= 1
        following = next_after(self._rules[index], after)
        if following is not None and following <= self._end:
            heapq.heappush(self._heap, (following, index))


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _grouped(queue: str, meetings: Iterable[tuple[datetime, tuple[str, ...]]]) -> list[Clash]:
    groups: dict[tuple[str, ...], list[datetime]] = defaultdict(list)
    for minute, items in meetings:
        groups[items].append(minute)
    return [
        Clash(queue=queue, items=items, count=len(minutes), first=tuple(minutes[:3]))
        for items, minutes in groups.items()
    ]
