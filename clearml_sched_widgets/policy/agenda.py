"""PURE: which items are due, without looking at those that are not."""

from __future__ import annotations

import heapq
from datetime import datetime


class Agenda:
    """The next slot of every item. A heap: looking costs nothing while nothing is due, however many items there are."""

    def __init__(self) -> None:
        self._next: dict[str, datetime] = {}
        self._heap: list[tuple[datetime, str]] = []

    def put(self, item_id: str, slot: datetime | None) -> None:
        """Set, or with None remove, an item's next slot."""
        if slot is None:
            self._next.pop(item_id, None)
        elif self._next.get(item_id) != slot:
            self._next[item_id] = slot
            heapq.heappush(self._heap, (slot, item_id))

    def next_slot(self, item_id: str) -> datetime | None:
        return self._next.get(item_id)

    def first(self) -> datetime | None:
        """The earliest slot of all."""
        while self._heap:
            slot, item_id = self._heap[0]
            if self._next.get(item_id) == slot:
                return slot
            heapq.heappop(self._heap)  # an entry that `put` has replaced since
        return None

    def due(self, now: datetime) -> list[str]:
        """The items whose slot has come, earliest first. They stay due until `put` moves them on."""
        found: dict[str, datetime] = {}
        while self._heap and self._heap[0][0] <= now:
            slot, item_id = heapq.heappop(self._heap)
            if self._next.get(item_id) == slot:
                found[item_id] = slot
        for item_id, slot in found.items():
            heapq.heappush(self._heap, (slot, item_id))
        return list(found)
