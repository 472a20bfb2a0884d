"""Whatever stands in an instance's objects, whatever the server answers: the engine goes on, and a resume works."""

from __future__ import annotations

import json
from typing import Any

import pytest

from clearml_sched_widgets.definition import Action, Definition, Interval, Policies, Schedule
from clearml_sched_widgets.engine.command_handler import CommandHandler
from clearml_sched_widgets.engine.instance_task import commands
from clearml_sched_widgets.engine.instance_task import task as instance_task
from clearml_sched_widgets.engine.instance_task.commands import PREFIX, Command
from clearml_sched_widgets.engine.instance_task.lease import PREFIX as LEASE_PREFIX
from clearml_sched_widgets.engine.instance_task.task import DEFINITION, REFUSED, EngineTask
from clearml_sched_widgets.engine.loop import Engine
from clearml_sched_widgets.errors import AccessDenied, Refused, Unavailable
from clearml_sched_widgets.policy.decide import Decision, decide
from clearml_sched_widgets.records import SECTION, Param
from tests.engine.world import START, Killed, World

DEEP = "[" * 5000 + "]" * 5000


def ticking(world: World, *more: Schedule) -> Definition:
    schedule = Schedule(Action(world.base), Interval(every="10s"), Policies(missed="all"), id="every", name="every")
    return Definition("nightly", [schedule, *more])


def slots(world: World, item: str = "every") -> list[str]:
    return [key.partition("T")[2] for key in world.launched() if key.startswith(f"{item}@")]


def still_runs(world: World, engine: Engine) -> None:
    """Assert that the engine launches, that its instance runs, and that another process resumes it."""
    before = len(slots(world))
    world.run_for(engine, 25)
    assert len(slots(world)) > before
    assert engine.snapshot is not None
    assert engine.snapshot.running
    assert world.gateway.task(world.instance).status == "in_progress"
    resumed = world.engine()
    world.run_for(resumed, 25)
    assert len(slots(world)) > before + 2
    assert len(slots(world)) == len(set(slots(world)))


# -- K1: commands
COMMANDS = {
    "garbage": "garbage",
    "empty": "",
    "a list": "[]",
    "deep": DEEP,
    "null": "null",
    "no time": json.dumps({"do": "backfill", "item": "every", "start": "garbage", "end": "2026-11-23T00:00:00Z"}),
    "without offset": json.dumps(
        {"do": "backfill", "item": "every", "start": "2026-11-23T00:00:00", "end": "2026-11-23T01:00:00"}
    ),
    "far away": json.dumps(
        {"do": "backfill", "item": "every", "start": "0001-01-01T00:00:00+00:00", "end": "9999-12-31T23:59:59+00:00"}
    ),
    "numbers": json.dumps({"do": 5, "item": [1], "note": {"a": 1}}),
    "a deep note": f'{{"do": "pause", "item": "nobody", "note": {DEEP}}}',
    "half of a pair": '{"do": "pause", "item": "nobody", "note": "\\ud800"}',
    "a long note": json.dumps({"do": "pause", "note": "x" * 1_000_000}),
    "an unknown run": json.dumps({"do": "retry", "item": "every", "run": "\u0000"}),
    "another item": json.dumps({"do": "run_now", "item": "x" * 100_000}),
}


@pytest.mark.parametrize("text", COMMANDS.values(), ids=COMMANDS.keys())
def test_k1_a_command_that_makes_no_sense_is_refused_and_told(world: World, text: str) -> None:
    engine = world.engine(ticking(world))
    world.gateway.write_configuration(world.instance, {f"{PREFIX}00001": text})
    world.run_for(engine, 5)
    assert not [name for name in world.gateway.task(world.instance).configuration if name.startswith(PREFIX)]
    assert engine.snapshot is not None
    assert [line for line in engine.snapshot.lines if line.level == "error" or "nothing is" in line.text]
    still_runs(world, engine)


# -- K2: definition, runs
def test_k2_a_definition_that_was_removed_is_told_and_put_back(world: World) -> None:
    engine = world.engine(ticking(world))
    world.gateway.delete_configuration(world.instance, [DEFINITION])
    engine.command(Command(do="reload"))
    world.run_for(engine, 5)
    assert "refused" in world.log(engine)
    still_runs(world, engine)


