"""All changed objects are read, whatever fails and however many share one time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from clearml_sched_widgets.engine.following.changes import ChangeReader
from clearml_sched_widgets.engine.following.polling import objects_since
from clearml_sched_widgets.errors import Unavailable
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from tests.engine.world import START


def server(*counts: int) -> MemoryGateway:
    """A server with so many tasks of one second, of the next, and so on."""
    now: datetime = START
    gateway = MemoryGateway(now=lambda: now)
    for count in counts:
        for number in range(count):
            gateway.add_task(f"train {number}")
        now += timedelta(seconds=1)
    return gateway


@pytest.mark.parametrize("counts", [(), (3,), (500,), (501,), (1000,), (1700, 3), (400, 1200, 1), (1, 1, 1)])
def test_all_objects_are_read_although_many_have_the_same_time(counts: tuple[int, ...]) -> None:
    gateway = server(*counts)
    found = {row.id for row in objects_since(gateway, "task", START)}
    assert found == {task.id for task in gateway.all_tasks()}


@pytest.mark.parametrize("counts", [(499, 499, 499), (1700, 3)])
def test_a_request_that_fails_is_repeated_and_nothing_is_missing(counts: tuple[int, ...]) -> None:
    gateway = server(*counts)
    reader, found, asked = ChangeReader(gateway, "task", START), set[str](), 0

    def fail(_: str, moment: str) -> None:
        nonlocal asked
        asked += moment == "after"
        if moment == "after" and asked % 2:
            raise Unavailable("HTTP 503")

    gateway.fault = fail
    while not reader.done:
        try:
            found.update(row.id for row in reader.read())
        except Unavailable:
            assert asked < 50
    assert len(found) == sum(counts)
