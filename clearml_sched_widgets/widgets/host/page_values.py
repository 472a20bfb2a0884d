"""Python values as plain data for the page. Times are milliseconds since the epoch."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from clearml_sched_widgets.sentences.parts import Code, ForeignText, Moment, Part, Sentence


def millis(moment: datetime | None) -> int | None:
    """A time in milliseconds since the epoch."""
    return None if moment is None else int(moment.timestamp() * 1000)


def sentence_data(parts: Sentence) -> list[Any]:
    """The parts of a sentence: plain texts, `{name}` for users' texts, `{code}` for code, `{at, word}` for times."""
    return [_part_data(part) for part in parts]


def _part_data(part: Part) -> Any:
    if isinstance(part, ForeignText):
        return {"name": part.text}
    if isinstance(part, Code):
        return {"code": part.text}
    return {"at": millis(part.moment), "word": part.word} if isinstance(part, Moment) else part


def cell_data(value: Any) -> Any:
    """The value of a table's cell."""
    return millis(value) if isinstance(value, datetime) else value