@pytest.mark.parametrize("text", ["{broken", DEEP, "null", "5", '{"version": 99}', '{"name": {"a": []}}', ""])
def test_k2_a_definition_that_makes_no_sense_is_kept_beside_the_one_that_goes_on(world: World, text: str) -> None:
    engine = world.engine(ticking(world))
    world.gateway.write_configuration(world.instance, {DEFINITION: text})
    engine.command(Command(do="reload"))
    world.run_for(engine, 5)
    assert "refused" in world.log(engine)
    assert world.gateway.task(world.instance).configuration[REFUSED] == text
    still_runs(world, engine)


SECTIONS: dict[str, dict[str, str]] = {
    "no offset": {"scheduled": "2026-11-23T12:00:10"},
    "no time": {"scheduled": "yesterday"},
    "a huge number": {"key": f"every@2026-11-23T12:00:10Z~{'9' * 5000}"},
    "deep values": {"values": DEEP},
    "a reset without offset": {"reset": "2026-11-23T12:00:10"},
    "a far time": {"scheduled": "9999-12-31T23:59:59+00:00", "reset": "0001-01-01T00:00:00-23:00"},
    "another item": {"item": "\ud800" * 3},
    "no key": {"key": ""},
}


@pytest.mark.parametrize("changes", SECTIONS.values(), ids=SECTIONS.keys())
def test_k2_a_run_with_nonsense_in_its_parameters_harms_no_other(world: World, changes: dict[str, str]) -> None:
    policies = Policies(missed="all", overlap="allow", retries=2, retry_backoff="1s")
    schedule = Schedule(Action(world.base), Interval(every="10s"), policies, id="every")
    engine = world.engine(Definition("nightly", [schedule]))
    world.run_for(engine, 15)
    run = world.runs(engine)[0].task
    section = dict(world.gateway.task(run.id).hyperparams[SECTION]) | {
        name: Param(value=text) for name, text in changes.items()
    }
    world.gateway._put(run.id, hyperparams={SECTION: section})
    world.gateway.start(run.id)
    world.run_for(engine, 5)
    world.gateway.finish(run.id, "failed")
    still_runs(world, engine)


