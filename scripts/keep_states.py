"""Keeps what instances of the release in `tests/releases` really wrote, for `tests/engine/test_states.py`.

python scripts/keep_states.py
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from clearml_sched_widgets.sandbox import Sandbox
from tests.plain import Plain

TESTS = Path(__file__).parent.parent / "tests"
KEPT = ("definition", "engine", "launched", "package", "state", "where")

# What the release runs. It prints the ids of its instances, then `ready`, and is killed by SIGKILL.
RELEASE = """
import sys, time
from clearml_sched_widgets import (
    Action, Daily, DatasetTrigger, Definition, Interval, Manager, ModelTrigger, Policies, Schedule, Select,
    StatusChanged, Tagged, TaskTrigger,
)
base, fails, watched = sys.argv[1:]
manager = Manager()

def every(name, seconds="1s", task=base, **policies):
    return Schedule(Action(task), Interval(every=seconds), Policies(**policies), name=name, id=name)

policies = manager.launch(Definition("policies", [
    every("skips", overlap="skip"), every("queues", overlap="queue"), every("ends", max_runs=2),
    every("all", missed="all", jitter="1s"), every("retried", "4s", fails, retries=2, retry_backoff="1h"),
    every("pauses itself", "1s", fails, pause_after_failures=1), every("paused"),
    Schedule(Action(base), Daily("06:20", timezone="Europe/Berlin"), run_at_start=True, id="at start"),
]))
policies.pause("a holiday", "paused")
triggers = manager.launch(Definition("triggers", triggers=[
    TaskTrigger(Action(base), StatusChanged(to=["completed"]), Select(projects=["Watched"]), id="task"),
    TaskTrigger(Action(base), Tagged(any=["latest"]), Select(projects=["Watched"]), id="tagged"),
    ModelTrigger(Action(base), Tagged(any=["latest"]), id="model", include_existing=True),
    DatasetTrigger(Action(base), Tagged(all=["a", "b"]), id="dataset"),
], poll_every="1s"))
many = manager.launch(Definition("many", [
    Schedule(Action(base), Interval(every="1h", anchor="2026-01-01T00:00:00Z"), id=f"item {n}", run_at_start=n < 40)
    for n in range(260)
]))
print(policies.id, triggers.id, many.id, flush=True)
time.sleep(9)
print("ready", flush=True)
time.sleep(600)
"""


def main() -> None:
    """Run the release, let things happen, kill it, and keep what is on the server."""
    wheel = next((TESTS / "releases").glob("*.whl"))
    version = wheel.name.split("-")[1]
    with tempfile.TemporaryDirectory() as folder, Sandbox.start(folder) as sandbox:
        plain = Plain(sandbox)
        ids = [str(plain.call("tasks.create", name=name, type="training")["id"]) for name in ("base", "fails")]
        project = plain.call("projects.create", name="Watched", description="")["id"]
        watched = plain.call("tasks.create", name="watched", type="training", project=project)["id"]
        environment = {**os.environ, **sandbox.environment(), "PYTHONPATH": str(wheel)}
        command = [sys.executable, "-c", RELEASE, *ids, watched]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, cwd=folder) as process:
            assert process.stdout is not None
            instances = process.stdout.readline().split()
            plain.call("tasks.edit", task=watched, tags=["latest"], force=True)
            for status in ("started", "completed"):
                plain.call(f"tasks.{status}", task=watched)
            for run in plain.call("tasks.get_all_ex", parent=ids[1], status=["queued"])["tasks"]:
                plain.call("tasks.started", task=run["id"], force=True)
                plain.call("tasks.failed", task=run["id"], force=True)
            assert process.stdout.readline() == "ready\n"
            process.kill()
        for name, instance in zip(("policies", "triggers", "many"), instances, strict=True):
            keep(f"{version}-{name}", plain.task(instance))


def keep(name: str, task: dict[str, object]) -> None:
    """Write the configuration objects of a task."""
    configuration = task["configuration"]
    assert isinstance(configuration, dict)
    objects = {
        key: item["value"] for key, item in sorted(configuration.items()) if key in KEPT or key.startswith("state")
    }
    path = TESTS / "states" / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"created": task["created"], "configuration": objects}, indent=1) + "\n")
    print(f"{path}: {path.stat().st_size:,} bytes, {', '.join(objects)}")


if __name__ == "__main__":
    main()
