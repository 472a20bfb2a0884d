"""Policies as pure functions, each a table of policy x situation: turns, retries, limits, controls."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import attrs
import pytest

from clearml_sched_widgets.definition import (
    Action,
    Daily,
    Definition,
    Interval,
    Policies,
    Schedule,
    StatusChanged,
    TaskTrigger,
)
from clearml_sched_widgets.policy import controls, retries, time_limits
from clearml_sched_widgets.policy.decide import admit, decide
from clearml_sched_widgets.policy.overlap import apply_overlap
from clearml_sched_widgets.policy.retries import backoff, follow, handle_run_end, split_retry_key, unhandled_ends
from clearml_sched_widgets.policy.run import Run
from clearml_sched_widgets.policy.state import ItemState, Launch, ReadPosition, State
from clearml_sched_widgets.records import Task

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=timezone.utc)
HOURLY = Interval(every="1h")


def launch(text: str) -> Launch:
    """Such as `2 manual`, or `2 retry 30`: the hour, the cause, and when it is due, in seconds from now."""
    hour, cause, *due = text.split()
    later = NOON + timedelta(seconds=int(due[0])) if due else None
    return Launch(key=text, item="i", cause=cause, nominal=NOON + timedelta(hours=int(hour)), not_before=later)


def run(key: str, status: str = "in_progress", **task: object) -> Run:
    return Run(
        task=Task(id=f"task of {key}", status=status, **task),  # type: ignore[arg-type]
        key=key,
        item="i",
        cause="schedule",
        nominal=NOON,
        object="",
    )


# overlap, owed, runs queued or running -> tried now, left out, asked to stop; the others wait
TURNS = [
    ("allow", ["1 schedule", "2 schedule"], ["0"], ["1 schedule", "2 schedule"], [], []),
    ("skip", ["1 schedule"], [], ["1 schedule"], [], []),
    ("skip", ["1 backfill", "2 backfill"], [], ["1 backfill"], [], []),
    ("skip", ["1 backfill", "2 backfill"], ["0"], [], [], []),
    ("queue", ["1 schedule", "2 schedule"], [], ["1 schedule"], [], []),
    ("queue", ["1 schedule", "2 schedule"], ["0"], [], [], []),
    ("queue", ["1 trigger", "2 trigger", "3 manual"], ["0"], ["3 manual"], [], []),
    ("queue", ["1 retry 30", "2 trigger"], [], ["2 trigger"], [], []),
    ("queue", ["1 retry -5", "2 trigger"], [], ["1 retry -5"], [], []),
    ("queue", ["1 trigger 30", "2 trigger"], [], ["1 trigger 30"], [], []),
    ("cancel_previous", ["1 schedule"], [], ["1 schedule"], [], []),
    ("cancel_previous", ["1 schedule"], ["0"], [], [], ["0"]),
    ("cancel_previous", ["1 schedule"], ["0", "00"], [], [], ["0", "00"]),
    ("cancel_previous", ["1 schedule", "2 schedule"], ["0"], [], ["1 schedule"], ["0"]),
    ("cancel_previous", ["1 schedule", "2 schedule"], [], ["2 schedule"], ["1 schedule"], []),
    ("cancel_previous", ["1 retry 30"], ["0"], [], [], []),
    ("cancel_previous", ["1 retry 30"], [], ["1 retry 30"], [], []),
    ("cancel_previous", ["3 retry 30", "2 schedule"], ["0"], [], ["3 retry 30"], ["0"]),
    ("cancel_previous", ["1 backfill", "2 backfill"], ["0"], [], [], []),
    ("cancel_previous", ["1 backfill", "2 backfill"], [], ["1 backfill"], [], []),
    ("cancel_previous", ["1 backfill", "2 schedule"], ["0"], [], [], ["0"]),
    ("cancel_previous", ["1 manual", "2 schedule"], ["0"], ["1 manual"], [], ["0"]),
]


@pytest.mark.parametrize(("overlap", "owed", "active", "go", "replaced", "stop"), TURNS)
def test_whose_turn_it_is(
    overlap: str, owed: list[str], active: list[str], go: list[str], replaced: list[str], stop: list[str]
) -> None:
    item = Schedule(Action("task"), HOURLY, Policies(overlap=overlap), id="i")
    pending = [launch(text) for text in owed]
    found = apply_overlap(item, False, pending, [run(key) for key in active], lambda _key: False, NOON)
    assert [one.key for one in found.go] == go
    assert [one.key for one in found.replaced] == replaced
    assert [one.key for one in found.stop] == stop
    assert {one.key for one in found.hold} == set(owed) - set(go) - set(replaced)


@pytest.mark.parametrize("overlap", ["allow", "skip", "queue", "cancel_previous"])
def test_a_paused_item_holds_all_but_what_is_started_by_hand(overlap: str) -> None:
    item = Schedule(Action("task"), HOURLY, Policies(overlap=overlap), id="i")
    pending = [launch("1 schedule"), launch("2 manual")]
    found = apply_overlap(item, True, pending, [run("0")], lambda _key: False, NOON)
    assert ([one.key for one in found.go], [one.key for one in found.hold]) == (["2 manual"], ["1 schedule"])
    assert (found.replaced, found.stop) == ((), ())


@pytest.mark.parametrize("overlap", ["allow", "skip", "queue", "cancel_previous"])
def test_of_a_disabled_item_only_what_a_user_asks_for_is_launched(overlap: str) -> None:
    item = Schedule(Action("task"), HOURLY, Policies(overlap=overlap), enabled=False, id="i")
    pending = [launch("1 trigger"), launch("2 manual"), launch("3 backfill"), launch("4 retry")]
    found = apply_overlap(item, False, pending, [], lambda _key: False, NOON)
    assert [one.key for one in found.go] == ["2 manual", "3 backfill"]
    assert {one.key for one in found.hold} == {"1 trigger", "4 retry"}
    assert (found.replaced, found.stop) == ((), ())


@pytest.mark.parametrize("overlap", ["skip", "queue", "cancel_previous"])
def test_what_was_launched_before_a_crash_does_not_wait_for_itself(overlap: str) -> None:
    item = Schedule(Action("task"), HOURLY, Policies(overlap=overlap), id="i")
    found = apply_overlap(
        item, False, [launch("1 schedule")], [run("1 schedule")], lambda key: key == "1 schedule", NOON
    )
    assert ([one.key for one in found.go], found.stop) == (["1 schedule"], ())


# -- retries: status, retries allowed, key, is the retry known -> the retry's key, failures in a row, paused
ENDS = [
    ("completed", 3, "k", False, None, 0, False),
    ("published", 3, "k", False, None, 0, False),
    ("stopped", 3, "k", False, None, 1, False),
    ("created", 3, "k", False, None, 1, False),
    ("failed", 3, "k", False, "k~1", 1, False),
    ("failed", 3, "k", True, None, 1, False),
    ("failed", 3, "k~2", False, "k~3", 1, False),
    ("failed", 3, "k~3", False, None, 2, True),
    ("failed", 0, "k", False, None, 2, True),
]


@pytest.mark.parametrize(("status", "allowed", "key", "known", "retry", "failures", "paused"), ENDS)
def test_what_follows_from_the_end_of_a_run(
    status: str, allowed: int, key: str, known: bool, retry: str | None, failures: int, paused: bool
) -> None:
    item = Schedule(Action("task"), HOURLY, Policies(retries=allowed, pause_after_failures=2), id="i")
    state = ItemState(watermark=NOON, failures=1)
    result = handle_run_end(item, state, run(key, status), lambda _key: known, NOON)
    assert (result.retry.key if result.retry else None) == retry
    assert (result.state.failures, result.state.paused) == (failures, paused)
    assert bool(result.consequence) == (retry is not None or paused)
    assert bool(result.state.note) == paused


def test_an_item_without_the_policy_is_never_paused() -> None:
    item = Schedule(Action("task"), HOURLY, Policies(retries=1), id="i")
    result = handle_run_end(
        item, ItemState(watermark=NOON, failures=99), run("k~1", "failed"), lambda _key: False, NOON
    )
    assert not result.state.paused


@pytest.mark.parametrize(
    ("first", "pauses"),
    [("1m", [60, 120, 240, 480, 960, 1920, 3600, 3600]), ("2h", [7200, 7200]), ("45m", [2700, 3600])],
)
def test_the_pause_before_a_retry_doubles_up_to_an_hour(first: str, pauses: list[int]) -> None:
    policies = Policies(retries=9, retry_backoff=first)
    assert [backoff(policies, number).total_seconds() for number in range(len(pauses))] == pauses
    assert backoff(policies, 99).total_seconds() == pauses[-1]


def test_a_retry_has_the_slot_the_object_the_values_and_the_lineage_of_its_run() -> None:
    section = {"values": '{"task.id": "abc"}', "lineage": "a,b"}
    failed = attrs.evolve(run("k", "failed", scheduler=section), object="abc")
    found = retries.launch_again(failed, "k~1", NOON + timedelta(minutes=1))
    assert (found.key, found.nominal, found.object, found.cause) == ("k~1", NOON, "abc", "retry")
    assert found.values == {"scheduled": "2026-11-23T12:00:00Z", "task.id": "abc"}
    assert (found.lineage, found.not_before) == (("a", "b"), NOON + timedelta(minutes=1))


@pytest.mark.parametrize("text", ["", "{", "[1]", "null"])
def test_a_section_that_somebody_spoiled_is_no_obstacle_to_a_retry(text: str) -> None:
    failed = run("k", "failed", scheduler={"values": text})
    assert set(retries.launch_again(failed, "k~1", NOON).values) == {"scheduled"}


@pytest.mark.parametrize(
    ("key", "expected"), [("i@x", ("i@x", 0)), ("i@x~1", ("i@x", 1)), ("i~a@x", ("i~a@x", 0)), ("i~x", ("i~x", 0))]
)
def test_the_number_of_a_retry_stands_in_its_key(key: str, expected: tuple[str, int]) -> None:
    assert split_retry_key(key) == expected


def test_each_end_is_dealt_with_once_however_late_it_is_seen_and_the_memory_stays_small() -> None:
    ends = ReadPosition(cursor=NOON)
    old = run("old", "failed", status_changed=NOON - timedelta(minutes=5))
    runs = [run(str(n), "failed", status_changed=NOON + timedelta(seconds=n)) for n in range(100)]
    ends, fresh = unhandled_ends(ends, [old, *runs], NOON + timedelta(hours=1))
    assert [one.key for one in fresh] == [one.key for one in runs]
    assert len(ends.seen) < 12
    assert unhandled_ends(ends, [old, *runs], NOON + timedelta(hours=1)) == (ends, [])
    late = run("late", "failed", status_changed=NOON + timedelta(seconds=95))
    ends, fresh = unhandled_ends(ends, [late, *runs], NOON + timedelta(hours=1))
    assert [one.key for one in fresh] == ["late"]


def test_ends_in_the_servers_future_do_not_hide_those_of_the_present() -> None:
    """The server's clock was an hour ahead for a while."""
    ahead = run("ahead", "failed", status_changed=NOON + timedelta(hours=1))
    ends, fresh = unhandled_ends(ReadPosition(cursor=NOON), [ahead], NOON)
    assert [one.key for one in fresh] == ["ahead"]
    now = run("now", "failed", status_changed=NOON + timedelta(minutes=1))
    ends, fresh = unhandled_ends(ends, [ahead, now], NOON + timedelta(minutes=1))
    assert [one.key for one in fresh] == ["now"]


