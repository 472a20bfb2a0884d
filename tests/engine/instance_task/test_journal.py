"""The log: each line once, in its order, and none missing without a word."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from clearml_sched_widgets.definition import Action, Definition, Interval, Policies, Schedule
from clearml_sched_widgets.engine.instance_task.commands import PREFIX, Command
from clearml_sched_widgets.engine.instance_task.journal import MAX_UNSENT, Journal
from clearml_sched_widgets.errors import Unavailable
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from clearml_sched_widgets.records import LogLine
from tests.engine.world import START, Killed, World


def server_log(world: World) -> list[LogLine]:
    return world.gateway.log(world.instance, 20_000)


def due_at_once(world: World, count: int) -> Definition:
    action, policies = Action(world.base), Policies(overlap="allow")
    return Definition("many", [Schedule(action, Interval("1h"), policies, id=f"i{n}") for n in range(count)])


def test_k7_of_5000_runs_launched_at_once_every_line_reaches_the_server(world: World) -> None:
    engine = world.engine(due_at_once(world, 5000))
    world.clock.advance(3600)
    world.run_for(engine, 1)
    lines = [line for line in server_log(world) if "launched task" in line.text]
    assert len(lines) == len({line.text for line in lines}) == 5000


def test_k7_what_does_not_fit_while_the_server_is_away_is_counted_in_its_place() -> None:
    gateway = MemoryGateway(now=lambda: START)
    task = gateway.add_task("instance")
    journal = Journal(lambda: START)
    for number in range(MAX_UNSENT + 250):
        journal.info(f"line {number}")
    journal.flush(gateway, task)
    lines = gateway.log(task, MAX_UNSENT + 1000)
    assert len(lines) == MAX_UNSENT
    assert lines[0].text == "251 lines are missing here: the server was away for too long."
    assert lines[1].text == "line 251"
    assert lines[-1].text == f"line {MAX_UNSENT + 249}"


def test_lines_that_were_sent_before_a_failure_are_not_sent_again() -> None:
    gateway = MemoryGateway(now=lambda: START)
    task = gateway.add_task("instance")
    journal, calls = Journal(lambda: START), 0
    for number in range(2500):
        journal.info(f"line {number}")

    def away(method: str, moment: str) -> None:
        nonlocal calls
        calls += (method, moment) == ("report_log", "before")
        if calls == 2:
            raise Unavailable("the server is away")

    gateway.fault = away
    with pytest.raises(Unavailable):
        journal.flush(gateway, task)
    gateway.fault = lambda _method, _moment: None
    journal.flush(gateway, task)
    assert [line.text for line in gateway.log(task, 5000)] == [f"line {number}" for number in range(2500)]


def test_k35_lines_of_one_moment_have_a_millisecond_each(world: World) -> None:
    engine = world.engine(due_at_once(world, 4))
    for name in ("i0", "i1", "i2", "i3"):
        engine.command(Command(do="run_now", item=name))
    world.run_for(engine, 3)
    times = [line.time for line in server_log(world)]
    assert len(set(times)) == len(times)
    assert times == sorted(times)
    assert all(time.microsecond % 1000 == 0 for time in times)


def test_the_time_of_a_line_follows_the_clock_again_after_many_lines_or_a_clock_that_went_back() -> None:
    now = START
    journal = Journal(lambda: now)
    for number in range(1000):
        journal.info(f"line {number}")
    assert journal.lines[-1].time - START == timedelta(milliseconds=999)
    now = START + timedelta(seconds=5)
    journal.info("later")
    assert journal.lines[-1].time == now
    now = START - timedelta(hours=1)
    journal.info("the clock went back")
    assert journal.lines[-1].time == now


# -- K36: what was launched when the process was killed
def killed_at(world: World, method: str, moment: str, after: int = 0) -> None:
    count = 0

    def kill(name: str, when: str) -> None:
        nonlocal count
        if (name, when) == (method, moment):
            count += 1
            if count > after:
                world.gateway.fault = lambda _method, _moment: None
                raise Killed

    world.gateway.fault = kill


@pytest.mark.parametrize(
    ("method", "after"), [("enqueue", 0), ("enqueue", 2), ("write_configuration", 0), ("report_log", 0)]
)
def test_k36_what_was_launched_without_a_line_is_told_at_the_resume(world: World, method: str, after: int) -> None:
    engine = world.engine(due_at_once(world, 780))
    world.clock.advance(3590)
    world.run_for(engine, 5)
    killed_at(world, method, "after" if method == "enqueue" else "before", after)
    with pytest.raises(Killed):
        world.run_for(engine, 10)
    world.clock.advance(60)
    world.run_for(world.engine(), 5)
    log = "\n".join(line.text for line in server_log(world))
    launched = [task.id for task in world.gateway.all_tasks() if task.status == "queued"]
    assert len(launched) == 780
    assert [log.count(task) for task in launched] == [1] * 780


def test_a_resume_after_a_clean_stop_tells_no_launch_again(world: World) -> None:
    engine = world.engine(due_at_once(world, 20))
    world.clock.advance(3600)
    world.run_for(engine, 5)
    engine._close()
    before = len(server_log(world))
    requests = world.gateway.requests["log"]
    world.engine()
    assert world.gateway.requests["log"] == requests + 1
    assert [line.text for line in server_log(world)[before:]] == []


def test_the_lines_of_a_log_are_in_the_order_of_their_times_after_a_restart(world: World) -> None:
    text = json.dumps({"do": "pause", "note": "lunch"})
    engine = world.engine(due_at_once(world, 3))
    world.gateway.write_configuration(world.instance, {f"{PREFIX}1": text})
    world.run_for(engine, 5)
    engine = world.engine()
    world.run_for(engine, 5)
    times: list[datetime] = [line.time for line in server_log(world)]
    assert times == sorted(times)
    assert len(times) == len(set(times))


def test_who_has_waited_for_the_lease_shows_the_lines_before_its_own(world: World) -> None:
    first = world.engine(due_at_once(world, 3))
    world.run_for(first, 5)
    second = world.rival()
    world.take_over(second)
    world.run_for(second, 5)
    texts = [line.text for line in second._lasting.journal.lines]
    assert texts[0].startswith("Started")
    assert [text.partition(":")[0] for text in texts[1:]] == ["Waiting", "Resumed"]
