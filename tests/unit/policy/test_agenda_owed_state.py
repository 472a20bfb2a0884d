"""The small pure parts of the engine: agenda, pending launches, state."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearml_sched_widgets.definition import Action, Definition, Interval, Schedule
from clearml_sched_widgets.engine.instance_task import commands, state_objects
from clearml_sched_widgets.engine.instance_task.commands import Command
from clearml_sched_widgets.errors import SchedulerError
from clearml_sched_widgets.policy import owed
from clearml_sched_widgets.policy.agenda import Agenda
from clearml_sched_widgets.policy.owed import Outcome
from clearml_sched_widgets.policy.state import ItemState, Launch, ReadPosition, State

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=timezone.utc)
LAUNCH = Launch(key="i@1", item="i", cause="schedule", nominal=NOON, values={"a": "b"}, lineage=("i",))


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.none() | st.integers(0, 100)), max_size=60), st.integers(0, 100))
def test_the_agenda_tells_the_same_as_a_look_at_every_item(changes: list[tuple[str, int | None]], now: int) -> None:
    agenda, plain = Agenda(), dict[str, datetime]()
    for item, minute in changes:
        slot = None if minute is None else NOON + timedelta(minutes=minute)
        agenda.put(item, slot)
        plain.pop(item, None)
        if slot is not None:
            plain[item] = slot
    moment = NOON + timedelta(minutes=now)
    due = [item for item, slot in plain.items() if slot <= moment]
    assert sorted(agenda.due(moment)) == sorted(due)
    assert sorted(agenda.due(moment)) == sorted(due), "what is due stays due until it is moved on"
    assert agenda.first() == min(plain.values(), default=None)


@pytest.mark.parametrize(("retryable", "first", "last"), [(True, 2, 60), (False, 15, 900)])
def test_pauses_between_tries_double_up_to_a_bound(retryable: bool, first: int, last: int) -> None:
    pauses = [owed.delay(tries, retryable=retryable).total_seconds() for tries in range(30)]
    assert pauses[:2] == [first, 2 * first]
    assert pauses[-1] == last
    assert pauses == sorted(pauses)


def test_what_failed_is_owed_later_and_what_was_launched_is_not() -> None:
    other = attrs.evolve(LAUNCH, key="i@2")
    third = attrs.evolve(LAUNCH, key="i@3")
    outcomes = [Outcome(launch=LAUNCH, run_id="x"), Outcome(launch=other, error="no queue")]
    left = owed.after([LAUNCH, other, third], outcomes, NOON)
    assert [(launch.key, launch.tries) for launch in left] == [("i@2", 1), ("i@3", 0)]
    assert owed.ready(left, NOON) == [third]
    assert len(owed.ready(left, NOON + timedelta(seconds=15))) == 2


def test_a_slot_is_given_up_after_its_catch_up_window_and_an_event_never() -> None:
    schedule = Schedule(Action("task"), Interval(every="1h"), id="i")
    definition = Definition("nightly", [schedule])
    tried = attrs.evolve(LAUNCH, tries=1)
    assert owed.expired(tried, definition, NOON + timedelta(minutes=59)) == ""
    assert "catch-up window" in owed.expired(tried, definition, NOON + timedelta(minutes=61))
    event = attrs.evolve(tried, cause="trigger")
    assert owed.expired(event, definition, NOON + timedelta(days=9)) == ""
    assert "removed" in owed.expired(attrs.evolve(LAUNCH, item="gone"), definition, NOON)


def test_the_state_survives_being_written_and_read() -> None:
    state = State(
        items={"i": ItemState(watermark=NOON, runs=3, error="no queue", failures=2, paused=True, note="two failed")},
        pending=(LAUNCH, attrs.evolve(LAUNCH, key="k", not_before=NOON, tries=2)),
        entities={"task": ReadPosition(cursor=NOON, seen={"a": "2026"})},
        memory={"t": {"a": {"holds": True, "ordinal": 1, "seen": "2026"}}},
        watching={"t": NOON},
        baseline=("t",),
        ends=ReadPosition(cursor=NOON, seen={"r": "2026"}),
        runs_since=NOON,
        paused=True,
        note="maintenance",
    )
    assert state_objects.loads(state_objects.texts(state)) == state
    assert state_objects.loads({"state": "{}"}) == state_objects.loads({}) == State()
    assert state_objects.loads(state_objects.texts(state), items=False) == attrs.evolve(state, items={})


def test_a_state_of_a_newer_version_is_refused_with_advice() -> None:
    with pytest.raises(SchedulerError, match="Upgrade clearml-sched-widgets"):
        state_objects.loads({"state": '{"version": 99}'})


def test_commands_survive_being_written_and_read_and_nonsense_is_marked() -> None:
    command = Command(do="backfill", item="i", start="2026-11-01T00:00:00+00:00", end="2026-11-02T00:00:00+00:00")
    assert commands.waiting_commands(commands.dumps(command)) == [command]
    assert [
        one.do for one in commands.waiting_commands({"command.1": "{", "command.2": '{"do": "rm"}', "definition": "x"})
    ] == [
        "",
        "",
    ]


def many(count: int) -> State:
    return State(items={f"item{number}": ItemState(watermark=NOON, runs=number) for number in range(count)})


def test_a_writer_that_has_written_other_states_writes_the_same() -> None:
    writer, kept = state_objects.Writer(), dict[str, str]()
    first = State(items={key: ItemState(watermark=NOON, runs=1) for key in "abc"})
    moved = first.with_item("b", ItemState(watermark=NOON, runs=2))
    fewer = State(items={key: moved.items[key] for key in "cb"}, note="lunch")
    exchanged = State(items={"d": moved.items["a"], "b": moved.items["b"]})
    large = many(1000)
    grown = large.with_item("item7", ItemState(watermark=NOON, runs=99))
    for state in (first, moved, fewer, exchanged, State(), large, grown, many(300), large, first):
        kept |= writer.changes(state)
        writer.written()
        assert state_objects.loads(kept) == state


def test_a_launch_among_many_items_writes_its_part_only() -> None:
    writer, state = state_objects.Writer(), many(10_000)
    whole = sum(map(len, writer.changes(state).values()))
    writer.written()
    changes = writer.changes(state.with_item("item7", ItemState(watermark=NOON, runs=99)))
    assert len(changes) == 2  # what concerns all items, and the part of this one
    assert sum(map(len, changes.values())) < whole / 50


def test_what_could_not_be_written_is_written_the_next_time() -> None:
    writer, state = state_objects.Writer(), many(1000)
    kept = writer.changes(state)
    writer.written()
    state = state.with_item("item7", ItemState(watermark=NOON, runs=99))
    writer.changes(state)  # the request failed
    state = state.with_item("item8", ItemState(watermark=NOON, runs=98))
    kept |= writer.changes(state)
    assert state_objects.loads(kept) == state


def test_a_part_that_is_missing_is_a_state_that_cannot_be_read() -> None:
    kept = state_objects.texts(many(1000))
    del kept["state.items.3"]
    with pytest.raises(SchedulerError, match="cannot be read"):
        state_objects.loads(kept)
