"""PURE: finds the items that are due, without looking at the others."""

from __future__ import annotations

import heapq
from datetime import datetime


class Agenda:
    """The next slot of every item, in a heap: a look is cheap while nothing is due, however many items there are."""

    def __init__(self) -> None:
        self._next: dict[str, datetime] = {}
        self._heap: list[tuple[datetime, str]] = []

    def put(self, item_id: str, slot: datetime | None) -> None:
        """Set an item's next slot; None removes it."""
        if slot is None:
            self._next.pop(item_id, None)
        elif self._next.get(item_id) != slot:
            self._next[item_id] = slot
            heapq.heappush(self._heap, (slot, item_id))

    def next_slot(self, item_id: str) -> datetime | None:
        return self._next.get(item_id)

    def first(self) -> datetime | None:
        """The earliest slot of all items; None if there is none."""
        while self._heap:
            slot, item_id = self._heap[0]
            if self._next.get(item_id) == slot:
                return slot
            heapq.heappop(self._heap)  # `put` has replaced this entry since
        return None

    def due(self, now: datetime) -> list[str]:
        """The items whose slot is not after `now`, earliest first. An item stays due until `put` changes its slot."""
        due_slots: dict[str, datetime] = {}
        while self._heap and self._heap[0][0] <= now:
            slot, item_id = heapq.heappop(self._heap)
            if self._next.get(item_id) == slot:
                due_slots[item_id] = slot
        for item_id, slot in due_slots.items():
            heapq.heappush(self._heap, (slot, item_id))
        return list(due_slots)
