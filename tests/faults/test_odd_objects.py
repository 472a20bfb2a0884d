"""Whatever anybody writes into the objects of an instance: its engine goes on, and another process resumes it.

Every object that a user can write meets every kind of nonsense. A state or a definition is also damaged in each of its
parts. What is judged is the server's data: the schedule that was not touched goes on, and no slot is launched twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from clearml_sched_widgets import codec
from clearml_sched_widgets.definition import (
    Action,
    Definition,
    Interval,
    Policies,
    Schedule,
    StatusChanged,
    TaskTrigger,
)
from clearml_sched_widgets.engine.instance_task.commands import KINDS, PREFIX
from clearml_sched_widgets.engine.instance_task.lease import PREFIX as LEASE_PREFIX
from clearml_sched_widgets.engine.instance_task.task import DEFINITION, LAUNCHED, REFUSED, STATE, WHERE
from clearml_sched_widgets.engine.loop import Engine
from clearml_sched_widgets.errors import SchedulerError
from clearml_sched_widgets.records import SECTION, Param, Task
from tests.engine.world import World

DEEP = "[" * 3000 + "]" * 3000
TEXTS = {
    "empty": "",
    "word": "garbage",
    "number": "5",
    "huge number": "9" * 5000,
    "null": "null",
    "list": "[1, [2]]",
    "object": '{"a": {"b": null}}',
    "deep": DEEP,
    "large": "x" * 300_000,
    "nul": "\u0000\u0001",
    "direction": "\u202e\u2066abc",
    "emoji": "\U0001f980" * 50,
    "markup": "<img src=x onerror=alert(1)>",
    "truncated": '{"version": 1, "items": {"every": {"wat',
    "other encoding": "ÿþ{\u0000}\u0000",
    "newer version": '{"version": 99}',
    "time without offset": "2026-11-23T12:00:00",
    "far time": "9999-12-31T23:59:59+00:00",
}
VALUES: list[Any] = [None, True, -1, 10**30, 1e308, "x", "2026-11-23T12:00:00", "\ud800", [], [[1]], {}, {"a": [1]}]
Write = Callable[[World, str], None]


def definition(world: World) -> Definition:
    policies = Policies(missed="all", overlap="allow", retries=1, retry_backoff="5s")
    return Definition(
        "nightly",
        [
            Schedule(Action(world.base), Interval("10s"), policies, id="every"),
            Schedule(Action(world.base), Interval("30s"), Policies(overlap="skip"), id="odd"),
        ],
        [TaskTrigger(Action(world.base), StatusChanged(to=["completed"]), id="done")],
        poll_every="5s",
    )


def slots(world: World) -> list[str]:
    return [key for key in world.launched() if key.startswith("every@")]


def doubled(world: World) -> set[str]:
    keys = [key for key in world.launched() if "@" in key or "!" in key]
    return {key for key in keys if keys.count(key) > 1}


def assert_goes_on(world: World, engine: Engine) -> None:
    """The engine still launches, and so does the next process that resumes the instance."""
    before = len(slots(world))
    world.run_for(engine, 21, world.end_runs)
    assert len(slots(world)) >= before + 2
    assert engine.snapshot is not None
    assert engine.snapshot.running
    before = len(slots(world))
    world.run_for(world.engine(), 21, world.end_runs)
    assert len(slots(world)) >= before + 2
    assert not doubled(world)


def configuration_object(name: str) -> Write:
    return lambda world, text: world.gateway.write_configuration(world.instance, {name: text})


def field_of_a_command(field: str) -> Write:
    def write(world: World, text: str) -> None:
        for number, do in enumerate(sorted(KINDS - {"pause"})):
            data = {"do": do, "item": "odd", field: text}
            world.gateway.write_configuration(world.instance, {f"{PREFIX}{number:05}": json.dumps(data)})

    return write


def a_run(world: World) -> Task:
    return next(task for task in world.gateway.all_tasks() if SECTION in task.hyperparams)


def parameter_of_a_run(name: str) -> Write:
    def write(world: World, text: str) -> None:
        run = a_run(world)
        section = {**run.hyperparams[SECTION], name: Param(value=text)}
        world.gateway._put(run.id, hyperparams={**run.hyperparams, SECTION: section})
        world.gateway.report(run.id)

    return write


def field_of_a_task(which: Callable[[World], str], **fields: Callable[[str], Any]) -> Write:
    def write(world: World, text: str) -> None:
        task = which(world)
        world.gateway._put(task, **{name: make(text) for name, make in fields.items()})
        world.gateway.report(task)

    return write


def lease_text(world: World, text: str) -> None:
    for lease in world.gateway.leases(LEASE_PREFIX):
        world.gateway.write_lease(lease.id, text)


def object_of_a_trigger(world: World, text: str) -> None:
    task = world.gateway.add_task("somebody's", tags=[text], hyperparams={SECTION: {"lineage": text, "key": text}})
    world.gateway._put(task, name=text)
    world.gateway.start(task)
    world.gateway.finish(task)


OBJECTS: dict[str, Write] = {
    **{name: configuration_object(name) for name in (DEFINITION, STATE, WHERE, LAUNCHED, REFUSED, "anything")},
    "part of a state": configuration_object("state.items.0"),
    "command": configuration_object(f"{PREFIX}00001"),
    "a command's name": lambda world, text: configuration_object(f"{PREFIX}{text}")(world, '{"do": "run_now"}'),
    **{f"{field} of a command": field_of_a_command(field) for field in ("do", "item", "note", "run", "start", "end")},
    **{
        f"{name} of a run": parameter_of_a_run(name)
        for name in ("key", "item", "cause", "scheduled", "instance", "object", "lineage", "values", "reset", "recent")
    },
    "name of a run": field_of_a_task(lambda world: a_run(world).id, name=str),
    "tags of a run": field_of_a_task(lambda world: a_run(world).id, tags=lambda text: (text,)),
    "name of the instance": field_of_a_task(lambda world: world.instance, name=str),
    "tags of the instance": field_of_a_task(lambda world: world.instance, tags=lambda text: (text,)),
    "message of the instance": field_of_a_task(lambda world: world.instance, status_reason=str, user=str),
    "name of the base task": field_of_a_task(
        lambda world: world.base, name=lambda text: f"abc{text}", tags=lambda text: (text,)
    ),
    "parameters of the base task": field_of_a_task(
        lambda world: world.base, hyperparams=lambda text: {text: {text: Param(value=text, type=text)}}
    ),
    "lease": lease_text,
    "object of a trigger": object_of_a_trigger,
}


@pytest.mark.parametrize("write", OBJECTS.values(), ids=OBJECTS.keys())
def test_every_object_may_hold_every_nonsense(write: Write) -> None:
    for kind, text in TEXTS.items():
        world = World()
        engine = world.engine(definition(world))
        world.run_for(engine, 12)
        write(world, text)
        world.run_for(engine, 6)
        if write in (OBJECTS[DEFINITION], OBJECTS["part of a state"]):
            world.gateway.write_configuration(world.instance, {f"{PREFIX}1": '{"do": "reload"}'})
        try:
            assert_goes_on(world, engine)
        except Exception as error:
            raise AssertionError(f"after {kind}: {error!r:.2000}") from error


def paths(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every part of JSON data; of a list only its first element."""
    entries = data.items() if isinstance(data, dict) else enumerate(data[:1]) if isinstance(data, list) else ()
    for key, part in entries:
        yield (*path, key)
        yield from paths(part, (*path, key))


