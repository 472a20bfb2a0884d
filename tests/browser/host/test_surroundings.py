"""A kernel that its host may end, a computer that slept: the form and the dashboard say so and offer a service."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open

HUB = """
import os
os.environ["JUPYTERHUB_USER"] = "somebody"
from clearml_sched_widgets import Wizard
Wizard()
"""
SLEPT = """
import time
from clearml_sched_widgets import Action, Daily, Dashboard, Definition, Manager, Schedule
instance = Manager().launch(Definition("Night owl", [Schedule(Action({task!r}), Daily(["06:20"]), name="Nightly")]))
Dashboard(instance)
"""
SLEEP = """
from clearml_sched_widgets.widgets.host.surroundings import SLEEP
SLEEP.wall = lambda: time.time() + 5400
"""


@pytest.mark.slow
def test_the_form_says_that_a_hub_may_end_the_kernel_and_that_a_service_would_go_on(open_notebook: Open) -> None:
    form = open_notebook(HUB).widget()
    where = form.get_by_role("group", name="Run in")
    expect(where).to_have_accessible_description(re.compile("runs on JupyterHub, which often ends kernels"))
    expect(where).to_have_accessible_description(re.compile("resume\\(\\) goes on with it"))
    expect(form.get_by_text("somebody")).to_have_count(0)
    where.get_by_label("Service on a queue").check()
    expect(where).to_have_accessible_description("An agent runs it, whether this notebook is open or not.")


@pytest.mark.slow
def test_after_a_sleep_an_instance_of_this_kernel_is_moved_to_a_service(
    open_notebook: Open, examples: dict[str, str]
) -> None:
    notebook = open_notebook(SLEPT.format(task=examples["train"]))
    board = notebook.widget()
    expect(board.get_by_role("button", name="Move to a service …")).to_have_count(1)
    notebook.run(SLEEP)
    told = board.get_by_role("status").filter(has_text="This computer seems to have slept from")
    expect(told).to_contain_text("(1 h 30 min): what runs in this kernel stood still")
    board.get_by_role("button", name="Move to a service …").press("Enter")
    dialog = board.get_by_role("alertdialog", name="Move to a service?")
    expect(dialog.get_by_label("Service queue")).to_have_value("services")
    expect(dialog).to_contain_text("No agent serves this queue")
    dialog.get_by_role("button", name="Move", exact=True).press("Enter")
    expect(dialog).to_have_count(0)
    expect(told).to_have_count(0)
    expect(board.get_by_text("queued").first).to_be_visible()
    expect(board.get_by_role("button", name="Move to a service …")).to_have_count(0)
    assert notebook.run("print(instance.where)").strip() == "service"
    notebook.run("instance.stop()")


@pytest.mark.slow
def test_what_was_read_about_a_sleep_is_dismissed(open_notebook: Open, examples: dict[str, str]) -> None:
    notebook = open_notebook(SLEPT.format(task=examples["train"]))
    board = notebook.widget()
    expect(board.get_by_role("table", name="Scheduled tasks")).to_contain_text("Nightly")
    notebook.run(SLEEP)
    told = board.get_by_role("status").filter(has_text="seems to have slept")
    told.get_by_role("button", name="Dismiss").click()
    expect(told).to_have_count(0)
    notebook.run("instance.stop()")