def test_two_runs_of_one_key_that_fail_lead_to_one_retry() -> None:
    definition = Definition("nightly", [Schedule(Action("task"), HOURLY, Policies(retries=1), id="i")])
    state = State(items={"i": ItemState(watermark=NOON)}, ends=ReadPosition(cursor=NOON))
    copies = [
        attrs.evolve(run("k", "failed", status_changed=NOON), task=Task(id=name, status="failed", status_changed=NOON))
        for name in "ab"
    ]
    after, consequences = follow(definition, state, copies, lambda _key: False, NOON)
    assert [one.key for one in after.pending] == ["k~1"]
    assert len(consequences) == 1


# -- limits: status, seconds since it was queued, seconds since it started -> beyond a limit of a minute
@pytest.mark.parametrize(
    ("status", "queued", "started", "over"),
    [
        ("queued", 59, None, False),
        ("queued", 61, None, True),
        ("in_progress", 600, 59, False),
        ("in_progress", 600, 61, True),
        ("in_progress", 600, None, False),
        ("queued", None, None, False),
    ],
)
def test_which_runs_have_had_their_time(status: str, queued: int | None, started: int | None, over: bool) -> None:
    def ago(seconds: int | None) -> datetime | None:
        return None if seconds is None else NOON - timedelta(seconds=seconds)

    limited = Schedule(Action("task", time_limit="1m"), HOURLY, id="i")
    unlimited = Schedule(Action("task"), HOURLY, id="i")
    one = run("k", status, status_changed=ago(queued), started=ago(started))
    found = list(time_limits.overdue([one], lambda _id: limited, NOON))
    assert [late.key for late, _ in found] == ["k"] * over
    assert all("time limit of 1m" in reason for _, reason in found)
    assert list(time_limits.overdue([one], lambda _id: unlimited, NOON)) == []
    assert list(time_limits.overdue([one], lambda _id: None, NOON)) == []


