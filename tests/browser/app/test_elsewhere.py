"""The app shows, controls and filters instances of other processes and other users."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from clearml_sched_widgets.sandbox import Sandbox
from scripts.workspace import fill
from tests.browser.axe import Scanner
from tests.browser.conftest import Open
from tests.browser.menus import choose_more

# Another process holds the instance until somebody stops it.
HOLDER = """
import time
from clearml_sched_widgets import *
manager = Manager()
task = manager.gateway._api.write("tasks.create", {"name": "a task", "type": "training"})["id"]
manager.gateway._api.write("queues.create", {"name": "nobody"})
morning = Schedule(Action(task, "nobody"), Daily(["06:20"]), name="Morning")
instance = manager.launch(Definition("Elsewhere", [morning]))
while instance.status in ("running", "paused"):
    time.sleep(0.2)
"""
APP = "import os\nos.environ['CLEARML_CONFIG_FILE'] = {conf!r}\nfrom clearml_sched_widgets import *\nSchedulerApp()"


@pytest.fixture
def holder(fresh_sandbox: Sandbox) -> Iterator[subprocess.Popen[bytes]]:
    """A process with an instance in it."""
    environment = {**os.environ, "CLEARML_CONFIG_FILE": str(fresh_sandbox.conf)}
    with subprocess.Popen([sys.executable, "-c", HOLDER], env=environment) as process:
        yield process
        process.kill()


@pytest.mark.slow
def test_an_instance_of_another_kernel_is_followed_run_paused_and_stopped(
    open_notebook: Open, fresh_sandbox: Sandbox, holder: subprocess.Popen[bytes]
) -> None:
    app = open_notebook(APP.format(conf=str(fresh_sandbox.conf))).widget()
    listed = app.get_by_role("navigation", name="Instances").get_by_role("listitem").get_by_role("button")
    expect(listed).to_contain_text("another kernel", timeout=40_000)
    expect(listed).to_contain_text(re.compile(r"running.*up \d+ s"))
    listed.click()
    expect(app.get_by_role("table", name="Scheduled tasks")).to_contain_text("Morning")
    expect(app.get_by_text(re.compile("^in another kernel · Default User · up"))).to_be_visible()
    expect(app.get_by_role("list", name="Counters")).to_contain_text("last heard")
    app.get_by_role("button", name="Run Morning now").click()
    runs = app.get_by_role("table", name="Executed tasks").locator("tbody tr")
    expect(runs).to_contain_text("queued", timeout=40_000)
    app.get_by_role("button", name="Run all now").click()
    app.get_by_role("button", name="Launch 1 item").click()
    expect(runs).to_have_count(2, timeout=40_000)
    app.get_by_role("button", name="Pause", exact=True).click()
    dialog = app.get_by_role("alertdialog", name="Pause Elsewhere?")
    dialog.get_by_label("Why? (optional)").fill("maintenance")
    dialog.get_by_role("button", name="Pause").click()
    expect(app.get_by_text("Paused: maintenance", exact=True)).to_be_visible(timeout=40_000)
    app.get_by_role("button", name="Resume", exact=True).click()
    expect(app.get_by_role("button", name="Pause", exact=True)).to_be_visible(timeout=40_000)
    app.get_by_role("button", name="Stop", exact=True).click()
    app.get_by_role("button", name="Stop now").click()
    expect(listed).to_contain_text("stopped", timeout=40_000)
    assert holder.wait(30) == 0


@pytest.mark.slow
def test_k28_one_whose_process_was_killed_gives_no_sign_of_life_keeps_commands_and_is_resumed_here(
    open_notebook: Open, fresh_sandbox: Sandbox, holder: subprocess.Popen[bytes]
) -> None:
    notebook = open_notebook(APP.format(conf=str(fresh_sandbox.conf)))
    app, scanner = notebook.widget(), Scanner(notebook)
    listed = app.get_by_role("navigation", name="Instances").get_by_role("listitem").get_by_role("button")
    expect(listed).to_contain_text("running", timeout=40_000)
    listed.click()
    shown = app.get_by_role("group", name="Instance", exact=True)
    expect(shown.get_by_role("list", name="Counters")).to_contain_text("last heard just now")
    holder.kill()
    expect(listed).to_contain_text(re.compile(r"silent.*no sign of life for \d+ s"), timeout=60_000)
    alert = shown.get_by_role("alert").filter(has_text="No sign of life for")
    expect(alert).to_contain_text("Its kernel may have ended, or its computer may be asleep")
    expect(app).not_to_contain_text("gone")
    expect(shown.get_by_role("button").first).to_have_text("Resume")
    scheduled = shown.get_by_role("table", name="Scheduled tasks")
    expect(scheduled).to_contain_text(
        re.compile(r"No sign of life of its kernel or agent for \d+ s. Resume the instance.")
    )
    scanner.scan("an instance is silent")
    scanner.assert_clean()

    shown.get_by_role("button", name="Run Morning now").click()
    expect(shown.get_by_role("status").filter(has_text="This is kept")).to_be_visible()
    shown.get_by_role("button", name="Resume", exact=True).click()
    expect(shown.get_by_role("button", name="Pause", exact=True)).to_be_visible(timeout=60_000)
    expect(shown.get_by_text(re.compile("^in this kernel"))).to_be_visible()
    expect(alert).to_have_count(0)
    runs = shown.get_by_role("table", name="Executed tasks").locator("tbody tr")
    expect(runs).to_contain_text("queued", timeout=60_000)  # what was kept was carried out
    expect(runs).to_have_count(1)


@pytest.mark.slow
def test_other_peoples_instances_are_seen_told_apart_and_cloned(open_notebook: Open, tmp_path: Path) -> None:
    fill(tmp_path / "workspace")
    with Sandbox.start(tmp_path / "workspace") as sandbox:
        app = open_notebook(APP.format(conf=str(sandbox.conf))).widget()
        listed = app.get_by_role("navigation", name="Instances").get_by_role("listitem").get_by_role("button")
        expect(listed).to_have_count(7, timeout=40_000)
        theirs = listed.filter(has_text="Energy forecast")
        expect(theirs).to_contain_text("Devi Raman")
        expect(theirs).to_contain_text("service")
        silent = listed.filter(has_text="Data quality checks")
        expect(silent).to_contain_text(re.compile(r"silent.*no sign of life for \d+ (min|h|d)"))
        app.get_by_label("Only mine").check()
        expect(listed).to_have_count(3)
        expect(theirs).to_have_count(0)
        app.get_by_label("Only mine").uncheck()
        app.get_by_label("Status").select_option(label="Stopped (2)")
        expect(listed).to_have_count(2)
        app.get_by_label("Status").select_option("all")
        theirs.click()
        expect(app.get_by_role("table", name="Executed tasks").locator("tbody tr").first).to_be_visible()
        choose_more(app, "Clone")
        expect(app.get_by_label("Name", exact=True)).to_have_value("Energy forecast (copy)")
