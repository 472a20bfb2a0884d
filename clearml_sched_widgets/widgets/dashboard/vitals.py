"""Counters, the last sign of life, the error of the host's clock, and the reasons why items and runs wait."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import traitlets

from clearml_sched_widgets.errors import GatewayError
from clearml_sched_widgets.instances.preflight import watched_queues
from clearml_sched_widgets.records import FINISHED, Present
from clearml_sched_widgets.views.history import ExecutedRow, View
from clearml_sched_widgets.views.why import Reason, queues_of, reasons, run_reasons
from clearml_sched_widgets.widgets.dashboard.table_feed import changed_rows
from clearml_sched_widgets.widgets.host.connection import Connection
from clearml_sched_widgets.widgets.host.host_clock import HostClock
from clearml_sched_widgets.widgets.host.messages import Handler
from clearml_sched_widgets.widgets.host.page_values import millis, sentence_data
from clearml_sched_widgets.widgets.host.worker import READINGS

DAY = timedelta(days=1)
HEARTBEAT_SECONDS = 10  # the heartbeat is rounded down to these, so that it is sent rarely
COUNT_EVERY = 0.5  # least seconds between two counts of an unchanged view
CPU_SHARE, IDLE_CPU_SHARE = 0.1, 0.01  # the share of time spent on counting, while the view changes or does not
QUEUES_EVERY = 15.0  # seconds between two readings of which queues an agent serves, while runs wait
OPEN_FOR = 90.0  # seconds that these readings continue after the page last sent "open"
MOST_REASONS = 500  # sent to the page


class RecentlyEnded:
    """Keeps the runs that ended in the last day. `update` looks only at rows that changed since its last call."""

    def __init__(self) -> None:
        self._rows: tuple[ExecutedRow, ...] = ()
        self._ended: dict[str, ExecutedRow] = {}

    def update(self, view: View, now: datetime) -> list[ExecutedRow]:
        rows, since = view.executed, now - DAY
        candidates = changed_rows(self._rows, rows, lambda row: row.run)
        if candidates is not rows:
            candidates = [*(self._ended | {row.run: row for row in candidates}).values()]
        self._ended = {row.run: row for row in candidates if row.finished is not None and row.finished >= since}
        self._rows = rows
        return list(self._ended.values())


def counters(view: View, ended: Iterable[ExecutedRow]) -> dict[str, Any]:
    """The counters of the head. `ended` has the runs that ended in the last day. Times are in milliseconds."""
    ended_statuses = [row.status for row in ended]
    active_statuses = [row.status for row in view.active]
    return {
        "next_run": min((at for row in view.scheduled if (at := millis(row.next_run)) is not None), default=None),
        "running": active_statuses.count("in_progress"),
        "queued": active_statuses.count("queued"),
        "ended_day": sum(status in FINISHED for status in ended_statuses),
        "failed_day": ended_statuses.count("failed"),
    }


def last_heartbeat(view: View, heartbeat: datetime | None) -> int | None:
    """When the instance last gave a sign of life, in milliseconds. Exact only for a silent one: it changes often."""
    at, step = millis(heartbeat), HEARTBEAT_SECONDS * 1000
    return at if at is None or view.status == "silent" else at // step * step


def reasons_data(view: View, watched: Mapping[str, bool], now: datetime) -> dict[str, dict[str, Any]]:
    """Why items have not run, by item, without the ordinary reasons."""
    by_item = reasons(view, watched, now).items()
    return _reasons_payload((item, reason) for item, reason in by_item if not (reason.well and reason.code in QUIET))


def run_reasons_data(view: View, watched: Mapping[str, bool], now: datetime) -> dict[str, dict[str, Any]]:
    """Why runs are still in their queues, by run."""
    return _reasons_payload(run_reasons(view, watched, now).items())


def _reasons_payload(reasons_by_key: Iterable[tuple[str, Reason]]) -> dict[str, dict[str, Any]]:
    return {
        key: {"code": reason.code, "said": sentence_data(reason.sentence), "hint": reason.hint}
        for key, reason in islice(reasons_by_key, MOST_REASONS)
    }


QUIET = frozenset({"time", "event"})  # reasons that the row shows already: it waits for its time or an event


class ShowsVitals(traitlets.HasTraits):
    """The traits of a widget that shows counters, the last sign of life and reasons."""

    vitals = traitlets.Dict().tag(sync=True)
    reasons = traitlets.Dict().tag(sync=True)
    run_reasons = traitlets.Dict().tag(sync=True)


class VitalsPart:
    """Follows the instance that a dashboard shows. `view` returns its current view, None if nothing is shown.

    `heartbeat` returns the instance's last sign of life, because the view may have an earlier one.
    """

    def __init__(
        self, connection: Connection, view: Callable[[], View | None], heartbeat: Callable[[], datetime | None]
    ) -> None:
        self._connection = connection
        self._view = view
        self._heartbeat = heartbeat
        self._host_clock = HostClock()
        self._counters: dict[str, Any] = {}
        self._reasons: dict[str, dict[str, Any]] = {}
        self._run_reasons: dict[str, dict[str, Any]] = {}
        self._recently_ended = RecentlyEnded()
        self._counted_view: View | None = None
        self._count_at = 0.0  # the earliest time of the next count, on the monotonic clock
        self._idle_count_at = 0.0  # the same for an unchanged view
        self._watched: dict[str, bool] = {}  # by queue, whether an agent serves it
        self._counted_watched = self._watched  # the value at the last count
        self._watched_at = -QUEUES_EVERY
        self._opened_at = -OPEN_FOR

    def instant_handlers(self) -> Mapping[str, Handler]:
        return {}

    def slow_handlers(self) -> Mapping[str, Handler]:
        return {}

    def refresh(self) -> None:
        self._opened_at = time.monotonic()

    def state(self) -> dict[str, Any]:
        view, began, present = self._view(), time.monotonic(), self._connection.present()
        if view is None or self._counted_view is None or view.id != self._counted_view.id:  # another instance
            self._counters, self._reasons, self._run_reasons = {}, {}, {}
            self._count_at, self._idle_count_at = 0.0, 0.0
        if view is None:
            self._counted_view = None
        else:
            same = view is self._counted_view and self._watched is self._counted_watched
            if began >= (self._idle_count_at if same else self._count_at):
                self._count(view, began, present.time)
        return {"vitals": self._vitals(view, present), "reasons": self._reasons, "run_reasons": self._run_reasons}

    def _vitals(self, view: View | None, present: Present) -> dict[str, Any]:
        heartbeat = last_heartbeat(view, self._heartbeat()) if view else None
        ahead = self._host_clock.seconds_ahead(present) if self._connection.connected else 0
        return {"heartbeat": heartbeat, **self._counters, **({"clock_ahead": ahead} if ahead else {})}

    def _count(self, view: View, began: float, now: datetime) -> None:
        self._read_queues_if_due(view, began)
        self._counted_view, self._counted_watched = view, self._watched
        self._counters = counters(view, self._recently_ended.update(view, now))
        self._reasons = reasons_data(view, self._counted_watched, now)
        self._run_reasons = run_reasons_data(view, self._counted_watched, now)
        took = time.monotonic() - began
        self._count_at = began + took / CPU_SHARE
        self._idle_count_at = began + max(took / IDLE_CPU_SHARE, COUNT_EVERY)

    def _read_queues_if_due(self, view: View, now: float) -> None:
        """Read in the background whether an agent serves the queues in which runs wait."""
        if now - self._watched_at < QUEUES_EVERY or now - self._opened_at > OPEN_FOR:
            return
        if self._connection.connected and queues_of(view):
            self._watched_at = now
            READINGS.submit(self._read_queues)

    def _read_queues(self) -> None:
        try:
            watched = watched_queues(self._connection.manager().gateway)
            self._watched = self._watched if watched == self._watched else watched
        except GatewayError as error:
            self._connection.record_failure(error)