# -- commands
def test_a_resumed_item_leaves_out_its_pause_and_forgets_its_failures_but_not_its_runs() -> None:
    item = Schedule(Action("task"), HOURLY, id="i")
    before = State(items={"i": ItemState(watermark=NOON, runs=4, failures=3)})
    paused = controls.pause(item, before, "why")
    assert (paused.items["i"].paused, paused.items["i"].note) == (True, "why")
    later = NOON + timedelta(hours=5)
    resumed = controls.resume(item, paused, later)
    assert resumed.items["i"] == ItemState(watermark=later, runs=4)
    assert controls.resume(item, resumed, later) is resumed


# enabled, paused, hours that are known -> hours of the launches, watermark after it
@pytest.mark.parametrize(
    ("enabled", "paused", "known", "launched", "watermark"),
    [
        (True, False, [], [10, 11, 12], 12),
        (True, False, [11], [10, 12], 12),
        (True, True, [], [10, 11, 12, 13, 14], 14),
        (False, False, [10], [11, 12, 13, 14], 14),
    ],
)
def test_a_backfill_owes_the_slots_of_a_period_and_none_that_the_schedule_sees_to_itself(
    enabled: bool, paused: bool, known: list[int], launched: list[int], watermark: int
) -> None:
    item = Schedule(Action("task"), HOURLY, enabled=enabled, id="i")
    state = State(items={"i": ItemState(watermark=NOON, paused=paused)})
    keys = {f"i@2026-11-23T{hour}:00:00Z" for hour in known}
    start, end = NOON - timedelta(hours=2, minutes=30), NOON + timedelta(hours=9)
    now = NOON + timedelta(hours=2, minutes=1)
    after, new, total = controls.backfill(item, state, start, end, now, keys.__contains__)
    assert [one.nominal.hour for one in after.pending] == launched
    assert {one.cause for one in after.pending} == {"backfill"}
    assert after.items["i"].watermark.hour == watermark
    assert (new, total) == (len(launched), 5)


