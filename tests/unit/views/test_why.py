"""Why an item has not run: one sentence for each reason, and which of several reasons is shown."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import attrs
import pytest

from clearml_sched_widgets import Action, Daily, Definition, Instance, Interval, Once, Policies, Schedule, TaskTrigger
from clearml_sched_widgets.definition.when import StatusChanged
from clearml_sched_widgets.engine import planner
from clearml_sched_widgets.engine.following import polling
from clearml_sched_widgets.engine.planner import MOST_LEFT_OUT
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from clearml_sched_widgets.policy.state import ItemState, Launch, State
from clearml_sched_widgets.sentences.parts import Moment
from clearml_sched_widgets.views.history import ExecutedRow, View
from clearml_sched_widgets.views.why import Case, Reason, queues_of, reasons, run_reasons, why, why_not_editable
from tests.steps import instructions
from tests.unit.widgets.page import memory_manager
from tests.waiting import until

NOW = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
SOON = NOW + timedelta(minutes=5)


def schedule(**changes: Any) -> Schedule:
    return Schedule(
        Action("t1", "gpu"), changes.pop("rule", Daily(["18:20"])), policies=Policies(**changes.pop("policies", {})),
        name="Train", id="a", **changes,
    )  # fmt: skip


def trigger(**policies: Any) -> TaskTrigger:
    return TaskTrigger(
        Action("t1", "gpu"), StatusChanged(["failed"]), policies=Policies(**policies), name="On end", id="a"
    )


def run(status: str, minutes: float = 10) -> ExecutedRow:
    return ExecutedRow(
        run="r1", item="a", name="Train", item_name="Train", cause="schedule", scheduled=None, finished=None,
        started=NOW - timedelta(minutes=minutes), status=status,
    )  # fmt: skip


def owed(cause: str = "schedule", **changes: Any) -> State:
    return State(pending=(Launch(key="k", item="a", cause=cause, nominal=NOW, **changes),))


def known(**changes: Any) -> dict[str, Any]:
    return {"item_state": ItemState(watermark=NOW, **changes)}


CASES: list[tuple[str, dict[str, Any], str]] = [
    ("time", {}, "Its next time has not come."),
    ("event", {"item": trigger()}, "No event has matched since it last ran."),
    ("draft", {"status": "draft"}, "The instance was saved, but never launched. Launch it."),
    ("queued", {"status": "queued"}, "waits for an agent that serves its queue"),
    ("stopped", {"status": "stopped"}, "The instance was stopped. Resume it."),
    ("failed", {"status": "failed"}, "ended by an error; its log says which"),
    (
        "silent",
        {"status": "silent"},
        "No sign of life of its kernel or agent for 10 min. Resume the instance.",
    ),
    (
        "silent",
        {"status": "silent", "heartbeat": NOW - timedelta(seconds=42)},
        "No sign of life of its kernel or agent for 42 s. Resume the instance.",
    ),
    (
        "silent",
        {"status": "silent", "heartbeat": None},
        "No sign of life of its kernel or agent. Resume the instance.",
    ),
    ("server", {"problem": "The server did not answer"}, "The server did not answer. It is tried again by itself."),
    (
        "instance_paused",
        {"status": "paused", "state": State(paused=True, note="disk full")},
        "The whole instance is paused (disk full). Resume it.",
    ),
    ("paused", known(paused=True, note="3 runs in a row failed"), "It is paused (3 runs in a row failed). Resume it"),
    (
        "set_aside",
        {"set_aside": "RuntimeError: a bug"},
        "It was set aside after errors that nobody foresaw: RuntimeError: a bug. "
        "Try it again, or change it; the log has more.",
    ),
    ("disabled", {"item": schedule(enabled=False)}, "It is disabled in the definition."),
    ("error", known(error="there is no queue 'gpu'"), "It could not be launched: there is no queue 'gpu'."),
    (
        "error",
        {**known(error="no answer"), "state": owed(tries=2, not_before=SOON)},
        "no answer. It is tried again at 2026-11-22 12:05:00 UTC.",
    ),
    (
        "error",
        {"item": trigger(), **known(error="it could not look at the task t2, which was left out")},
        "Its last error: it could not look at the task t2, which was left out.",
    ),
    (
        "error",
        {"item": trigger(), **known(error="no answer"), "state": owed(tries=2, not_before=SOON)},
        "It could not be launched: no answer. It is tried again at 2026-11-22 12:05:00 UTC.",
    ),
    (
        "no_agent",
        {"active": [run("queued")], "watched": False},
        "'gpu', which no agent serves. Start one: clearml-agent daemon --queue gpu",
    ),
    (
        "queued",
        {"active": [run("queued")], "watched": True},
        "Its run waits since 2026-11-22 11:50:00 UTC in the queue 'gpu': the agents there are busy",
    ),
    ("time", {"active": [run("queued", 0.1)]}, "Its next time"),
    ("time", {"active": [run("in_progress")]}, "Its next time"),
    (
        "slot",
        {"item": schedule(policies={"overlap": "queue"}), "active": [run("in_progress")], "state": owed()},
        "The run of 2026-11-22 12:00:00 UTC waits until the one before it has ended (overlap policy queue).",
    ),
    ("retry", {"state": owed("retry", not_before=SOON)}, "a retry follows at 2026-11-22 12:05:00 UTC"),
    ("ended", {"item": schedule(policies={"max_runs": 3}), **known(runs=3)}, "It has had its 3 runs. Raise max_runs"),
    ("ended", {"item": trigger(max_runs=3), **known(runs=3)}, "It has had its 3 runs."),
    ("ended", {"item": schedule(rule=Once("2026-11-20", ["06:20"]))}, "It has no more times to come."),
    (
        "skipped",
        known(note="skipped the run of 2026-11-22T06:20:00Z: the run before it is not finished."),
        "Its last time was left out: the run of 2026-11-22 06:20:00 UTC: the run before it",
    ),
]


def case(**changes: Any) -> Case:
    plain = {
        "item": schedule(), "state": State(), "item_state": None, "status": "running", "problem": "", "active": (),
        "heartbeat": NOW - timedelta(minutes=10), "watched": None, "now": NOW, "set_aside": "", "left_out": 0,
        "owed": changes.get("state", State()).pending,
    }  # fmt: skip
    return Case(**{**plain, **changes})


@pytest.mark.parametrize(("code", "changes", "text"), CASES)
def test_each_reason_has_its_sentence(code: str, changes: dict[str, Any], text: str) -> None:
    found = why(case(**changes))
    assert found.code == code
    assert text in found.text
    assert found.well == (code in ("time", "event", "retry"))


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (1, "One object could not be looked at; the log says why."),
        (2, "2 objects could not be looked at; the log says why."),
        (MOST_LEFT_OUT, "100 objects or more could not be looked at; the log says why."),
    ],
)
def test_a_trigger_tells_how_many_objects_it_could_not_look_at(count: int, text: str) -> None:
    found = why(case(item=trigger(), left_out=count))
    assert found.text == f"No event has matched since it last ran. {text}"
    assert (found.code, found.well) == ("event", False)


def test_the_page_counts_by_itself_for_how_long_an_instance_is_silent() -> None:
    early, late = (why(case(status="silent", now=now)) for now in (NOW, SOON))
    assert early.sentence == late.sentence  # nothing is sent again as time passes
    assert Moment(NOW - timedelta(minutes=10), "for") in early.sentence


def test_what_holds_everything_back_is_named_before_what_holds_back_one_item() -> None:
    everything = {
        **known(paused=True, error="no queue"), "state": State(paused=True), "item": schedule(enabled=False),
        "active": [run("queued")], "watched": False, "set_aside": "a bug",
    }  # fmt: skip
    order, unpaused = [], {"item_state": None, "state": State()}
    for change in (
        {"status": "stopped"}, {"problem": "no answer"}, {}, {"state": State()}, unpaused,
        {**unpaused, "set_aside": ""}, {**unpaused, "set_aside": "", "item": schedule()},
    ):  # fmt: skip
        order.append(why(case(**{**everything, **change})).code)
    assert order == ["stopped", "server", "instance_paused", "paused", "set_aside", "disabled", "no_agent"]


def test_a_view_is_answered_item_by_item_and_names_the_queues_that_matter() -> None:
    other = attrs.evolve(schedule(), id="b", action=Action("t1", "cpu"))
    view = View(
        id="i1", name="Nightly", status="running", where="kernel", note="", user="Ann", started=NOW, heartbeat=NOW,
        scheduled=(), executed=(run("queued"), run("completed")), log=(), state=State(),
        definition=Definition("Nightly", [schedule(), other]),
    )  # fmt: skip
    assert queues_of(view) == {"gpu"}
    found = reasons(view, {"gpu": False}, NOW)
    assert {key: reason.code for key, reason in found.items()} == {"a": "no_agent", "b": "time"}
    assert reasons(attrs.evolve(view, definition=None), {}, NOW) == {}
    assert isinstance(found["a"], Reason)


def test_a_run_that_waits_in_its_queue_has_a_reason_of_its_own() -> None:
    waiting = attrs.evolve(run("queued"), run="r2", item="b")
    gone = attrs.evolve(run("queued"), run="r3", item="removed")
    other = attrs.evolve(schedule(), id="b", action=Action("t1", "cpu"))
    view = View(
        id="i1", name="Nightly", status="running", where="kernel", note="", user="Ann", started=NOW, heartbeat=NOW,
        scheduled=(), executed=(run("queued"), waiting, gone, attrs.evolve(run("in_progress"), run="r4")), log=(),
        definition=Definition("Nightly", [schedule(), other]),
    )  # fmt: skip
    found = run_reasons(view, {"gpu": False, "cpu": True}, NOW)
    assert {key: (reason.code, reason.hint) for key, reason in found.items()} == {
        "r1": ("no_agent", "no agent"),
        "r2": ("queued", "agents busy"),
    }
    assert "since 2026-11-22 11:50:00 UTC in the queue 'cpu'" in found["r2"].text
    assert run_reasons(view, {"gpu": False, "cpu": True}, NOW - timedelta(minutes=10)).keys() == {"r1"}
    assert run_reasons(attrs.evolve(view, definition=None), {}, NOW) == {}


def test_the_frame_of_scheduled_tasks_says_why() -> None:
    manager, task = memory_manager()
    instance: Instance = manager.save(Definition("Nightly", [Schedule(Action(task), Daily(["06:20", "18:20"]))]))
    assert list(instance.scheduled["why"]) == ["The instance was saved, but never launched. Launch it."] * 2


def test_an_item_that_is_set_aside_says_so_until_somebody_tries_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    manager, task = memory_manager()
    items = [
        Schedule(Action(task), Interval("1s"), id="bad"),
        Schedule(Action(task), Once("2100-01-01", ["06:20"]), id="good"),
    ]

    def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(planner, "RETRY_AFTER", timedelta(0))
    instance = manager.launch(Definition("Nightly", items))
    try:
        with monkeypatch.context() as patched:
            patched.setattr(planner, "decide", broken)
            until(lambda: instance.view().set_aside)
            bad, good = (row for _, row in instance.scheduled.iterrows())
            error = "set aside after errors that nobody foresaw: RuntimeError: a bug"
            assert bad["why"] == f"It was {error}. Try it again, or change it; the log has more."
            assert (bad["state"], bad["note"]) == ("error", error)
            assert (good["why"], good["state"]) == ("Its next time has not come.", "waiting")
            assert [row.next_run is None for row in instance.view().scheduled] == [True, False]
            assert f"error: {error}" in instance._repr_html_()
        instance.resume("bad")
        until(lambda: len(instance.executed))
        assert list(instance.scheduled["state"]) == ["waiting", "waiting"]
        assert not instance.view().set_aside
    finally:
        instance.stop()


def test_what_a_trigger_could_not_look_at_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    manager, task = memory_manager()

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(polling, "events", broken)
    on_end = TaskTrigger(Action(task), StatusChanged(["failed"]), id="end")
    instance = manager.launch(Definition("Nightly", [], [on_end], poll_every="1s"))
    try:
        assert isinstance(instance.gateway, MemoryGateway)
        instance.gateway.add_task("another")
        until(lambda: instance.view().left_out)
        assert instance.view().left_out.keys() == {"end"}
        (text,) = instance.scheduled["why"]
        assert text.startswith("Its last error: it could not look at the task ")
    finally:
        instance.stop()


def test_a_definition_that_cannot_be_changed_now_says_why() -> None:
    plain = View(
        id="i1", name="Nightly", status="running", where="elsewhere", note="", user="Ann", started=NOW, heartbeat=NOW,
        scheduled=(), executed=(), log=(), definition=Definition("Nightly", [schedule()]),
    )  # fmt: skip
    assert {why_not_editable(attrs.evolve(plain, where=where)) for where in ("kernel", "service", "elsewhere")} == {""}
    assert why_not_editable(attrs.evolve(plain, status="queued")).startswith("It waits in its queue.")
    assert why_not_editable(attrs.evolve(plain, status="stopping")).startswith("It is being stopped.")
    calls = Definition("Calls", [Schedule(Action(function=print), Daily(["18:20"]))])
    assert "Change it there" in why_not_editable(attrs.evolve(plain, definition=calls))
    assert why_not_editable(attrs.evolve(plain, definition=calls, where="kernel")) == ""
    assert why_not_editable(attrs.evolve(plain, definition=calls, status="stopped")) == ""


def test_the_reasons_of_very_many_items_that_are_launched_at_once_take_little_longer_than_those_of_idle_ones() -> None:
    items = [attrs.evolve(schedule(), id=f"a{number}") for number in range(1000)]
    pending = tuple(Launch(key=item.id, item=item.id, cause="manual", nominal=NOW) for item in items)
    idle = View(
        id="i1", name="n", status="running", where="kernel", note="", user="", started=None, heartbeat=None,
        scheduled=(), executed=(), log=(), definition=Definition("Nightly", items), state=State(),
    )  # fmt: skip

    owing = attrs.evolve(idle, state=State(pending=pending))
    assert len(reasons(owing, {}, NOW)) == len(items)
    assert instructions(lambda: reasons(owing, {}, NOW)) < 1.5 * instructions(lambda: reasons(idle, {}, NOW))
