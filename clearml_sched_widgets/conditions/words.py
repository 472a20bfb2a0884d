"""The words that the sentences of conditions and selections share."""

from __future__ import annotations

from collections.abc import Iterable


def tags_text(some: tuple[str, ...], every: tuple[str, ...], none: tuple[str, ...]) -> str:
    """Which tags, such as `"a" or "b" and "c", but not "d"`."""
    parts = [joined_by_or(map(quoted, some))] if some else []
    parts += [" and ".join(map(quoted, every))] if every else []
    without = f", but not {joined_by_or(map(quoted, none))}" if none else ""
    return " and ".join(parts) + without


def joined_by_or(words: Iterable[str]) -> str:
    """The words as a list: `a, b or c`."""
    listed = list(words)
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} or {listed[-1]}"


def spaced(status: str) -> str:
    """A status as it is read: `in progress`."""
    return status.replace("_", " ")


def quoted(text: str) -> str:
    return f'"{text}"'
