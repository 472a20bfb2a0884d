"""What `decide` does about the slots of a schedule, as a table: policy x situation."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearml_sched_widgets.definition import Action, Daily, Interval, Policies, Schedule, StatusChanged, TaskTrigger
from clearml_sched_widgets.engine.decide import GRACE, admit, decide, next_slot
from clearml_sched_widgets.engine.state import ItemState, Launch

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=timezone.utc)
HOURLY = Interval(every="1h")


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-23T{text}+00:00")


def slots(policies: Policies, watermark: str, now: str, active: int = 0, runs: int = 0) -> tuple[list[str], int]:
    schedule = Schedule(Action("task"), HOURLY, policies)
    decision = decide(schedule, ItemState(watermark=at(watermark), runs=runs), at(now), active)
    return [f"{launch.nominal:%H:%M}" for launch in decision.launches], len(decision.skips)


# missed, catch-up window, watermark, now -> what is launched, how many notes of what is skipped
TABLE = [
    ("skip", "1h", "11:30:00", "12:00:00", ["12:00"], 0),
    ("skip", "1h", "11:30:00", "12:00:15", ["12:00"], 0),
    ("skip", "1h", "11:30:00", "12:00:16", [], 1),
    ("skip", "1h", "11:30:00", "11:59:59", [], 0),
    ("skip", "5h", "08:30:00", "12:00:01", ["12:00"], 1),
    ("latest", "1h", "11:30:00", "12:30:00", ["12:00"], 0),
    ("latest", "1h", "08:30:00", "12:30:00", ["12:00"], 1),
    ("latest", "1h", "08:30:00", "12:00:01", ["12:00"], 1),
    ("latest", "10m", "08:30:00", "12:30:00", [], 1),
    ("all", "10h", "08:30:00", "12:30:00", ["09:00", "10:00", "11:00", "12:00"], 0),
    ("all", "3h", "08:30:00", "12:30:00", ["10:00", "11:00", "12:00"], 1),
    ("all", "3h", "08:30:00", "12:00:00", ["10:00", "11:00", "12:00"], 1),
    ("all", "0s", "08:30:00", "12:30:00", [], 1),
    ("all", "10h", "12:00:00", "12:30:00", [], 0),
]


@pytest.mark.parametrize(("missed", "window", "watermark", "now", "launched", "notes"), TABLE)
def test_the_missed_run_policy(
    missed: str, window: str, watermark: str, now: str, launched: list[str], notes: int
) -> None:
    assert slots(Policies(missed=missed, catchup_window=window), watermark, now) == (launched, notes)


@pytest.mark.parametrize(
    ("overlap", "active", "launched"),
    [("allow", 0, 3), ("allow", 2, 3), ("skip", 0, 1), ("skip", 1, 0)],
)
def test_the_overlap_policy(overlap: str, active: int, launched: int) -> None:
    policies = Policies(overlap=overlap, missed="all", catchup_window="5h")
    found, notes = slots(policies, "09:30:00", "12:30:00", active)
    assert len(found) == launched
    assert notes == (launched < 3)


@pytest.mark.parametrize(("runs", "launched"), [(0, 2), (1, 1), (2, 0), (7, 0)])
def test_max_runs(runs: int, launched: int) -> None:
    policies = Policies(max_runs=2, missed="all", catchup_window="5h")
    assert len(slots(policies, "09:30:00", "12:30:00", runs=runs)[0]) == launched


def test_s5_the_next_run_derives_from_the_nominal_time_however_late_the_launch() -> None:
    schedule = Schedule(Action("task"), Daily("23:59"), Policies(missed="all"))
    state = ItemState(watermark=at("12:00:00"))
    seen = []
    for day in range(5):
        late = at("23:59:00") + timedelta(days=day, seconds=61)
        decision = decide(schedule, state, late, 0)
        seen += [launch.nominal for launch in decision.launches]
        state = decision.state
    assert seen == [at("23:59:00") + timedelta(days=day) for day in range(5)]


def test_a_disabled_or_ended_schedule_has_no_next_slot() -> None:
    state = ItemState(watermark=NOON, runs=3)
    assert next_slot(Schedule(Action("task"), HOURLY, enabled=False), state) is None
    assert next_slot(Schedule(Action("task"), HOURLY, Policies(max_runs=3)), state) is None
    assert next_slot(Schedule(Action("task"), HOURLY), state) == at("13:00:00")


@given(st.lists(st.integers(1, 900), min_size=1, max_size=40), st.integers(1, 600))
def test_no_slot_is_lost_or_doubled_however_irregular_the_steps(steps: list[int], every: int) -> None:
    rule = Interval(every=timedelta(seconds=every))
    schedule = Schedule(Action("task"), rule, Policies(missed="all", catchup_window="1d"))
    state, now, seen = ItemState(watermark=NOON), NOON, []
    for step in steps:
        now += timedelta(seconds=step)
        decision = decide(schedule, state, now, 0)
        seen += [launch.nominal for launch in decision.launches]
        assert decision.next_slot is not None
        assert decision.next_slot > now
        state = decision.state
    size = int((now - NOON).total_seconds() // every)
    first = NOON + timedelta(seconds=every - NOON.timestamp() % every)
    last_step = [first + timedelta(seconds=every) * number for number in range(size + 1)]
    assert seen == [slot for slot in last_step if slot <= now]


def test_the_grace_is_shorter_than_any_sensible_interval_between_runs() -> None:
    assert timedelta(seconds=1) < GRACE < timedelta(minutes=1)


def event(number: int) -> Launch:
    return Launch(key=f"t!{number}", item="t", cause="trigger", nominal=NOON)


@pytest.mark.parametrize(
    ("policies", "runs", "active", "launched"),
    [
        (Policies(), 0, 5, 4),
        (Policies(overlap="skip"), 0, 0, 1),
        (Policies(overlap="skip"), 0, 1, 0),
        (Policies(max_runs=3), 1, 0, 2),
        (Policies(max_runs=3), 3, 0, 0),
    ],
)
def test_what_a_triggers_policies_let_through(policies: Policies, runs: int, active: int, launched: int) -> None:
    trigger = TaskTrigger(Action("task"), StatusChanged(to=["failed"]), policies=policies)
    admission = admit(trigger, ItemState(watermark=NOON, runs=runs), [event(number) for number in range(4)], active)
    assert len(admission.launches) == launched
    assert len(admission.refused) == 4 - launched
    assert admission.state.runs == runs + launched
