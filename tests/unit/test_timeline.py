"""The timeline's message: no run is lost in its bars, the future is that of the schedules, and it stays small."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearml_sched_widgets import Action, Cron, Daily, Definition, Interval, Policies, Schedule, TaskTrigger
from clearml_sched_widgets.definition.when import StatusChanged
from clearml_sched_widgets.engine.state import ItemState, State
from clearml_sched_widgets.views.history import ExecutedRow, View, first_rows
from clearml_sched_widgets.widgets.timeline import part as parts
from clearml_sched_widgets.widgets.timeline.bars import Stay, bars, stay, stays
from clearml_sched_widgets.widgets.timeline.part import TimelinePart
from clearml_sched_widgets.widgets.timeline.picture import OTHERS, Window, lanes, picture
from clearml_sched_widgets.widgets.timeline.upcoming import marks
from tests.unit.widgets_page import memory_manager

NOW = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
AT = int(NOW.timestamp() * 1000)
HOUR = 3_600_000
STATUSES = ("completed", "failed", "stopped", "queued", "in_progress", "created", "deleted")


def stay_of(run: str, item: str, status: str, start: int, length: int) -> Stay:
    end = None if status in ("queued", "in_progress") else start + length
    return Stay(run=run, item=item, status=status, start=start, began=None, end=end, task=run)


@st.composite
def many_stays(draw: st.DrawFn) -> list[Stay]:
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
def test_the_counts_of_all_bars_add_up_to_the_runs(listed: list[Stay], bucket: int, most: int) -> None:
    found = bars(listed, bucket, most)
    assert len(found) <= max(most, 3)
    for status in STATUSES:
        counted = sum(bar.counts.get(status, 0) for bar in found)
        assert counted == sum(one.status == status for one in listed)
    for bar in found:
        assert bar.start in {one.start for one in listed if one.item == bar.item}
        assert (bar.end is None) == bool(bar.counts.get("queued") or bar.counts.get("in_progress"))


@given(many_stays(), st.integers(AT - 40 * HOUR, AT + HOUR), st.integers(60_000, 50 * HOUR))
def test_every_run_that_touches_the_window_is_in_the_picture(listed: list[Stay], start: int, length: int) -> None:
    window = Window(start=start, end=start + length, bucket=max(1, length // 100), follow=False)
    ended = [one for one in listed if not one.active]
    drawn = picture(definition("a", "b"), State(), ended, [], window, NOW)
    touching = [one for one in ended if one.start <= window.end and (one.end or 0) >= window.start]
    assert sum(count_of(bar) for bar in drawn["bars"]) == len(touching)
    assert {bar[0] for bar in drawn["bars"]} <= {lane["item"] for lane in drawn["lanes"]}


@given(many_stays(), st.integers(AT - 40 * HOUR, AT + HOUR), st.integers(60_000, 50 * HOUR))
def test_the_runs_near_a_window_are_those_that_touch_it(listed: list[Stay], start: int, length: int) -> None:
    rows = [row_of(one) for one in listed]
    every = [one for row in rows if (one := stay(row)) is not None]
    assert stays(rows, start, start + length) == [one for one in every if one.touches(start, start + length)]


def row_of(one: Stay) -> ExecutedRow:
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
    found = stay(row("r1"))
    assert found is not None
    assert (found.start, found.began, found.end) == (AT - HOUR, AT - HOUR + 9_000, AT - HOUR + 300_000)
    active = stay(row("r2", "in_progress", took=None))
    assert active is not None
    assert active.end is None
    assert active.touches(AT + HOUR, AT + 2 * HOUR)
    deleted = stay(row("r3", "deleted", took=None))
    assert deleted is not None
    assert deleted.end == deleted.start
    assert stay(attrs.evolve(row("r4"), started=None, scheduled=None)) is None


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


def view(*rows: ExecutedRow, **changes: Any) -> View:
    plain = View(
        id="i1", name="Nightly", status="running", where="kernel", note="", user="Ann", started=NOW, heartbeat=NOW,
        scheduled=(), executed=rows, log=(), definition=definition("a"), state=State(),
    )  # fmt: skip
    return attrs.evolve(plain, **changes)


class Screen:
    """A part, and the view that it follows."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *rows: ExecutedRow) -> None:
        self.view: View | None = view(*rows)
        self.now = NOW
        screen = self

        class Clock(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
                return screen.now.astimezone(tz)

        monkeypatch.setattr(parts, "datetime", Clock)
        monkeypatch.setattr(parts, "DRAW_AFTER", 0)
        self.part = TimelinePart(lambda: self.view)
        assert self.part.state() == {"timeline": {}, "timeline_live": {}}  # nobody looks yet
        self.part.refresh()

    def shows(self) -> tuple[int, list[Any]]:
        """The picture's id, and the live bars as run and status."""
        state = self.part.state()
        return state["timeline"]["id"], [(bar[-1], bar[4]) for bar in state["timeline_live"]["bars"]]


def test_what_goes_on_and_what_ended_since_is_sent_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    old = row("r1")
    screen = Screen(monkeypatch, old)
    assert screen.shows() == (1, [])
    screen.view = view(row("r2", "queued", minutes=1, took=None), old)
    assert screen.shows() == (1, [("r2", "queued")])
    assert len(json.dumps(screen.part.state()["timeline_live"])) < 200
    screen.view = view(row("r2", "completed", minutes=1, took=1), old)
    assert screen.shows() == (1, [("r2", "completed")])
    assert screen.part.state()["timeline"]["bars"] == [
        ["a", AT - HOUR, AT - HOUR + 9_000, AT - HOUR + 300_000, "completed", "r1"]
    ]


def test_another_picture_is_made_when_the_old_one_is_wrong_or_has_become_old(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen(monkeypatch, row("r1"))
    assert screen.shows() == (1, [])
    screen.view = view(row("r1", "published"))  # one of its runs is not what it was
    assert screen.shows() == (2, [])
    screen.view = view(row("r1", "published"), state=State(paused=True))  # nothing is to come
    assert screen.shows() == (3, [])
    assert screen.part.state()["timeline"]["marks"] == []
    screen.view = view(row("r1", "published"), definition=definition("a", "b"))
    assert screen.shows() == (4, [])
    screen.now = NOW + timedelta(hours=2)  # of six
    assert screen.shows() == (5, [])
    screen.view = None
    assert screen.part.state() == {"timeline": {}, "timeline_live": {}}


def test_an_item_without_a_name_has_that_of_its_base_task_as_soon_as_it_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    screen = Screen(monkeypatch)
    unnamed = Definition("nightly", [Schedule(Action("t1"), Daily(["06:20"]), id="a")])
    names: list[str] = []
    for known in ({}, {"t1": "train model"}, {"t1": "train model"}):
        screen.view = view(definition=unnamed, scheduled=first_rows(unnamed, State(), known, NOW, 10))
        names.append(screen.part.state()["timeline"]["lanes"][0]["name"])
    assert names == ["t1", "train model", "train model"]
    assert screen.shows() == (2, [])


def test_many_that_ended_since_move_into_the_picture_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen(monkeypatch)
    assert screen.shows() == (1, [])
    later = [row(f"r{number}", minutes=number + 1, took=1) for number in range(7)]
    screen.view = view(*later)
    assert screen.shows()[0] == 1
    monkeypatch.setattr(parts, "PICTURE_EVERY", 0.0)
    screen.view = view(*later)
    assert screen.shows() == (2, [])


def test_five_thousand_runs_in_the_window_are_a_bounded_message(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        row(f"{number:032d}", STATUSES[number % 5], minutes=number % 280, item=f"i{number % 40}", took=1)
        for number in range(5000)
    ]
    screen = Screen(monkeypatch, *rows)
    state = screen.part.state()
    assert len(json.dumps(state["timeline"])) < 200_000
    assert len(json.dumps(state["timeline_live"])) < 200_000
    shown = sum(count_of(bar) for part in state.values() for bar in part["bars"])
    assert shown == 5000


def ask(part: TimelinePart, **payload: Any) -> dict[str, Any]:
    from clearml_sched_widgets.widgets.messages import Request

    return part.instant()["timeline"](Request("1", "timeline", payload))


def test_the_page_chooses_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen(monkeypatch, row("r1"), row("r2", minutes=60 * 24 * 20))
    assert [bar[5] for bar in screen.part.state()["timeline"]["bars"]] == ["r1"]
    month = 30 * 24 * HOUR
    assert ask(screen.part, **{"from": AT - month, "to": AT, "buckets": 100, "follow": False}) == {}
    drawn = screen.part.state()["timeline"]
    assert [bar[5] for bar in drawn["bars"]] == ["r2", "r1"]
    assert (drawn["from"], drawn["to"], drawn["bucket"]) == (AT - month * 3 // 2, AT + month // 2, month // 100)
    ask(screen.part, **{"from": AT - HOUR, "to": AT, "buckets": 100, "follow": True})
    drawn = screen.part.state()["timeline"]
    assert drawn["from"] < AT < drawn["to"]
    assert drawn["length"] == HOUR


@pytest.mark.parametrize(
    "payload",
    [
        {"from": 5, "to": 4, "buckets": 100},
        {"from": 0, "to": 10, "buckets": 100},
        {"from": 0, "to": HOUR, "buckets": 0},
        {"from": 0, "to": 10**18, "buckets": 100},
        {"from": "x", "to": HOUR, "buckets": 100},
    ],
)
def test_a_window_that_is_none_is_refused(payload: dict[str, Any]) -> None:
    part = TimelinePart(lambda: None)
    with pytest.raises(Exception, match="timeline"):
        ask(part, **payload)


def test_an_instance_tells_when_an_agent_began_with_a_run() -> None:
    manager, task = memory_manager()
    instance = manager.save(Definition("Nightly", [Schedule(Action(task), Daily(["06:20"]))]))
    found = instance.view()
    assert found.definition is not None
    assert found.state is not None
    assert "began" in instance.executed.columns
