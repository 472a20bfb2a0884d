"""The progress of long work, as it is sent to the page."""

from __future__ import annotations

import threading
from datetime import datetime, timezone
from types import SimpleNamespace
from typing import Any

import attrs
import pytest

from clearml_sched_widgets import Action, Daily, Dashboard, Definition, Policies, Schedule
from clearml_sched_widgets.codec import from_data
from clearml_sched_widgets.engine.launching.batch import Batch, BatchProgress
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from clearml_sched_widgets.policy.state import Launch, State
from clearml_sched_widgets.records import Clone
from clearml_sched_widgets.sentences.parts import as_text
from clearml_sched_widgets.views.history import ExecutedRow, View
from clearml_sched_widgets.widgets.dashboard import progress
from clearml_sched_widgets.widgets.dashboard.progress import ProgressPart, batch_work
from tests.unit.widgets.page import Page, memory_manager, schedule_data
from tests.waiting import until

NOW = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
PERIOD = {"item": "a1", "start": "2026-01-10T00:00Z", "end": "2026-01-20T00:00Z"}  # twenty times


def test_a_batch_is_counted_and_ends_with_what_failed() -> None:
    count, told = BatchProgress(), []
    count.on_change = lambda: told.append(count.latest)
    count.begin(3)
    threads = [threading.Thread(target=count.count_one) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    count.end(["no answer"])
    count.end([])  # it is over already
    assert count.latest == Batch(number=1, total=3, done=3, over=True, failed=1, error="no answer")
    assert len(told) == 5


def test_a_batch_is_told_in_words() -> None:
    assert as_text(batch_work(Batch(number=1, total=1200, done=7)).sentence) == "Launching 1,200 runs"
    assert as_text(batch_work(Batch(number=1, total=12, done=12, over=True)).sentence) == "12 runs were launched."
    failed = batch_work(Batch(number=1, total=12, done=12, over=True, failed=2, error="no such queue"))
    assert failed.failed
    assert as_text(failed.sentence) == "2 of 12 runs were not launched yet; they are tried again: no such queue"


def test_the_launching_of_many_runs_is_followed_and_ends_in_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    manager, task = memory_manager()
    instance = manager.launch(from_data(schedule_data(task)))
    dashboard, go = Dashboard(instance, manager), threading.Semaphore(5)
    clone = MemoryGateway.clone

    def slowly(self: MemoryGateway, wanted: Clone) -> str:
        assert go.acquire(timeout=20)
        return clone(self, wanted)

    monkeypatch.setattr(MemoryGateway, "clone", slowly)
    page = Page(dashboard)
    page.ask("open")
    until(lambda: dashboard.view.get("id") == instance.id)
    assert page.ask("backfill", **PERIOD)["result"] == {"count": 20}
    until(lambda: dashboard.progress)
    until(lambda: dashboard.progress[0]["done"] == 5)
    assert dashboard.progress == [
        {"key": "launch", "said": ["Launching 20 runs"], "done": 5, "total": 20, "state": "going"}
    ]
    go.release(15)
    until(lambda: dashboard.progress and dashboard.progress[0]["state"] == "done")
    assert dashboard.progress[0]["said"] == ["20 runs were launched."]
    instance.stop()
    dashboard.close()


def waits(*nominal: int) -> State:
    launches = (Launch(key=f"k{day}", item="a", cause="backfill", nominal=NOW.replace(day=day)) for day in nominal)
    return State(pending=tuple(launches))


def told(part: ProgressPart) -> list[dict[str, Any]]:
    return list(part.state()["progress"])


def test_a_period_that_is_filled_one_run_after_the_other_is_followed_wherever_it_runs() -> None:
    item = Schedule(Action("t1"), Daily(["06:20"]), policies=Policies(overlap="queue"), name="Train", id="a")
    view = View(
        id="i1", name="Nightly", status="running", where="service", note="", user="Ann", started=NOW, heartbeat=NOW,
        scheduled=(), executed=(), log=(), definition=Definition("Nightly", [item]), state=waits(1, 2, 3),
    )  # fmt: skip
    shown: list[View | None] = [view]
    part = ProgressPart(lambda: shown[0])
    assert [(one["done"], one["total"], one["state"]) for one in told(part)] == [(0, 3, "going")]
    assert told(part)[0]["said"][0] == "Backfill of "
    shown[0] = attrs.evolve(view, state=waits(3))
    assert [(one["done"], one["total"]) for one in told(part)] == [(2, 3)]
    shown[0] = attrs.evolve(view, state=State())
    assert [(one["state"], one["said"][2]) for one in told(part)] == [("done", " is done.")]
    shown[0] = attrs.evolve(view, id="i2", state=State())
    assert told(part) == []
    shown[0] = None
    assert told(part) == []


def by_hand(*items: str, command: str = "now") -> State:
    launches = (Launch(key=f"{item}*{command}", item=item, cause="manual", nominal=NOW) for item in items)
    return State(pending=tuple(launches))


def ran(item: str, command: str = "now") -> ExecutedRow:
    return ExecutedRow(
        run=f"{item} {command}", item=item, name=item, item_name=item, cause="manual", scheduled=NOW, started=NOW,
        finished=None, status="queued", key=f"{item}*{command}",
    )  # fmt: skip


def test_an_instance_that_is_run_as_a_whole_is_followed_and_a_single_item_is_not() -> None:
    view = View(
        id="i1", name="Nightly", status="running", where="elsewhere", note="", user="Ann", started=NOW, heartbeat=NOW,
        scheduled=(), executed=(ran("a", "before"),), log=(), state=by_hand("a", "b", "c"),
    )  # fmt: skip
    shown: list[View | None] = [view]
    part = ProgressPart(lambda: shown[0])
    assert [(one["done"], one["total"], one["said"]) for one in told(part)] == [(0, 3, ["Run now of all items"])]
    shown[0] = attrs.evolve(view, executed=(ran("b"), ran("a"), *view.executed), state=by_hand("c"))
    assert [(one["done"], one["total"]) for one in told(part)] == [(2, 3)]
    shown[0] = attrs.evolve(view, state=State())
    assert [(one["state"], one["said"]) for one in told(part)] == [("done", ["Run now of all items is done."])]
    shown[0] = attrs.evolve(view, id="i2", state=by_hand("a", command="later"))
    assert told(part) == []
    late = ProgressPart(lambda: attrs.evolve(view, executed=(ran("b"), ran("a")), state=by_hand("c")))
    assert [(one["done"], one["total"]) for one in told(late)] == [(2, 3)]  # by a page that was opened meanwhile


def test_what_has_been_told_of_commands_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    idle = View(
        id="i1", name="Nightly", status="running", where="service", note="", user="Ann", started=NOW, heartbeat=NOW,
        scheduled=(), executed=(), log=(), state=State(),
    )  # fmt: skip
    shown = [idle]
    part = ProgressPart(lambda: shown[0])
    for number in range(20):
        shown[0] = attrs.evolve(idle, state=by_hand("a", "b", command=str(number)))
        assert told(part)[-1]["state"] == "going"
        shown[0] = idle
        assert told(part)[-1]["state"] == "done"
        clock[0] += progress.ENDED_FOR + 1
    assert told(part) == []
    assert not part._ended
