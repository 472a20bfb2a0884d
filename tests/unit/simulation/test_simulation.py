"""What a definition would do: the engine's decisions on a virtual clock, checked against the engine itself."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone

import pandas as pd
import pytest

from clearml_sched_widgets import (
    Action,
    Daily,
    Definition,
    Interval,
    InvalidDefinition,
    Once,
    Policies,
    Schedule,
    StatusChanged,
    TaskTrigger,
    preview,
    simulate,
)
from clearml_sched_widgets.policy.overlap import ONE_WAITS, UNFINISHED
from tests.engine.world import START, World

DAY = ("2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z")


def at(text: str, day: int = 23) -> datetime:
    return datetime.fromisoformat(f"2026-11-{day}T{text}+00:00")


def one(every: str, policies: Policies | None = None, **more: object) -> Definition:
    schedule = Schedule(Action("base"), Interval(every=every), policies or Policies(), name="one", **more)  # type: ignore[arg-type]
    return Definition("plan", [schedule])


def test_the_runs_are_the_slots_after_the_start_up_to_the_end() -> None:
    found = simulate(one("6h"), *DAY)
    assert [run.nominal for run in found.runs] == [at("06:00"), at("12:00"), at("18:00"), at("00:00", day=24)]
    assert {run.cause for run in found.runs} == {"schedule"}
    assert (found.skips, found.overlaps) == ((), ())


def test_overlapping_runs_are_told_with_how_many_are_under_way() -> None:
    found = simulate(one("1h"), at("00:00"), at("04:00"), {"one": "150m"})
    assert [(overlap.at, overlap.running) for overlap in found.overlaps] == [
        (at("02:00"), 1),
        (at("03:00"), 2),
        (at("04:00"), 2),
    ]


def test_the_overlap_policy_skips_with_its_reason_and_then_nothing_overlaps() -> None:
    found = simulate(one("1h", Policies(overlap="skip")), at("00:00"), at("04:00"), {"default": "90m"})
    assert [run.nominal for run in found.runs] == [at("01:00"), at("03:00")]
    assert [(skip.first, skip.last, skip.reason) for skip in found.skips] == [
        (at("02:00"), at("02:00"), UNFINISHED),
        (at("04:00"), at("04:00"), UNFINISHED),
    ]
    assert found.overlaps == ()


def test_a_slot_that_waits_begins_when_the_run_before_it_ends() -> None:
    found = simulate(one("1h", Policies(overlap="queue")), at("00:30"), at("04:30"), {"one": "150m"})
    assert [(run.nominal, run.started) for run in found.runs] == [
        (at("01:00"), at("01:00")),
        (at("02:00"), at("03:30")),
    ]
    assert [(skip.first, skip.reason) for skip in found.skips] == [(at("03:00"), ONE_WAITS)]
    assert found.overlaps == ()


def test_a_later_run_takes_the_place_of_the_one_before() -> None:
    found = simulate(one("1h", Policies(overlap="cancel_previous")), at("00:30"), at("03:30"), {"one": "150m"})
    assert [(run.started, run.ended, run.stopped) for run in found.runs] == [
        (at("01:00"), at("02:00"), "a later run took its place"),
        (at("02:00"), at("03:00"), "a later run took its place"),
        (at("03:00"), at("05:30"), ""),
    ]
    assert (found.overlaps, found.skips) == ((), ())


def test_a_time_limit_ends_a_run_that_would_take_longer() -> None:
    schedule = Schedule(Action("base", time_limit="30m"), Once("2026-11-23", "12:00"), name="one")
    long, short = (simulate(Definition("plan", [schedule]), *DAY, {"one": length}).runs[0] for length in ("1h", "20m"))
    assert (long.ended, long.stopped) == (at("12:30"), "it reached its time limit")
    assert (short.ended, short.stopped) == (at("12:20"), "")


def test_a_jitter_delays_the_start_and_not_the_nominal_time() -> None:
    found = simulate(one("1h", Policies(jitter="30m")), *DAY)
    assert all(
        run.nominal.minute == 0 and run.nominal <= run.started < run.nominal + timedelta(minutes=30)
        for run in found.runs
    )
    assert len({run.started - run.nominal for run in found.runs}) > 5


def test_a_run_that_ends_when_the_next_is_due_is_not_in_its_way() -> None:
    found = simulate(one("1h", Policies(overlap="skip")), at("00:00"), at("03:00"), {"one": "1h"})
    assert len(found.runs) == 3
    assert found.skips == ()


def test_a_duration_belongs_to_an_id_before_a_name_before_the_default() -> None:
    same = [Schedule(Action("base"), Once("2026-11-23", "12:00"), name="twin", id=key) for key in ("a", "b")]
    other = Schedule(Action("base"), Once("2026-11-23", "12:00"), id="c")
    found = simulate(Definition("plan", [*same, other]), *DAY, {"a": "1h", "twin": "2h", "default": "3h"})
    assert {run.item: run.ended - run.started for run in found.runs} == {
        "a": timedelta(hours=1),
        "b": timedelta(hours=2),
        "c": timedelta(hours=3),
    }


def test_max_runs_disabled_items_and_triggers() -> None:
    schedules = [
        Schedule(Action("base"), Interval(every="1h"), Policies(max_runs=3), name="three"),
        Schedule(Action("base"), Interval(every="1h"), name="off", enabled=False),
    ]
    trigger = TaskTrigger(Action("base"), StatusChanged(to=["failed"]))
    found = simulate(Definition("plan", schedules, [trigger]), *DAY)
    assert [run.name for run in found.runs] == ["three"] * 3


def test_a_run_at_the_start_comes_first() -> None:
    found = simulate(one("12h", run_at_start=True), *DAY, {"one": "13h"})
    assert [(run.cause, run.started) for run in found.runs][:2] == [("start", at("00:00")), ("schedule", at("12:00"))]
    assert found.overlaps[0].at == at("12:00")


def test_the_load_is_counted_by_queue_and_hour() -> None:
    schedules = [Schedule(Action("base", "gpu"), Daily(f"06:{minute}")) for minute in (10, 20, 50)]
    schedules += [Schedule(Action("base", "cpu"), Daily("06:00, 07:00"))]
    found = simulate(Definition("plan", schedules), *DAY, {"default": "35m"})
    assert [(load.queue, load.hour, load.launched, load.busiest) for load in found.load] == [
        ("cpu", at("06:00"), 1, 1),
        ("gpu", at("06:00"), 3, 2),
        ("cpu", at("07:00"), 1, 1),
    ]
    two_days = simulate(Definition("plan", schedules), "2026-11-23T00:00:00Z", "2026-11-25T00:00:00Z")
    assert two_days.by_hour() == {("cpu", 6): (2, 1), ("cpu", 7): (2, 1), ("gpu", 6): (6, 3)}
    assert "6 runs" not in found.summary
    assert found.summary.startswith("'plan' from 2026-11-23 00:00 UTC to 2026-11-24 00:00 UTC: 5 runs, 0 skips")
    assert repr(found) == f"<Simulation of {found.summary}>"


def test_the_runs_are_a_frame_when_one_is_wanted() -> None:
    frame = pd.DataFrame(simulate(one("6h"), *DAY).table())
    assert list(frame["nominal"].dt.hour) == [6, 12, 18, 0]
    assert set(frame["name"]) == {"one"}


def test_all_problems_of_a_simulation_are_told_at_once() -> None:
    with pytest.raises(InvalidDefinition) as refused:
        simulate(one("1h"), "2026-11-23", "soon", {"one": "-5m"})
    assert [problem.path for problem in refused.value.problems] == ["start", "end", "durations['one']"]
    with pytest.raises(InvalidDefinition) as refused:
        simulate(one("1h"), DAY[1], DAY[0], {"two": "5m"})
    assert [problem.path for problem in refused.value.problems] == ["end", "durations['two']"]


def test_the_preview_is_the_next_slots_of_all_enabled_schedules() -> None:
    early, late = Schedule(Action("base"), Daily("06:00")), Schedule(Action("base"), Daily("18:00"))
    off = Schedule(Action("base"), Interval(every="1s"), enabled=False)
    over = Schedule(Action("base"), Once("2020-01-01", "00:00"))
    definition = Definition("plan", [late, early, off, over])
    expected = [(at("18:00"), late), (at("06:00", day=24), early), (at("18:00", day=24), late)]
    assert preview(definition, 3, at("12:00")) == expected
    assert preview(definition, 3, "2026-11-23T13:00+01:00") == expected
    before = datetime.now(timezone.utc)
    assert preview(definition, 1)[0][0] > before


def test_a_preview_ends_where_the_schedules_end() -> None:
    definition = one("1h", Policies(max_runs=2))
    assert [moment for moment, _ in preview(definition, 10, at("00:30"))] == [at("01:00"), at("02:00")]


@pytest.mark.parametrize("overlap", ["allow", "skip", "queue"])
def test_the_engine_does_what_the_simulation_said(overlap: str) -> None:
    """Three hours of a real engine on a virtual clock, whose runs take 23 minutes each."""
    world = World()
    rules = {"often": Interval(every="10m"), "twice": Daily("12:15, 13:45"), "hourly": Interval(every="1h")}
    policies = Policies(overlap=overlap)
    definition = Definition(
        "plan", [Schedule(Action(world.base), rule, policies, name=name) for name, rule in rules.items()]
    )
    engine = world.engine(definition)

    def finish() -> None:
        for run in world.runs(engine):
            if run.active and run.task.created and world.clock.now() - run.task.created >= timedelta(minutes=23):
                world.gateway.set_status(run.task.id, "in_progress")
                world.gateway.set_status(run.task.id, "completed")

    world.run_for(engine, 3 * 3600, finish)
    found = simulate(definition, START, START + timedelta(hours=3), {"default": "23m"})
    assert sorted(world.launched()) == sorted(f"{run.item}@{run.nominal:%Y-%m-%dT%H:%M:%SZ}" for run in found.runs)


@pytest.mark.slow
def test_a_year_of_a_thousand_daily_schedules_takes_less_than_a_minute() -> None:
    schedules = [Schedule(Action("base"), Daily(f"{number % 24:02}:{number % 59 + 1:02}")) for number in range(1000)]
    began = time.process_time()
    found = simulate(Definition("plan", schedules), "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", {"default": "5m"})
    assert time.process_time() - began < 60
    assert len(found.runs) == 365_000