# -- K4, K5: what the server refuses
@pytest.mark.parametrize("error", [Refused("302", code=302), AccessDenied("403"), Unavailable("503")])
def test_k4_an_engine_that_waits_for_the_lease_goes_on_waiting_after_a_refusal(
    world: World, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = world.engine(ticking(world))
    waiting = world.rival()
    refused = 0

    def refuse(method: str, moment: str) -> None:
        nonlocal refused
        if (method, moment) == ("leases", "before") and 2 <= (refused := refused + 1) <= 4:
            raise error

    def wait(_event: Any, seconds: float) -> None:
        world.clock.advance(seconds)
        if waiting._opened:
            waiting.ask_to_stop()

    world.gateway.fault = refuse
    monkeypatch.setattr("clearml_sched_widgets.engine.instance_task.lease.Keeper.start", lambda _: None)
    monkeypatch.setattr(world.clock, "wait", wait)
    waiting.run()  # the first engine is not stepped any more, so its lease expires
    assert waiting._opened
    assert refused >= 4
    assert str(error) in world.log(waiting)
    assert first.snapshot is not None


def test_k5_commands_that_cannot_be_removed_are_carried_out_once_and_launching_goes_on(world: World) -> None:
    engine = world.engine(ticking(world))

    def refuse(method: str, _moment: str) -> None:
        if method == "delete_configuration":
            raise Refused("not allowed", code=403)

    world.gateway.fault = refuse
    text = json.dumps({"do": "run_now", "item": "every"})
    world.gateway.write_configuration(world.instance, {f"{PREFIX}0001": text})
    world.gateway.write_configuration(world.instance, {f"{PREFIX}0002": json.dumps({"do": "pause", "note": "lunch"})})
    world.run_for(engine, 10)
    engine.command(Command(do="resume"))
    world.run_for(engine, 45)
    assert len([key for key in world.launched() if key.startswith("every*")]) == 1
    assert len(slots(world)) >= 4  # the pause was not repeated
    assert world.log(engine).count("cannot be removed") == 1
    engine = world.engine()  # nor are they by a successor
    world.run_for(engine, 25)
    assert len([key for key in world.launched() if key.startswith("every*")]) == 1
    assert len(slots(world)) >= 6
    world.gateway.fault = lambda _method, _moment: None
    world.run_for(engine, 5)
    assert not [name for name in world.gateway.task(world.instance).configuration if name.startswith(PREFIX)]


# -- K6: an error of our own
def break_times(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """Make the reading of the instance's task raise an unforeseen error so many times."""
    poll, left = EngineTask.poll, times

    def broken(self: EngineTask) -> instance_task.TaskPoll:
        nonlocal left
        left -= 1
        if left >= 0:
            raise RuntimeError("a bug")
        return poll(self)

    monkeypatch.setattr(EngineTask, "poll", broken)


def test_k6_after_an_error_of_our_own_the_core_is_opened_anew_and_nothing_is_lost_or_doubled(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = world.engine(ticking(world))
    world.run_for(engine, 25)
    break_times(monkeypatch, 3)
    engine.command(Command(do="run_now", item="every"))
    world.run_for(engine, 180)
    assert len([key for key in world.launched() if key.startswith("every*")]) == 1
    assert len(slots(world)) == len(set(slots(world))) == 20
    log = world.log(engine)
    assert log.count("An unforeseen error: RuntimeError: a bug. The step is undone and tried again.\nTraceback") == 1
    assert "It goes on after the error." in log
    assert log.count("Resumed") == 0
    still_runs(world, engine)


def test_k6_an_error_that_lasts_is_shown_and_tried_again_ever_more_slowly(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = world.engine(ticking(world))
    break_times(monkeypatch, 10_000)
    pauses = []
    while world.clock.monotonic() < START.timestamp() + 900:
        pauses.append(engine.step())
        world.clock.advance(pauses[-1])
    long = [pause for pause in pauses if pause >= 2]
    assert long[:6] == [2, 4, 8, 16, 32, 60]
    assert set(long[6:]) == {60}
    assert world.log(engine).count("a bug. The step is undone") == 1
    assert engine.snapshot is not None
    assert engine.snapshot.running
    assert "a bug" in engine.snapshot.problem
    assert world.gateway.task(world.instance).status == "in_progress"


def test_k6_an_item_whose_plan_fails_three_times_is_set_aside_and_the_others_run(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = world.engine(ticking(world, Schedule(Action(world.base), Interval("10s"), id="bad", name="bad")))

    def broken(schedule: Schedule, *rest: Any) -> Decision:
        if schedule.id == "bad":
            raise RuntimeError("a bug")
        return decide(schedule, *rest)

    monkeypatch.setattr("clearml_sched_widgets.engine.planner.decide", broken)
    world.run_for(engine, 35)
    assert len(slots(world)) == 3
    assert slots(world, "bad") == []
    assert engine.snapshot is not None
    assert dict(engine.snapshot.set_aside) == {"bad": "RuntimeError: a bug"}
    assert engine.snapshot.problem == ""
    monkeypatch.undo()
    engine.command(Command(do="resume", item="bad"))
    world.run_for(engine, 30)
    assert len(slots(world, "bad")) == 4  # the latest of the missed ones, and three since then
    assert not engine.snapshot.set_aside


# -- K8: the lease
def test_k8_a_lease_that_somebody_deleted_is_taken_again_and_told(world: World) -> None:
    engine = world.engine(ticking(world))
    world.run_for(engine, 15)
    (lease,) = world.gateway.leases(LEASE_PREFIX)
    world.gateway.delete_lease(lease.id)
    still = len(slots(world))
    world.run_for(engine, 30)
    assert len(slots(world)) == still + 3
    assert "had been deleted" in world.log(engine)
    assert len(world.gateway.leases(LEASE_PREFIX)) == 1


def test_k8_who_slept_while_the_lease_was_deleted_reads_everything_anew(world: World) -> None:
    first = world.engine(ticking(world))
    world.run_for(first, 15)
    second = world.engine()  # which deletes the lease of the first, as after its expiry
    world.run_for(second, 30)
    second.ask_to_stop()
    second._close()  # a clean stop, which gives the lease back
    world.gateway.set_status(world.instance, "in_progress")  # somebody else is about to resume it
    world.run_for(first, 30)
    assert "read anew" in world.log(first)
    expected = int((world.server_now() - START).total_seconds() // 10)
    assert len(slots(world)) == len(set(slots(world))) == expected


# -- a state that was damaged
STATES: dict[str, Any] = {
    "garbage": "garbage",
    "deep": DEEP,
    "a list": "[1]",
    "no version": '{"items": {}}',
    "a wrong version": '{"version": "one", "items": {}}',
    "null items": '{"version": 1, "items": null}',
}


@pytest.mark.parametrize("text", STATES.values(), ids=STATES.keys())
def test_a_state_that_was_damaged_is_told_and_the_schedules_go_on_from_now(world: World, text: str) -> None:
    world.run_for(world.engine(ticking(world)), 25)
    world.gateway.write_configuration(world.instance, {instance_task.STATE: text})
    world.clock.advance(60)
    engine = world.engine()
    assert "The saved state was damaged" in world.log(engine)
    world.run_for(engine, 25)
    assert len(slots(world)) == len(set(slots(world))) == 5
    still_runs(world, engine)


VALUES: list[Any] = [
    None,
    5,
    -1,
    1e300,
    "x",
    "",
    [],
    {},
    [[]],
    {"a": {"b": [1]}},
    True,
    "2026-11-23T12:00:00",
    "\ud800",
]


@pytest.mark.parametrize("value", VALUES, ids=json.dumps)
@pytest.mark.parametrize(
    "path",
    [
        *(
            "items",
            "pending",
            "entities",
            "ends",
            "past",
            "memory",
            "watching",
            "baseline",
            "runs_since",
            "paused",
            "note",
        ),
        *("items/every", "items/every/watermark", "items/every/runs", "items/every/error", "parts"),
    ],
)
def test_any_part_of_a_state_may_make_no_sense(world: World, path: str, value: Any) -> None:
    world.run_for(world.engine(ticking(world)), 25)
    data = json.loads(world.gateway.task(world.instance).configuration[instance_task.STATE])
    part = data
    *parents, last = path.split("/")
    for name in parents:
        part = part[name]
    part[last] = value
    world.gateway.write_configuration(world.instance, {instance_task.STATE: json.dumps(data)})
    engine = world.engine()
    if path == "paused" and value is True:
        engine.command(Command(do="resume"))
    world.run_for(engine, 3)
    still_runs(world, engine)


# -- a kill in between
def test_a_run_that_was_launched_but_not_noted_is_remembered_over_two_kills(world: World) -> None:
    """The second process saves its plan before it has compared it with the runs, and is killed as well."""
    engine = world.engine(ticking(world))
    world.run_for(engine, 5)
    armed = "write_configuration"

    def kill(method: str, moment: str) -> None:
        nonlocal armed
        if method == armed and moment == ("before" if armed == "write_configuration" else "after"):
            armed = ""
            raise Killed

    world.gateway.fault = kill
    with pytest.raises(Killed):
        world.run_for(engine, 10)
    assert len(slots(world)) == 1
    world.clock.advance(60)
    second = world.engine()
    text = json.dumps({"do": "run_now", "item": "every"})
    world.gateway.write_configuration(world.instance, {f"{PREFIX}0001": text})
    armed = "delete_configuration"  # the command, and with it the plan, is saved
    with pytest.raises(Killed):
        world.run_for(second, 5)
    world.run_for(world.engine(), 30)
    assert len(slots(world)) == len(set(slots(world)))


# -- K3: what the gateway left out
def test_k3_a_row_that_made_no_sense_is_told_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = world.engine(ticking(world))
    told: list[str] = []
    monkeypatch.setattr(world.gateway, "left_out", lambda: told)
    for number in range(3):
        told.append(f"row {number} made no sense")
        world.run_for(engine, 5)
    assert [line.text for line in engine._lasting.journal.lines if "no sense" in line.text] == told


@pytest.mark.parametrize("here", [True, False])
def test_a_command_that_the_server_refuses_does_not_hold_up_those_after_it(
    world: World, monkeypatch: pytest.MonkeyPatch, here: bool
) -> None:
    engine = world.start(world.every("1h"))
    world.run_for(engine, 5)

    def refuse(*_: object) -> None:
        raise AccessDenied("HTTP 403")

    monkeypatch.setattr(CommandHandler, "_reload", refuse)
    for command in (Command(do="reload"), Command(do="run_now")):
        if here:
            engine.command(command)
        else:
            world.gateway.write_configuration(world.instance, commands.dumps(command))
    world.run_for(engine, 180)
    assert len([key for key in world.launched() if "*" in key]) == 1
    assert 'The command "reload" was dropped: HTTP 403' in world.log(engine)
