"""What becomes of instances when their process ends: real scripts and kernels against the sandbox, and forks."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clearml_sched_widgets.engine.loop import Engine
from clearml_sched_widgets.instances import running
from clearml_sched_widgets.sandbox import Sandbox
from tests.engine.kernels import TIMEOUT, Kernel
from tests.plain import Plain
from tests.waiting import until

REASON = "its process ended"
LAUNCH = """
from clearml_sched_widgets import Action, Definition, Interval, Manager, Schedule
instance = Manager().launch(Definition("by a script", [Schedule(Action({task!r}), Interval("1d"), id="tick")]))
print(instance.id, flush=True)
"""
GET = "from clearml_sched_widgets import Manager; instance = Manager().get({id!r})"


@pytest.fixture
def plain(sandbox: Sandbox) -> Plain:
    return Plain(sandbox)


@pytest.fixture
def launch(plain: Plain) -> str:
    """The code that launches an instance and prints its id."""
    return LAUNCH.format(task=plain.call("tasks.create", name="base of a script", type="training")["id"])


@pytest.fixture
def start(sandbox: Sandbox, tmp_path: Path) -> Iterator[Callable[[str], subprocess.Popen[str]]]:
    """Starts scripts that are connected to the sandbox. Those that still run at the end are killed."""
    scripts: list[subprocess.Popen[str]] = []

    def start(code: str) -> subprocess.Popen[str]:
        file = tmp_path / "script.py"
        file.write_text(code)
        script = subprocess.Popen(
            [sys.executable, str(file)],
            env={**os.environ, **sandbox.environment()},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        scripts.append(script)
        return script

    yield start
    for script in scripts:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(script.pid, signal.SIGKILL)  # its forked children, too
        script.communicate(timeout=TIMEOUT)


def leases(plain: Plain, instance_id: str) -> list[str]:
    projects = plain.call("projects.get_all", search_hidden=True, name=f"clearml-sched-lease.{instance_id}")["projects"]
    return [project["name"] for project in projects]


def status(plain: Plain, instance_id: str) -> tuple[str, str]:
    task = plain.task(instance_id)
    return task["status"], task["status_reason"]


def test_k29_a_script_whose_last_line_is_launch_stops_its_instance_and_says_how_to_go_on(
    plain: Plain, launch: str, start: Callable[[str], subprocess.Popen[str]]
) -> None:
    script = start(launch)
    printed, said = script.communicate(timeout=TIMEOUT)
    instance_id = printed.strip()
    assert script.returncode == 0
    assert said.splitlines() == [
        f"clearml-sched-widgets: stopped, because its process ended: 'by a script' ({instance_id}). "
        "To keep a script running, let instance.wait() be its last line."
    ]
    assert status(plain, instance_id) == ("stopped", REASON)
    assert leases(plain, instance_id) == []


def test_k29_a_script_that_waits_ends_when_its_instance_is_stopped(
    plain: Plain, launch: str, start: Callable[[str], subprocess.Popen[str]]
) -> None:
    script = start(f"{launch}\nprint(instance.wait())")
    assert script.stdout is not None
    instance_id = script.stdout.readline().strip()
    assert len(leases(plain, instance_id)) == 1
    plain.call("tasks.stopped", task=instance_id, status_reason="by hand")
    printed, said = script.communicate(timeout=TIMEOUT)
    assert (script.returncode, printed, said) == (0, "True\n", "")
    assert status(plain, instance_id) == ("stopped", "by hand")
    assert leases(plain, instance_id) == []


def test_k29_ctrl_c_ends_a_script_that_waits_and_stops_its_instance(
    plain: Plain, launch: str, start: Callable[[str], subprocess.Popen[str]]
) -> None:
    # Whoever runs the tests in the background may have its children ignore Ctrl+C.
    waits = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    print("waiting", flush=True)
    instance.wait()
except KeyboardInterrupt:
    print(instance.status, instance.where)
"""
    script = start(f"{launch}{waits}")
    assert script.stdout is not None
    instance_id = script.stdout.readline().strip()
    assert script.stdout.readline() == "waiting\n"
    script.send_signal(signal.SIGINT)
    printed, said = script.communicate(timeout=TIMEOUT)
    assert (script.returncode, printed) == (0, "running kernel\n")
    assert "stopped, because its process ended" in said
    assert status(plain, instance_id) == ("stopped", REASON)


def test_k29_a_server_that_hangs_holds_up_the_end_for_two_seconds_at_most(
    launch: str, start: Callable[[str], subprocess.Popen[str]]
) -> None:
    hangs = """
import time
from clearml_sched_widgets.gateway.clearml import ClearMLGateway
ClearMLGateway.set_status = ClearMLGateway.write_configuration = lambda *_: time.sleep(10 * 60)
"""
    script = start(f"{launch}{hangs}")
    _, said = script.communicate(timeout=TIMEOUT)
    assert script.returncode == 0
    assert "stopped, because its process ended" in said


