"""Creates example base tasks in a new sandbox. The real SDK creates each one in its own process."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

PROJECT = "Examples"
TIMEOUT = 180  # seconds for one script; importing the SDK takes seconds on a busy machine

TRAIN = """
from clearml import Task

task = Task.init(project_name="Examples", task_name="train model", auto_connect_frameworks=False)
settings = task.connect({"lr": 0.1, "epochs": 3}, name="Args")
accuracy = 0.5
for epoch in range(int(settings["epochs"])):
    accuracy += (1 - accuracy) * 0.4
    task.get_logger().report_scalar("accuracy", "validation", value=accuracy, iteration=epoch)
    print(f"epoch {epoch}: accuracy {accuracy:.3f}")
task.close()
"""

EVALUATE = """
from clearml import Task

task = Task.init(project_name="Examples", task_name="evaluate model", auto_connect_frameworks=False)
settings = task.connect({"task_id": ""}, name="Args")
print(f"evaluating task {settings['task_id'] or '(none given)'}")
task.close()
"""

REPORT = """
from clearml import Task

task = Task.init(project_name="Examples", task_name="weekly report", auto_connect_frameworks=False)
print("report written")
task.close()
"""

SCRIPTS = {"train": TRAIN, "evaluate": EVALUATE, "report": REPORT}


class Server(Protocol):
    """The part of a running sandbox that the examples need."""

    def environment(self) -> dict[str, str]: ...


def create_examples(server: Server, names: tuple[str, ...] = ("train", "evaluate", "report")) -> dict[str, str]:
    """Run each example script once; returns the ids of the new tasks by example name. Takes about ten seconds.

    Raises RuntimeError with the script's output if a script fails.
    """
    with tempfile.TemporaryDirectory(prefix="clearml-sched-examples-") as folder, ThreadPoolExecutor(2) as pool:
        ids = list(pool.map(lambda name: _run(name, Path(folder), server.environment()), names))
    return dict(zip(names, ids, strict=True))


def _run(name: str, folder: Path, environment: dict[str, str]) -> str:
    script, out = folder / f"{name}.py", folder / f"{name}.id"
    script.write_text(SCRIPTS[name].strip() + "\n")
    # A wrapper writes the id, so the script that the server stores looks like one that a user wrote.
    wrapper = (
        "import pathlib, runpy, sys; sys.argv = sys.argv[1:]; "
        "result = runpy.run_path(sys.argv[0], run_name='__main__'); "
        "pathlib.Path(sys.argv[1]).write_text(result['task'].id)"
    )
    done = subprocess.run(
        [sys.executable, "-c", wrapper, str(script), str(out)],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    if done.returncode or not out.exists():
        raise RuntimeError(f"The example task {name!r} could not be made:\n{done.stdout}\n{done.stderr}")
    return out.read_text()
