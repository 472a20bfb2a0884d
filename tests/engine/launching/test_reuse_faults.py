"""Reused tasks under kills and lost or delayed requests: at most once for each slot."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta

import pytest

from clearml_sched_widgets.engine.instance_task import lease
from clearml_sched_widgets.engine.instance_task import task as instance_task
from clearml_sched_widgets.engine.loop import Engine
from clearml_sched_widgets.errors import GatewayError, InstanceStateError, OutcomeUnknown, Unavailable
from clearml_sched_widgets.policy.owed import LONGEST_PATIENT
from tests.engine.bench import Bench
from tests.engine.faulty import FaultyGateway
from tests.engine.world import START, Killed, World, slot_times

STEPS = [
    (method, moment)
    for method in ("tasks", "queues", "write_configuration", "set_status", "edit_draft", "edit_script", "enqueue")
    for moment in ("before", "after")
]
ENDS = "stopped"  # the server takes a stopped task on a queue again, but no completed one


@pytest.mark.parametrize(("method", "moment"), STEPS)
def test_killed_at_any_step_it_is_never_enqueued_twice(bench: Bench, method: str, moment: str) -> None:
    engine = bench.start(bench.schedule(missed="all", overlap="queue"))
    bench.run_for(engine, 35, ENDS)
    armed = True

    def kill(name: str, when: str) -> None:
        nonlocal armed
        if armed and bench.world.clock.now() >= START + timedelta(seconds=60) and (name, when) == (method, moment):
            armed = False
            raise Killed

    bench.fault = kill
    with pytest.raises(Killed):
        bench.run_for(engine, 100, ENDS)
    bench.agent(ENDS)  # a run that was enqueued ends, so that a second one would be possible
    engine = bench.world.engine()
    bench.run_for(engine, 40, ENDS)
    assert set(Counter(bench.enqueued).values()) == {1}
    assert slot_times(bench.enqueued)[0] == "12:00:30"
    assert slot_times(bench.enqueued)[-1] == "12:01:30"  # and it goes on
    assert "12:01:00" in slot_times(bench.enqueued)


def test_a_state_that_a_delayed_request_has_turned_back_launches_nothing_again(bench: Bench) -> None:
    gateway = bench.world.gateway
    engine = bench.start(bench.schedule(missed="all", overlap="queue"))
    bench.run_for(engine, 35, ENDS)
    old = gateway.task(bench.world.instance).configuration[instance_task.STATE]
    bench.run_for(engine, 95, ENDS)
    done = len(bench.enqueued)
    gateway.write_configuration(bench.world.instance, {instance_task.STATE: old})
    engine = bench.world.engine()
    bench.run_for(engine, 25, ENDS)
    assert len(bench.enqueued) == done + 1
    assert set(Counter(bench.enqueued).values()) == {1}
    assert "it had been launched already" in bench.world.log(engine)


def test_what_was_begun_is_given_up_if_somebody_has_removed_the_keys(bench: Bench) -> None:
    engine = bench.start(bench.schedule(missed="all"))

    def kill(method: str, moment: str) -> None:
        if (method, moment) == ("set_status", "after") and bench.world.clock.now() > START + timedelta(seconds=20):
            raise Killed

    bench.fault = kill
    with pytest.raises(Killed):
        bench.run_for(engine, 40, ENDS)
    bench.fault = lambda *_: None
    engine = bench.world.engine()  # the task was never launched, so it has no keys at all
    bench.run_for(engine, 40, ENDS)
    assert slot_times(bench.enqueued) == ["12:01:00"]
    assert "nothing tells how far it got" in bench.world.log(engine)


@pytest.mark.parametrize("error", [Unavailable, OutcomeUnknown])
@pytest.mark.parametrize(("method", "moment"), STEPS)
def test_a_request_that_fails_at_any_step_costs_no_run_and_makes_none_twice(
    bench: Bench, method: str, moment: str, error: type[Unavailable | OutcomeUnknown]
) -> None:
    if moment == "after" and error is Unavailable:
        error = OutcomeUnknown  # it was carried out: nobody can say that it surely was not
    engine = bench.start(bench.schedule(missed="all", overlap="queue"))
    bench.run_for(engine, 35, ENDS)
    left = 2

    def fail(name: str, when: str) -> None:
        nonlocal left
        if left and bench.world.clock.now() >= START + timedelta(seconds=60) and (name, when) == (method, moment):
            left -= 1
            raise error("cut off")

    bench.fault = fail
    bench.run_for(engine, 100, ENDS)
    assert left == 0
    assert set(Counter(bench.enqueued).values()) == {1}
    assert {"12:00:30", "12:01:00", "12:01:30"} <= set(slot_times(bench.enqueued))


@pytest.mark.parametrize("seed", range(40))
def test_many_kills_and_faults_never_enqueue_a_slot_twice(bench: Bench, seed: int) -> None:
    chance = random.Random(seed)

    def fault(_: str, moment: str) -> None:
        drawn = chance.random()
        if drawn < 0.01:
            raise Killed
        if drawn < 0.04:
            raise (Unavailable if moment == "before" else OutcomeUnknown)("cut off")

    engine = bench.start(bench.schedule("10s", missed="all", overlap="queue"))
    end = START + timedelta(minutes=5)
    bench.fault = fault
    while bench.world.clock.now() < end:
        try:
            bench.run_for(engine, (end - bench.world.clock.now()).total_seconds(), ENDS)
        except Killed:
            bench.fault = lambda *_: None
            bench.agent(ENDS)
            engine = bench.world.engine()
            bench.fault = fault
    bench.fault = lambda *_: None
    assert_it_goes_on(bench, engine)
    assert set(Counter(bench.enqueued).values()) == {1}


def assert_it_goes_on(bench: Bench, engine: Engine) -> None:
    """Without faults each slot is launched again, once what is owed was tried for the last time.

    How many there were before is chance: after each try in vain the next one waits for longer, at last for minutes.
    """
    clock = bench.world.clock
    end = clock.now() + LONGEST_PATIENT + timedelta(minutes=1)
    while engine.snapshot is None or engine.snapshot.problem or engine.snapshot.state.pending:
        assert clock.now() < end, "the engine did not recover"
        bench.run_for(engine, 5, ENDS)
    bench.run_for(engine, 60, ENDS)
    passed = [clock.now() - timedelta(seconds=seconds) for seconds in range(5, 55)]  # an agent has had its turn since
    expected = [f"{slot:%H:%M:%S}" for slot in reversed(passed) if slot.second % 10 == 0]
    assert [slot for slot in slot_times([*bench.executed]) if slot in expected] == expected


class Delayed(FaultyGateway):
    """Loses and delays requests, and kills. What enqueues and edits is not delayed: the risk that the README names."""

    def _draw_kind(self, name: str) -> str:
        kind = super()._draw_kind(name)
        return "lost answer" if kind == "late" and name in ("enqueue", "edit_draft") else kind


@pytest.mark.parametrize("seed", range(25))
def test_lost_and_delayed_requests_and_kills_run_no_slot_twice(bench: Bench, seed: int) -> None:
    world, faulty = bench.world, Delayed(bench.world.gateway, seed, share=0.08)
    world.engine_gateway = faulty.gateway()
    engine = bench.start(bench.schedule("10s", missed="all", overlap="queue"))
    faulty.active = True
    while faulty.fault_counts.total() < 70:  # not for a time: how many there are in it is chance
        try:
            pause = engine.step()
            bench.agent(ENDS)
            world.clock.advance(max(0.05, pause))
        except Killed:
            engine = revived(world)
        if engine.snapshot is None or not engine.snapshot.running:
            engine = revived(world)
    faulty.active = False
    faulty.flush()
    assert_it_goes_on(bench, engine)
    assert set(bench.executed.values()) == {1}


def revived(world: World) -> Engine:
    """A new process, perhaps killed in turn."""
    while True:
        lease.delete_lease_of(world.gateway, world.instance)
        engine = world.rival()
        try:
            engine.open()
        except (Killed, GatewayError, InstanceStateError, lease.LeaseLost):
            world.clock.advance(1)
        else:
            return engine
