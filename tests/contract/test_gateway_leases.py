"""How every gateway keeps leases, whichever server is behind it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from clearml_sched_widgets.errors import Conflict, NotFound
from tests.contract.worlds import World, pause


def test_a_lease_is_read_by_its_name_and_changed_by_its_id(world: World) -> None:
    name = f"{world.prefix}.lease.1"
    lease_id = world.gateway.create_lease(name, "counter 1")
    (lease,) = world.gateway.leases(f"{world.prefix}.lease.")
    assert (lease.id, lease.name, lease.text) == (lease_id, name, "counter 1")
    world.gateway.write_lease(lease_id, "counter 2")
    (lease,) = world.gateway.leases(name)
    assert (lease.id, lease.name, lease.text) == (lease_id, name, "counter 2")
    world.gateway.delete_lease(lease_id)
    assert world.gateway.leases(world.prefix) == []


def test_renewing_moves_a_leases_last_update_forward_by_the_servers_time(world: World) -> None:
    present = world.gateway.present()
    earliest = present.time - timedelta(milliseconds=1)  # the server stores milliseconds
    lease_id = world.gateway.create_lease(f"{world.prefix} lease", "counter 1")
    updates = [world.gateway.leases(world.prefix)[0].last_update]
    for counter in ("counter 2", "counter 3", "counter 4"):
        pause()
        world.gateway.write_lease(lease_id, counter)
        updates.append(world.gateway.leases(world.prefix)[0].last_update)
    times = [time for time in updates if time is not None]
    assert times == sorted(set(times))
    present = world.gateway.present()
    assert earliest <= times[0]
    assert times[-1] <= present.time + present.uncertainty
    assert len(times) == 4


def test_special_characters_of_a_leases_name_are_no_pattern(world: World) -> None:
    world.gateway.create_lease(f"{world.prefix}xlease", "")
    assert world.gateway.leases(f"{world.prefix}.lease") == []


def test_a_lease_is_no_project_that_users_see(world: World) -> None:
    world.gateway.create_lease(f"{world.prefix} lease", "")
    assert world.gateway.projects(world.prefix) == []


def test_a_lease_of_a_name_that_is_taken_is_refused(world: World) -> None:
    name = f"{world.prefix} lease"
    lease_id = world.gateway.create_lease(name, "first")
    with pytest.raises(Conflict) as caught:
        world.gateway.create_lease(name, "second")
    assert (caught.value.code, caught.value.subcode) == (400, 801)
    assert [(lease.id, lease.text) for lease in world.gateway.leases(name)] == [(lease_id, "first")]


def test_of_many_that_create_one_lease_at_once_one_succeeds(world: World) -> None:
    def create(number: int) -> str:
        try:
            return world.gateway.create_lease(f"{world.prefix} lease", str(number))
        except Conflict:
            return ""

    with ThreadPoolExecutor(8) as pool:
        made = [lease_id for lease_id in pool.map(create, range(8)) if lease_id]
    assert [lease.id for lease in world.gateway.leases(world.prefix)] == made


def test_a_lease_that_is_gone_is_not_found_even_if_its_name_was_taken_again(world: World) -> None:
    name = f"{world.prefix} lease"
    old = world.gateway.create_lease(name, "old")
    world.gateway.delete_lease(old)
    new = world.gateway.create_lease(name, "new")
    with pytest.raises(NotFound) as caught:
        world.gateway.delete_lease(old)
    assert (caught.value.code, caught.value.subcode) == (400, 401)
    with pytest.raises(NotFound):
        world.gateway.write_lease(old, "late")
    assert [(lease.id, lease.text) for lease in world.gateway.leases(name)] == [(new, "new")]