def replaced(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    copy = json.loads(json.dumps(data))
    part = copy
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    return copy


def stopped_world() -> World:
    """An instance whose process was killed while it owed a run and had seen an event."""
    world = World()
    engine = world.engine(definition(world))
    world.run_for(engine, 12)
    object_of_a_trigger(world, "somebody's")
    world.run_for(engine, 11)
    world.end_runs("failed")
    world.run_for(engine, 4)
    return world


STATE_PATHS = list(paths(json.loads(stopped_world().gateway.task(stopped_world().instance).configuration[STATE])))
DEFINITION_PATHS = list(paths(codec.to_data(definition(World()))))


@pytest.mark.parametrize("path", STATE_PATHS, ids=lambda path: "/".join(map(str, path)))
def test_every_part_of_a_state_may_hold_every_nonsense_when_it_is_resumed(path: tuple[Any, ...]) -> None:
    for value in VALUES:
        world = stopped_world()
        data = json.loads(world.gateway.task(world.instance).configuration[STATE])
        text = json.dumps(replaced(data, path, value))
        world.gateway.write_configuration(world.instance, {STATE: text})
        if path == ("version",) and isinstance(value, int) and value > 1:
            with pytest.raises(SchedulerError, match="Upgrade"):  # a later version's state must not be overwritten
                world.engine()
            continue
        engine = world.engine()
        if json.loads(text).get("paused") is True:
            world.gateway.write_configuration(world.instance, {f"{PREFIX}1": '{"do": "resume"}'})
        world.run_for(engine, 3)
        before = len(slots(world))
        world.run_for(engine, 21, world.end_runs)
        assert len(slots(world)) >= before + 2 or path[:2] == ("items", "every"), f"with {value!r}"
        assert not doubled(world), f"with {value!r}"


@pytest.mark.parametrize("path", DEFINITION_PATHS, ids=lambda path: "/".join(map(str, path)))
def test_every_part_of_a_definition_may_hold_every_nonsense_when_it_is_updated(path: tuple[Any, ...]) -> None:
    for value in VALUES:
        world = World()
        engine = world.engine(definition(world))
        world.run_for(engine, 12)
        data = replaced(codec.to_data(definition(world)), path, value)
        world.gateway.write_configuration(
            world.instance, {DEFINITION: json.dumps(data), f"{PREFIX}1": '{"do": "reload"}'}
        )
        world.run_for(engine, 30, world.end_runs)
        assert engine.snapshot is not None
        assert engine.snapshot.running, f"with {value!r}"
        assert "unforeseen" not in world.log(engine), f"with {value!r}"
        world.run_for(world.engine(), 10, world.end_runs)
        assert not doubled(world), f"with {value!r}"
