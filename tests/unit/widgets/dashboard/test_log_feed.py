"""The log of a dashboard: what the page is told of it, and how older lines come before the known ones."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearml_sched_widgets.records import LogLine
from clearml_sched_widgets.widgets.dashboard import log_feed
from clearml_sched_widgets.widgets.dashboard.log_feed import MOST_NEW_LINES, LogFeed

START = datetime(2026, 11, 22, tzinfo=timezone.utc)


@given(st.lists(st.integers(0, 30), max_size=15), st.integers(0, 4))
def test_a_page_that_follows_the_log_has_its_last_lines(looks: list[int], lost: int) -> None:
    numbers = iter(range(10_000))
    feed, lines, window, known, end = LogFeed(), list[LogLine](), 0, list[dict[str, Any]](), 0
    for look, count in enumerate(looks):
        lines += [LogLine(time=START, level="info", text=f"line {next(numbers)}") for _ in range(count)]
        lines = lines[-50:]  # an engine forgets the oldest
        feed.show(tuple(lines), "i1")
        if feed.window != window:
            window = feed.window
            end, known = feed.first()["end"], feed.first()["lines"]
        elif look != lost or count == 0:
            told = feed.changes
            assert len(told["lines"]) <= MOST_NEW_LINES + 1
            fresh = told["end"] - end
            known, end = known + (told["lines"][-fresh:] if fresh else []), told["end"]
    texts = [line["text"] for line in known]
    assert texts == sorted(set(texts), key=texts.index)
    if lines and lost >= len(looks):
        assert texts[-50:][-len(lines) :] == [line.text for line in lines][-len(texts) :]


def test_another_log_is_another_window() -> None:
    feed = LogFeed()
    line = LogLine(time=START, level="info", text="Started.")
    feed.show((line,), "i1")
    feed.show((line, attrs.evolve(line, text="Stopped.")), "i1")
    assert (feed.window, feed.changes["end"]) == (1, 2)
    feed.show((line,), "i2")
    assert (feed.window, feed.first()["lines"]) == (2, [{"time": 1795305600000, "level": "info", "text": "Started."}])


def told(feed: LogFeed, number: int) -> list[str]:
    return [line["text"] for line in feed.before(number, 2000)["lines"]]


def test_lines_of_long_ago_come_before_the_known_ones_which_keep_their_numbers() -> None:
    lines = [LogLine(time=START + timedelta(seconds=n), level="info", text=f"line {n}") for n in range(5000)]
    feed, asked = LogFeed(), list[datetime]()

    def read(before: datetime) -> list[LogLine]:
        asked.append(before)
        return [line for line in lines if line.time < before][-2000:]

    feed.show(tuple(lines[-200:]), "i1")
    first = feed.first()
    assert (first["end"], first["oldest"], first["more"]) == (200, 0, True)
    for known in (2200, 4200, 5000, 5000):
        feed.read_older("i1", read)
        piece = feed.first()
        assert (piece["end"], piece["oldest"], piece["more"]) == (200, 200 - known, known < 5000)
    assert len(asked) == 3  # none is asked for where there is none
    assert told(feed, 0) == [f"line {n}" for n in range(2800, 4800)]
    assert told(feed, -4000) == [f"line {n}" for n in range(800)]

    more = attrs.evolve(lines[0], time=START + timedelta(hours=2), text="a new one")
    feed.show((*lines[-199:], more), "i1")  # what is read of an instance elsewhere: always its last lines
    assert (feed.window, feed.changes["lines"][-1]["text"]) == (1, "a new one")
    assert told(feed, 201)[-2:] == ["line 4999", "a new one"]
    feed.show((more,), "i2", whole=True)
    assert not feed.first()["more"]
    feed.read_older("i1", read)
    assert len(asked) == 3


def test_of_a_log_that_grows_for_weeks_only_so_many_lines_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_feed, "MOST_KEPT", 100)
    lines = [LogLine(time=START + timedelta(seconds=n), level="info", text=f"line {n}") for n in range(500)]
    feed = LogFeed()
    for end in range(10, 501, 10):
        feed.show(tuple(lines[max(0, end - 50) : end]), "i1")
    piece = feed.before(500, 500)
    assert [line["text"] for line in piece["lines"]] == [line.text for line in lines[piece["oldest"] :]]
    assert 100 <= len(piece["lines"]) <= 110
    assert not piece["more"]
    assert feed.window == 1
