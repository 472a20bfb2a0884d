"""Makes events for the trigger benchmarks: tasks that fail."""

from __future__ import annotations

import os
import random

from benchmarks.children.plain import PROJECT, Plain


def fail_tasks(plain: Plain, count: int) -> None:
    """Create and start `count` tasks, and let them fail in random order."""
    project = plain.call("projects.create", {"name": f"{PROJECT}/events-{os.getpid()}", "description": ""})["id"]
    body = {"type": "training", "project": project}
    made = plain.each("tasks.create", [{**body, "name": f"run {n}"} for n in range(count)])
    ids = [{"task": answer["id"]} for answer in made]
    plain.each("tasks.started", ids)
    random.Random(0).shuffle(ids)
    plain.each("tasks.failed", ids)
