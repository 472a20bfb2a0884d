"""Functions and reused tasks in a real kernel against the sandbox: killed with SIGKILL and resumed in another one."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clearml_sched_widgets.sandbox import Sandbox
from tests.engine.kernels import Kernel
from tests.plain import Plain

LAUNCH = """
from clearml_sched_widgets import Action, Definition, Interval, Manager, Policies, Schedule
def note():
    with open("calls.txt", "a") as file:
        file.write("called\\n")
calls = Schedule(Action(function=note), Interval("2s"), id="calls")
again = Schedule(Action({task!r}, reuse_task=True, parameters={{"Args/at": "${{scheduled}}"}}),
                 Interval("3s"), Policies(overlap="queue"), id="again")
instance = Manager().launch(Definition("kernel actions", [calls, again]))
"""
RESUME = "from clearml_sched_widgets import Manager; instance = Manager().get({id!r}); instance.resume()"
UPDATE = """
import attrs
from clearml_sched_widgets import Action
def note():
    with open("calls.txt", "a") as file:
        file.write("called\\n")
known = instance.definition
calls, again = known.schedules
instance.update(attrs.evolve(known, schedules=[attrs.evolve(calls, action=Action(function=note)), again]))
"""


class Agent:
    """Ends the reused task whenever it is queued, and remembers the slots that it was given."""

    def __init__(self, plain: Plain, task: str) -> None:
        self._plain, self._task = plain, task
        self.slots: list[str] = []

    def wait_for(self, condition: Callable[[], bool], seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"it did not happen in {seconds} s"
            self._work()
            time.sleep(0.1)

    def _work(self) -> None:
        task = self._read()
        if task["status"] == "queued":
            self.slots.append(task["hyperparams"]["Args"]["at"]["value"])
            self._plain.call("tasks.started", task=self._task)
            self._plain.call("tasks.completed", task=self._task)

    def _read(self) -> dict[str, Any]:
        answer = self._plain.call("tasks.get_by_id", task=self._task)
        return dict(answer["task"])


@pytest.mark.slow  # the tests on the virtual clock are the quick path
def test_after_sigkill_the_reused_task_goes_on_and_the_function_says_where_it_lived(
    sandbox: Sandbox, start_kernel: Callable[[], Kernel], tmp_path: Path
) -> None:
    plain = Plain(sandbox)
    task = str(plain.call("tasks.create", name="kernel actions base", type="training")["id"])
    agent = Agent(plain, task)
    calls = tmp_path / "calls.txt"
    kernel = start_kernel()
    kernel.run(LAUNCH.format(task=task))
    instance_id = kernel.value("instance.id")
    agent.wait_for(lambda: calls.exists() and len(calls.read_text().splitlines()) >= 2 and len(agent.slots) >= 2)
    kernel.kill()
    made = len(calls.read_text().splitlines())
    before = len(agent.slots)

    kernel = start_kernel()
    kernel.run(RESUME.format(id=instance_id))
    agent.wait_for(lambda: len(agent.slots) >= before + 2)
    assert len(set(agent.slots)) == len(agent.slots)  # no slot twice
    row = kernel.value("instance.scheduled.query('item == \"calls\"')[['state', 'note']].values.tolist()[0]")
    assert row[0] == "error"
    assert "its function __main__.note lives only in the kernel that launched it" in row[1]
    assert len(calls.read_text().splitlines()) == made

    kernel.run(UPDATE)  # as its error says
    agent.wait_for(lambda: len(calls.read_text().splitlines()) > made)
    statuses = kernel.value("instance.executed.status.value_counts().to_dict()")
    assert set(statuses) <= {"completed", "stopped", "queued", "in_progress"}
    kernel.run("instance.stop()")
