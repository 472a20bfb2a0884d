"""States of instances that earlier releases really ran load for ever. `scripts/keep_states.py` keeps them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from clearml_sched_widgets import codec
from clearml_sched_widgets.engine.instance_task import state_objects
from clearml_sched_widgets.policy.state import State
from tests.engine.world import START, World
from tests.paths import ROOT

STATES = sorted((ROOT / "tests" / "states").glob("*.json"))


def read(path: Path) -> tuple[datetime, dict[str, str]]:
    data = json.loads(path.read_text())
    return datetime.fromisoformat(data["created"]), data["configuration"]


def by_name(name: str) -> dict[str, str]:
    return read(next(path for path in STATES if path.stem.endswith(name)))[1]


def test_there_is_one_of_each_kind() -> None:
    assert {path.stem.partition("-")[2] for path in STATES} == {"policies", "triggers", "many"}
    assert any(name.startswith(state_objects.PART_PREFIX) for name in by_name("many"))


@pytest.mark.parametrize("path", STATES, ids=lambda path: path.stem)
def test_a_state_loads_and_is_written_in_the_oldest_version_that_holds_it(path: Path) -> None:
    _, configuration = read(path)
    state = state_objects.loads(configuration)
    definition = codec.loads(configuration["definition"])
    assert set(state.items) == {item.id for item in definition.items}
    written = state_objects.Writer().changes(state)
    assert json.loads(written["state"])["version"] == json.loads(configuration["state"])["version"] == 1
    assert state_objects.loads(written) == state


def test_nothing_of_a_state_is_lost() -> None:
    state = state_objects.loads(by_name("policies"))
    assert state.items["paused"].paused
    assert state.items["paused"].note == "a holiday"
    assert state.items["pauses itself"].paused
    assert state.items["ends"].runs == 2
    assert {launch.item for launch in state.pending} == {"queues", "retried"}
    triggers = state_objects.loads(by_name("triggers"))
    assert set(triggers.entities) == {"task", "model", "dataset"}
    assert triggers.items["tagged"].runs == 1


@pytest.mark.parametrize("path", STATES, ids=lambda path: path.stem)
def test_an_engine_goes_on_from_a_state(path: Path) -> None:
    created, configuration = read(path)
    world = World(server_ahead=created + timedelta(minutes=1) - START)
    world.instance = world.gateway.create_instance("of a release", "DevOps/Schedulers", configuration)
    before = state_objects.loads(configuration)
    engine = world.engine()
    world.run_for(engine, 30)
    assert engine.snapshot is not None
    assert [line.text for line in engine.snapshot.lines if "cannot be read" in line.text] == []
    after = state_of(world)
    assert set(after.items) == set(before.items)
    assert {key for key, item in after.items.items() if item.paused} >= {
        key for key, item in before.items.items() if item.paused
    }


def state_of(world: World) -> State:
    configuration: Mapping[str, str] = world.gateway.task(world.instance).configuration
    return state_objects.loads(configuration)
