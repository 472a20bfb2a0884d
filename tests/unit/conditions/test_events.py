"""What polls show of objects, and the events that follow from it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearml_sched_widgets.conditions import Event, fires, needs_inventory, prune
from clearml_sched_widgets.conditions.memory import seen_within
from clearml_sched_widgets.definition import (
    Condition,
    DatasetTrigger,
    ModelTrigger,
    Published,
    Select,
    StatusChanged,
    Tagged,
    TaskTrigger,
    Trigger,
)
from clearml_sched_widgets.errors import InvalidDefinition
from clearml_sched_widgets.records import Entity
from tests.unit.conditions.polls import ACTION, Polls, at, task


def on_status(*to: str, **fields: Any) -> Polls:
    from_ = fields.pop("from_", ())
    return Polls(TaskTrigger(ACTION, StatusChanged(to=to, from_=from_), id="trig", **fields))


def on_tags(**fields: Any) -> Polls:
    return Polls(TaskTrigger(ACTION, Tagged(all=["a", "b"]), id="trig", **fields))


# -- status


def test_a_status_change_is_one_event_with_a_key_of_its_run() -> None:
    polls = on_status("completed")
    started = at(1)
    assert polls.counts(task("queued", 0.5), task("in_progress", 1, started=started)) == [0, 0]
    done = task("completed", 2, started=started, completed=at(2))
    (event,) = polls.look(done)
    assert event == Event(
        trigger_id="trig",
        entity=done,
        key="t1:completed:2026-11-22T00:01:00+00:00",
        what='task "net" became completed',
    )
    assert polls.look(attrs.evolve(done, changed=at(3), tags=("x",))) == []


def test_e5_the_same_task_failing_twice_is_two_events() -> None:
    polls = on_status("failed")
    (first,) = polls.look(task("failed", 2, started=at(1)))
    (second,) = polls.look(task("failed", 4, started=at(3)))  # retried and failed between two polls
    assert first.key != second.key


def test_a_status_that_is_written_twice_is_one_event() -> None:
    polls = on_status("completed")
    assert polls.counts(task("completed", 2, started=at(1)), task("completed", 2.1, started=at(1))) == [1, 0]


def test_e14_an_old_failed_task_that_gets_a_tag_does_not_fail_again() -> None:
    polls = on_status("failed")
    assert polls.look(task("failed", -30, started=at(-40), changed=at(1), tags=("x",))) == []
    polls.since = at(10)
    assert polls.look(task("failed", 5, started=at(4), changed=at(11), tags=("x",))) == []


def test_what_happened_in_a_downtime_is_an_event_at_the_resume() -> None:
    polls = on_status("failed")
    polls.since = at(10)
    assert len(polls.look(task("failed", 500, started=at(499), changed=at(900)))) == 1


def test_a_change_at_the_very_time_of_the_cursor_is_an_event_once() -> None:
    polls = on_status("completed")
    one, two = (task("completed", 5, id=name, started=at(4)) for name in ("t1", "t2"))
    assert polls.counts(one, two, attrs.evolve(one, changed=at(6)), attrs.evolve(two, changed=at(6))) == [1, 1, 0, 0]


def test_a_new_draft_has_the_status_created_since_its_creation() -> None:
    draft = Entity(entity="task", id="t1", status="created", created=at(1), changed=at(1))
    polls = on_status("created")
    assert polls.counts(draft, attrs.evolve(draft, changed=at(2))) == [1, 0]
    assert on_status("created").look(attrs.evolve(draft, created=at(-1))) == []


def test_e13_objects_without_times_make_no_event_and_no_error() -> None:
    bare = Entity(entity="task", id="t1", status="failed")
    assert on_status("failed").counts(bare, bare) == [0, 0]
    assert Polls(TaskTrigger(ACTION, Tagged(any="a"))).counts(attrs.evolve(bare, tags=("a",))) == [1]


@pytest.mark.parametrize(
    ("include", "system_tags", "expected"), [(False, (), 0), (True, (), 1), (True, ("archived",), 0)]
)
def test_what_exists_counts_only_if_included_and_not_archived(
    include: bool, system_tags: tuple[str, ...], expected: int
) -> None:
    for polls in (on_status("failed", include_existing=include), on_tags(include_existing=include)):
        existing = task("failed", -30, tags=("a", "b"), system_tags=system_tags)
        assert len(polls.look(existing, first=True)) == expected
        assert polls.look(attrs.evolve(existing, changed=at(1))) == []


def test_an_archived_task_still_failed() -> None:
    assert len(on_status("failed").look(task("failed", 1, system_tags=("archived",)))) == 1


def test_an_object_that_is_not_selected_is_no_event() -> None:
    assert on_status("failed", select=Select(projects="p")).look(task("failed", 1, project="q")) == []


@pytest.mark.parametrize(
    ("from_", "before", "started", "expected"),
    [
        (("in_progress",), "in_progress", 1, 1),
        (("in_progress",), "queued", 3, 1),  # it ran between two polls
        (("queued",), "queued", 3, 0),
        (("queued",), "in_progress", 1, 0),
        (("stopped",), "stopped", 1, 1),
        (("stopped", "in_progress"), "stopped", 3, 1),
        (("stopped",), "stopped", 3, 0),  # it was started again after it had stopped
    ],
)
def test_the_status_before_is_what_polls_show_of_it(
    from_: tuple[str, ...], before: str, started: float, expected: int
) -> None:
    polls = on_status("completed", from_=from_)
    polls.look(task(before, 2, started=at(1)))
    assert len(polls.look(task("completed", 4, started=at(started)))) == expected


def test_only_objects_in_a_status_to_come_from_are_remembered() -> None:
    polls = on_status("completed", from_=["queued"])
    polls.look(task("queued", 1))
    assert polls.memory["t1"]["status"] == "queued"
    polls.look(task("in_progress", 2, started=at(2)))
    assert polls.memory == {}


# -- edges


def test_e3_all_of_the_tags_have_to_be_there() -> None:
    polls = on_tags()
    found = polls.counts(*(task("created", n, tags=tags) for n, tags in enumerate([("a",), ("b",), ("b", "a")], 1)))
    assert found == [0, 0, 1]


def test_edges_have_ordinals_that_go_on_after_the_condition_ended() -> None:
    polls = on_tags()
    shown = [("a", "b"), (), ("a", "b"), ("a", "b", "c"), ("a",), ("a", "b")]
    found = [polls.look(task("created", minute, tags=tags)) for minute, tags in enumerate(shown, 1)]
    keys = [event.key for each in found for event in each]
    assert [len(each) for each in found] == [1, 0, 1, 0, 0, 1]
    assert keys == ["t1:tagged:1", "t1:tagged:2", "t1:tagged:3"]
    assert found[0][0].what == 'task "net" came to carry the awaited tags'


def test_an_object_that_comes_into_the_selection_is_an_edge() -> None:
    polls = on_tags(select=Select(projects="p"))
    tags = ("a", "b")
    assert polls.counts(task(tags=tags, project="q"), task("created", 2, tags=tags, project="p")) == [0, 1]


def test_an_object_that_never_matched_is_not_remembered() -> None:
    polls = on_tags()
    polls.look(task(tags=("a",)))
    assert polls.memory == {}


def test_a_published_task_is_a_status_event_and_leaves_no_lasting_memory() -> None:
    polls = Polls(TaskTrigger(ACTION, Published(), id="trig"))
    (event,) = polls.look(task("published", 2))
    assert event.what == 'task "net" was published'
    later = [task("published", 2, changed=at(minute), tags=("x",)) for minute in (60, 90)]
    assert polls.counts(*later) == [0, 0]
    assert polls.memory == {}


def test_a_status_event_is_known_for_ten_minutes_although_the_object_changes_again() -> None:
    polls = Polls(TaskTrigger(ACTION, StatusChanged(to="completed"), id="trig"))
    polls.look(task("completed", 2))
    polls.look(task("completed", 2, changed=at(8), tags=("x",)))
    polls.since = at(1)  # as after the server's clock was set back
    assert polls.look(task("completed", 2, changed=at(9))) == []
    polls.look(task("completed", 2, changed=at(13)))
    assert polls.memory == {}


def test_a_published_model_is_an_edge() -> None:
    polls = Polls(ModelTrigger(ACTION, Published(), id="trig"))
    model = Entity(entity="model", id="m1", name="net", status="published", created=at(1), changed=at(2))
    (event,) = polls.look(model)
    assert (event.key, event.what) == ("m1:published:1", 'model "net" was published')
    assert polls.look(attrs.evolve(model, changed=at(3))) == []


def test_a_dataset_is_told_by_its_own_name() -> None:
    polls = Polls(DatasetTrigger(ACTION, StatusChanged(to="completed")))
    version = Entity(
        entity="dataset", id="d1", name="v2", project="p/.datasets/cars", status="completed", status_changed=at(1)
    )
    (event,) = polls.look(version)
    assert event.what == 'dataset "cars" became completed'


@pytest.mark.parametrize(
    ("trigger", "expected"),
    [
        (TaskTrigger(ACTION, StatusChanged(to="failed")), False),
        (TaskTrigger(ACTION, StatusChanged(to="failed"), include_existing=True), True),
        (TaskTrigger(ACTION, Tagged(any="a")), True),
        (TaskTrigger(ACTION, Published()), False),
        (ModelTrigger(ACTION, Published()), True),
    ],
)
def test_which_triggers_take_a_first_look_at_all_there_is(trigger: Trigger, expected: bool) -> None:
    assert needs_inventory(trigger) is expected


def test_e16_a_trigger_without_a_condition_is_refused() -> None:
    for condition in (lambda: StatusChanged(to=[]), Tagged, lambda: Tagged(none="a")):
        with pytest.raises(InvalidDefinition, match="expected at least one"):
            condition()
    with pytest.raises(InvalidDefinition, match=r"^when = .*: expected a condition"):
        TaskTrigger(ACTION, None)  # type: ignore[arg-type]


# -- lineage


@pytest.mark.parametrize(
    ("lineage", "include_own", "expected"),
    [
        (None, False, True),
        ("", False, True),
        ("other", False, True),
        ("trig", False, False),
        ("first,trig,last", False, False),
        ("trigger,xtrig", False, True),
        ("trig", True, True),
    ],
)
def test_e11_a_trigger_does_not_fire_on_what_it_led_to(lineage: str | None, include_own: bool, expected: bool) -> None:
    scheduler = {} if lineage is None else {"lineage": lineage}
    run = task("completed", 1, scheduler=scheduler, tags=("a", "b"))
    assert fires(on_status("completed", include_own=include_own).trigger, run) is expected
    for polls in (on_status("completed", include_own=include_own), on_tags(include_own=include_own)):
        assert len(polls.look(run)) == expected


# -- memory


def test_objects_that_did_not_change_for_the_retention_time_are_forgotten() -> None:
    entry = {"holds": True, "ordinal": 1, "seen": at(0).isoformat()}
    assert prune({"t1": entry}, at(0) + timedelta(days=30)) == {"t1": entry}
    assert prune({"t1": entry}, at(1) + timedelta(days=30)) == {}
    assert prune({"t1": entry}, at(1) + timedelta(days=1), retention=timedelta(days=1)) == {}


def test_keys_of_status_events_are_kept_shortly_and_only_so_many_of_them() -> None:
    entry = {"key": "k", "seen": at(0).isoformat()}
    assert prune({"t1": entry}, at(10)) == {"t1": entry}
    assert prune({"t1": entry}, at(11)) == {}
    many = {f"t{number}": {"key": "k", "seen": at(number / 100).isoformat()} for number in range(500)}
    assert set(prune(many, at(5))) == {f"t{number}" for number in range(400, 500)}
    assert len(prune(many, at(1))) == 400  # those at or after the cursor are not counted


NONSENSE: list[Any] = [
    *(None, 5, "text", [], {"seen": {}}, {"holds": True, "seen": "yesterday"}, {"key": "k", "seen": "2026-11-22"}),
    *({"holds": True, "ordinal": "x", "seen": "2026-11-22T00:00:00"}, {"status": ["failed"], "seen": 7}),
]


@pytest.mark.parametrize("entry", NONSENSE, ids=repr)
def test_k2_a_memory_entry_that_makes_no_sense_is_as_good_as_none(entry: Any) -> None:
    for polls in (on_status("failed", from_=["in_progress", "queued"]), on_tags()):
        polls.memory = {"t1": entry, "t2": {"holds": True, "ordinal": 1, "seen": at(1).isoformat()}}
        polls.look(task("created", 2))
        assert len(polls.look(task("failed", 3, started=at(2), tags=("a", "b")))) <= 1
        assert "t2" in polls.memory
    assert prune({"t1": entry}, at(0)) == {}


def test_k13_no_entry_was_seen_after_the_servers_present() -> None:
    old, new = {"key": "k", "seen": at(0).isoformat()}, {"holds": True, "seen": at(5).isoformat()}
    within = seen_within({"t1": old, "t2": new, "t3": {"key": "k"}}, at(3))
    assert within == {"t1": old, "t2": {"holds": True, "seen": at(3).isoformat()}, "t3": {"key": "k"}}


# -- random histories

STATUSES = ("created", "queued", "in_progress", "failed", "completed")
TAGS = ("a", "b", "c")
tag_sets = st.lists(st.sets(st.sampled_from(TAGS)), max_size=30)


@given(shown=tag_sets)
@pytest.mark.parametrize("when", [Tagged(any=["a"]), Tagged(all=["a", "b"]), Tagged(any=["a", "b"], none=["c"])])
def test_there_are_as_many_events_as_rising_edges_seen(when: Tagged, shown: list[set[str]]) -> None:
    polls = Polls(TaskTrigger(ACTION, when, id="trig"))
    found = [polls.look(task("created", minute, tags=tuple(tags))) for minute, tags in enumerate(shown, 1)]
    held = [_carries(when, tags) for tags in shown]
    assert [len(each) for each in found] == [now and not before for before, now in zip([False, *held], held)]  # noqa: B905
    keys = [event.key for each in found for event in each]
    assert len(set(keys)) == len(keys)


def _carries(when: Tagged, tags: set[str]) -> bool:
    any_of = not when.any or any(tag in tags for tag in when.any)
    return any_of and all(tag in tags for tag in when.all) and not any(tag in tags for tag in when.none)


@given(steps=st.lists(st.tuples(st.sampled_from((*STATUSES, "tag")), st.booleans()), max_size=30))
def test_there_is_one_event_per_failure_however_the_polls_fall(steps: list[tuple[str, bool]]) -> None:
    """Each step changes the task, and a poll may follow it: only what the last poll before it missed can be lost."""
    polls = on_status("failed")
    now, keys, expected, pending = task("created", 0), set(), 0, False
    for minute, (status, polled) in enumerate(steps, 1):
        if status == "tag":
            now = attrs.evolve(now, changed=at(minute))
        elif status != now.status or status in ("failed", "in_progress"):
            started = at(minute - 0.5)  # a task that fails ran before
            now = attrs.evolve(now, status=status, status_changed=at(minute), changed=at(minute), started=started)
            pending = status == "failed"
        if polled:
            found = polls.look(now)
            assert len(found) == pending
            expected += pending
            pending = False
            keys |= {event.key for event in found}
    assert len(keys) == expected


@pytest.mark.parametrize("when", [StatusChanged(to="failed"), StatusChanged(to="failed", from_="queued"), Published()])
def test_the_memory_does_not_grow_with_the_objects_that_pass(when: Condition) -> None:
    polls = Polls(TaskTrigger(ACTION, when))
    for number in range(600):
        for step, status in enumerate(("queued", "in_progress", "failed", "published")):
            polls.look(task(status, number + step / 4, id=f"t{number}", started=at(number + 0.2)))
    assert len(json.dumps(polls.memory)) < 2_000


def test_the_key_of_a_status_that_was_refused_is_as_young_as_its_object() -> None:
    trigger = TaskTrigger(ACTION, StatusChanged(["completed", "stopped"], from_="in_progress"), id="trig")
    polls = Polls(trigger)
    started = at(0.5)
    assert len(polls.look(task("stopped", 1, started=started))) == 1
    assert polls.look(task("completed", 12, started=started)) == []
    assert polls.look(task("completed", 12, started=started, changed=at(12.1), tags=("x",))) == []
