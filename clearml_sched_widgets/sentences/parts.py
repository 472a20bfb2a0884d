"""PURE: sentences as data: our words, texts of others, commands, and times. Who shows one decides how times look."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timezone

import attrs

from clearml_sched_widgets.bidi import isolated

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@attrs.frozen
class ForeignText:
    """A text that somebody else wrote."""

    text: str


@attrs.frozen
class Moment:
    """A time, with the word before it that goes with a clock time: "at", "since", or none."""

    moment: datetime
    word: str = ""


@attrs.frozen
class Code:
    """A command for a shell."""

    text: str


Part = str | ForeignText | Code | Moment
Sentence = tuple[Part, ...]


def sentence(*parts: Part) -> Sentence:
    """A sentence of these parts."""
    return parts


def as_text(parts: Sentence) -> str:
    """The sentence as text; times in UTC."""
    return "".join(_plain(part) for part in parts)


def with_times(text: str) -> Sentence:
    """A text of ours that holds times as `2026-12-01T06:20:00Z`, with these as times."""
    return tuple(_split(text))


def _split(text: str) -> Iterator[Part]:
    done = 0
    for found in TIME.finditer(text):
        yield text[done : found.start()]
        yield Moment(datetime.strptime(found[0], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc))
        done = found.end()
    yield text[done:]


def _plain(part: Part) -> str:
    if isinstance(part, (ForeignText, Code)):
        return isolated(part.text)
    if isinstance(part, Moment):
        return f"{part.word} {part.moment:%Y-%m-%d %H:%M:%S} UTC".lstrip()
    return part
