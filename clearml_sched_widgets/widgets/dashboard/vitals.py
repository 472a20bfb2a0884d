"""How an instance is at the moment: counters, signs of life, and why items have not run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta, timezone
from itertools import islice
from typing import Any

import traitlets

from clearml_sched_widgets.errors import GatewayError
from clearml_sched_widgets.instances.preflight import watched_queues
from clearml_sched_widgets.records import FINISHED
from clearml_sched_widgets.views.history import ExecutedRow, View
from clearml_sched_widgets.views.why import Reason, queues_of, reasons, run_reasons
from clearml_sched_widgets.widgets.dashboard.table_feed import changed
from clearml_sched_widgets.widgets.host.connection import Connection
from clearml_sched_widgets.widgets.host.messages import Handler
from clearml_sched_widgets.widgets.host.page_values import millis, sentence_data
from clearml_sched_widgets.widgets.host.worker import READINGS

DAY = timedelta(days=1)
BEAT = 10  # seconds: how often the page hears that the kernel lives, and how exact the heartbeat is
COUNT_EVERY = 0.5  # seconds between two counts while nothing changes but the time
SHARE, IDLE_SHARE = 0.1, 0.01  # of the time that it may take to count, and while nothing changes
QUEUES_EVERY = 15.0  # seconds between two looks at which queues are served, while runs wait
OPEN_FOR = 90.0  # seconds after the page was last heard of
MOST_REASONS = 500


class Lately:
    """The runs that ended in the last day. Looks only at rows that changed since it was last asked."""

    def __init__(self) -> None:
        self._rows: tuple[ExecutedRow, ...] = ()
        self._ended: dict[str, ExecutedRow] = {}

    def of(self, view: View, now: datetime) -> list[ExecutedRow]:
        rows, since = view.executed, now - DAY
        news = changed(self._rows, rows, lambda row: row.run)
        if news is not rows:
            news = [*(self._ended | {row.run: row for row in news}).values()]
        self._ended = {row.run: row for row in news if row.finished is not None and row.finished >= since}
        self._rows = rows
        return list(self._ended.values())


def counters(view: View, ended: Iterable[ExecutedRow]) -> dict[str, Any]:
    """The numbers of the head; `ended` are the runs that ended in the last day. Times in milliseconds."""
    lately = [row.status for row in ended]
    active = [row.status for row in view.active]
    return {
        "next_run": min((at for row in view.scheduled if (at := millis(row.next_run)) is not None), default=None),
        "running": active.count("in_progress"),
        "queued": active.count("queued"),
        "ended_day": sum(status in FINISHED for status in lately),
        "failed_day": lately.count("failed"),
    }


def life(heartbeat: datetime | None, now: datetime) -> dict[str, Any]:
    """Signs of life: of the kernel that says this, and of the instance. Rounded, so that they change now and then."""
    beat = int(now.timestamp()) // BEAT * BEAT * 1000
    heard = millis(heartbeat)
    return {"beat": beat, "heartbeat": None if heard is None else heard // (BEAT * 1000) * BEAT * 1000}


def reasons_data(view: View, watched: Mapping[str, bool], now: datetime) -> dict[str, dict[str, Any]]:
    """Why items have not run, by item, for those about which there is something to say."""
    found = ((item, reason) for item, reason in reasons(view, watched, now).items() if reason.code not in QUIET)
    return _told(found)


def run_reasons_data(view: View, watched: Mapping[str, bool], now: datetime) -> dict[str, dict[str, Any]]:
    """Why runs are still in their queues, by run."""
    return _told(run_reasons(view, watched, now).items())


def _told(found: Iterable[tuple[str, Reason]]) -> dict[str, dict[str, Any]]:
    return {
        key: {"code": reason.code, "said": sentence_data(reason.sentence), "hint": reason.hint}
        for key, reason in islice(found, MOST_REASONS)
    }


QUIET = frozenset({"time", "event"})  # nothing is wrong, and the row says so already


class ShowsVitals(traitlets.HasTraits):
    """The traits of a widget that shows how an instance is."""

    vitals = traitlets.Dict().tag(sync=True)
    reasons = traitlets.Dict().tag(sync=True)
    run_reasons = traitlets.Dict().tag(sync=True)


class VitalsPart:
    """Follows what a dashboard shows: `view` tells what that is at the moment, None for nothing.

    `heartbeat` tells when the instance was last heard of; a view that is otherwise the same may hold an earlier time.
    """

    def __init__(
        self, connection: Connection, view: Callable[[], View | None], heartbeat: Callable[[], datetime | None]
    ) -> None:
        self._connection = connection
        self._view = view
        self._heartbeat = heartbeat
        self._counted: dict[str, Any] = {}
        self._reasons: dict[str, dict[str, Any]] = {}
        self._run_reasons: dict[str, dict[str, Any]] = {}
        self._lately = Lately()
        self._of: View | None = None
        self._rested = 0.0  # until then it does not count again: it has its share of the time
        self._due = 0.0  # the same while nothing changes
        self._watched: dict[str, bool] = {}
        self._by = self._watched  # as it was when this was counted last
        self._watched_at = -QUEUES_EVERY
        self._heard_at = -OPEN_FOR

    def instant(self) -> Mapping[str, Handler]:
        return {}

    def slow(self) -> Mapping[str, Handler]:
        return {}

    def refresh(self) -> None:
        self._heard_at = time.monotonic()

    def state(self) -> dict[str, Any]:
        view, began, now = self._view(), time.monotonic(), datetime.now(timezone.utc)
        if view is None or self._of is None or view.id != self._of.id:  # what was counted is of another instance
            self._counted, self._reasons, self._run_reasons, self._due, self._rested = {}, {}, {}, 0.0, 0.0
        if view is None:
            self._of = None
        else:
            same = view is self._of and self._watched is self._by
            if began >= (self._due if same else self._rested):
                self._count(view, began, now)
        vitals = {**life(self._heartbeat() if view else None, now), **self._counted}
        return {"vitals": vitals, "reasons": self._reasons, "run_reasons": self._run_reasons}

    def _count(self, view: View, began: float, now: datetime) -> None:
        self._look_at_queues(view, began)
        self._of, self._by = view, self._watched
        self._counted = counters(view, self._lately.of(view, now))
        self._reasons = reasons_data(view, self._by, now)
        self._run_reasons = run_reasons_data(view, self._by, now)
        took = time.monotonic() - began
        self._rested, self._due = began + took / SHARE, began + max(took / IDLE_SHARE, COUNT_EVERY)

    def _look_at_queues(self, view: View, now: float) -> None:
        """Ask in the background who serves the queues in which runs wait."""
        if now - self._watched_at < QUEUES_EVERY or now - self._heard_at > OPEN_FOR:
            return
        if self._connection.connected and queues_of(view):
            self._watched_at = now
            READINGS.submit(self._read_queues)

    def _read_queues(self) -> None:
        try:
            found = watched_queues(self._connection.manager().gateway)
            self._watched = self._watched if found == self._watched else found
        except GatewayError as error:
            self._connection.failed(error)
