"""PURE: what the page gets of the timeline: lanes, bars of runs that have ended, marks of runs to come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, timezone
from itertools import islice
from typing import Any

import attrs

from clearml_sched_widgets.definition import Definition
from clearml_sched_widgets.policy.state import State
from clearml_sched_widgets.sentences.log import title
from clearml_sched_widgets.widgets.dashboard.timeline.bars import RunSpan, bars
from clearml_sched_widgets.widgets.dashboard.timeline.upcoming import marks

MOST_LANES = 100
MOST_MARKS = 1500
OTHERS = ""  # the lane of all items that have none of their own


@attrs.frozen(kw_only=True)
class Window:
    """The stretch of time that the page shows, in milliseconds, and how much of it cannot be told apart.

    With `follow` it goes on with the time: its end is `AHEAD` of its length after now.
    """

    start: int
    end: int
    bucket: int
    follow: bool

    @property
    def length(self) -> int:
        return self.end - self.start

    def at(self, now: int) -> Window:
        """The window at a moment."""
        if not self.follow:
            return self
        end = now + round(AHEAD * self.length)
        return attrs.evolve(self, start=end - self.length, end=end)

    def padded(self) -> Window:
        """Half of its length more on both sides, so that the page can move it a little without asking."""
        half = self.length // 2
        return attrs.evolve(self, start=self.start - half, end=self.end + half)


AHEAD = 0.2


def lanes(definition: Definition, stays: Iterable[RunSpan], titles: Mapping[str, str] = {}) -> list[dict[str, Any]]:
    """The lanes: the items in their order, then what the definition no longer has but ran in the window.

    Of very many those that ran come first; the rest share a last one. `titles` are those of the tables, by item.
    """
    ran = {one.item for one in stays}
    known = {item.id: titles.get(item.id) or title(item, {}) for item in definition.items}
    ids = [*known, *sorted(ran.difference(known))]
    if len(ids) > MOST_LANES:
        chosen = set(sorted(ids, key=lambda item: item not in ran)[: MOST_LANES - 1])
        ids = [item for item in ids if item in chosen]
    schedules = {schedule.id for schedule in definition.schedules}
    found = [{"item": item, "name": known.get(item, item), "kind": _kind(item, known, schedules)} for item in ids]
    rest = len(known) + len(ran.difference(known)) - len(ids)
    return [*found, {"item": OTHERS, "name": f"{rest} other items", "kind": "others"}] if rest else found


def _kind(item: str, known: Mapping[str, str], schedules: set[str]) -> str:
    return "removed" if item not in known else "schedule" if item in schedules else "trigger"


def in_lanes(stays: Iterable[RunSpan], shown: Iterable[Mapping[str, Any]]) -> list[RunSpan]:
    """The runs, each with its lane's item."""
    own = {lane["item"] for lane in shown}
    return [one if one.item in own else attrs.evolve(one, item=OTHERS) for one in stays]


def future(definition: Definition, state: State, window: Window, now: datetime) -> list[list[Any]]:
    """`[item, time]` of the runs to come within the window, the first ones of each schedule if there are very many."""
    if window.end < now.timestamp() * 1000:
        return []
    end, bucket = _moment(window.end), timedelta(milliseconds=window.bucket)
    schedules = definition.schedules[:MOST_LANES]
    share = MOST_MARKS // max(1, len(schedules))
    return [
        [schedule.id, at] for schedule in schedules for at in islice(marks(schedule, state, now, end, bucket), share)
    ]


def picture(
    definition: Definition,
    state: State,
    ended: Iterable[RunSpan],
    active: Iterable[RunSpan],
    window: Window,
    now: datetime,
    titles: Mapping[str, str] = {},
) -> dict[str, Any]:
    """The message: everything in the window but the active runs, which only decide about lanes: they change often."""
    there = [one for one in ended if one.touches(window.start, window.end)]
    going = [one for one in active if one.touches(window.start, window.end)]
    shown = lanes(definition, [*there, *going], titles)
    return {
        "from": window.start,
        "to": window.end,
        "bucket": window.bucket,
        "lanes": shown,
        "bars": [bar.data() for bar in bars(in_lanes(there, shown), window.bucket)],
        "marks": future(definition, state, window, now),
    }


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, timezone.utc)
