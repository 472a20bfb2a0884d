"""Engines that want one instance, are killed, suspended or overtaken."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest

from clearml_sched_widgets.definition import Action, Definition, Interval, Policies, Schedule
from clearml_sched_widgets.engine.instance_task.lease import PREFIX, TAKEOVER_PAUSE, TTL, Keeper
from clearml_sched_widgets.engine.loop import LIVE_HOLDER_TIMEOUT, Engine
from clearml_sched_widgets.errors import InstanceStateError, InvalidDefinition, NotFound, Unavailable
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from tests.engine.world import START, World


def away(_method: str, _moment: str) -> None:
    raise Unavailable("the server is away")


def ticking(world: World, seconds: int = 10) -> Definition:
    schedule = Schedule(Action(world.base), Interval(every=f"{seconds}s"), Policies(missed="all"), id="every")
    return Definition("nightly", [schedule])


def slots(world: World) -> list[str]:
    return sorted(key.partition("@")[2] for key in world.launched())


def assert_each_slot_once(world: World, seconds: int = 10) -> None:
    count = int((world.server_now() - START).total_seconds() // seconds)
    expected = [START + timedelta(seconds=seconds * number) for number in range(1, count + 1)]
    assert slots(world) == [moment.strftime("%Y-%m-%dT%H:%M:%SZ") for moment in expected]


def test_when_the_holder_is_killed_the_other_takes_over_after_expiry_and_loses_nothing(world: World) -> None:
    first = world.engine(ticking(world))
    world.run_for(first, 35)
    second = world.rival()
    waited = world.take_over(second)  # nobody steps the first one any more: it is dead
    assert TTL <= waited <= TTL + TAKEOVER_PAUSE + 3
    world.run_for(second, 30)
    assert_each_slot_once(world)


def test_an_engine_that_waits_for_another_one_shows_that_nothing_is_wrong(world: World) -> None:
    world.run_for(world.engine(ticking(world)), 15)
    second = world.rival()
    assert not second._try_open()
    assert second.snapshot is not None
    assert second.snapshot.waiting
    assert second.snapshot.problem.startswith("Waiting: this process takes over")
    world.take_over(second)
    world.run_for(second, 15)
    assert not second.snapshot.waiting
    assert second.snapshot.problem == ""


def test_a_clean_stop_gives_the_lease_back_at_once(world: World) -> None:
    first = world.engine(ticking(world))
    world.run_for(first, 15)
    first.stop()
    first._close()
    second = world.rival()
    second.open()
    assert len(world.gateway.leases(PREFIX)) == 1
    world.run_for(second, 15)
    assert_each_slot_once(world)


def test_a_busy_machine_that_lets_the_rival_look_only_twice_does_not_make_the_holder_look_silent(world: World) -> None:
    first = world.engine(ticking(world))

    class Slow:
        """Of a process that gets no time for longer than its patience, while the holder goes on."""

        def now(self) -> datetime:
            return world.clock.now()

        def monotonic(self) -> float:
            return world.clock.monotonic()

        def wait(self, event: threading.Event, seconds: float) -> None:  # noqa: ARG002 - nobody sets it in between
            world.run_for(first, 2 * LIVE_HOLDER_TIMEOUT)

    second = Engine(world.instance, world.gateway, clock=Slow())
    with pytest.raises(InstanceStateError, match=f"run by .*process {os.getpid()}; stop it there first"):
        second.start()
    assert not second.running
    world.run_for(first, 30)
    assert_each_slot_once(world)


def test_a_holder_that_wakes_up_after_it_was_followed_ends_and_writes_nothing(world: World) -> None:
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


def test_a_holder_that_is_followed_in_the_middle_of_a_launch_enqueues_nothing(world: World) -> None:
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
def test_s7_after_a_suspend_of_eight_hours_the_missed_run_policy_decides(
    world: World, missed: str, launched: int
) -> None:
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


def test_a_run_that_was_deleted_before_it_was_enqueued_is_not_made_again(world: World) -> None:
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


@pytest.mark.parametrize("action", ["dequeue", "reset", "delete", "copy"])
def test_what_users_did_to_a_queued_run_meanwhile_is_respected_after_a_resume(world: World, action: str) -> None:
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


def test_an_engine_that_has_nothing_to_work_on_says_so_and_leaves_no_lease(world: World) -> None:
    world.create(ticking(world))
    world.gateway.write_configuration(world.instance, {"definition": "{}"})
    with pytest.raises(InvalidDefinition):
        world.rival().run()
    world.gateway.set_status(world.instance, "stopped")
    world.gateway.delete(world.instance)
    with pytest.raises(NotFound):
        world.rival().run()
    assert world.gateway.leases(PREFIX) == []


def test_an_error_of_our_own_ends_the_process_of_a_service_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.create(ticking(world))

    def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    service = world.rival()
    monkeypatch.setattr(service, "step", broken)
    with pytest.raises(RuntimeError, match="a bug"):
        service.run()
    assert world.gateway.task(world.instance).status == "failed"
    assert world.gateway.leases(PREFIX) == []


class SharedTime:
    """The time of engines that run in real threads: it moves on only while each of them waits.

    So nothing that the machine does meanwhile makes one of them look late, or silent, to another.
    """

    def __init__(self, engines: int) -> None:
        self._changed = threading.Condition()
        self._engines = engines  # that have not left
        self._seconds = START.timestamp()
        self._ends: list[float] = []  # of the waits under way

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._seconds, timezone.utc)

    def monotonic(self) -> float:
        return self._seconds

    def wait(self, event: threading.Event, seconds: float) -> None:
        with self._changed:
            end = self._seconds + seconds
            self._ends.append(end)
            while not event.is_set() and self._seconds < end:
                if len(self._ends) == self._engines and min(self._ends) > self._seconds:
                    self._seconds = min(self._ends)
                    self._changed.notify_all()
                else:
                    self._changed.wait(0.005)  # nobody says when the event is set
            self._ends.remove(end)

    def leave(self) -> None:
        """To be called for an engine that does not work any more: the others need not wait for it."""
        with self._changed:
            self._engines -= 1
            self._changed.notify_all()


def start_two(_attempt: int) -> tuple[list[str], int]:
    """Start two engines at the same moment: what each of them said, and how many leases are left after both stopped."""
    world = World()
    world.engine_gateway = MemoryGateway()
    world.gateway = world.engine_gateway
    world.gateway.add_queue("default")
    world.base = world.gateway.add_task("train model", project="Vision")
    world.create(ticking(world))
    gate, time = threading.Barrier(2), SharedTime(2)

    def start(engine: Engine) -> str:
        gate.wait()
        try:
            engine.start()
        except InstanceStateError as error:
            time.leave()
            return str(error)
        return ""

    engines = [Engine(world.instance, world.gateway, clock=time) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(start, engines))
    for engine in engines:
        engine.stop()
    return sorted(said), len(world.gateway.leases(PREFIX))


def test_of_two_engines_started_at_the_same_moment_one_works_and_the_other_says_who_fifty_times(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Keeper, "start", lambda _: None)  # its pauses are real ones, and here time is virtual
    for attempt in range(50):
        said, leases_left = start_two(attempt)
        assert said[0] == ""
        assert f"process {os.getpid()}" in said[1]
        assert leases_left == 0
