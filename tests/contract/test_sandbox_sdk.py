"""Unmodified SDK scripts, each in a process of its own, against the sandbox; plain requests check what they left."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from clearml_sched_widgets.sandbox import Sandbox
from tests.plain import Plain


@pytest.fixture
def plain(sandbox: Sandbox) -> Iterator[Plain]:
    client = Plain(sandbox)
    yield client
    client.http.close()


def run(sandbox: Sandbox, folder: Path, script: str) -> str:
    """Run a script as a user would who has the sandbox's configuration; returns what it printed."""
    (folder / "script.py").write_text(script, encoding="utf-8")
    variables = {key: value for key, value in os.environ.items() if not key.startswith(("CLEARML_", "TRAINS_"))}
    variables |= {**sandbox.environment(), "HOME": str(folder)}
    command = [sys.executable, "script.py"]
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def printed(output: str, name: str) -> str:
    """The value that a script printed as `NAME value`."""
    found = re.search(rf"^{name} (.+)$", output, re.MULTILINE)
    assert found, output
    return found.group(1)


def test_a_script_reports_prints_uploads_and_completes(sandbox: Sandbox, plain: Plain, tmp_path: Path) -> None:
    output = run(
        sandbox,
        tmp_path,
        """
from clearml import Task

task = Task.init(project_name="SDK/reports", task_name="job", output_uri=False)
task.connect({"lr": 0.1, "n": 3})
for step in range(3):
    task.get_logger().report_scalar("acc", "val", value=0.5 + 0.1 * step, iteration=step)
task.get_logger().report_single_value("best", 0.7)
task.get_logger().report_table("table", "rows", iteration=0, table_plot=[["a", "b"], [1, 2]])
print("a line for the console")
task.upload_artifact("found", {"a": 1}, wait_on_upload=True)
print("READ", Task.get_task(task_id=task.id).artifacts["found"].get())
print("TASK", task.id)
""",
    )
    task = plain.task(printed(output, "TASK"))
    assert task["status"] == "completed"
    assert printed(output, "READ") == "{'a': 1}"
    assert [item["key"] for item in task["execution"]["artifacts"]] == ["found"]
    assert task["hyperparams"]["General"]["lr"]["value"] == "0.1"
    assert "a line for the console" in plain.console(task["id"])
    curve = plain.call("events.scalar_metrics_iter_histogram", task=task["id"])["acc"]["val"]
    assert (curve["x"], curve["y"]) == ([0, 1, 2], pytest.approx([0.5, 0.6, 0.7]))
    series = [item for variants in task["last_metrics"].values() for item in variants.values()]
    accuracy = next(item for item in series if item["metric"] == "acc")
    assert (accuracy["min_value"], accuracy["max_value"]) == pytest.approx((0.5, 0.7))
    single = plain.call("events.get_task_single_value_metrics", tasks=[task["id"]])["tasks"][0]["values"]
    assert [(item["variant"], item["value"]) for item in single] == [("best", 0.7)]
    assert len(plain.call("events.get_task_plots", task=task["id"])["plots"]) == 1


def test_tasks_are_created_cloned_enqueued_and_found(sandbox: Sandbox, plain: Plain, tmp_path: Path) -> None:
    output = run(
        sandbox,
        tmp_path,
        """
from clearml import Task

base = Task.create(project_name="SDK/clones", task_name="template", task_type="training")
base.set_parameters({"Args/x": 1})
clone = Task.clone(base, name="a clone", parent=base.id)
clone.set_parameter("Args/x", 5)
clone.add_tags(["blue"])
Task.enqueue(clone, queue_name="default")
print("CLONE", clone.id)
print("STATUS", Task.get_task(task_id=clone.id).get_status())
print("FOUND", [task.name for task in Task.get_tasks(project_name="SDK/clones", task_name="^a clone$", tags=["blue"])])
print("QUERY", len(Task.query_tasks(project_name="SDK/clones", task_filter={"status": ["queued", "created"]})))
""",
    )
    clone = plain.task(printed(output, "CLONE"))
    assert printed(output, "STATUS") == "queued"
    assert printed(output, "FOUND") == "['a clone']"
    assert printed(output, "QUERY") == "2"
    assert clone["hyperparams"]["Args"]["x"]["value"] == "5"
    queue = plain.call("queues.get_by_id", queue=clone["execution"]["queue"])["queue"]
    assert clone["id"] in [entry["task"] for entry in queue["entries"]]
    plain.call("tasks.dequeue", task=clone["id"])


