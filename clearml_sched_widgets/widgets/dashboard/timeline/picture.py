"""PURE: the full message of the timeline: lanes, bars of runs that have ended, and marks of future runs."""

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

MOST_LANES = 100  # with more items, the others share one lane
MOST_MARKS = 1500  # of all schedules
OTHERS = ""  # the item id of the shared lane


@attrs.frozen(kw_only=True)
class Window:
    """The window of time that the page shows. Times, and the width of a bucket, are in milliseconds.

    With `follow` the window moves with the time: its end is after the present by the share `AHEAD` of its length.
    """

    start: int
    end: int
    bucket: int
    follow: bool

    @property
    def length(self) -> int:
        return self.end - self.start

    def at(self, now: int) -> Window:
        """The window at a time, which matters only with `follow`."""
        if not self.follow:
            return self
        end = now + round(AHEAD * self.length)
        return attrs.evolve(self, start=end - self.length, end=end)

    def padded(self) -> Window:
        """The window extended by half of its length on both sides, so that the page can move it without a request."""
        half = self.length // 2
        return attrs.evolve(self, start=self.start - half, end=self.end + half)


AHEAD = 0.2  # of the window's length


def lanes(definition: Definition, spans: Iterable[RunSpan], titles: Mapping[str, str] = {}) -> list[dict[str, Any]]:
    """The lanes: the items of the definition in their order, then removed items that ran in the window.

    If there are too many, items that ran get a lane first and the others share one. `titles` has the names of items in
    the tables, by id.
    """
    ran = {span.item for span in spans}
    names = {item.id: titles.get(item.id) or title(item, {}) for item in definition.items}
    ids = [*names, *sorted(ran.difference(names))]
    if len(ids) > MOST_LANES:
        chosen = set(sorted(ids, key=lambda item: item not in ran)[: MOST_LANES - 1])
        ids = [item for item in ids if item in chosen]
    schedules = {schedule.id for schedule in definition.schedules}
    own = [{"item": item, "name": names.get(item, item), "kind": _kind(item, names, schedules)} for item in ids]
    rest = len(names) + len(ran.difference(names)) - len(ids)
    return [*own, {"item": OTHERS, "name": f"{rest} other items", "kind": "others"}] if rest else own


def _kind(item: str, names: Mapping[str, str], schedules: set[str]) -> str:
    return "removed" if item not in names else "schedule" if item in schedules else "trigger"


def in_lanes(spans: Iterable[RunSpan], shown: Iterable[Mapping[str, Any]]) -> list[RunSpan]:
    """The runs, each with the item of the lane that shows it."""
    own = {lane["item"] for lane in shown}
    return [span if span.item in own else attrs.evolve(span, item=OTHERS) for span in spans]


def future_marks(definition: Definition, state: State, window: Window, now: datetime) -> list[list[Any]]:
    """`[item, time]` of the future runs in the window. If there are too many, each schedule has only its first ones."""
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
    """The full message of a window. Active runs get lanes but no bars, because they change often and are sent apart."""
    visible_ended = [span for span in ended if span.touches(window.start, window.end)]
    visible_active = [span for span in active if span.touches(window.start, window.end)]
    shown = lanes(definition, [*visible_ended, *visible_active], titles)
    return {
        "from": window.start,
        "to": window.end,
        "bucket": window.bucket,
        "lanes": shown,
        "bars": [bar.data() for bar in bars(in_lanes(visible_ended, shown), window.bucket)],
        "marks": future_marks(definition, state, window, now),
    }


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, timezone.utc)
