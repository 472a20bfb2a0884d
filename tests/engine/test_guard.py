"""An unforeseen error of one piece of work does not stop the others."""

from __future__ import annotations

import pytest

from clearml_sched_widgets.engine.guard import MOST_FAILURES, Guard, item_subject
from clearml_sched_widgets.engine.instance_task.journal import Journal
from clearml_sched_widgets.errors import Unavailable
from tests.engine.world import START


def fail() -> None:
    raise RuntimeError("a bug")


@pytest.fixture
def journal() -> Journal:
    return Journal(lambda: START)


def texts(journal: Journal) -> list[str]:
    return [line.text for line in journal.lines]


def test_the_third_error_in_a_row_sets_a_subject_aside_and_no_other(journal: Journal) -> None:
    guard = Guard(journal)
    for _ in range(MOST_FAILURES):
        assert guard.run("item a", "train", fail) is None
    calls: list[str] = []
    assert guard.run("item a", "train", lambda: calls.append("a")) is None
    assert guard.run("item b", "test", lambda: 5) == 5
    assert calls == []
    assert dict(guard.items_set_aside) == {"a": "RuntimeError: a bug"}
    assert [text.partition(":")[2] for text in texts(journal)] == [
        " an unforeseen error: RuntimeError: a bug. It is tried again.",
        " set aside after 3 errors, the last one: RuntimeError: a bug. The others go on.",
    ]


def test_a_success_in_between_begins_the_count_anew(journal: Journal) -> None:
    guard = Guard(journal)
    for _ in range(5):
        guard.run("item a", "train", fail)
        guard.run("item a", "train", fail)
        assert guard.is_failing("item a")
        assert guard.run("item a", "train", lambda: True)
    assert not guard.set_aside
    assert not guard.is_failing("item a")


def test_what_is_set_aside_is_tried_again_when_somebody_asks_for_it(journal: Journal) -> None:
    guard = Guard(journal)
    for _ in range(MOST_FAILURES):
        guard.run(item_subject("a"), "train", fail)
    guard.try_again(item_subject("a"))
    assert guard.run(item_subject("a"), "train", lambda: 1) == 1
    assert not guard.items_set_aside


def test_errors_that_are_raised_on_purpose_go_through(journal: Journal) -> None:
    def away() -> None:
        raise Unavailable("the server is away")

    with pytest.raises(Unavailable):
        Guard(journal).run("item a", "train", away)


def test_a_kill_goes_through(journal: Journal) -> None:
    def kill() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Guard(journal).run("item a", "train", kill)


def test_the_failures_of_many_subjects_take_a_bounded_memory(journal: Journal) -> None:
    guard = Guard(journal)
    for number in range(10_500):
        guard.run(f"run {number}", "train", fail)
    assert len(guard._failures) == 10_000
