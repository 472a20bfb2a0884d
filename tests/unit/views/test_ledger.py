"""The cached rows of an instance: equal to newly built rows, and the same objects where nothing changed."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearml_sched_widgets import Action, Daily, Definition, Interval, Schedule
from clearml_sched_widgets.codec import from_data
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from clearml_sched_widgets.policy.run import Run
from clearml_sched_widgets.policy.state import ItemState, State
from clearml_sched_widgets.records import SECTION, Task, run_tag
from clearml_sched_widgets.views.history import IDLE, executed_row, scheduled_rows
from clearml_sched_widgets.views.ledger import ExecutedLedger, ScheduledLedger
from tests.unit.widgets.page import memory_manager, schedule_data

START = datetime(2026, 11, 22, 6, 0, tzinfo=timezone.utc)
TRAIN = Schedule(Action("t1"), Daily(["06:20", "18:20"]), name="Train", id="a1")
OFTEN = Schedule(Action("t2"), Interval("1h"), name="Often", id="a2")
DEFINITION = Definition("Nightly", [TRAIN, OFTEN])


def run(number: int, status: str = "queued", item: str = "a1") -> Run:
    task = Task(id=f"r{number:05}", name="Train", status=status, created=START + timedelta(seconds=number))
    return Run(task=task, key=f"k{number}", item=item, cause="schedule", nominal=START, object="")


@given(st.lists(st.tuples(st.integers(0, 30), st.sampled_from(["queued", "in_progress", "completed"])), max_size=60))
def test_after_any_changes_the_ledger_has_the_rows_of_all_runs_newest_first(changes: list[tuple[int, str]]) -> None:
    ledger = ExecutedLedger("i1")
    runs: dict[int, Run] = {}
    for number, status in changes:
        before = ledger.rows
        runs[number] = run(number, status)
        ledger.update(tuple(runs[key] for key in sorted(runs, reverse=True)), DEFINITION)
        assert ledger.rows == tuple(executed_row(runs[key], DEFINITION) for key in sorted(runs, reverse=True))
        kept = {row.run: row for row in before}
        assert sum(kept.get(row.run) is not row for row in ledger.rows) <= 1


def test_a_run_that_the_engine_forgot_stays_and_a_new_name_of_its_item_shows() -> None:
    ledger = ExecutedLedger("i1")
    ledger.update((run(2), run(1)), DEFINITION)
    renamed = Definition("Nightly", [attrs.evolve(TRAIN, name="Train daily")])
    ledger.update((run(2, "completed"),), renamed)
    assert [(row.run, row.status, row.item_name) for row in ledger.rows] == [
        ("r00002", "completed", "Train daily"),
        ("r00001", "queued", "Train daily"),
    ]


def server(count: int) -> MemoryGateway:
    gateway = MemoryGateway()
    for number in range(count):
        section = {"key": f"k{number}", "item": "a1", "cause": "schedule", "scheduled": "2026-11-22T06:20:00Z"}
        gateway.add_task(f"run {number}", system_tags=(run_tag("i1"),), hyperparams={SECTION: section})
    return gateway


def test_older_runs_are_read_page_by_page_newest_first_and_the_engines_word_counts() -> None:
    gateway, ledger = server(1100), ExecutedLedger("i1")
    newest = max(gateway.all_tasks(), key=lambda task: (task.created or START, task.id))
    known = Run(task=attrs.evolve(newest, status="completed"), key="k", item="a1", cause="x", nominal=None, object="")
    ledger.update((known,), DEFINITION)
    sizes = []
    while not ledger.whole:
        ledger.read_older(gateway, DEFINITION)
        sizes.append(len(ledger.rows))
    assert sizes == [500, 1000, 1100]
    assert ledger.rows[0].status == "completed"
    ages = [(row.started, row.run) for row in ledger.rows]
    assert ages == sorted(ages, reverse=True)
    assert {row.name for row in ledger.rows} == {f"run {number}" for number in range(1100)}
    ledger.read_older(gateway, DEFINITION)
    assert gateway.requests["tasks"] == 3


STATE = State(items={"a1": ItemState(watermark=START), "a2": ItemState(watermark=START)})
NAMES = {"t1": "train model"}


@pytest.mark.parametrize("seconds", [0, 60, 1200, 3600, 7200, 86_400])
def test_scheduled_rows_are_those_made_anew_at_any_later_moment(seconds: int) -> None:
    ledger = ScheduledLedger()
    ledger.rows(DEFINITION, STATE, NAMES, START, "running")
    now = START + timedelta(seconds=seconds)
    assert ledger.rows(DEFINITION, STATE, NAMES, now, "running") == scheduled_rows(DEFINITION, STATE, NAMES, now)


def test_only_what_changed_is_another_object() -> None:
    ledger = ScheduledLedger()
    rows = ledger.rows(DEFINITION, STATE, NAMES, START, "running")
    assert ledger.rows(DEFINITION, STATE, NAMES, START + timedelta(seconds=1), "running") is rows
    moved = STATE.with_item("a2", ItemState(watermark=START, runs=1))
    later = ledger.rows(DEFINITION, moved, NAMES, START, "running")
    assert [before is after for before, after in zip(rows, later, strict=True)] == [True, True, False]
    paused = ledger.rows(DEFINITION, attrs.evolve(moved, paused=True, note="the disk is full"), NAMES, START, "running")
    assert {row.note for row in paused} == {"the disk is full"}
    assert ledger.rows(Definition("Less", [TRAIN]), moved, NAMES, START, "running") == rows[:2]


@pytest.mark.parametrize("status", sorted(IDLE))
def test_where_nothing_is_launched_nothing_is_next_and_nothing_waits(status: str) -> None:
    ledger, off = ScheduledLedger(), STATE.with_item("a2", ItemState(watermark=START, paused=True))
    running = ledger.rows(DEFINITION, off, NAMES, START, "running")
    idle = ledger.rows(DEFINITION, off, NAMES, START, status)
    assert [row.state for row in running] == ["waiting", "waiting", "paused"]
    assert [row.state for row in idle] == [status, status, "paused"]
    assert all(row.next_run is None for row in idle)
    assert ledger.rows(DEFINITION, off, NAMES, START, "running") == running
    assert ledger.rows(DEFINITION, off, NAMES, START, "queued") == running  # an agent will begin with it


def test_the_rows_of_an_item_that_is_set_aside_are_errors_without_a_next_run_as_long_as_it_is() -> None:
    ledger, set_aside = ScheduledLedger(), {"a1": "RuntimeError: a bug", "gone": "x"}
    before = ledger.rows(DEFINITION, STATE, NAMES, START, "running")
    rows = ledger.rows(DEFINITION, STATE, NAMES, START, "running", set_aside)
    note = "set aside after errors that nobody foresaw: RuntimeError: a bug"
    assert [(row.state, row.next_run, row.note) for row in rows[:2]] == [("error", None, note)] * 2
    assert rows[2] is before[2]
    later = START + timedelta(seconds=1)
    assert ledger.rows(DEFINITION, STATE, NAMES, later, "running", set_aside) is rows
    assert ledger.rows(DEFINITION, STATE, NAMES, later, "running", {}) == before


def test_a_base_task_that_is_gone_is_asked_for_once() -> None:
    manager, _ = memory_manager()
    instance = manager.save(from_data(schedule_data("f" * 32)))
    requests = manager.gateway.requests  # type: ignore[attr-defined]
    shown = instance.view()
    assert shown.scheduled[0].task_name == ""
    before = requests["tasks"]
    again = instance.view()
    assert requests["tasks"] - before == 2  # the instance, and its runs
    assert again.scheduled is shown.scheduled
