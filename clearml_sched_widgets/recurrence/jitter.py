"""How much later than its nominal time a slot is launched. The same slot always gets the same delay."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

TICK = timedelta(microseconds=1)


def jittered(slot: datetime, jitter: timedelta, seed: str, following: datetime | None) -> datetime:
    """The moment to launch a slot at: less than `jitter` after it, and before the slot that follows it, if any.

    It depends on nothing but the arguments. `seed` keeps items with the same times apart.
    """
    room = jitter if following is None else min(jitter, following - slot)
    if room <= TICK:
        return slot
    digest = hashlib.sha256(f"{seed}@{slot.isoformat()}".encode()).digest()
    return slot + TICK * (int.from_bytes(digest[:8], "big") % (room // TICK))
