"""Ours: counts the requests of one poll with `triggers` triggers, and how many of `events` events one poll catches."""

from __future__ import annotations

import sys

import attrs

from benchmarks.children.events import fail_tasks
from benchmarks.children.plain import Plain, print_result
from clearml_sched_widgets import (
    Action,
    DatasetTrigger,
    Definition,
    ModelTrigger,
    Published,
    StatusChanged,
    TaskTrigger,
)
from clearml_sched_widgets.definition import Trigger
from clearml_sched_widgets.engine.following import polling
from clearml_sched_widgets.gateway.clearml import connect
from clearml_sched_widgets.policy.state import State


def main(triggers: int, events: int) -> None:
    plain, gateway = Plain(), connect()
    base = plain.base()
    failing = TaskTrigger(Action(base), StatusChanged(to=["failed"]))
    others: list[Trigger] = [DatasetTrigger(Action(base), Published()), ModelTrigger(Action(base), Published())]
    several = [attrs.evolve(failing, id=f"t{n}") for n in range(triggers - len(others))]
    definition = Definition("bench", (), [*several, *others])
    now = gateway.changed("task", None)[0].changed
    assert now is not None
    state = polling.watch(definition, State(), now)
    state, _ = polling.poll(gateway, definition.triggers, state)
    before = plain.counts()
    state, _ = polling.poll(gateway, definition.triggers, state)
    requests = plain.counts() - before
    one = polling.watch(Definition("bench", (), [failing]), State(), now)
    one, _ = polling.poll(gateway, [failing], one)
    fail_tasks(plain, events)
    before = plain.counts()
    _, launches = polling.poll(gateway, [failing], one)
    print_result(requests=requests, caught=len({launch.object for launch in launches}), pages=plain.counts() - before)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
