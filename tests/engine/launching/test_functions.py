"""Python functions as actions: in threads of their own, at most once, by the policies, and shown as what they are."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from clearml_sched_widgets.definition import (
    Action,
    Definition,
    Interval,
    Once,
    Policies,
    Schedule,
    StatusChanged,
    TaskTrigger,
)
from clearml_sched_widgets.engine.instance_task import task as instance_task
from clearml_sched_widgets.engine.instance_task.commands import Command
from clearml_sched_widgets.engine.launching.functions import MOST_AT_ONCE, Functions
from clearml_sched_widgets.engine.loop import Engine
from clearml_sched_widgets.errors import Unavailable
from clearml_sched_widgets.policy.state import KEEP_PAST
from clearml_sched_widgets.views.history import executed_row, scheduled_rows
from tests.engine.jobs import Job, quick
from tests.engine.world import START, Killed, World


def schedule(job: Callable[[], None], every: str = "30s", **policies: object) -> Schedule:
    return Schedule(Action(function=job), Interval(every=every), Policies(**policies), name="call", id="call")  # type: ignore[arg-type]


def run_for(world: World, engine: Engine, seconds: float) -> None:
    """Let time pass; what is called returns before the next step, if nothing holds it up."""

    def settle() -> None:
        end = time.monotonic() + 20
        while MOST_AT_ONCE - world.functions.free_threads > held(engine):
            assert time.monotonic() < end, "it did not return in 20 s"
            time.sleep(0.0005)

    world.run_for(engine, seconds, settle)


def held(engine: Engine) -> int:
    """How many calls wait to be let go."""
    assert engine.snapshot is not None
    calls = [item.action.function.call for item in engine.snapshot.definition.items if item.action.function]
    return sum(len(job.blocked_threads) for job in calls if isinstance(job, Job))


def returned(world: World, engine: Engine) -> None:
    """Wait until no function runs any more, and let the engine see it."""
    end = time.monotonic() + 20
    while world.functions.free_threads < MOST_AT_ONCE:
        assert time.monotonic() < end, "it did not return in 20 s"
        time.sleep(0.002)
    engine.step()


def called(job: Job, times: int) -> bool:
    """Whether it was called as often: its thread may take a moment to begin."""
    end = time.monotonic() + 20
    while len(job.calls) < times and time.monotonic() < end:
        time.sleep(0.002)
    return len(job.calls) == times


def rows(engine: Engine) -> list[tuple[str, str]]:
    assert engine.snapshot is not None
    found = [executed_row(run, engine.snapshot.definition) for run in reversed(engine.snapshot.runs)]
    return [(f"{row.scheduled:%H:%M:%S}", row.status) for row in found]


def test_a_function_is_called_at_its_times_in_a_thread_of_its_own(world: World) -> None:
    job = quick()
    engine = world.start(schedule(job))
    run_for(world, engine, 65)
    returned(world, engine)
    assert job.calls == [(), ()]
    assert {name.startswith("clearml-sched-") for name in job.threads} == {True}
    assert rows(engine) == [("12:00:30", "completed"), ("12:01:00", "completed")]
    assert "called its function tests.engine.jobs.Job for 2026-11-23T12:00:30Z" in world.log(engine)
    assert world.launched() == []


def test_s17_a_function_that_still_runs_is_shown_as_running_and_single_instance_is_honoured(world: World) -> None:
    job = Job()
    engine = world.start(schedule(job, overlap="skip"))
    run_for(world, engine, 95)
    assert called(job, 1)
    assert rows(engine) == [("12:00:30", "in_progress")]
    assert world.log(engine).count("the run before it is not finished; the overlap policy is skip") == 2
    job.go.set()
    returned(world, engine)
    assert rows(engine) == [("12:00:30", "completed")]
    run_for(world, engine, 30)
    assert called(job, 2)


def test_queued_calls_wait_for_the_one_before_them_and_allowed_ones_do_not(world: World) -> None:
    waits, at_once = Job(), Job()
    one = schedule(waits, overlap="queue")
    two = Schedule(Action(function=at_once), Interval("30s"), id="two")
    engine = world.start(one, two)
    run_for(world, engine, 95)
    assert called(waits, 1)
    assert called(at_once, 3)
    waits.go.set()
    at_once.go.set()
    returned(world, engine)
    run_for(world, engine, 2)
    returned(world, engine)
    assert called(waits, 2)  # the slot that waited; the ones after it were skipped


def test_a_call_never_holds_up_the_engine(world: World) -> None:
    job = Job()
    tasks = Schedule(Action(world.base), Interval("30s"), id="tasks")
    engine = world.start(schedule(job), tasks)
    run_for(world, engine, 65)
    assert len(world.launched()) == 2
    job.go.set()


def test_an_exception_is_a_failed_run_with_its_words_and_its_traceback_in_the_log(world: World) -> None:
    engine = world.start(schedule(quick(ValueError("no data today"))))
    run_for(world, engine, 31)
    returned(world, engine)
    assert engine.snapshot is not None
    row = executed_row(engine.snapshot.runs[0], engine.snapshot.definition)
    assert (row.status, row.note, row.task, row.name) == ("failed", "ValueError: no data today", "", "call")
    assert row.started is not None
    assert row.finished is not None
    assert row.finished >= row.started
    assert "raise self._error" in world.log(engine)


def test_sys_exit_in_a_function_ends_its_run_alone(world: World) -> None:
    job = quick(SystemExit(3))
    engine = world.start(schedule(job))
    run_for(world, engine, 65)
    returned(world, engine)
    assert rows(engine) == [("12:00:30", "failed"), ("12:01:00", "failed")]


def test_a_failed_call_is_retried_and_then_the_item_pauses(world: World) -> None:
    job = quick(RuntimeError("no"))
    engine = world.start(schedule(job, "1h", retries=2, retry_backoff="10s", pause_after_failures=1))
    world.clock.advance(3600)
    for _ in range(40):
        run_for(world, engine, 1)
        returned(world, engine)
    assert called(job, 3)
    assert "retry 2 of 2 of the call of its function follows in" in world.log(engine)
    assert engine.snapshot is not None
    assert engine.snapshot.state.items["call"].paused
    run_for(world, engine, 30)
    assert called(job, 3)


def test_the_server_clock_does_not_matter_to_retries_of_functions() -> None:
    world = World(server_ahead=timedelta(hours=3))
    job = quick(RuntimeError("no"))
    engine = world.start(schedule(job, "1h", retries=1, retry_backoff="5s"))
    world.clock.advance(3600)
    for _ in range(10):
        run_for(world, engine, 1)
        returned(world, engine)
    assert called(job, 2)


def test_a_triggers_function_gets_the_id_of_the_object(world: World) -> None:
    job = quick()
    trigger = TaskTrigger(Action(function=job), StatusChanged(to=["completed"]), id="trigger")
    engine = world.engine(Definition("nightly", triggers=[trigger], poll_every="5s"))
    run_for(world, engine, 6)
    done = world.gateway.add_task("train", status="completed")
    run_for(world, engine, 10)
    returned(world, engine)
    assert job.calls == [(done,)]
    engine.command(Command(do="run_now", item="trigger"))
    run_for(world, engine, 2)
    returned(world, engine)
    assert job.calls == [(done,), (None,)]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_while_the_call_is_written_it_is_called_at_most_once(world: World, moment: str) -> None:
    job = quick()
    engine = world.start(Schedule(Action(function=job), Once("2026-11-23", "12:00:30"), id="call"))

    def kill(method: str, when: str) -> None:
        if method == "write_configuration" and when == moment and world.clock.now() >= due:
            raise Killed

    due = START.replace(second=30)
    world.gateway.fault = kill
    with pytest.raises(Killed):
        run_for(world, engine, 40)
    assert job.calls == []  # it is written before it is called
    world.gateway.fault = lambda *_: None
    engine = world.engine()
    run_for(world, engine, 40)
    returned(world, engine)
    assert called(job, 1 if moment == "before" else 0)
    if moment == "after":
        assert rows(engine) == [("12:00:30", "stopped")]
        assert "the kernel ended while it ran" in world.log(engine)


def test_a_call_that_cannot_be_written_is_made_once_when_the_server_is_back(world: World) -> None:
    job = quick()
    engine = world.start(Schedule(Action(function=job), Once("2026-11-23", "12:00:30"), id="call"))
    until = START.replace(minute=1)

    def away(method: str, when: str) -> None:
        if method == "write_configuration" and when == "after" and START < world.clock.now() < until:
            raise Unavailable("away")

    world.gateway.fault = away
    run_for(world, engine, 55)
    assert job.calls == []
    world.gateway.fault = lambda *_: None
    run_for(world, engine, 120)
    returned(world, engine)
    assert called(job, 1)


def test_a_state_that_a_delayed_request_has_turned_back_calls_nothing_again(world: World) -> None:
    job = quick()
    engine = world.start(schedule(job, missed="all"))
    old = world.gateway.task(world.instance).configuration[instance_task.STATE]
    run_for(world, engine, 65)
    returned(world, engine)
    world.gateway.write_configuration(world.instance, {instance_task.STATE: old})
    engine = world.engine()
    run_for(world, engine, 20)
    returned(world, engine)
    assert called(job, 2)
    assert "it had been called already" in world.log(engine)


def test_a_call_goes_on_when_its_instance_is_stopped_and_resumed_in_the_same_kernel(world: World) -> None:
    job = Job()
    engine = world.start(schedule(job, overlap="skip"))
    run_for(world, engine, 31)
    engine = world.engine()
    assert rows(engine) == [("12:00:30", "in_progress")]
    run_for(world, engine, 40)
    assert called(job, 1)
    job.go.set()
    returned(world, engine)
    assert rows(engine) == [("12:00:30", "completed")]


def test_in_another_process_the_item_shows_an_error_and_the_others_go_on(world: World) -> None:
    job = quick()
    tasks = Schedule(Action(world.base), Interval("30s"), id="tasks")
    engine = world.start(schedule(job), tasks)
    run_for(world, engine, 31)
    returned(world, engine)
    world.functions = Functions()  # another kernel
    engine = world.engine()
    run_for(world, engine, 60)
    assert called(job, 1)
    assert len(world.launched()) > 1
    assert engine.snapshot is not None
    shot = engine.snapshot
    row = scheduled_rows(shot.definition, shot.state, shot.names, world.clock.now())[0]
    assert (row.state, row.method, row.queue) == ("error", "function", "")
    assert "its function tests.engine.jobs.Job lives only in the kernel that launched it" in row.note
    assert ("12:00:30", "completed") in rows(engine)  # what is known of earlier calls is still shown


def test_the_state_keeps_few_calls_of_each_item(world: World) -> None:
    engine = world.start(schedule(quick(), "5s"))
    run_for(world, engine, 200)
    returned(world, engine)
    text = world.gateway.task(world.instance).configuration[instance_task.STATE]
    assert text.count('"key":"call@') == KEEP_PAST
    assert len(text) < 4000
    assert len(rows(engine)) == 40  # the screen of the kernel that made them has all


def test_more_calls_than_threads_wait(world: World) -> None:
    job = Job()
    items = [Schedule(Action(function=job), Interval("30s"), id=f"item{number}") for number in range(MOST_AT_ONCE + 5)]
    engine = world.start(*items)
    run_for(world, engine, 31)
    assert called(job, MOST_AT_ONCE)
    job.go.set()
    returned(world, engine)
    run_for(world, engine, 10)
    returned(world, engine)
    assert len(job.calls) >= MOST_AT_ONCE + 5
