"""Instances in real kernels against the sandbox: killed with SIGKILL and resumed, no slot is lost or doubled."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest

from clearml_sched_widgets.records import RUN_TAG, run_tag
from clearml_sched_widgets.sandbox import Sandbox
from tests.engine.kernels import Kernel
from tests.plain import Plain
from tests.waiting import until

EVERY = timedelta(seconds=2)

LAUNCH = """
from clearml_sched_widgets import Action, Definition, Interval, Manager, Policies, Schedule
rule, policies = Interval(every="2s"), Policies(missed="all")
instance = Manager().launch(Definition("kernel test", [Schedule(Action({task!r}), rule, policies, id="tick")]))
"""
RESUME = "from clearml_sched_widgets import Manager; instance = Manager().get({id!r}); instance.resume()"


def base_task(sandbox: Sandbox) -> str:
    return str(Plain(sandbox).call("tasks.create", name="kernel test base", type="training")["id"])


def slots(sandbox: Sandbox, instance_id: str) -> list[datetime]:
    """The nominal times of everything that was enqueued, from the server's own data."""
    tasks = Plain(sandbox).call(
        "tasks.get_all_ex",
        system_tags=["__$all", RUN_TAG, run_tag(instance_id)],
        only_fields=["status", "hyperparams.Scheduler"],
        size=500,
        order_by=["created"],
    )["tasks"]
    return [
        datetime.fromisoformat(task["hyperparams"]["Scheduler"]["scheduled"]["value"].replace("Z", "+00:00"))
        for task in tasks
        if task["status"] != "created"
    ]


SLOW = pytest.mark.slow


@pytest.mark.parametrize("moment", [0.0, pytest.param(0.7, marks=SLOW), pytest.param(1.3, marks=SLOW)])
def test_a_killed_kernel_is_resumed_in_a_new_one_and_no_slot_is_lost_or_doubled(
    sandbox: Sandbox, start_kernel: Callable[[], Kernel], moment: float
) -> None:
    kernel = start_kernel()
    kernel.run(LAUNCH.format(task=base_task(sandbox)))
    instance_id = kernel.value("instance.id")
    until(lambda: len(slots(sandbox, instance_id)) >= 3)
    time.sleep(moment)
    kernel.kill()
    before = len(slots(sandbox, instance_id))
    time.sleep(5)
    kernel = start_kernel()
    kernel.run(RESUME.format(id=instance_id))
    until(lambda: len(slots(sandbox, instance_id)) >= before + 6)
    kernel.run("instance.stop()")
    found = slots(sandbox, instance_id)
    assert sorted(found) == [min(found) + number * EVERY for number in range(len(found))]
    assert datetime.now(timezone.utc) - max(found) < timedelta(seconds=30)


def test_an_instance_in_a_kernel_pauses_runs_now_and_stops(
    sandbox: Sandbox, start_kernel: Callable[[], Kernel]
) -> None:
    kernel = start_kernel()
    kernel.run(LAUNCH.format(task=base_task(sandbox)))
    instance_id = kernel.value("instance.id")
    until(lambda: len(slots(sandbox, instance_id)) >= 1)
    kernel.run("instance.pause('maintenance')")
    until(lambda: kernel.value("instance.status") == "paused")
    kernel.run("instance.resume(); instance.run_now('tick')")
    until(lambda: "manual" in kernel.value("list(instance.executed.cause)"))
    kernel.run("instance.stop()")
    assert kernel.value("instance.status") == "stopped"
    done = len(slots(sandbox, instance_id))
    time.sleep(4)
    assert len(slots(sandbox, instance_id)) == done
    assert "Stopped" in kernel.run("print(instance.log.text.iloc[-1])")
