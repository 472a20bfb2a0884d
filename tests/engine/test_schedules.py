"""Schedules in the engine, on a virtual clock and the in-memory server."""

from __future__ import annotations

import pytest

from clearml_sched_widgets.definition import Action, Daily, Definition, Interval, Once, Policies, Schedule
from clearml_sched_widgets.engine.instance_task.commands import Command
from clearml_sched_widgets.errors import OutcomeUnknown, Unavailable
from tests.engine.world import START, World


def every(world: World, text: str, **kwargs: object) -> Schedule:
    return Schedule(Action(world.base), Interval(every=text), name=text, **kwargs)  # type: ignore[arg-type]


def test_every_slot_is_launched_once(world: World) -> None:
    schedule = every(world, "20s")
    engine = world.engine(Definition("nightly", [schedule]))
    world.run_for(engine, 100)
    slots = [f"{schedule.id}@2026-11-23T12:0{m}:{s:02d}Z" for m, s in [(0, 20), (0, 40), (1, 0), (1, 20), (1, 40)]]
    assert world.launched() == slots


def test_a_run_carries_the_base_tasks_fields_and_what_makes_it_recognisable(world: World) -> None:
    base = world.gateway.add_task(
        "base", project="Vision", hyperparams={"Args": {"lr": "0.1", "epochs": "5"}}, tags=["nightly"],
        system_tags=["pipeline", "development", "archived"],
    )  # fmt: skip
    action = Action(
        base, project="Runs/nightly", name="run of ${scheduled}", parameters={"Args/lr": 0.2}, tags=["auto"]
    )
    engine = world.engine(Definition("nightly", [Schedule(action, Interval(every="1m"))]))
    world.run_for(engine, 61)
    task = world.gateway.task(world.runs(engine)[0].task.id)
    assert task.name == "run of 2026-11-23T12:01:00Z"
    assert task.project == "Runs/nightly"
    assert task.parent == base
    assert {name: p.value for name, p in task.hyperparams["Args"].items()} == {"lr": "0.2", "epochs": "5"}
    assert set(task.tags) == {"nightly", "auto"}
    assert set(task.system_tags) == {"pipeline", "clearml-sched", f"clearml-sched:{world.instance}"}
    assert task.hyperparams["Scheduler"]["instance"].value == world.instance


def test_s1_a_one_off_runs_once(world: World) -> None:
    engine = world.engine(Definition("nightly", [Schedule(Action(world.base), Once("2026-11-23", "12:01"))]))
    world.run_for(engine, 600)
    assert len(world.launched()) == 1


def test_s3_s4_a_deleted_base_task_is_reported_and_starves_nobody(world: World) -> None:
    gone = world.gateway.add_task("gone")
    good, bad = every(world, "30s"), Schedule(Action(gone), Interval(every="30s"), name="bad")
    engine = world.engine(Definition("nightly", [bad, good]))
    world.gateway.delete(gone)
    before = sum(world.gateway.requests.values())
    world.run_for(engine, 300)
    assert sum(key.startswith(good.id) for key in world.launched()) == 10
    assert f"its base task {gone} does not exist" in world.log(engine)
    assert world.gateway.requests["clone"] == 10
    assert sum(world.gateway.requests.values()) - before < 600


def test_s14_the_same_task_twice_without_a_name_runs_at_both_times(world: World) -> None:
    pair = [Schedule(Action(world.base), Daily(clock)) for clock in ("13:00", "14:00")]
    engine = world.engine(Definition("nightly", pair))
    world.run_for(engine, 3 * 3600)
    assert [key.split("@")[0] for key in world.launched()] == [pair[0].id, pair[1].id]


def test_s22_a_deleted_run_is_shown_as_deleted(world: World) -> None:
    engine = world.engine(Definition("nightly", [Schedule(Action(world.base), Once("2026-11-23", "12:01"))]))
    world.run_for(engine, 70)
    run = world.runs(engine)[0]
    world.gateway.delete(run.task.id)
    world.run_for(engine, 120)
    assert world.runs(engine)[0].status == "deleted"


def test_s25_what_is_due_together_is_launched_together(world: World) -> None:
    schedules = [Schedule(Action(world.base), Once("2026-11-23", "12:01")) for _ in range(100)]
    engine = world.engine(Definition("nightly", schedules))
    world.run_for(engine, 58)
    world.gateway.requests.clear()
    world.run_for(engine, 3)
    assert len(world.launched()) == 100
    assert world.gateway.requests["clone"] == 100
    assert world.gateway.requests["enqueue"] == 1
    assert sum(world.gateway.requests.values()) <= 120


def test_following_500_unfinished_runs_takes_a_constant_number_of_requests(world: World) -> None:
    schedules = [Schedule(Action(world.base), Once("2026-11-23", "12:01")) for _ in range(500)]
    engine = world.engine(Definition("nightly", schedules))
    world.run_for(engine, 80)
    world.gateway.requests.clear()
    world.run_for(engine, 20)
    assert world.gateway.requests["tasks"] <= 2 * 11  # ten or eleven times the own task, as often the runs


