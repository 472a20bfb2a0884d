"""What `decide` does about the slots of a schedule, as a table: policy x situation."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearml_sched_widgets.definition import Action, Daily, Interval, Policies, Schedule, StatusChanged, TaskTrigger
from clearml_sched_widgets.policy.decide import GRACE, admit, decide, due_at, next_slot
from clearml_sched_widgets.policy.state import ItemState, Launch
from clearml_sched_widgets.recurrence import occurrences

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=timezone.utc)
HOURLY = Interval(every="1h")


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-23T{text}+00:00")


def slots(
    policies: Policies, watermark: str, now: str, active: int = 0, runs: int = 0, waiting: int = 0
) -> tuple[list[str], int]:
    schedule = Schedule(Action("task"), HOURLY, policies)
    decision = decide(schedule, ItemState(watermark=at(watermark), runs=runs), at(now), active, waiting)
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


# missed, max_runs, slots of 10, 11 and 12 o'clock that a killed process has launched -> what is launched
KILLED = [
    ("all", None, ["10:00"], ["11:00", "12:00"]),
    ("all", 3, ["10:00"], ["11:00", "12:00"]),
    ("all", 2, ["10:00"], ["11:00"]),
    ("all", 2, ["11:00", "10:00"], []),
    ("latest", None, ["10:00"], ["12:00"]),
    ("latest", None, ["12:00"], []),
    ("latest", 1, ["10:00"], []),
    ("skip", 1, ["10:00"], []),
    ("all", None, ["13:00"], ["10:00", "11:00", "12:00"]),  # while the server's clock was ahead
]


@pytest.mark.parametrize(("missed", "max_runs", "ran", "launched"), KILLED)
def test_slots_that_a_killed_process_has_launched(
    missed: str, max_runs: int | None, ran: list[str], launched: list[str]
) -> None:
    schedule = Schedule(Action("task"), HOURLY, Policies(missed=missed, catchup_window="9h", max_runs=max_runs))
    moments = frozenset(at(f"{text}:00") for text in ran)
    decision = decide(schedule, ItemState(watermark=at("09:30:00")), at("12:30:00"), 0, launched=moments)
    assert [f"{launch.nominal:%H:%M}" for launch in decision.launches] == launched
    assert decision.state.runs == len(launched) + len(moments - {at("13:00:00")})


# overlap, runs queued or running, runs owed -> which of the slots of 10, 11 and 12 o'clock are launched or wait
OVERLAPS = [
    (None, 0, 0, ["10:00", "11:00", "12:00"]),
    (None, 7, 7, ["10:00", "11:00", "12:00"]),
    ("allow", 0, 0, ["10:00", "11:00", "12:00"]),
    ("allow", 2, 0, ["10:00", "11:00", "12:00"]),
    ("skip", 0, 0, ["10:00"]),
    ("skip", 1, 0, []),
    ("skip", 0, 1, []),
    ("queue", 0, 0, ["10:00", "11:00"]),
    ("queue", 1, 0, ["10:00"]),
    ("queue", 3, 0, ["10:00"]),
    ("queue", 0, 1, ["10:00"]),
    ("queue", 1, 1, []),
    ("queue", 0, 2, []),
    ("queue", 0, 9, []),
    ("cancel_previous", 0, 0, ["12:00"]),
    ("cancel_previous", 2, 1, ["12:00"]),
]


@pytest.mark.parametrize(("overlap", "active", "waiting", "launched"), OVERLAPS)
def test_the_overlap_policy(overlap: str | None, active: int, waiting: int, launched: list[str]) -> None:
    policies = Policies(overlap=overlap, missed="all", catchup_window="5h")
    found, notes = slots(policies, "09:30:00", "12:30:00", active, waiting=waiting)
    assert found == launched
    assert notes == (len(launched) < 3)


def test_each_skip_names_its_slots_and_its_reason() -> None:
    schedule = Schedule(Action("task"), HOURLY, Policies(overlap="queue", missed="all", catchup_window="2h30m"))
    skips = decide(schedule, ItemState(watermark=at("08:30:00")), at("12:00:00"), 1).skips
    assert [(f"{skip.first:%H:%M}", f"{skip.last:%H:%M}") for skip in skips] == [("09:00", "10:00"), ("11:00", "12:00")]
    assert ["catch-up window" in skips[0].reason, "waits already" in skips[1].reason] == [True, True]


def test_a_paused_schedule_has_no_next_slot() -> None:
    schedule = Schedule(Action("task"), HOURLY)
    assert next_slot(schedule, ItemState(watermark=NOON, paused=True)) is None


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


CANCEL = Policies(overlap="cancel_previous")


@pytest.mark.parametrize(
    ("policies", "runs", "active", "waiting", "launched"),
    [
        (Policies(), 0, 5, 0, [0, 1, 2, 3]),
        (Policies(), 0, 1, 4998, [0, 1]),
        (Policies(overlap="allow"), 0, 5, 9999, [0, 1, 2, 3]),
        (Policies(overlap="skip"), 0, 0, 0, [0]),
        (Policies(overlap="skip"), 0, 1, 0, []),
        (Policies(overlap="skip"), 0, 0, 1, []),
        (CANCEL, 0, 0, 0, [3]),
        (CANCEL, 0, 2, 1, [3]),
        (Policies(max_runs=3), 1, 0, 0, [0, 1]),
        (Policies(max_runs=3), 3, 0, 0, []),
    ],
)
def test_what_a_triggers_policies_let_through(
    policies: Policies, runs: int, active: int, waiting: int, launched: list[int]
) -> None:
    trigger, events = (
        TaskTrigger(Action("task"), StatusChanged(to=["failed"]), policies=policies),
        [*map(event, range(4))],
    )
    admission = admit(trigger, ItemState(watermark=NOON, runs=runs), events, active, waiting)
    assert [launch.key for launch in admission.launches] == [f"t!{number}" for number in launched]
    assert len(admission.refused) == 4 - len(launched)
    assert all(reason for _, reason in admission.refused)
    assert admission.state.runs == runs + len(launched)


# -- jitter
@given(st.integers(1, 5000), st.integers(2, 5000), st.lists(st.integers(1, 900), min_size=1, max_size=30))
def test_each_slot_is_launched_once_when_it_is_due_whatever_the_jitter(
    every: int, jitter: int, steps: list[int]
) -> None:
    policies = Policies(missed="all", catchup_window="9d", jitter=timedelta(seconds=jitter))
    schedule = Schedule(Action("task"), Interval(every=timedelta(seconds=every)), policies)
    state, now, seen = ItemState(watermark=NOON), NOON, []
    for step in steps:
        now += timedelta(seconds=step)
        decision = decide(schedule, state, now, 0)
        seen += [launch.nominal for launch in decision.launches]
        assert decision.next_slot is None or decision.next_slot > now
        state = decision.state
    expected = [slot for slot in occurrences(schedule.recurrence, NOON, now) if due_at(schedule, slot) <= now]
    assert seen == expected


def test_a_slots_jitter_is_always_the_same_below_the_bound_and_before_the_next_slot() -> None:
    schedule = Schedule(Action("task"), HOURLY, Policies(jitter="20m"), id="a")
    close = Schedule(Action("task"), Interval(every="1m"), Policies(jitter="20m"), id="a")
    slots_of_a_day = list(occurrences(HOURLY, NOON, NOON + timedelta(days=1)))
    delays = [due_at(schedule, slot) - slot for slot in slots_of_a_day]
    assert delays == [due_at(schedule, slot) - slot for slot in slots_of_a_day]
    assert all(timedelta(0) <= delay < timedelta(minutes=20) for delay in delays)
    assert len(set(delays)) == 24
    assert max(delays) - min(delays) > timedelta(minutes=10), "they are spread"
    assert all(due_at(close, slot) < slot + timedelta(minutes=1) for slot in slots_of_a_day)


@pytest.mark.parametrize(("missed", "late", "launched"), [("skip", 15, 1), ("skip", 16, 0), ("latest", 16, 1)])
def test_lateness_counts_from_when_a_slot_is_due(missed: str, late: int, launched: int) -> None:
    schedule = Schedule(Action("task"), HOURLY, Policies(missed=missed, jitter="20m"), id="a")
    due = due_at(schedule, NOON)
    assert due > NOON + timedelta(seconds=30), "else this test shows nothing"
    assert decide(schedule, ItemState(watermark=at("11:30:00")), due - timedelta(seconds=1), 0).launches == ()
    decision = decide(schedule, ItemState(watermark=at("11:30:00")), due + timedelta(seconds=late), 0)
    assert [launch.key for launch in decision.launches] == ["a@2026-11-23T12:00:00Z"] * launched
    assert len(decision.skips) == 1 - launched