@pytest.mark.parametrize("how", ["restart", pytest.param("shut down", marks=pytest.mark.slow)])
def test_k29_the_instances_of_a_kernel_end_with_it_and_a_new_kernel_resumes_them_at_once(
    plain: Plain, launch: str, start_kernel: Callable[[], Kernel], how: str
) -> None:
    kernel = start_kernel()
    instance_id = kernel.run(launch).strip()
    if how == "restart":
        kernel._manager.restart_kernel(now=False)
        kernel._client.wait_for_ready(timeout=TIMEOUT)
    else:
        kernel._manager.shutdown_kernel(now=False)
        kernel = start_kernel()
    assert status(plain, instance_id) == ("stopped", REASON)
    assert leases(plain, instance_id) == []
    kernel.run(GET.format(id=instance_id))
    assert kernel.value("instance.status") == "stopped"
    kernel.run("instance.resume()")
    assert kernel.value("[instance.status, instance.where, instance.view().waiting]") == ["running", "kernel", False]
    kernel.run("instance.stop()")


def test_k28_after_sigkill_a_new_kernel_finds_it_silent_whatever_a_user_asks_of_it(
    launch: str, start_kernel: Callable[[], Kernel], start: Callable[[str], subprocess.Popen[str]]
) -> None:
    script = start(f"{launch}\ninstance.wait()")
    assert script.stdout is not None
    instance_id = script.stdout.readline().strip()
    script.kill()
    script.communicate(timeout=TIMEOUT)
    kernel = start_kernel()
    kernel.run(
        f"from datetime import timedelta; from clearml_sched_widgets.views import viewer; {GET.format(id=instance_id)}"
    )
    kernel.run("viewer.SILENT_AFTER = timedelta(seconds=1)")
    until(lambda: kernel.value("instance.status") == "silent")
    assert "This is kept" in kernel.run(
        "import warnings; warnings.showwarning = lambda text, *_: print(text); instance.run_now('tick')"
    )
    assert kernel.value("instance.refresh().status") == "silent"


def test_k27_a_forked_child_has_no_engine_of_its_parent_and_does_not_end_it(
    plain: Plain, launch: str, start: Callable[[str], subprocess.Popen[str]]
) -> None:
    child = """
import multiprocessing, os, sys
from clearml_sched_widgets.instances import running

def say():
    with running.start_lock():  # held by the parent when it forked, as is the other one
        print(running.engine_here(instance.id), instance.where, running.snapshots_here(), flush=True)

for target in (say, lambda: (say(), sys.exit(0))):
    with running._lock, running.start_lock():
        process = multiprocessing.get_context("fork").Process(target=target)
        process.start()
    process.join(60)
    print(process.exitcode, flush=True)
with running._lock:
    pid = os.fork()
if pid == 0:
    say()
    sys.exit(0)  # runs what was registered for the exit
print(os.waitpid(pid, 0)[1], instance.where, instance.status, flush=True)
instance.wait()
"""
    script = start(launch + child)
    assert script.stdout is not None
    instance_id = script.stdout.readline().strip()
    told = [script.stdout.readline().strip() for _ in range(6)]
    assert told == ["None elsewhere {}", "0", "None elsewhere {}", "0", "None elsewhere {}", "0 kernel running"]
    assert status(plain, instance_id)[0] == "in_progress"
    assert len(leases(plain, instance_id)) == 1
    plain.call("tasks.stopped", task=instance_id)
    _, said = script.communicate(timeout=TIMEOUT)
    assert (script.returncode, said) == (0, "")


class FakeEngine:
    """An engine that never ends. Notes for how long it is waited for, on a clock that this moves."""

    snapshot = None
    running = True

    def __init__(self, name: str, clock: list[float]) -> None:
        self.id, self._clock = name, clock
        self.waits: list[float] = []

    def end_with_process(self, timeout: float) -> None:
        self.waits.append(timeout)
        self._clock[0] += timeout


def test_k29_all_engines_are_stopped_at_once_and_together_have_two_seconds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = [0.0]
    engines = [FakeEngine(name, clock) for name in "abc"]
    monkeypatch.setattr(running, "monotonic", lambda: clock[0])
    monkeypatch.setattr(running, "_engines", {engine.id: engine for engine in engines})
    running._end_with_process()
    assert [engine.waits for engine in engines] == [[0, 2], [0, 0], [0, 0]]
    assert "because its process ended: a, b, c." in capsys.readouterr().err


def test_a_process_without_running_instances_ends_in_silence(capsys: pytest.CaptureFixture[str]) -> None:
    assert hasattr(Engine, "end_with_process")
    running._end_with_process()
    assert capsys.readouterr().err == ""
