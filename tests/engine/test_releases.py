"""The last release beside this version, both ways: engines, notebooks and states. On a real server, in real processes.

`scripts/keep_release.py` keeps its wheel in `tests/releases`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from clearml_sched_widgets import Action, Definition, Instance, Interval, Manager, Policies, Schedule, TaskTrigger
from clearml_sched_widgets.definition import Latest, StatusChanged
from clearml_sched_widgets.errors import OtherVersion
from clearml_sched_widgets.gateway.clearml import ClearMLGateway
from clearml_sched_widgets.sandbox import Sandbox
from tests.engine.kernels import Kernel
from tests.paths import ROOT
from tests.plain import Plain
from tests.waiting import until

EVERY = timedelta(seconds=2)
WHEEL = next((ROOT / "tests" / "releases").glob("*.whl"))
SAY = """
from clearml_sched_widgets import (
    Action, Daily, Definition, Interval, Manager, Policies, Schedule, StatusChanged, TaskTrigger
)
manager = Manager()
"""


@pytest.fixture(scope="module")
def old(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Kernel]]:
    """Starts kernels that have the release. All are killed at the end."""
    kernels: list[Kernel] = []

    def start() -> Kernel:
        kernel = Kernel({**sandbox.environment(), "PYTHONPATH": str(WHEEL)}, tmp_path_factory.mktemp("old"))
        kernels.append(kernel)
        place = kernel.run("import clearml_sched_widgets as package; print(package.__file__)")
        assert place.startswith(str(WHEEL)), place
        kernel.run(SAY)
        return kernel

    yield start
    for kernel in kernels:
        kernel.kill()


@pytest.fixture
def manager(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Manager:
    for name, value in sandbox.environment().items():
        monkeypatch.setenv(name, value)
    return Manager(gateway=ClearMLGateway())


@pytest.fixture
def base(sandbox: Sandbox) -> str:
    return str(Plain(sandbox).call("tasks.create", name="base of releases", type="training")["id"])


def launched(instance: Instance) -> list[datetime]:
    """The times that the frequent schedule ran for."""
    runs = instance.view().executed
    return sorted(run.scheduled for run in runs if run.scheduled and run.item not in ("daily", "done"))


def without_gap_or_double(instance: Instance) -> bool:
    return {later - earlier for earlier, later in pairwise(launched(instance))} == {EVERY}


def definition_code(base: str, name: str) -> str:
    return (
        f"definition = Definition({name!r}, [Schedule(Action({base!r}), Interval(every='2s'), "
        f"Policies(missed='all'), id='often'), Schedule(Action({base!r}), Daily('06:20'), id='daily')], "
        f"triggers=[TaskTrigger(Action({base!r}), StatusChanged(to=['completed']), id='done')], poll_every='1s')"
    )


@pytest.mark.slow  # waits for half a minute until the killed one is silent
def test_what_the_release_ran_goes_on_here_after_a_kill(
    old: Callable[[], Kernel], manager: Manager, base: str, sandbox: Sandbox
) -> None:
    kernel = old()
    kernel.run(definition_code(base, "from the release"))
    instance = manager.get(kernel.run("instance = manager.launch(definition); print(instance.id)").strip())
    kernel.run("instance.pause('holiday', 'daily')")
    until(lambda: len(launched(instance)) >= 3, what="three runs of the release")
    kernel.kill()
    until(lambda: instance.refresh().status == "silent", 90, "the silence")
    before = len(launched(instance))
    plain = Plain(sandbox)
    watched = str(plain.call("tasks.create", name="watched", type="training")["id"])
    for status in ("started", "completed"):
        plain.call(f"tasks.{status}", task=watched)
    instance.resume()
    try:
        until(lambda: len(launched(instance)) >= before + 3, what="three runs here")
        until(lambda: without_gap_or_double(instance), what="the missed runs")
        until(lambda: any(run.item == "done" for run in instance.view().executed), what="the event of the downtime")
        snapshot = instance.view()
        assert {row.item: row.note for row in snapshot.scheduled}["daily"] == "holiday"
        problems = [line.text for line in snapshot.log if line.level == "error"]
        assert problems == []
    finally:
        instance.stop()


def test_what_ran_here_goes_on_with_the_release(old: Callable[[], Kernel], manager: Manager, base: str) -> None:
    definition = Definition(
        "to the release",
        [Schedule(Action(base), Interval(every=EVERY), Policies(missed="all"))],
        [TaskTrigger(Action(base), StatusChanged(to=["failed"]))],
    )
    instance = manager.launch(definition)
    until(lambda: len(launched(instance)) >= 2, what="two runs here")
    instance.stop()
    before = len(launched(instance))
    kernel = old()
    kernel.run(f"instance = manager.get({instance.id!r}); instance.resume()")
    until(lambda: len(launched(instance)) >= before + 3, what="three runs of the release")
    kernel.run("instance.stop()")
    assert without_gap_or_double(instance)
    assert [line.text for line in instance.view().log if line.level == "error"] == []


def test_a_notebook_of_this_version_leads_an_engine_of_the_release(
    old: Callable[[], Kernel], manager: Manager, base: str
) -> None:
    kernel = old()
    kernel.run(definition_code(base, "led from here"))
    instance = manager.get(kernel.run("instance = manager.launch(definition); print(instance.id)").strip())
    instance.pause("from the other")
    until(lambda: instance.refresh().status == "paused", what="the pause")
    instance.resume()
    until(lambda: instance.refresh().status == "running", what="the end of the pause")
    instance.run_now("daily")
    until(lambda: any(run.item == "daily" for run in instance.view().executed), what="the run by hand")
    unknown = Definition("led from here", [Schedule(Action(latest=Latest(name="train")), Interval(every="1h"))])
    with pytest.raises(OtherVersion, match=r"does not understand a definition of version 2 .*restart\(\)"):
        instance.update(unknown, check=False)
    known = Definition("led and edited", [Schedule(Action(base), Interval(every="1h"), id="hourly")])
    instance.update(known)
    until(lambda: kernel.value("[item.id for item in instance.definition.items]") == ["hourly"], what="the edit")
    instance.restart()
    try:
        assert (instance.status, instance.where) == ("running", "kernel")
        instance.update(unknown, check=False)
        assert manager.get(instance.id).definition.schedules[0].action.latest == Latest(name="train")
    finally:
        instance.stop()


def test_a_notebook_of_the_release_leads_an_engine_of_this_version(
    old: Callable[[], Kernel], manager: Manager, base: str
) -> None:
    definition = Definition("led by the release", [Schedule(Action(base), Interval(every="1h"), id="hourly")])
    instance = manager.launch(definition)
    kernel = old()
    kernel.run(f"instance = manager.get({instance.id!r}); instance.pause('from the release')")
    until(lambda: instance.status == "paused", what="the pause")
    kernel.run("instance.resume(); instance.run_now('hourly')")
    until(lambda: len(instance.view().executed) == 1, what="the run")
    kernel.run(definition_code(base, "edited by the release") + "; instance.update(definition)")
    until(lambda: instance.definition.name == "edited by the release", what="the edit")
    kernel.run("instance.stop()")
    until(lambda: instance.status == "stopped", what="the stop")