def test_a_model_is_registered_and_published(sandbox: Sandbox, plain: Plain, tmp_path: Path) -> None:
    output = run(
        sandbox,
        tmp_path,
        """
from clearml import Model, OutputModel, Task

task = Task.init(project_name="SDK/models", task_name="trainer", output_uri=False)
model = OutputModel(task=task, name="weights", framework="PyTorch", tags=["m1"])
with open("weights.bin", "wb") as file:
    file.write(b"123")
model.update_weights("weights.bin", auto_delete_file=False)
task.flush(wait_for_uploads=True)
model.publish()
print("MODEL", model.id)
print("FOUND", len(Model.query_models(project_name="SDK/models", only_published=True)))
print("TASK", task.id)
""",
    )
    model = plain.call("models.get_by_id", model=printed(output, "MODEL"))["model"]
    assert (model["ready"], model["tags"], model["framework"]) == (True, ["m1"], "PyTorch")
    assert printed(output, "FOUND") == "1"
    task = plain.task(printed(output, "TASK"))
    assert [item["model"] for item in task["models"]["output"]] == [model["id"]]


def test_a_dataset_is_created_finalised_and_downloaded(sandbox: Sandbox, plain: Plain, tmp_path: Path) -> None:
    output = run(
        sandbox,
        tmp_path,
        """
from pathlib import Path
from clearml import Dataset

Path("data.txt").write_text("hello")
made = Dataset.create(dataset_name="letters", dataset_project="SDK/data")
made.add_files("data.txt")
made.upload()
made.finalize()
found = Dataset.get(dataset_name="letters", dataset_project="SDK/data")
print("DATASET", found.id, found.is_final(), found.list_files())
print("CONTENT", Path(found.get_local_copy(), "data.txt").read_text())
print("LISTED", len(Dataset.list_datasets(dataset_project="SDK/data")))
""",
    )
    dataset, final, files = printed(output, "DATASET").split(" ", 2)
    assert (final, files) == ("True", "['data.txt']")
    assert printed(output, "CONTENT") == "hello"
    assert printed(output, "LISTED") == "1"
    task = plain.task(dataset)
    assert (task["type"], task["status"]) == ("data_processing", "completed")
    assert "dataset" in task["system_tags"]


def test_the_sdks_own_scheduler_launches_a_job(sandbox: Sandbox, plain: Plain, tmp_path: Path) -> None:
    output = run(
        sandbox,
        tmp_path,
        """
import os
import threading
import time
from clearml import Task
from clearml.automation import TaskScheduler

base = Task.create(project_name="SDK/scheduler", task_name="template", task_type="training")
scheduler = TaskScheduler(
    sync_frequency_minutes=0.02, force_create_task_project="SDK/scheduler", force_create_task_name="the scheduler"
)
scheduler.add_task(schedule_task_id=base.id, queue="default", minute=1, execute_immediately=True, name="each minute")
threading.Thread(target=scheduler.start, daemon=True).start()
found = []
for _ in range(200):
    found = Task.query_tasks(project_name="SDK/scheduler", task_filter={"status": ["queued"]})
    if found:
        break
    time.sleep(0.25)
print("BASE", base.id)
print("LAUNCHED", *found, flush=True)
os._exit(0)
""",
    )
    launched = plain.task(printed(output, "LAUNCHED"))
    assert (launched["status"], launched["parent"]) == ("queued", printed(output, "BASE"))
    plain.call("tasks.dequeue", task=launched["id"])
