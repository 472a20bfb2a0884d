"""One engine per instance: which engine gets the lease, how long others wait, and which must stop."""

from __future__ import annotations

import os
import threading
from datetime import datetime, timedelta

import pytest

from clearml_sched_widgets.engine.instance_task import lease as leases
from clearml_sched_widgets.engine.instance_task.lease import (
    PREFIX,
    RENEW_EVERY,
    TAKEOVER_PAUSE,
    TTL,
    VALID,
    Lease,
    LeaseLost,
)
from clearml_sched_widgets.errors import OutcomeUnknown, Unavailable
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from tests.engine.world import START, VirtualClock

NAME = "0" * 32


class Clock:
    """A wall clock and a monotonic one that need not agree."""

    def __init__(self) -> None:
        self.wall, self.ticks = START, 100.0

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.ticks

    def wait(self, event: threading.Event, seconds: float) -> None:  # noqa: ARG002 - nobody sets it in between
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.ticks += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def a_lease(gateway: MemoryGateway, clock: Clock | VirtualClock) -> Lease:
    return Lease(gateway, NAME, clock)


def seconds_until_acquired(lease: Lease, clock: Clock) -> float:
    began = clock.ticks
    while not lease.acquire():
        clock.advance(0.5)
        assert clock.ticks - began < 100
    return clock.ticks - began


def test_a_lease_that_nobody_has_is_had_at_once_and_one_that_is_held_is_not(
    gateway: MemoryGateway, clock: Clock
) -> None:
    first, second = a_lease(gateway, clock), a_lease(gateway, clock)
    assert first.acquire()
    assert not second.acquire()
    assert f"process {os.getpid()}" in second.holder


def test_a_lease_that_was_given_back_is_had_at_once(gateway: MemoryGateway, clock: Clock) -> None:
    first, second = a_lease(gateway, clock), a_lease(gateway, clock)
    assert first.acquire()
    assert not second.acquire()
    first.release()
    assert second.acquire()
    second.release()
    assert gateway.leases(PREFIX) == []


def test_a_holder_that_renews_keeps_it_and_is_seen_to_be_alive(gateway: MemoryGateway, clock: Clock) -> None:
    first, second = a_lease(gateway, clock), a_lease(gateway, clock)
    assert first.acquire()
    for _ in range(200):
        first.ensure_held()
        assert not second.acquire()
        clock.advance(1)
    assert second.holder_alive


def test_a_silent_holder_is_followed_after_the_time_to_live_and_the_time_in_which_it_may_still_launch(
    gateway: MemoryGateway, clock: Clock
) -> None:
    first, second = a_lease(gateway, clock), a_lease(gateway, clock)
    assert first.acquire()
    assert TTL + TAKEOVER_PAUSE <= seconds_until_acquired(second, clock) <= TTL + TAKEOVER_PAUSE + 1
    assert not second.holder_alive


def test_a_holder_that_was_followed_may_not_launch_and_deletes_nothing(gateway: MemoryGateway, clock: Clock) -> None:
    first, second = a_lease(gateway, clock), a_lease(gateway, clock)
    assert first.acquire()
    seconds_until_acquired(second, clock)
    with pytest.raises(LeaseLost, match=rf"process {os.getpid()}"):
        first.ensure_held()
    first.release()
    second.ensure_held()
    with pytest.raises(LeaseLost):
        first.ensure_held()
    assert len(gateway.leases(PREFIX)) == 1


def test_nobody_may_launch_while_the_former_holder_might(gateway: MemoryGateway, clock: Clock) -> None:
    """The worst moment: it renews just before its lease is deleted."""
    first, second = a_lease(gateway, clock), a_lease(gateway, clock)
    assert first.acquire()
    assert not second.acquire()
    clock.advance(TTL)

    def renew_just_before(method: str, moment: str) -> None:
        if (method, moment) == ("delete_lease", "before"):
            gateway.fault = lambda _method, _moment: None
            first.ensure_held()

    gateway.fault = renew_just_before
    assert not second.acquire()
    both: list[bool] = []
    second_may = False
    while not second_may:
        gateway.fault = away  # for the first one only
        first_may = may_launch(first)
        gateway.fault = lambda _method, _moment: None
        second_may = second.acquire()
        both.append(first_may and second_may)
        clock.advance(0.5)
    assert len(both) > VALID
    assert not any(both)


