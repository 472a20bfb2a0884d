"""What every gateway knows of its server's clock."""

from __future__ import annotations

import time
from collections import Counter
from datetime import datetime, timedelta
from typing import cast

from clearml_sched_widgets.gateway.clearml import ClearMLGateway
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from clearml_sched_widgets.records import TaskQuery
from tests.contract.objects import a_run
from tests.contract.worlds import World

MILLISECOND = timedelta(milliseconds=1)  # the server stores times in whole milliseconds


def sent(world: World) -> Counter[str]:
    """The numbers of requests that were sent so far."""
    return Counter(cast(ClearMLGateway | MemoryGateway, world.gateway).requests)


def created(world: World, task_id: str) -> datetime:
    (task,) = world.gateway.tasks(TaskQuery(ids=(task_id,), order="created"))
    assert task.created is not None
    return task.created


def test_the_servers_present_lies_within_its_bounds(world: World) -> None:
    before = world.gateway.present()
    moment = created(world, world.task())
    after = world.gateway.present()
    assert before.time - MILLISECOND <= moment
    assert moment <= after.time + after.uncertainty
    assert after.time.utcoffset() == timedelta(0)


def test_a_time_that_the_server_put_on_our_own_write_narrows_the_bounds(world: World) -> None:
    base = world.task()
    began = time.monotonic()
    moment = created(world, a_run(world, base))
    took = timedelta(seconds=time.monotonic() - began)
    present = world.gateway.present()
    assert present.uncertainty <= took + 2 * MILLISECOND
    assert moment <= present.time + present.uncertainty


def test_the_present_is_asked_for_only_if_the_last_answer_is_old(world: World) -> None:
    world.gateway.queues()
    before = sent(world)
    for _ in range(10):
        world.gateway.present()
        world.gateway.present(ask=False)
    assert sent(world) == before
