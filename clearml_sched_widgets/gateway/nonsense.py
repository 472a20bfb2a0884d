"""What makes no sense in the server's answers. Such rows of a list are left out, and told once."""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Iterable
from typing import TypeVar

MOST_TOLD = 100  # sentences
MORE = "More rows were left out of the server's answers, as they make no sense. They are not listed."
# Values that may be secrets, or are somebody's texts. Only their type is told.
CONFIDENTIAL = frozenset({"hyperparams", "configuration", "description", "msg"})

R = TypeVar("R")


class Nonsense(Exception):
    """A field of an answer has a value that the API never sends there."""

    def __init__(self, field: str, value: object = None) -> None:
        super().__init__(f"{field} is {_shown(value, confidential=field in CONFIDENTIAL)}")
        self.field = field


class LeftOut:
    """The rows that were left out of answers, in sentences. Thread-safe.

    Has no lock: in a forked child it might be held by a thread that exists in the parent only.
    """

    def __init__(self) -> None:
        self._told: dict[tuple[str, str, str], str] = {}

    def sentences(self) -> tuple[str, ...]:
        """Each row and field once, oldest first; after 100 only one more, which says that others are not listed."""
        told = tuple(self._told.copy().values())
        return (*told[:MOST_TOLD], MORE) if len(told) > MOST_TOLD else told

    def read_rows(self, endpoint: str, rows: Iterable[object], read: Callable[[object], R]) -> list[R]:
        """Read rows. Those for which `read` raises Nonsense are left out."""
        found: list[R] = []
        for row in rows:
            try:
                found.append(read(row))
            except Nonsense as problem:
                self._tell(endpoint, row, problem)
        return found

    def _tell(self, endpoint: str, row: object, problem: Nonsense) -> None:
        row_id = row.get("id") if isinstance(row, dict) else None
        row_id = row_id if isinstance(row_id, str) else ""
        subject = f"the object {_SHORT.repr(row_id)}" if row_id else "an object without an id"
        sentence = f"{endpoint}: {subject} was left out: it makes no sense that {problem}"
        if len(self._told) <= MOST_TOLD:
            self._told.setdefault((endpoint, row_id, problem.field), sentence)


_SHORT = reprlib.Repr()
_SHORT.maxstring = 50
_SHORT.maxlong = _SHORT.maxother = 30


def _shown(value: object, *, confidential: bool) -> str:
    """A value in a few words. What a list or an object holds is not shown."""
    if value is None:
        return "missing"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if confidential:
        return "text" if isinstance(value, str) else "a number"
    return _SHORT.repr(value)