def away(_method: str, _moment: str) -> None:
    raise Unavailable("the server is away")


def may_launch(lease: Lease) -> bool:
    try:
        lease.ensure_held()
    except (LeaseLost, Unavailable):
        return False
    return True


@pytest.mark.parametrize(("wall", "monotonic"), [(8 * 3600, 0.1), (0.1, 8 * 3600), (VALID + 0.1, 0.1)])
def test_a_suspended_machine_launches_nothing_before_the_server_has_confirmed_the_lease(
    gateway: MemoryGateway, clock: Clock, wall: float, monotonic: float
) -> None:
    lease = a_lease(gateway, clock)
    assert lease.acquire()
    clock.wall += timedelta(seconds=wall)
    clock.ticks += monotonic
    gateway.fault = away
    with pytest.raises(Unavailable):
        lease.ensure_held()
    gateway.fault = lambda _method, _moment: None
    lease.ensure_held()


def test_a_short_loss_of_the_network_stops_nobody(gateway: MemoryGateway, clock: Clock) -> None:
    lease = a_lease(gateway, clock)
    assert lease.acquire()
    gateway.fault = away
    clock.advance(RENEW_EVERY + 1)
    lease.ensure_held()
    clock.advance(VALID)
    with pytest.raises(Unavailable):
        lease.ensure_held()


def test_a_wall_clock_that_goes_back_does_not_make_a_lease_last_longer(gateway: MemoryGateway, clock: Clock) -> None:
    lease = a_lease(gateway, clock)
    assert lease.acquire()
    clock.wall -= timedelta(minutes=5)
    clock.ticks += VALID + 1
    gateway.fault = away
    with pytest.raises(Unavailable):
        lease.ensure_held()


@pytest.mark.parametrize("method", ["create_lease", "write_lease", "delete_lease", "leases"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_lost_request_or_answer_is_settled_by_reading(
    gateway: MemoryGateway, clock: Clock, method: str, moment: str
) -> None:
    dead, lease = a_lease(gateway, clock), a_lease(gateway, clock)
    assert dead.acquire()
    lost: list[str] = []

    def lose(name: str, when: str) -> None:
        if not lost and (name, when) == (method, moment):
            lost.append(name)
            raise OutcomeUnknown("no answer")

    gateway.fault = lose
    acquired = False
    for _ in range(100):
        try:
            acquired = lease.acquire()
        except OutcomeUnknown:
            continue
        if acquired:
            break
        clock.advance(0.5)
    assert acquired
    clock.advance(RENEW_EVERY)
    lease.ensure_held()
    lease.release()
    assert gateway.leases(PREFIX) == []
    assert lost


def test_the_leases_of_deleted_instances_are_swept(gateway: MemoryGateway, clock: Clock) -> None:
    gone = Lease(gateway, "1" * 32, clock)
    assert gone.acquire()
    there = gateway.create_instance("there", "DevOps", {})
    lease = Lease(gateway, there, clock)
    assert lease.acquire()
    lease.delete_orphans()
    assert [row.name for row in gateway.leases(PREFIX)] == [f"{PREFIX}{there}"]


def test_deleting_an_instance_deletes_its_lease(gateway: MemoryGateway, clock: Clock) -> None:
    assert a_lease(gateway, clock).acquire()
    leases.delete_lease_of(gateway, NAME)
    assert gateway.leases(PREFIX) == []


def test_a_lease_says_who_holds_it_and_nothing_secret(gateway: MemoryGateway, clock: Clock) -> None:
    assert a_lease(gateway, clock).acquire()
    text = gateway.leases(PREFIX)[0].text
    assert str(os.getpid()) in text
    assert "KEY" not in text.upper().replace("MONKEY", "")


def test_a_holder_that_slept_while_its_wall_clock_was_set_back_asks_before_it_works(
    gateway: MemoryGateway, clock: Clock
) -> None:
    """Its monotonic clock stood still, and its wall clock shows an earlier time than at the last renewal."""
    first, second = a_lease(gateway, clock), a_lease(gateway, Clock())
    assert first.acquire()
    seconds_until_acquired(second, second._clock)  # type: ignore[arg-type]
    clock.wall -= timedelta(hours=2)
    with pytest.raises(LeaseLost):
        first.ensure_held()
