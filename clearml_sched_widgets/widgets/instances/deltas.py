"""Keeps rows in two values: all rows, which are sent rarely, and the rows that changed since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isqrt
from typing import Any

Row = Mapping[str, Any]
FEW_CHANGES = 10  # up to this many changed rows never cause all rows to be sent


class Deltas:
    """Keeps `base` and `changes`, which together give the current rows. A row is identified by its "id".

    `changes` is `{"rows": [new or changed rows], "gone": [ids]}` relative to `base`, so a page that missed earlier
    changes needs only the latest ones. The order of the rows is not kept.
    """

    def __init__(self) -> None:
        self.base: list[Row] = []
        self.changes: dict[str, Any] = {"rows": [], "gone": []}
        self._base_by_id: dict[str, Row] = {}

    def update(self, rows: Sequence[Row]) -> None:
        """Set the current rows."""
        present = {row["id"]: row for row in rows}
        changed = [row for key, row in present.items() if self._base_by_id.get(key) != row]
        gone = [key for key in self._base_by_id if key not in present]
        # Every update sends all changes since `base` again. Beyond this number of them, a new base is cheaper.
        if not self._base_by_id or len(changed) + len(gone) > max(FEW_CHANGES, isqrt(2 * len(self._base_by_id))):
            self.base, self._base_by_id = list(rows), present
            changed, gone = [], []
        if (changed, gone) != (self.changes["rows"], self.changes["gone"]):
            self.changes = {"rows": changed, "gone": gone}
