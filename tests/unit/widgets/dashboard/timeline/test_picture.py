"""The timeline's message: no run is lost in its bars, the future is that of the schedules, and it stays small."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearml_sched_widgets import Action, Cron, Daily, Definition, Interval, Policies, Schedule, TaskTrigger
from clearml_sched_widgets.definition.when import StatusChanged
from clearml_sched_widgets.policy.state import ItemState, State
from clearml_sched_widgets.views.history import ExecutedRow
from clearml_sched_widgets.widgets.dashboard.timeline.bars import RunSpan, bars, run_span, run_spans
from clearml_sched_widgets.widgets.dashboard.timeline.picture import OTHERS, Window, lanes, picture
from clearml_sched_widgets.widgets.dashboard.timeline.upcoming import marks

NOW = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
AT = int(NOW.timestamp() * 1000)
HOUR = 3_600_000
STATUSES = ("completed", "failed", "stopped", "queued", "in_progress", "created", "deleted")


def stay_of(run: str, item: str, status: str, start: int, length: int) -> RunSpan:
    end = None if status in ("queued", "in_progress") else start + length
    return RunSpan(run=run, item=item, status=status, start=start, began=None, end=end, task=run)


@st.composite
def many_stays(draw: st.DrawFn) -> list[RunSpan]:
    rows = draw(
        st.lists(
            st.tuples(
                st.sampled_from("abc"),
                st.sampled_from(STATUSES),
                st.integers(AT - 30 * HOUR, AT),
                st.integers(0, 20 * HOUR),
            ),
            max_size=80,
        )
    )
    return [stay_of(f"r{index}", *row) for index, row in enumerate(rows)]


@given(many_stays(), st.integers(1, 4 * HOUR), st.integers(1, 50))
def test_the_counts_of_all_bars_add_up_to_the_runs(listed: list[RunSpan], bucket: int, most: int) -> None:
    found = bars(listed, bucket, most)
    assert len(found) <= max(most, 3)
    for status in STATUSES:
        counted = sum(bar.counts.get(status, 0) for bar in found)
        assert counted == sum(one.status == status for one in listed)
    for bar in found:
        assert bar.start in {one.start for one in listed if one.item == bar.item}
        assert (bar.end is None) == bool(bar.counts.get("queued") or bar.counts.get("in_progress"))


@given(many_stays(), st.integers(AT - 40 * HOUR, AT + HOUR), st.integers(60_000, 50 * HOUR))
def test_every_run_that_touches_the_window_is_in_the_picture(listed: list[RunSpan], start: int, length: int) -> None:
    window = Window(start=start, end=start + length, bucket=max(1, length // 100), follow=False)
    ended = [one for one in listed if not one.active]
    drawn = picture(definition("a", "b"), State(), ended, [], window, NOW)
    touching = [one for one in ended if one.start <= window.end and (one.end or 0) >= window.start]
    assert sum(count_of(bar) for bar in drawn["bars"]) == len(touching)
    assert {bar[0] for bar in drawn["bars"]} <= {lane["item"] for lane in drawn["lanes"]}


@given(many_stays(), st.integers(AT - 40 * HOUR, AT + HOUR), st.integers(60_000, 50 * HOUR))
def test_the_runs_near_a_window_are_those_that_touch_it(listed: list[RunSpan], start: int, length: int) -> None:
    rows = [row_of(one) for one in listed]
    every = [one for row in rows if (one := run_span(row)) is not None]
    assert run_spans(rows, start, start + length) == [one for one in every if one.touches(start, start + length)]


def row_of(one: RunSpan) -> ExecutedRow:
    """Its row; of every third run it is only known when it should have begun, and some end before they begin."""
    odd, begun = one.start % 3 == 0, moment(one.start)
    return ExecutedRow(
        run=one.run,
        task=one.run,
        item=one.item,
        name=one.run,
        item_name=one.item,
        cause="schedule",
        scheduled=begun,
        started=None if odd else begun,
        finished=None if one.end is None else moment(one.end - one.start % 5 * HOUR),
        status=one.status,
    )


def moment(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, timezone.utc)


def count_of(bar: list[Any]) -> int:
    return sum(bar[4].values()) if isinstance(bar[4], dict) else 1


def definition(*ids: str, rule: Any = None, **policies: Any) -> Definition:
    rule = rule or Daily(["06:20", "18:20"])
    return Definition(
        "Nightly",
        [Schedule(Action("t1"), rule, policies=Policies(**policies), name=f"Item {one}", id=one) for one in ids],
    )


def test_a_run_is_told_apart_and_runs_at_one_time_become_one_bar() -> None:
    apart, together = bars(
        [
            stay_of("r1", "a", "completed", AT, 60_000),
            stay_of("r2", "b", "completed", AT + 1, 60_000),
            stay_of("r3", "b", "failed", AT + 2, 90_000),
        ],
        HOUR,
    )
    assert apart.data() == ["a", AT, None, AT + 60_000, "completed", "r1"]
    call = bars([attrs.evolve(stay_of("k1", "a", "completed", AT, 1), task="")], HOUR)[0]
    assert call.data()[5:] == ["k1", ""]  # a call of a function leads to no task
    assert together.data() == ["b", AT + 1, None, AT + 90_002, {"completed": 1, "failed": 1}]


def row(
    run: str, status: str = "completed", *, minutes: int = 60, item: str = "a", took: int | None = 5
) -> ExecutedRow:
    started = NOW - timedelta(minutes=minutes)
    return ExecutedRow(
        run=run,
        task=run,
        item=item,
        name=run,
        item_name=item,
        cause="schedule",
        scheduled=started,
        started=started,
        status=status,
        finished=None if took is None else started + timedelta(minutes=took),
        began=started + timedelta(seconds=9),
    )


def test_a_run_stays_from_its_launch_to_its_end() -> None:
    found = run_span(row("r1"))
    assert found is not None
    assert (found.start, found.began, found.end) == (AT - HOUR, AT - HOUR + 9_000, AT - HOUR + 300_000)
    active = run_span(row("r2", "in_progress", took=None))
    assert active is not None
    assert active.end is None
    assert active.touches(AT + HOUR, AT + 2 * HOUR)
    deleted = run_span(row("r3", "deleted", took=None))
    assert deleted is not None
    assert deleted.end == deleted.start
    assert run_span(attrs.evolve(row("r4"), started=None, scheduled=None)) is None


def at(*texts: str) -> list[int]:
    return [int(datetime.fromisoformat(text).timestamp() * 1000) for text in texts]


@pytest.mark.parametrize(
    ("rule", "policies", "item", "expected"),
    [
        (Daily(["06:20", "18:20"]), {}, None, at("2026-11-22T18:20+00:00", "2026-11-23T06:20+00:00")),
        (Daily(["18:20"]), {"max_runs": 3}, ItemState(watermark=NOW, runs=3), []),
        (
            Cron("0 13-16 * * *"),
            {"max_runs": 3},
            ItemState(watermark=NOW, runs=1),
            at("2026-11-22T13:00+00:00", "2026-11-22T14:00+00:00"),
        ),
        (Daily(["18:20"]), {}, ItemState(watermark=NOW, paused=True), []),
        (Interval("1s"), {}, None, [AT + 1000, *(AT + hour * HOUR for hour in range(1, 25))]),
    ],
)
def test_the_future_is_what_the_schedule_will_do(
    rule: Any, policies: dict[str, Any], item: ItemState | None, expected: list[int]
) -> None:
    schedule = definition("a", rule=rule, **policies).schedules[0]
    state = State(items={"a": item} if item else {})
    assert list(marks(schedule, state, NOW, NOW + timedelta(days=1), timedelta(hours=1))) == expected
    assert not list(marks(schedule, attrs.evolve(state, paused=True), NOW, NOW + timedelta(days=1), timedelta(hours=1)))


def test_lanes_are_the_items_then_what_was_removed_and_very_many_share_the_last() -> None:
    trigger = TaskTrigger(Action("t1"), StatusChanged(["completed"]), name="On end", id="t")
    both = attrs.evolve(definition("a"), triggers=[trigger])
    found = lanes(both, [stay_of("r1", "gone", "failed", AT, 1)])
    assert [(lane["item"], lane["name"], lane["kind"]) for lane in found] == [
        ("a", "Item a", "schedule"),
        ("t", "On end", "trigger"),
        ("gone", "gone", "removed"),
    ]
    unnamed = Definition("nightly", [Schedule(Action("t1"), Daily(["06:20"]), id="a")])
    assert lanes(unnamed, [], {"a": "train model"})[0]["name"] == "train model"
    assert lanes(unnamed, [])[0]["name"] == "t1"
    ids = [f"i{number}" for number in range(500)]
    found = lanes(definition(*ids), [stay_of("r1", "i499", "failed", AT, 1)])
    assert len(found) == 100
    assert found[-2]["item"] == "i499"
    assert found[-1] == {"item": OTHERS, "name": "401 other items", "kind": "others"}