def test_overlap_skip_waits_for_the_run_before(world: World) -> None:
    schedule = every(world, "30s", policies=Policies(overlap="skip"))
    engine = world.engine(Definition("nightly", [schedule]))
    world.run_for(engine, 100)
    assert len(world.launched()) == 1
    assert "the overlap policy is skip" in world.log(engine)
    world.gateway.start(world.runs(engine)[0].task.id)
    world.gateway.finish(world.runs(engine)[0].task.id)
    world.run_for(engine, 35)
    assert len(world.launched()) == 2


def test_max_runs_ends_a_schedule(world: World) -> None:
    engine = world.engine(Definition("nightly", [every(world, "10s", policies=Policies(max_runs=3))]))
    world.run_for(engine, 100)
    assert len(world.launched()) == 3


def test_run_at_start_happens_once_whatever_is_restarted(world: World) -> None:
    definition = Definition("nightly", [every(world, "1h", run_at_start=True)])
    world.run_for(world.engine(definition), 5)
    world.run_for(world.engine(), 5)
    assert len(world.launched()) == 1


def test_a_paused_instance_launches_nothing_and_leaves_out_the_slots_of_the_pause(world: World) -> None:
    engine = world.engine(Definition("nightly", [every(world, "10s", policies=Policies(missed="all"))]))
    world.run_for(engine, 15)
    engine.command(Command(do="pause", note="maintenance"))
    world.run_for(engine, 60)
    assert len(world.launched()) == 1
    engine.command(Command(do="resume"))
    world.run_for(engine, 10)
    assert len(world.launched()) == 2
    assert "maintenance" in world.log(engine)


def test_run_now_launches_at_once_and_only_once(world: World) -> None:
    schedule = every(world, "1h")
    engine = world.engine(Definition("nightly", [schedule]))
    engine.command(Command(do="run_now", item=schedule.id))
    world.run_for(engine, 5)
    assert len(world.launched()) == 1
    assert world.runs(engine)[0].cause == "manual"


def test_an_unknown_queue_is_reported_and_the_run_happens_when_it_exists(world: World) -> None:
    schedule = Schedule(Action(world.base, "later"), Once("2026-11-23", "12:01"))
    engine = world.engine(Definition("nightly", [schedule]))
    world.run_for(engine, 90)
    assert 'there is no queue "later"' in world.log(engine)
    world.gateway.add_queue("later")
    world.run_for(engine, 300)
    assert len(world.launched()) == 1


def test_a_queue_deleted_between_the_clone_and_the_enqueue_loses_no_run(world: World) -> None:
    queue = world.gateway.add_queue("short-lived")
    schedule = Schedule(Action(world.base, "short-lived"), Once("2026-11-23", "12:01"))
    engine = world.engine(Definition("nightly", [schedule]))

    def delete(method: str, moment: str) -> None:
        if (method, moment) == ("enqueue", "before") and any(one.id == queue for one in world.gateway.queues()):
            world.gateway.delete_queue(queue)

    world.gateway.fault = delete
    world.run_for(engine, 65)
    assert world.launched() == []
    assert [run.status for run in world.runs(engine)] == ["created"]
    world.gateway.add_queue("short-lived")
    world.run_for(engine, 60)
    assert len(world.launched()) == 1


def test_an_instance_whose_task_is_deleted_ends(world: World) -> None:
    engine = world.engine(Definition("nightly", [every(world, "10s")]))
    world.run_for(engine, 5)
    world.gateway.set_status(world.instance, "stopped")
    world.gateway.delete(world.instance)
    world.run_for(engine, 5)
    assert engine.snapshot is not None
    assert not engine.snapshot.running


def test_a_server_that_is_down_delays_but_loses_nothing(world: World) -> None:
    engine = world.engine(Definition("nightly", [every(world, "10s", policies=Policies(missed="all"))]))

    def down(_method: str, _moment: str) -> None:
        raise Unavailable("The server at memory: does not answer")

    world.run_for(engine, 15)
    healthy, world.gateway.fault = world.gateway.fault, down
    world.run_for(engine, 60)
    assert engine.snapshot is not None
    assert "does not answer" in engine.snapshot.problem
    world.gateway.fault = healthy
    world.run_for(engine, 90)
    keys = world.launched()
    assert len(keys) == len(set(keys)) == (world.clock.now() - START).seconds // 10
    assert "The server answers again." in world.log(engine)


@pytest.mark.parametrize("method", ["clone", "enqueue", "write_configuration", "tasks"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_lost_answer_neither_loses_nor_doubles_a_slot(world: World, method: str, moment: str) -> None:
    engine = world.engine(Definition("nightly", [every(world, "10s", policies=Policies(missed="all"))]))
    calls = 0

    def fault(name: str, when: str) -> None:
        nonlocal calls
        if (name, when) == (method, moment):
            calls += 1
            if calls % 3 == 0:
                raise OutcomeUnknown("The connection was cut")

    world.gateway.fault = fault
    world.run_for(engine, 120)
    world.gateway.fault = lambda _name, _when: None
    world.run_for(engine, 30)
    keys = world.launched()
    assert calls >= 3
    assert len(keys) == len(set(keys)) == (world.clock.now() - START).seconds // 10


def test_overlap_skip_counts_a_run_from_the_moment_it_is_enqueued(world: World) -> None:
    engine = world.engine(Definition("nightly", [every(world, "1s", policies=Policies(overlap="skip"))]))
    world.run_for(engine, 5)
    assert len(world.launched()) == 1
