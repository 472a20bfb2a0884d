"""The sentences of the log: what each says of its data."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from clearml_sched_widgets.policy.retries import Consequence
from clearml_sched_widgets.policy.run import Run
from clearml_sched_widgets.records import Task
from clearml_sched_widgets.sentences import log

NOON = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
RUN = Run(task=Task(id="t1", status="failed"), key="k", item="i", cause="schedule", nominal=NOON, object="")


@pytest.mark.parametrize(
    ("consequence", "sentence"),
    [
        (
            Consequence(run=RUN, number=2, retries=3, delay=timedelta(minutes=2)),
            "retry 2 of 3 of task t1 follows in 0:02:00.",
        ),
        (Consequence(run=RUN, paused="2 runs failed"), "paused, because 2 runs failed; resume it by hand."),
    ],
)
def test_what_follows_from_the_end_of_a_run(consequence: Consequence, sentence: str) -> None:
    assert log.consequence(consequence) == sentence


@pytest.mark.parametrize(("note", "sentence"), [("", "paused."), ("maintenance", "paused: maintenance.")])
def test_a_pause_is_told_with_its_reason(note: str, sentence: str) -> None:
    assert log.paused(note) == sentence


@pytest.mark.parametrize(
    ("new", "total", "rest"),
    [
        (1, 1, "1 run."),
        (3, 3, "3 runs."),
        (2, 5, "2 runs; 3 more had been launched already."),
        (0, 2, "0 runs; 2 more had been launched already."),
    ],
)
def test_a_backfill_tells_how_much_is_launched_and_how_much_was(new: int, total: int, rest: str) -> None:
    start, end = NOON - timedelta(hours=5), NOON
    assert (
        log.backfilled(start, end, new, total) == f"backfill from 2026-11-23T07:00:00Z to 2026-11-23T12:00:00Z: {rest}"
    )


@pytest.mark.parametrize(
    ("count", "sentence"),
    [
        (0, "Nothing is run by hand: no item is enabled."),
        (1, "1 item is run once, by hand."),
        (4, "4 items are run once, by hand."),
    ],
)
def test_a_run_now_of_everything_counts_its_items(count: int, sentence: str) -> None:
    assert log.all_by_hand(count) == sentence
