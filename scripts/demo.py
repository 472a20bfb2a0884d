"""Runs the whole product once: the embedded server, a real clearml-agent, the SDK and the scheduler.

Exits with 0 when the agent has completed at least three scheduled runs and one triggered run, else with 1 and a reason.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pandas as pd

from clearml_sched_widgets import (
    Action,
    Definition,
    Instance,
    Interval,
    Manager,
    Once,
    Schedule,
    Select,
    StatusChanged,
    TaskTrigger,
)
from clearml_sched_widgets.sandbox import Agent, Sandbox
from clearml_sched_widgets.sandbox.examples import create_examples
from clearml_sched_widgets.views.history import View

SCHEDULED_WANTED, TRIGGERED_WANTED = 3, 1
TIMEOUT = 210.0  # seconds until the runs must be completed, from the start of the script

started = time.monotonic()


def say(text: str) -> None:
    print(f"[{time.monotonic() - started:5.1f} s] {text}", flush=True)


def make_definition(tasks: dict[str, str]) -> Definition:
    soon = datetime.now(timezone.utc) + timedelta(seconds=10)
    train = Schedule(
        Action(tasks["train"], "default", parameters={"Args/epochs": 2}), Interval(every="20s"), name="train every 20 s"
    )
    report = Schedule(
        Action(tasks["report"], "default"), Once(soon.date(), [soon.time().replace(microsecond=0)]), name="report once"
    )
    evaluate = TaskTrigger(
        Action(tasks["evaluate"], "default", parameters={"Args/task_id": "${task.id}"}),
        StatusChanged(to=["completed"]),
        select=Select(projects=["Examples"], name="train"),
        name="evaluate what was trained",
    )
    return Definition("Demo", [train, report], [evaluate], poll_every="2s")


def completed_runs(view: View, cause: str) -> list[str]:
    return [row.run for row in view.executed if row.cause == cause and row.status == "completed"]


def wait_for_runs(instance: Instance) -> str:
    """Wait for the runs. Returns what is missing when the time is over; empty if all were completed."""
    shown: tuple[int, int] = (-1, -1)
    while time.monotonic() - started < TIMEOUT:
        view = instance.view()
        done = len(completed_runs(view, "schedule")), len(completed_runs(view, "trigger"))
        if done != shown:
            say(f"completed on the agent: {done[0]} scheduled, {done[1]} triggered")
            shown = done
        if done[0] >= SCHEDULED_WANTED and done[1] >= TRIGGERED_WANTED:
            return ""
        time.sleep(1)
    scheduled, triggered = (max(0, number) for number in shown)
    return f"after {TIMEOUT:.0f} s only {scheduled} scheduled and {triggered} triggered runs were completed"


def check_evaluation(instance: Instance, manager: Manager) -> str:
    """Check that the triggered run printed the task id it received. Returns the problem; empty if none."""
    view = instance.view()
    row = next(row for row in view.executed if row.cause == "trigger" and row.status == "completed")
    console = "\n".join(line.text for line in manager.gateway.log(row.run))
    if f"evaluating task {row.object}" not in console:
        return f"the evaluation task {row.run} did not print the id {row.object} it should have received:\n{console}"
    say(f"the evaluation printed the id it received: {row.object}")
    return ""


def main() -> int:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clearml-sched-demo-")))
        sandbox = stack.enter_context(Sandbox.start(folder / "server"))
        say(f"the embedded server answers at {sandbox.api_url}")
        os.environ.update(sandbox.environment())
        tasks = create_examples(sandbox)
        say("the SDK made three base tasks: " + ", ".join(tasks))
        stack.enter_context(Agent.start(sandbox, queues=["default"], folder=folder / "agent"))
        say("a real clearml-agent serves the queue default")
        problem = run(tasks)
    if problem:
        print(f"\nThe demo FAILED: {problem}", file=sys.stderr)
        return 1
    say("done; everything was stopped")
    print(
        "\nTo try it in a notebook: `make lab` starts the same server and prints the address of the quickstart notebook"
    )
    return 0


def run(tasks: dict[str, str]) -> str:
    manager = Manager()
    instance = manager.launch(make_definition(tasks))
    say(f"launched {instance!r}")
    try:
        problem = wait_for_runs(instance) or check_evaluation(instance, manager)
        print_tables(instance)
    finally:
        instance.stop()
    return problem


def print_tables(instance: Instance) -> None:
    with pd.option_context("display.width", 200, "display.max_columns", 20, "display.max_colwidth", 40):
        print("\nScheduled tasks")
        print(instance.scheduled[["name", "next_run", "queue", "schedule", "state", "runs"]].to_string(index=False))
        print("\nExecuted tasks")
        print(instance.executed[["name", "item_name", "cause", "started", "finished", "status"]].to_string(index=False))
        print()


if __name__ == "__main__":
    sys.exit(main())
