"""Rows that change now and then, in two traits: all of them, sent rarely, and what has changed since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isqrt
from typing import Any

Row = Mapping[str, Any]
FEW = 10  # as many changed rows are never a reason to send all


class Deltas:
    """Keeps `base` and `changes` so that together they say what the rows are; a row is known by its "id".

    `changes` is `{"rows": [those that are new or differ], "gone": [ids]}` relative to `base`, so that each value is
    sufficient beside it. An unchanged row is not sent again. The rows' order is not kept.
    """

    def __init__(self) -> None:
        self.base: list[Row] = []
        self.changes: dict[str, Any] = {"rows": [], "gone": []}
        self._known: dict[str, Row] = {}

    def update(self, rows: Sequence[Row]) -> None:
        """These are the rows now."""
        present = {row["id"]: row for row in rows}
        changed = [row for key, row in present.items() if self._known.get(key) != row]
        gone = [key for key in self._known if key not in present]
        # What changed is sent again with every further change: up to here that is cheaper than sending all anew.
        if not self._known or len(changed) + len(gone) > max(FEW, isqrt(2 * len(self._known))):
            self.base, self._known = list(rows), present
            changed, gone = [], []
        if (changed, gone) != (self.changes["rows"], self.changes["gone"]):
            self.changes = {"rows": changed, "gone": gone}
