"""The quickstart, as a user follows it: from the notebook's first cell to a task that an agent completed."""

from __future__ import annotations

import re
import shutil

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenFile
from tests.browser.lab import Lab
from tests.paths import NOTEBOOKS

QUICKSTART = NOTEBOOKS / "01_quickstart.ipynb"


@pytest.mark.usefixtures("agent", "examples")
def test_a_schedule_filled_in_by_label_runs_on_the_agent_and_shows_as_completed(lab: Lab, open_file: OpenFile) -> None:
    shutil.copy(QUICKSTART, lab.notebooks)
    notebook = open_file(QUICKSTART.name)
    notebook.run_cell("SchedulerApp()")
    app = notebook.widget()

    app.get_by_role("button", name="Launch new").click()
    app.get_by_label("Name", exact=True).fill("Quickstart by hand")
    app.get_by_role("button", name="Browse").click()
    app.get_by_label("Search tasks").fill("train")
    app.get_by_role("option", name="train model").first.click()
    expect(app.get_by_label("Base task", exact=True)).to_have_accessible_description(re.compile("train model Examples"))
    app.get_by_label("Item name").fill("Train soon")
    app.get_by_label("Interval").check()
    app.get_by_label("Every", exact=True).fill("3s")
    app.get_by_text("Advanced").click()
    app.get_by_label("End after runs").fill("1")
    preview = app.get_by_label("Preview", exact=True)
    expect(preview.get_by_text("Every 3 seconds.")).to_be_visible()
    runs = preview.get_by_role("table", name="Next runs").locator("tbody tr:has(td)")
    expect(runs).to_have_count(1)  # it ends after one
    app.get_by_role("button", name="Launch", exact=True).click()

    expect(app.get_by_role("heading", name="Quickstart by hand")).to_be_visible()
    run = app.get_by_role("table", name="Executed tasks").get_by_role("row").filter(has_text="Train soon")
    expect(run).to_have_count(1)
    expect(run).to_contain_text("completed", timeout=60_000)
    expect(app.get_by_role("log")).to_contain_text("Train soon: launched task")

    app.get_by_role("button", name="Stop", exact=True).click()
    app.get_by_role("button", name="Stop now").click()
    expect(app.get_by_role("button", name="Resume")).to_be_visible()
