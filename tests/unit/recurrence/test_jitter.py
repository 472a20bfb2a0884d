"""The delay of a slot: always the same for the same slot, spread over the jitter, never past the next slot."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearml_sched_widgets.recurrence.jitter import jittered

SLOT = datetime(2026, 1, 1, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)
DELAYS = [jittered(SLOT + HOUR * number, HOUR, "item", None) - (SLOT + HOUR * number) for number in range(2000)]


def test_delays_are_spread_evenly_over_the_jitter() -> None:
    assert all(timedelta(0) <= delay < HOUR for delay in DELAYS)
    tenths = [sum(HOUR * tenth <= delay * 10 < HOUR * (tenth + 1) for delay in DELAYS) for tenth in range(10)]
    assert min(tenths) > 150  # of 200
    assert max(tenths) < 250


def test_items_that_are_due_together_start_apart() -> None:
    starts = {jittered(SLOT, HOUR, f"item {number}", None) for number in range(500)}
    assert len(starts) == 500


def test_the_same_slot_has_the_same_delay_in_every_process() -> None:
    code = """
from datetime import datetime, timedelta, timezone
from clearml_sched_widgets.recurrence.jitter import jittered
print(jittered(datetime(2026, 1, 1, tzinfo=timezone.utc), timedelta(hours=1), "item", None).isoformat())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == jittered(SLOT, HOUR, "item", None).isoformat()


@given(
    jitter=st.timedeltas(timedelta(0), timedelta(days=2)),
    gap=st.none() | st.timedeltas(timedelta(microseconds=1), timedelta(days=1)),
    seed=st.text(max_size=12),
)
def test_a_slot_comes_in_time_and_before_the_next_one(jitter: timedelta, gap: timedelta | None, seed: str) -> None:
    following = None if gap is None else SLOT + gap
    found = jittered(SLOT, jitter, seed, following)
    assert SLOT <= found <= SLOT + jitter
    assert following is None or found < following


@pytest.mark.parametrize("jitter", [timedelta(0), timedelta(microseconds=1)])
def test_without_room_there_is_no_delay(jitter: timedelta) -> None:
    assert jittered(SLOT, jitter, "item", None) == SLOT
