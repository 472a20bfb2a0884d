"""One engine per instance: who gets the lease, who waits for how long, and who must stop."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest

from clearml_sched_widgets.definition import Action, Definition, Interval, Policies, Schedule
from clearml_sched_widgets.engine import lease as leases
from clearml_sched_widgets.engine.clock import SystemClock
from clearml_sched_widgets.engine.commands import Command, dumps
from clearml_sched_widgets.engine.lease import PREFIX, QUIET, RENEW_EVERY, TTL, VALID, Lease, LeaseLost
from clearml_sched_widgets.engine.loop import Engine
from clearml_sched_widgets.errors import InstanceStateError, OutcomeUnknown, Unavailable
from clearml_sched_widgets.gateway.memory import MemoryGateway
from tests.engine.world import START, VirtualClock, World

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
def gateway() -> MemoryGateway:
    return MemoryGateway()


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
        first.keep()
        assert not second.acquire()
        clock.advance(1)
    assert second.alive


def test_a_silent_holder_is_followed_after_the_time_to_live_and_the_time_in_which_it_may_still_launch(
    gateway: MemoryGateway, clock: Clock
) -> None:
    first, second = a_lease(gateway, clock), a_lease(gateway, clock)
    assert first.acquire()
    assert TTL + QUIET <= seconds_until_acquired(second, clock) <= TTL + QUIET + 1
    assert not second.alive


def test_a_holder_that_was_followed_may_not_launch_and_deletes_nothing(gateway: MemoryGateway, clock: Clock) -> None:
    first, second = a_lease(gateway, clock), a_lease(gateway, clock)
    assert first.acquire()
    seconds_until_acquired(second, clock)
    with pytest.raises(LeaseLost, match=rf"process {os.getpid()}"):
        first.keep()
    first.release()
    second.keep()
    with pytest.raises(LeaseLost):
        first.keep()
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
            first.keep()

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
        lease.keep()
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
        lease.keep()
    gateway.fault = lambda _method, _moment: None
    lease.keep()


def test_a_short_loss_of_the_network_stops_nobody(gateway: MemoryGateway, clock: Clock) -> None:
    lease = a_lease(gateway, clock)
    assert lease.acquire()
    gateway.fault = away
    clock.advance(RENEW_EVERY + 1)
    lease.keep()
    clock.advance(VALID)
    with pytest.raises(Unavailable):
        lease.keep()


def test_a_wall_clock_that_goes_back_does_not_make_a_lease_last_longer(gateway: MemoryGateway, clock: Clock) -> None:
    lease = a_lease(gateway, clock)
    assert lease.acquire()
    clock.wall -= timedelta(minutes=5)
    clock.ticks += VALID + 1
    gateway.fault = away
    with pytest.raises(Unavailable):
        lease.keep()


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
    lease.keep()
    lease.release()
    assert gateway.leases(PREFIX) == []
    assert lost


def test_the_leases_of_deleted_instances_are_swept(gateway: MemoryGateway, clock: Clock) -> None:
    gone = Lease(gateway, "1" * 32, clock)
    assert gone.acquire()
    there = gateway.create_instance("there", "DevOps", {})
    lease = Lease(gateway, there, clock)
    assert lease.acquire()
    lease.sweep()
    assert [row.name for row in gateway.leases(PREFIX)] == [f"{PREFIX}{there}"]


def test_deleting_an_instance_deletes_its_lease(gateway: MemoryGateway, clock: Clock) -> None:
    assert a_lease(gateway, clock).acquire()
    leases.drop(gateway, NAME)
    assert gateway.leases(PREFIX) == []


def test_a_lease_says_who_holds_it_and_nothing_secret(gateway: MemoryGateway, clock: Clock) -> None:
    assert a_lease(gateway, clock).acquire()
    text = gateway.leases(PREFIX)[0].text
    assert str(os.getpid()) in text
    assert "KEY" not in text.upper().replace("MONKEY", "")


# -- engines
def ticking(world: World, seconds: int = 10) -> Definition:
    schedule = Schedule(Action(world.base), Interval(every=f"{seconds}s"), Policies(missed="all"), id="every")
    return Definition("nightly", [schedule])


def slots(world: World) -> list[str]:
    return sorted(key.partition("@")[2] for key in world.launched())


def assert_each_slot_once(world: World, seconds: int = 10) -> None:
    count = int((world.clock.now() - START).total_seconds() // seconds)
    expected = [START + timedelta(seconds=seconds * number) for number in range(1, count + 1)]
    assert slots(world) == [moment.strftime("%Y-%m-%dT%H:%M:%SZ") for moment in expected]


def test_when_the_holder_is_killed_the_other_takes_over_after_expiry_and_loses_nothing() -> None:
    world = World()
    first = world.engine(ticking(world))
    world.run_for(first, 35)
    second = world.rival()
    waited = world.take_over(second)  # nobody steps the first one any more: it is dead
    assert TTL <= waited <= TTL + QUIET + 3
    world.run_for(second, 30)
    assert_each_slot_once(world)


def test_a_clean_stop_gives_the_lease_back_at_once() -> None:
    world = World()
    first = world.engine(ticking(world))
    world.run_for(first, 15)
    first.stop()
    first._close()
    second = world.rival()
    second.open()
    assert len(world.gateway.leases(PREFIX)) == 1
    world.run_for(second, 15)
    assert_each_slot_once(world)


def test_a_holder_that_wakes_up_after_it_was_followed_ends_and_writes_nothing() -> None:
    world = World()
    first = world.engine(ticking(world))
    world.run_for(first, 35)
    second = world.rival()
    world.take_over(second)
    world.run_for(second, 30)
    before = world.gateway.task(world.instance)
    first.step()
    assert first.snapshot is not None
    assert not first.snapshot.running
    assert world.gateway.task(world.instance).configuration == before.configuration
    world.run_for(second, 30)
    assert_each_slot_once(world)


def test_a_holder_that_is_followed_in_the_middle_of_a_launch_enqueues_nothing() -> None:
    world = World()
    first = world.engine(ticking(world))
    world.run_for(first, 15)
    second = world.rival()
    slept = False

    def sleep(method: str, moment: str) -> None:
        nonlocal slept
        if (method, moment) == ("clone", "after") and not slept:
            slept = True
            world.take_over(second)
            world.run_for(second, 1)

    world.gateway.fault = sleep
    world.run_for(first, 10)
    assert slept
    assert first.snapshot is not None
    assert not first.snapshot.running
    world.run_for(second, 30)
    assert_each_slot_once(world)


@pytest.mark.parametrize(("missed", "launched"), [("skip", 0), ("latest", 1), ("all", 48)])
def test_s7_after_a_suspend_of_eight_hours_the_missed_run_policy_decides(missed: str, launched: int) -> None:
    world = World()
    policies = Policies(missed=missed, catchup_window="1d")
    schedule = Schedule(Action(world.base), Interval(every="10m"), policies, id="every")
    engine = world.engine(Definition("nightly", [schedule]))
    world.run_for(engine, 60)
    world.clock.advance(8 * 3600)
    world.run_for(engine, 60)
    assert len(world.launched()) == launched
    world.run_for(engine, 600)
    assert len(world.launched()) == launched + 1
    assert len(set(world.launched())) == launched + 1


def test_no_slot_is_doubled_and_none_is_lost_when_the_clock_goes_back_five_minutes() -> None:
    world = World()
    engine = world.engine(ticking(world))
    world.run_for(engine, 305)
    world.clock.advance(-300)
    world.run_for(engine, 400)
    assert_each_slot_once(world)


def test_commands_and_retries_do_not_wait_for_the_clock_that_went_back() -> None:
    world = World()
    engine = world.engine(ticking(world))
    world.run_for(engine, 15)
    world.gateway.fault = lambda method, moment: away(method, moment) if method == "clone" else None
    world.run_for(engine, 10)
    world.gateway.fault = lambda _method, _moment: None
    world.clock.advance(-8 * 3600)
    world.gateway.write_configuration(world.instance, dumps(Command(do="run_now", item="every", id="now")))
    world.run_for(engine, 10)
    assert sorted(world.launched()) == ["every*now", "every@2026-11-23T12:00:10Z", "every@2026-11-23T12:00:20Z"]


@pytest.mark.parametrize("finished", [False, True])
def test_a_pause_after_the_clock_went_back_and_a_restart_double_nothing(finished: bool) -> None:
    world = World()
    engine = world.engine(ticking(world))
    world.run_for(engine, 305)
    world.clock.advance(-300)
    for command in ("pause", "resume"):
        engine.command(Command(do=command))
        world.run_for(engine, 1)
    if finished:
        while world.gateway.take(world.gateway.queues()[0].id):
            pass
        for task in world.gateway.all_tasks():
            if task.status == "in_progress" and task.id != world.instance:
                world.gateway.finish(task.id)
        world.run_for(engine, 30)
    world.run_for(world.engine(), 400)
    assert len(world.launched()) == len(set(world.launched()))


def test_a_run_that_was_deleted_before_it_was_enqueued_is_not_made_again() -> None:
    world = World()
    engine = world.engine(ticking(world))

    def delete(method: str, moment: str) -> None:
        if (method, moment) == ("enqueue", "before"):
            world.gateway.fault = lambda _method, _moment: None
            (run,) = [task for task in world.gateway.all_tasks() if task.hyperparams.get("Scheduler")]
            world.gateway.delete(run.id)

    world.gateway.fault = delete
    world.run_for(engine, 15)
    assert world.launched() == []
    world.run_for(engine, 10)
    assert world.launched() == ["every@2026-11-23T12:00:20Z"]
    assert "somebody deleted it" in world.log(engine)


def test_a_restart_after_the_clock_went_back_doubles_nothing() -> None:
    world = World()
    world.run_for(world.engine(ticking(world)), 305)
    world.clock.advance(-300)
    world.run_for(world.engine(), 400)
    assert_each_slot_once(world)


@pytest.mark.parametrize("action", ["dequeue", "reset", "delete", "copy"])
def test_what_users_did_to_a_queued_run_meanwhile_is_respected_after_a_resume(action: str) -> None:
    world = World()
    first = world.engine(ticking(world))
    world.run_for(first, 15)
    (run,) = world.runs(first)
    copied = run.task.id
    if action == "copy":
        copied = world.gateway.add_task(
            "copy", system_tags=run.task.system_tags, hyperparams=world.gateway.task(run.task.id).hyperparams
        )
    else:
        getattr(world.gateway, action)(run.task.id)
    second = world.rival()
    world.take_over(second)
    world.run_for(second, 30)
    if action != "delete":
        task = world.gateway.task(copied)
        assert task.status == "created"
        assert task.virgin == (action == "copy")
    keys = world.launched()
    assert len(set(keys)) == len(keys)
    assert keys.count("every@2026-11-23T12:00:10Z") == (action != "delete")


class FastClock(SystemClock):
    """Real threads, but twenty times as fast."""

    SPEED = 20.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.monotonic(), timezone.utc) + timedelta(days=20_000)

    def monotonic(self) -> float:
        return super().monotonic() * self.SPEED

    def wait(self, event: threading.Event, seconds: float) -> None:
        event.wait(seconds / self.SPEED)


def test_of_two_engines_started_at_the_same_moment_one_works_and_the_other_says_who_fifty_times() -> None:
    for _ in range(50):
        gateway = MemoryGateway()
        gateway.add_queue("default")
        world = World()
        world.gateway = gateway
        world.base = gateway.add_task("train model", project="Vision")
        world.create(ticking(world))
        gate = threading.Barrier(2)
        engines = [Engine(world.instance, gateway, clock=FastClock()) for _ in range(2)]

        def start(engine: Engine, gate: threading.Barrier = gate) -> str:
            gate.wait()
            try:
                engine.start()
            except InstanceStateError as error:
                return str(error)
            return ""

        with ThreadPoolExecutor(2) as pool:
            said = list(pool.map(start, engines))
        for engine in engines:
            engine.stop()
        assert sorted(map(bool, said)) == [False, True], said
        assert f"process {os.getpid()}" in "".join(said)
        assert gateway.leases(PREFIX) == []
