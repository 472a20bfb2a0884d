"""PURE: finds where two versions of a long list differ. It is fast if most items are the same objects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

CHUNK = 1000  # items that are compared at once


def common_ends(old: Sequence[Any], new: Sequence[Any]) -> tuple[int, int]:
    """How many items are the same at the start of both lists, and how many at the end of what remains."""
    shortest = min(len(old), len(new))
    first = _same_at_start(old, new, shortest)
    return first, _same_at_end(old, new, shortest - first)


def _same_at_start(old: Sequence[Any], new: Sequence[Any], most: int) -> int:
    same = 0
    while same < most and old[same : same + CHUNK] == new[same : same + CHUNK]:
        same += CHUNK
    while same < most and old[same] is new[same]:
        same += 1
    return min(same, most)


def _same_at_end(old: Sequence[Any], new: Sequence[Any], most: int) -> int:
    same, old_length, new_length = 0, len(old), len(new)
    while same + CHUNK <= most:
        old_end, new_end = old_length - same, new_length - same
        if old[old_end - CHUNK : old_end] != new[new_end - CHUNK : new_end]:
            break
        same += CHUNK
    while same < most and old[old_length - same - 1] is new[new_length - same - 1]:
        same += 1
    return same
