"""What every gateway tells of the server, its queues, projects and consoles, whichever server is behind it."""

from __future__ import annotations

import pytest

from clearml_sched_widgets.errors import NotFound
from clearml_sched_widgets.gateway.base import Gateway
from tests.contract.objects import NOBODY, a_run, an_instance, line, only
from tests.contract.worlds import World, pause


def test_the_server_says_where_and_who_we_are_and_is_asked_once(world: World) -> None:
    server = world.gateway.server()
    assert server.api_url
    assert server.user_id
    assert server.user
    assert world.gateway.server() == server


def test_queues_come_by_name_with_what_waits(world: World) -> None:
    second, first = world.queue("queue b"), world.queue("queue a")
    world.gateway.enqueue([a_run(world)], first)
    queues = [queue for queue in world.gateway.queues() if queue.name.startswith(world.prefix)]
    assert [(queue.id, queue.waiting, queue.watched) for queue in queues] == [(first, 1, None), (second, 0, None)]


def test_a_queue_that_no_agent_serves_is_not_watched(world: World) -> None:
    queue_id = world.queue()
    (queue,) = [queue for queue in world.gateway.queues(watched=True) if queue.id == queue_id]
    assert queue.watched is False


def test_projects_are_found_by_a_part_of_their_name_recently_used_first(world: World) -> None:
    world.task(project="older")
    pause()
    world.task(project="newer")
    pause()
    world.task(project="secret")
    world.hide_project("secret")
    names = [found.name for found in world.gateway.projects(world.prefix.upper()) if found.name != world.prefix]
    assert names == [f"{world.prefix}/newer", f"{world.prefix}/older"]
    assert len(world.gateway.projects(world.prefix, limit=1)) == 1


def test_special_characters_of_a_projects_name_are_no_pattern(world: World) -> None:
    world.task(project="a+b (c)")
    assert [found.name for found in world.gateway.projects(f"{world.prefix}/A+B (C)")] == [f"{world.prefix}/a+b (c)"]


def test_the_ids_of_projects_are_found_by_their_full_names(world: World) -> None:
    above, below, odd = (world.task(project=name) for name in ("top", "top/below", "a+b (c)|x"))
    world.hide_project("top/below")
    wanted = [f"{world.prefix}/{name}" for name in ("top", "top/below", "a+b (c)|x", "TOP", "to")]
    ids = {name: only(world, task).project_id for name, task in zip(wanted, (above, below, odd), strict=False)}
    assert world.gateway.project_ids(wanted) == ids
    assert world.gateway.project_ids(wanted[:1]) == {wanted[0]: ids[wanted[0]]}
    assert world.gateway.project_ids([]) == {}


def test_the_console_is_read_from_its_end_oldest_line_first(world: World) -> None:
    task_id = an_instance(world)
    world.gateway.report_log(task_id, [line("one"), line("two", 1, "warning"), line("three", 2, "error")])
    world.gateway.report_log(task_id, [line("four", 3)])
    assert world.gateway.log(task_id, 3) == [line("two", 1, "warning"), line("three", 2, "error"), line("four", 3)]


def test_the_console_is_read_back_to_its_first_line_page_by_page(world: World) -> None:
    task_id = world.task()
    # Of each third second there are two lines.
    sent = [line(f"number {n}", seconds=n - n % 3 // 2) for n in range(23)]
    world.gateway.report_log(task_id, sent)
    found, sizes = world.gateway.log(task_id, 4), list[int]()
    while earlier := world.gateway.log(task_id, 4, found[0].time):
        sizes.append(len(earlier))
        found = [*earlier, *found]
    assert [one.text for one in found] == [one.text for one in sent]
    assert max(sizes) <= 5  # all of one time come together
    assert all(size >= 4 for size in sizes[:-1])


def test_the_console_of_a_task_that_is_gone_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        world.gateway.log(NOBODY)


def test_every_gateway_has_the_protocol(world: World) -> None:
    gateway: Gateway = world.gateway
    methods = [name for name in vars(Gateway) if not name.startswith("_")]
    assert [name for name in methods if not callable(getattr(gateway, name, None))] == []
