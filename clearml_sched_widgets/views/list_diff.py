"""PURE: where two versions of a long list differ, found at little cost: most of it is the same objects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

AT_ONCE = 1000  # items that are compared in one go


def common_ends(old: Sequence[Any], new: Sequence[Any]) -> tuple[int, int]:
    """How many of the first items are the same, and how many of the last ones after these."""
    shortest = min(len(old), len(new))
    first = _same_first(old, new, shortest)
    return first, _same_last(old, new, shortest - first)


def _same_first(old: Sequence[Any], new: Sequence[Any], most: int) -> int:
    same = 0
    while same < most and old[same : same + AT_ONCE] == new[same : same + AT_ONCE]:
        same += AT_ONCE
    while same < most and old[same] is new[same]:
        same += 1
    return min(same, most)


def _same_last(old: Sequence[Any], new: Sequence[Any], most: int) -> int:
    same, before, after = 0, len(old), len(new)
    while same + AT_ONCE <= most:
        end, stop = before - same, after - same
        if old[end - AT_ONCE : end] != new[stop - AT_ONCE : stop]:
            break
        same += AT_ONCE
    while same < most and old[before - same - 1] is new[after - same - 1]:
        same += 1
    return same
