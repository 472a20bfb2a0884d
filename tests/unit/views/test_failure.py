"""Why an instance failed, is silent or was stopped by the server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from clearml_sched_widgets import Action, Daily, Definition, Instance, Manager, Schedule
from clearml_sched_widgets.engine import failures, loop
from clearml_sched_widgets.engine.step import Stepper
from clearml_sched_widgets.instances.running import engine_here
from clearml_sched_widgets.records import LogLine
from clearml_sched_widgets.sentences.parts import as_text
from clearml_sched_widgets.views.failure import MAX_QUOTED, failure
from clearml_sched_widgets.views.history import View
from clearml_sched_widgets.widgets.dashboard.view_data import view_data
from tests.unit.widgets.page import memory_manager
from tests.waiting import until

NOW = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)


def line(minutes: float, level: str, text: str) -> LogLine:
    return LogLine(time=NOW - timedelta(minutes=minutes), level=level, text=text)


def told(*log: LogLine, **changes: Any) -> list[str]:
    fields: dict[str, Any] = {"status": "failed", "started": NOW - timedelta(hours=1), "where": "elsewhere"} | changes
    view = View(
        id="i1", name="Nightly", note="", user="Ann", heartbeat=NOW, scheduled=(), executed=(), log=log, **fields
    )
    return [as_text(each) for each in failure(view)]


def test_the_reason_of_the_status_and_the_last_error_are_told() -> None:
    log = (line(90, "error", "long ago"), line(9, "error", "first"), line(5, "error", "no disk"), line(1, "info", "on"))
    error = "The last error in its log came at 2026-11-22 11:55:00 UTC: no disk"
    assert told(*log, reason="exit code 1") == ["exit code 1", error]
    assert told(*log, reason="ended: no disk") == ["ended: no disk"]
    assert told(*log, status="silent", reason="Resumed") == [error]  # that is why it ran, not why it is silent


def test_a_stop_by_the_servers_watchdog_is_told_and_one_by_somebody_is_not() -> None:
    reason = "Forced stop (non-responsive)"
    error = "The last error in its log came at 2026-11-22 11:55:00 UTC: no disk"
    assert told(line(5, "error", "no disk"), status="stopped", reason=reason) == [reason, error]
    assert told(line(5, "error", "no disk"), status="stopped", reason="Stopped by its user") == []
    assert told(status="running", reason=reason) == []


def test_what_was_before_it_began_and_what_is_well_is_not_told() -> None:
    assert told(line(90, "error", "long ago")) == []
    assert told(line(90, "error", "long ago"), started=None) != []
    assert told(line(5, "error", "no disk"), status="running", reason="x") == []


def test_a_text_without_end_is_cut() -> None:
    (text,) = told(reason="a" * 10_000)
    assert len(text) == MAX_QUOTED + 2


@contextmanager
def launched(manager: Manager, task: str) -> Iterator[Instance]:
    """An instance whose engine runs in this process until the end of the block."""
    instance = manager.launch(Definition("Nightly", [Schedule(Action(task), Daily(["06:20"]))]))
    try:
        yield instance
    finally:
        engine = engine_here(instance.id)
        if engine is not None:
            engine.stop()
        assert engine_here(instance.id) is None


def broken(*_: object) -> None:
    raise RuntimeError("a bug")


def test_an_engine_that_breaks_tells_the_page_what_is_wrong_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    manager, task = memory_manager()
    monkeypatch.setattr(failures, "LONGEST_BACKOFF", 0.01)
    monkeypatch.setattr(failures, "CALM_AFTER", 0.0)
    with launched(manager, task) as instance:
        with monkeypatch.context() as patched:
            patched.setattr(Stepper, "step", broken)
            until(lambda: instance.view().problem)
            shown = view_data(instance.view())["view"]
            assert (shown["status"], shown["failure"]) == ("running", [])
            assert shown["problem"] == "An unforeseen error: RuntimeError: a bug"
            why = "An unforeseen error: RuntimeError: a bug. It is tried again by itself."
            assert list(instance.scheduled["why"]) == [why]
        until(lambda: not instance.view().problem)
        assert list(instance.scheduled["why"]) == ["Its next time has not come."]


def test_an_engine_that_was_ended_by_an_error_tells_the_page_why(monkeypatch: pytest.MonkeyPatch) -> None:
    manager, task = memory_manager()
    monkeypatch.setattr(loop.Engine, "step", broken)  # not even what catches the errors of a step works
    with launched(manager, task) as instance:
        until(lambda: instance.view().status == "failed")
    (said,) = view_data(instance.view())["view"]["failure"]
    assert said == [{"name": "The scheduler ended by an error of its own: RuntimeError('a bug')"}]
