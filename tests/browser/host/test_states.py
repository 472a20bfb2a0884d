"""Empty, loading and failed widgets: each says what its state is and what to do."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from clearml_sched_widgets.sandbox import Sandbox
from tests.browser.conftest import Open, OpenFile
from tests.browser.faults import halted
from tests.browser.lab import Lab

CONF = "import os\nos.environ['CLEARML_CONFIG_FILE'] = {conf!r}\nfrom clearml_sched_widgets import *\n"
SAVED = """
manager = Manager()
task = manager.gateway._api.write("tasks.create", {"name": "a task", "type": "training"})["id"]
saved = manager.save(Definition("Saved", [Schedule(Action(task), Daily(["06:20"]), name="Morning")]))
"""
ALL = "for widget in (SchedulerApp(), Dashboard(saved), Wizard()):\n    display(widget)"


@pytest.mark.slow
def test_before_the_server_has_answered_each_widget_says_what_it_waits_for(
    lab: Lab, open_file: OpenFile, fresh_sandbox: Sandbox
) -> None:
    notebook = open_file(lab.write("test.ipynb", [CONF.format(conf=str(fresh_sandbox.conf)) + SAVED, ALL]))
    notebook.run_cell("manager.save")
    assert notebook.run("print(saved.status)").strip() == "draft"
    app, board, form = (
        notebook.page.get_by_label(name, exact=True) for name in ("ClearML schedulers", "Dashboard", "New instance")
    )
    with halted(fresh_sandbox.pid):
        notebook.run_cell("display(widget)")
        for widget in (app, board):
            expect(widget.get_by_text("Connecting …")).to_be_visible()
        expect(app.get_by_text("They are listed when the server answers.")).to_be_visible()
        expect(board.get_by_text("Reading the instance …")).to_be_visible()
        # The form needs no server to say what will run.
        form.get_by_label("Times of the day").fill("06:20")
        expect(form.get_by_text("Every day at 06:20 (UTC).").first).to_be_visible()
    for widget in (app, board, form):
        expect(widget.get_by_text("Default User").first).to_be_visible()
        expect(widget.get_by_text("Connecting …")).to_have_count(0)
    expect(app.get_by_role("navigation", name="Instances").get_by_role("listitem")).to_contain_text("Saved")
    expect(board.get_by_role("table", name="Scheduled tasks")).to_contain_text("Morning")


@pytest.mark.slow
def test_where_there_is_nothing_yet_the_way_to_the_first_thing_is_shown(
    open_notebook: Open, fresh_sandbox: Sandbox
) -> None:
    notebook = open_notebook(CONF.format(conf=str(fresh_sandbox.conf)) + "SchedulerApp()")
    app = notebook.widget()
    expect(app.get_by_text("None yet.")).to_be_visible()
    expect(app.get_by_text("No instance yet")).to_be_visible()
    notebook.run('saved = Manager().save(Definition("Blank", []))')
    app.get_by_role("button", name=re.compile("^Blank")).click()
    for title in ("Nothing is scheduled", "Nothing has run yet", "The log is empty"):
        expect(app.get_by_text(title)).to_be_visible()
    expect(app.get_by_role("table", name="Scheduled tasks")).to_have_count(0)
    expect(app.get_by_role("button", name="CSV")).to_have_count(0)


@pytest.mark.slow
def test_an_instance_that_somebody_broke_is_told_and_takes_nothing_from_the_rest(
    open_notebook: Open, fresh_sandbox: Sandbox
) -> None:
    notebook = open_notebook(CONF.format(conf=str(fresh_sandbox.conf)) + SAVED + "SchedulerApp(manager)")
    app = notebook.widget()
    listed = app.get_by_role("navigation", name="Instances").get_by_role("listitem").get_by_role("button")
    listed.filter(has_text="Saved").click()
    expect(app.get_by_role("table", name="Scheduled tasks")).to_contain_text("Morning")
    notebook.run('manager.gateway.write_configuration(saved.id, {"definition": "{ broken"})')
    problem = app.get_by_role("alert").filter(has_text="This instance cannot be shown")
    expect(problem).to_be_visible()
    expect(listed.filter(has_text="Its definition cannot be read")).to_have_count(1)
    app.get_by_role("button", name="Launch new").click()
    expect(app.get_by_label("Name", exact=True)).to_be_focused()
