"""Computes when a slot with jitter is launched. The same slot always gets the same delay."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

TICK = timedelta(microseconds=1)


def jittered(slot: datetime, jitter: timedelta, seed: str, following: datetime | None) -> datetime:
    """When to launch a slot: less than `jitter` after it, and before the `following` slot, if there is one.

    The same arguments always give the same time. `seed` spreads items that have the same slots.
    """
    limit = jitter if following is None else min(jitter, following - slot)
    if limit <= TICK:
        return slot
    digest = hashlib.sha256(f"{seed}@{slot.isoformat()}".encode()).digest()
    return slot + TICK * (int.from_bytes(digest[:8], "big") % (limit // TICK))