def test_a_backfill_of_nothing_or_of_too_much_is_refused() -> None:
    state = State(items={"i": ItemState(watermark=NOON)})
    for rule, reason in ((Daily("13:00"), "no times"), (Interval(every="1s"), "more than 1000 times")):
        item = Schedule(Action("task"), rule, id="i")
        with pytest.raises(ValueError, match=reason):
            controls.backfill(item, state, NOON - timedelta(hours=1), NOON, NOON, lambda _key: False)


# kind of item, what it launches, the policy given -> the policy that holds, and what a second slot or event does
OVERLAPS = [
    ("schedule", {"task": "a"}, None, "allow", "launched"),
    ("schedule", {"task": "a", "reuse_task": True}, None, "skip", "skipped"),
    ("schedule", {"task": "a", "reuse_task": True}, "queue", "queue", "launched"),
    ("schedule", {"function": print}, None, "allow", "launched"),
    ("schedule", {"function": print}, "skip", "skip", "skipped"),
    ("trigger", {"task": "a"}, None, "queue", "launched"),
    ("trigger", {"task": "a", "reuse_task": True}, None, "queue", "launched"),
    ("trigger", {"task": "a", "reuse_task": True}, "skip", "skip", "skipped"),
    ("trigger", {"function": print}, None, "queue", "launched"),
    ("trigger", {"function": print}, "skip", "skip", "skipped"),
]


@pytest.mark.parametrize(("kind", "what", "given", "holds", "second"), OVERLAPS)
def test_the_overlap_policy_of_what_is_launched(
    kind: str, what: dict[str, Any], given: str | None, holds: str, second: str
) -> None:
    policies, known = Policies(overlap=given), ItemState(watermark=NOON)
    if kind == "schedule":
        schedule = Schedule(Action(**what), HOURLY, policies, id="i")
        decision = decide(schedule, known, NOON + timedelta(hours=1), active=1)
        found, item = bool(decision.launches), schedule.overlap
    else:
        trigger = TaskTrigger(Action(**what), StatusChanged(to=["completed"]), policies=policies, id="i")
        found, item = bool(admit(trigger, known, [launch("1 trigger")], active=1).launches), trigger.overlap
    assert item == holds
    assert found == (second == "launched")
