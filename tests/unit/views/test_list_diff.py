"""Where two versions of a list differ: the same answer as by looking at every item."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearml_sched_widgets.views import list_diff


@pytest.fixture(autouse=True, scope="module", params=[1, 3, 1000])
def chunk(request: pytest.FixtureRequest) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(list_diff, "CHUNK", request.param)
        yield


LISTS = st.lists(st.integers(0, 3), max_size=12).map(tuple)


@given(LISTS, LISTS)
def test_the_ends_are_those_that_a_look_at_every_item_finds(old: tuple[int, ...], new: tuple[int, ...]) -> None:
    first, last = list_diff.common_ends(old, new)
    assert first == common(old, new)
    shortest = min(len(old), len(new))
    assert last == min(common(old[::-1], new[::-1]), shortest - first)


def common(old: tuple[int, ...], new: tuple[int, ...]) -> int:
    return len(list(takewhile(lambda pair: pair[0] is pair[1], zip(old, new, strict=False))))


def test_one_more_at_the_front_of_very_many() -> None:
    old = tuple(object() for _ in range(2500))
    assert list_diff.common_ends(old, (object(), *old)) == (0, 2500)
    assert list_diff.common_ends(old, (*old, object())) == (2500, 0)
    assert list_diff.common_ends(old, (*old[:1200], object(), *old[1201:])) == (1200, 1299)
