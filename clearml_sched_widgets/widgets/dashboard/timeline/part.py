"""The timeline as a part of a widget: the window that its page asked for, and what is sent when.

What has ended is sent once for a window; what goes on, and what ended since, is sent apart and is small. So one more
run costs a few hundred bytes, however many there are.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from itertools import count
from typing import Any

import attrs
import traitlets

from clearml_sched_widgets.definition import Definition
from clearml_sched_widgets.policy.state import State
from clearml_sched_widgets.records import ACTIVE
from clearml_sched_widgets.views.history import IDLE, ExecutedRow, ScheduledRow, View
from clearml_sched_widgets.widgets.dashboard.table_feed import changed
from clearml_sched_widgets.widgets.dashboard.timeline.bars import bars, run_spans
from clearml_sched_widgets.widgets.dashboard.timeline.picture import Window, in_lanes, picture
from clearml_sched_widgets.widgets.host.messages import BadMessage, Handler, Request

HOUR = 3_600_000  # milliseconds
FIRST = Window(start=0, end=6 * HOUR, bucket=6 * HOUR // 100, follow=True)
SHORTEST, LONGEST = 60_000, 400 * 24 * HOUR
DRAW_AFTER = 0.3  # seconds after a page is there: a long history takes a moment to draw, and the tables come first
END_OF_TIME = 250_000_000_000_000  # milliseconds; in the year 9892
MOST_BUCKETS = 1000
MOST_LATER = 6  # runs that ended since the picture was made; with more there is a new one ...
PICTURE_EVERY = 10.0  # ... but not more often than in so many seconds
MOST_LIVE = 30  # bars that are sent whenever one of them changes; with more ...
LIVE_EVERY = 2.0  # ... not more often than in so many seconds
EVERYTHING = frozenset({""})
STALE = 0.2  # of the window's length: how far the time goes on until the future is computed anew


@attrs.frozen(kw_only=True, eq=False)
class Settled:
    """A picture, and what it was made from."""

    view: str
    window: Window
    definition: Definition
    paused: frozenset[str]
    rows: tuple[ScheduledRow, ...]
    titles: Mapping[str, str]  # of the items, which may have that of a base task, and that is known later
    at: int
    made: float  # on the monotonic clock
    ended: Mapping[str, str]  # the runs that had ended, with their status
    data: dict[str, Any]

    def holds(self, view: View, window: Window, now: int) -> bool:
        """Whether it still shows what it should, but for the runs."""
        moved = window.follow and now - self.at > STALE * window.length
        same = self.definition is view.definition or self.definition == view.definition
        named = self.rows is view.scheduled or self.titles == _titles(view)
        here = self.view == view.id and self.window == window
        return here and not moved and same and named and self.paused == _paused(view)


class TimelinePart:
    """Follows what a dashboard shows: `view` tells what that is at the moment, None for nothing."""

    def __init__(self, view: Callable[[], View | None]) -> None:
        self._view = view
        self._lock = threading.Lock()
        self._ids = count(1)
        self._window = FIRST
        self._seen: View | None = None
        self._settled: Settled | None = None
        self._live: dict[str, Any] = {}
        self._live_at = 0.0
        # Of a picture and rows: those that are not in it.
        self._fresh: tuple[Settled | None, tuple[ExecutedRow, ...], dict[str, ExecutedRow]] = (None, (), {})
        self._draw_at = math.inf  # on the monotonic clock

    def instant(self) -> Mapping[str, Handler]:
        return {"timeline": self._on_window}

    def slow(self) -> Mapping[str, Handler]:
        return {}

    def refresh(self) -> None:
        """Nothing to read: it is all computed from what the dashboard knows."""
        if self._draw_at == math.inf:
            self._draw_at = time.monotonic() + DRAW_AFTER

    def state(self) -> dict[str, Any]:
        view = self._view() if time.monotonic() >= self._draw_at else None
        if view is None or view.definition is None or view.state is None:
            self._settled, self._seen, self._live = None, None, {}
        else:
            self._renew(view, datetime.now(timezone.utc))
        return {"timeline": self._settled.data if self._settled else {}, "timeline_live": self._live}

    def _renew(self, view: View, now: datetime) -> None:
        with self._lock:
            window = self._window
        settled, at = self._settled, int(now.timestamp() * 1000)
        if settled is None or not settled.holds(view, window, at):
            settled = self._settle(view, window, now)
        elif view is self._seen:
            return
        fresh = self._not_in(settled, view.executed)
        if _outdated(settled, fresh):
            settled = self._settle(view, window, now)
            fresh = list(view.active)
        self._enliven(view, settled, fresh, at)

    def _not_in(self, settled: Settled, rows: tuple[ExecutedRow, ...]) -> list[ExecutedRow]:
        """The runs that the picture does not have as they are now. Looks only at rows that changed since the last."""
        _, before, fresh = self._fresh
        fresh = fresh | {row.run: row for row in changed(before, rows, _run)}
        fresh = {run: row for run, row in fresh.items() if settled.ended.get(run) != row.status}
        self._fresh = (settled, rows, fresh)
        return list(fresh.values())

    def _settle(self, view: View, window: Window, now: datetime) -> Settled:
        assert view.definition is not None
        at = int(now.timestamp() * 1000)
        padded = window.at(at).padded()
        there = run_spans(view.executed, padded.start, padded.end)
        ended = [one for one in there if not one.active]
        active = [one for one in there if one.active]
        titles, paused = _titles(view), _paused(view)
        state = State(paused=True) if paused == EVERYTHING else view.state or State()
        drawn = picture(view.definition, state, ended, active, padded, now, titles)
        self._settled = Settled(
            view=view.id,
            window=window,
            definition=view.definition,
            paused=paused,
            rows=view.scheduled,
            titles=titles,
            at=at,
            made=time.monotonic(),
            ended={row.run: row.status for row in view.executed if row.status not in ACTIVE},
            data={"id": next(self._ids), "length": window.length, "follow": window.follow, "at": at, **drawn},
        )
        self._fresh = (self._settled, view.executed, {row.run: row for row in view.active})
        self._live_at = 0.0
        return self._settled

    def _enliven(self, view: View, settled: Settled, fresh: list[ExecutedRow], at: int) -> None:
        """Show the runs that are not in the picture."""
        now = time.monotonic()
        if len(fresh) > MOST_LIVE and now - self._live_at < LIVE_EVERY:
            return
        window = settled.window.at(at).padded()
        there = in_lanes(run_spans(fresh, window.start, window.end), settled.data["lanes"])
        drawn = [bar.data() for bar in bars(there, window.bucket)]
        live = {"id": settled.data["id"], "bars": drawn}
        if live != self._live:
            self._live, self._live_at = live, now
        self._seen = view

    def _on_window(self, request: Request) -> dict[str, Any]:
        """The page shows another stretch of time."""
        start, end, buckets = (request.number(name) for name in ("from", "to", "buckets"))
        if not (0 <= start < end <= END_OF_TIME and SHORTEST <= end - start <= LONGEST and 0 < buckets <= MOST_BUCKETS):
            raise BadMessage("The message 'timeline' names no stretch of time that can be shown.")
        follow = bool(request.payload.get("follow"))
        first = 0 if follow else start
        window = Window(start=first, end=first + end - start, bucket=max(1, (end - start) // buckets), follow=follow)
        with self._lock:
            self._window = window
        return {}


class ShowsTimeline(traitlets.HasTraits):
    """The traits of a widget that has a timeline."""

    timeline = traitlets.Dict().tag(sync=True)
    timeline_live = traitlets.Dict().tag(sync=True)


def _run(row: ExecutedRow) -> str:
    return row.run


def _outdated(settled: Settled, fresh: list[ExecutedRow]) -> bool:
    """Whether the picture shows a run as it is no more, or too many have ended since."""
    later = [row for row in fresh if row.status not in ACTIVE]
    if any(row.run in settled.ended for row in fresh):
        return True
    return len(later) > MOST_LATER and time.monotonic() - settled.made > PICTURE_EVERY


def _titles(view: View) -> dict[str, str]:
    return {row.item: row.name for row in view.scheduled}


def _paused(view: View) -> frozenset[str]:
    """What does not run at present: items, or everything."""
    state = view.state or State()
    if state.paused or view.status in IDLE:
        return EVERYTHING
    return frozenset(key for key, item in state.items.items() if item.paused)
