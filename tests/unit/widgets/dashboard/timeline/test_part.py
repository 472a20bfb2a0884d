"""The timeline as a part of a widget: what is sent when, and the window that the page asks for."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import attrs
import pytest

from clearml_sched_widgets import Action, Daily, Definition, Interval, Schedule
from clearml_sched_widgets.policy.state import ItemState, State
from clearml_sched_widgets.views.history import IDLE, ExecutedRow, View, first_rows
from clearml_sched_widgets.widgets.dashboard.timeline import part as parts
from clearml_sched_widgets.widgets.dashboard.timeline.part import TimelinePart
from tests.unit.widgets.dashboard.timeline.test_picture import AT, HOUR, NOW, STATUSES, count_of, definition, row
from tests.unit.widgets.page import memory_manager


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
        monkeypatch.setattr(parts, "DRAW_AFTER", 0)
        self.part = TimelinePart(lambda: self.view, lambda: self.now)
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


@pytest.mark.parametrize("status", ["running", "paused", "queued", *sorted(IDLE)])
def test_runs_are_to_come_only_where_they_are_launched(monkeypatch: pytest.MonkeyPatch, status: str) -> None:
    screen = Screen(monkeypatch)
    often = Definition("often", [Schedule(Action("t1"), Interval("5m"), id="a")])
    for now in ("running", status):
        screen.view = view(definition=often, status=now)
        marks = screen.part.state()["timeline"]["marks"]
    assert bool(marks) == (status not in IDLE)


def test_nothing_is_to_come_of_an_item_that_is_set_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    screen, state = Screen(monkeypatch), State(items={key: ItemState(watermark=NOW) for key in ("a", "b")})
    often = Definition("often", [Schedule(Action("t1"), Interval("5m"), id=key) for key in ("a", "b")])
    for set_aside, left in (({}, {"a", "b"}), ({"a": "a bug"}, {"b"}), ({}, {"a", "b"})):
        screen.view = view(definition=often, state=state, set_aside=set_aside)
        assert {item for item, _ in screen.part.state()["timeline"]["marks"]} == left


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
    from clearml_sched_widgets.widgets.host.messages import Request

    return part.instant_handlers()["timeline"](Request("1", "timeline", payload))


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
    part = TimelinePart(lambda: None, lambda: NOW)
    with pytest.raises(Exception, match="timeline"):
        ask(part, **payload)


def test_an_instance_tells_when_an_agent_began_with_a_run() -> None:
    manager, task = memory_manager()
    instance = manager.save(Definition("Nightly", [Schedule(Action(task), Daily(["06:20"]))]))
    found = instance.view()
    assert found.definition is not None
    assert found.state is not None
    assert "began" in instance.executed.columns
