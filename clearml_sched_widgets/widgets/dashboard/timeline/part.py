"""The timeline as a part of a widget: it follows the shown view and decides what is sent to the page and when.

Runs that have ended are sent once per window, in a picture. Active runs, and runs that ended since, are sent apart in a
small message. One more run therefore costs a few hundred bytes, however many runs there are.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import count
from typing import Any

import attrs
import traitlets

from clearml_sched_widgets.definition import Definition
from clearml_sched_widgets.policy.state import State
from clearml_sched_widgets.records import ACTIVE
from clearml_sched_widgets.views.history import IDLE, ExecutedRow, ScheduledRow, View
from clearml_sched_widgets.widgets.dashboard.table_feed import changed_rows
from clearml_sched_widgets.widgets.dashboard.timeline.bars import bars, run_spans
from clearml_sched_widgets.widgets.dashboard.timeline.picture import Window, in_lanes, picture
from clearml_sched_widgets.widgets.host.messages import BadMessage, Handler, Request

HOUR = 3_600_000  # milliseconds
FIRST_WINDOW = Window(start=0, end=6 * HOUR, bucket=6 * HOUR // 100, follow=True)
SHORTEST, LONGEST = 60_000, 400 * 24 * HOUR  # length of a window
DRAW_AFTER = 0.3  # seconds after the page opened, so that the tables appear before a long history is drawn
END_OF_TIME = 250_000_000_000_000  # milliseconds; in the year 9892
MOST_BUCKETS = 1000
MOST_ENDED_SINCE = 6  # runs that ended since the picture was made; with more, a new picture is made
PICTURE_EVERY = 10.0  # least seconds between two pictures that are made because many runs ended
MOST_LIVE = 30  # live runs that are sent at every change
LIVE_EVERY = 2.0  # least seconds between two live messages with more runs
ALL_ITEMS = frozenset({""})
STALE_SHARE = 0.2  # of the window's length; after this time the future runs are computed again


@attrs.frozen(kw_only=True, eq=False)
class Picture:
    """A picture that was sent, and what it was made from."""

    view: str
    window: Window
    definition: Definition
    paused: frozenset[str]
    rows: tuple[ScheduledRow, ...]
    titles: Mapping[str, str]  # of the items; the name of a base task may be known only later
    at: int  # milliseconds
    made: float  # on the monotonic clock
    ended: Mapping[str, str]  # the status of each run that had ended
    data: dict[str, Any]

    def is_current(self, view: View, window: Window, now: int) -> bool:
        """Whether the picture is up to date, apart from its runs."""
        stale = window.follow and now - self.at > STALE_SHARE * window.length
        same_definition = self.definition is view.definition or self.definition == view.definition
        same_titles = self.rows is view.scheduled or self.titles == _titles(view)
        same_window = self.view == view.id and self.window == window
        return same_window and not stale and same_definition and same_titles and self.paused == _paused(view)


class TimelinePart:
    """Follows the instance that a dashboard shows. `view` returns its current view, None if nothing is shown.

    `now` returns the server's present.
    """

    def __init__(self, view: Callable[[], View | None], now: Callable[[], datetime]) -> None:
        self._view, self._now = view, now
        self._lock = threading.Lock()
        self._ids = count(1)
        self._window = FIRST_WINDOW
        self._live_view: View | None = None  # the view of the last live message
        self._picture: Picture | None = None
        self._live: dict[str, Any] = {}
        self._live_at = 0.0
        self._checked_rows: tuple[ExecutedRow, ...] = ()  # the rows that were last compared with the picture
        self._live_runs: dict[str, ExecutedRow] = {}  # those that the picture does not have as they are now
        self._draw_at = math.inf  # on the monotonic clock

    def instant_handlers(self) -> Mapping[str, Handler]:
        return {"timeline": self._on_window}

    def slow_handlers(self) -> Mapping[str, Handler]:
        return {}

    def refresh(self) -> None:
        """There is nothing to read; the first call starts the delay before the first picture."""
        if self._draw_at == math.inf:
            self._draw_at = time.monotonic() + DRAW_AFTER

    def state(self) -> dict[str, Any]:
        view = self._view() if time.monotonic() >= self._draw_at else None
        if view is None or view.definition is None or view.state is None:
            self._picture, self._live_view, self._live = None, None, {}
        else:
            self._update(view, self._now())
        return {"timeline": self._picture.data if self._picture else {}, "timeline_live": self._live}

    def _update(self, view: View, now: datetime) -> None:
        with self._lock:
            window = self._window
        sent, at = self._picture, int(now.timestamp() * 1000)
        if sent is None or not sent.is_current(view, window, at):
            sent = self._make_picture(view, window, now)
        elif view is self._live_view:
            return
        live = self._runs_not_in(sent, view.executed)
        if _outdated(sent, live):
            sent = self._make_picture(view, window, now)
            live = list(view.active)
        self._update_live(view, sent, live, at)

    def _runs_not_in(self, sent: Picture, rows: tuple[ExecutedRow, ...]) -> list[ExecutedRow]:
        """The runs that the picture does not have as they are now. Looks only at rows changed since the last call."""
        live = self._live_runs | {row.run: row for row in changed_rows(self._checked_rows, rows, _run)}
        self._live_runs = {run: row for run, row in live.items() if sent.ended.get(run) != row.status}
        self._checked_rows = rows
        return list(self._live_runs.values())

    def _make_picture(self, view: View, window: Window, now: datetime) -> Picture:
        assert view.definition is not None
        at = int(now.timestamp() * 1000)
        padded = window.at(at).padded()
        spans = run_spans(view.executed, padded.start, padded.end)
        ended = [span for span in spans if not span.active]
        active = [span for span in spans if span.active]
        titles, paused = _titles(view), _paused(view)
        message = picture(view.definition, _state(view, paused), ended, active, padded, now, titles)
        self._picture = Picture(
            view=view.id,
            window=window,
            definition=view.definition,
            paused=paused,
            rows=view.scheduled,
            titles=titles,
            at=at,
            made=time.monotonic(),
            ended={row.run: row.status for row in view.executed if row.status not in ACTIVE},
            data={"id": next(self._ids), "length": window.length, "follow": window.follow, "at": at, **message},
        )
        self._checked_rows, self._live_runs = view.executed, {row.run: row for row in view.active}
        self._live_at = 0.0
        return self._picture

    def _update_live(self, view: View, sent: Picture, runs: list[ExecutedRow], at: int) -> None:
        """Update the live message: the runs that are not in the picture."""
        now = time.monotonic()
        if len(runs) > MOST_LIVE and now - self._live_at < LIVE_EVERY:
            return
        window = sent.window.at(at).padded()
        spans = in_lanes(run_spans(runs, window.start, window.end), sent.data["lanes"])
        live = {"id": sent.data["id"], "bars": [bar.data() for bar in bars(spans, window.bucket)]}
        if live != self._live:
            self._live, self._live_at = live, now
        self._live_view = view

    def _on_window(self, request: Request) -> dict[str, Any]:
        """Set the window of time that the page shows."""
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


def _outdated(sent: Picture, live: list[ExecutedRow]) -> bool:
    """Whether the status of a run in the picture changed, or too many runs have ended since."""
    if any(row.run in sent.ended for row in live):
        return True
    ended_since = sum(row.status not in ACTIVE for row in live)
    return ended_since > MOST_ENDED_SINCE and time.monotonic() - sent.made > PICTURE_EVERY


def _titles(view: View) -> dict[str, str]:
    return {row.item: row.name for row in view.scheduled}


def _state(view: View, paused: frozenset[str]) -> State:
    """The view's state, with everything as paused that launches nothing at present."""
    state = view.state or State()
    if paused == ALL_ITEMS:
        return attrs.evolve(state, paused=True)
    idle = {key: attrs.evolve(state.items[key], paused=True) for key in view.set_aside if key in state.items}
    return attrs.evolve(state, items={**state.items, **idle}) if idle else state


def _paused(view: View) -> frozenset[str]:
    """The ids of items that are paused or set aside; `ALL_ITEMS` if nothing runs at present."""
    state = view.state or State()
    if state.paused or view.status in IDLE:
        return ALL_ITEMS
    return frozenset(key for key, item in state.items.items() if item.paused) | view.set_aside.keys()
