"""PURE: sentences as data: fixed words, texts of others, commands and times.

The code that shows a sentence decides how its times look.
"""

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
    """A time, and the word before it: "at", "since", "for" (a page then shows how long ago it is), or none."""

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
    return "".join(_plain_text(part) for part in parts)


def with_times(text: str) -> Sentence:
    """Split a text of this package: each time such as `2026-12-01T06:20:00Z` becomes a Moment."""
    return tuple(_split_times(text))


def _split_times(text: str) -> Iterator[Part]:
    end = 0
    for match in TIME.finditer(text):
        yield text[end : match.start()]
        yield Moment(datetime.strptime(match[0], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc))
        end = match.end()
    yield text[end:]


def _plain_text(part: Part) -> str:
    if isinstance(part, (ForeignText, Code)):
        return isolated(part.text)
    if isinstance(part, Moment):
        return f"{part.word} {part.moment:%Y-%m-%d %H:%M:%S} UTC".lstrip()
    return part
