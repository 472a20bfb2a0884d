"""Notebook cells that several tests start with: a dashboard with past runs, an app with a saved instance."""

from __future__ import annotations

from tests.browser.memory_history import SEED

PAST_BOARD = (
    SEED
    + """
ran(train, 30, 4, "failed")
ran(train, 60, 4)
ran(report, 90, 4)
saved.resume()
Dashboard(saved, manager)
"""
)
DRAFT_APP = """
import os
os.environ["CLEARML_CONFIG_FILE"] = {conf!r}
from clearml_sched_widgets import *
manager = Manager()
task = manager.gateway._api.write("tasks.create", {{"name": "train model", "type": "training"}})["id"]
saved = manager.save(Definition("Saved", [Schedule(Action(task), Daily(["06:20"]), name="Morning")]))
SchedulerApp(manager)
"""
