"""Writes the words of sentences about rules: lists, times, ordinals and weekdays."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time
from itertools import pairwise

from clearml_sched_widgets.definition.rules import ORDINALS
from clearml_sched_widgets.definition.values import WEEKDAYS

WORKDAYS = tuple(range(5))


def joined(parts: Iterable[str], word: str = "and") -> str:
    """The parts as a list in a sentence: "a, b and c"."""
    *most, last = parts
    return f"{', '.join(most)} {word} {last}" if most else last


def clock_text(clock: time) -> str:
    """A time of day: "06:20", with seconds only where it has some."""
    return clock.strftime("%H:%M:%S" if clock.second else "%H:%M")


def ordinal(number: int) -> str:
    """A number as an ordinal: "1st", "12th"."""
    suffix = "th" if 11 <= number % 100 <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"


def weekday(number: int) -> str:
    """A weekday's name, counted from Monday = 0."""
    return WEEKDAYS[number].capitalize()


def nth_weekday(number: int, place: int) -> str:
    """A weekday by its place in a month: 1 to 5, or a negative place for the last."""
    return f"{'fifth' if place == 5 else ORDINALS[place - 1 if place > 0 else -1]} {weekday(number)}"


def step_of(numbers: tuple[int, ...]) -> int:
    """The gap between the numbers, if it is the same everywhere; else 0."""
    gaps = {later - earlier for earlier, later in pairwise(numbers)}
    return gaps.pop() if len(gaps) == 1 else 0


def spans_of(numbers: tuple[int, ...]) -> list[tuple[int, int]]:
    """Ascending numbers as spans of successive numbers: the first and the last of each."""
    spans: list[tuple[int, int]] = []
    for number in numbers:
        if spans and spans[-1][1] == number - 1:
            spans[-1] = (spans[-1][0], number)
        else:
            spans.append((number, number))
    return spans
