"""Dialogs, results, tooltips and what is shown when something is wrong, scanned with axe-core."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from clearml_sched_widgets.sandbox import Sandbox
from tests.browser.axe import Scanner
from tests.browser.cells import DRAFT_APP
from tests.browser.conftest import Open
from tests.browser.memory_history import SEED
from tests.browser.menus import choose_more

PAST = (
    SEED
    + """
from clearml_sched_widgets.records import LogLine
run = ran(train, 30, 4)
ran(train, 60, 9, "failed")
now, levels = datetime.now(timezone.utc), ("info", "warning", "error")
gateway.report_log(run, [LogLine(time=now, level=level, text=f"{level} line") for level in levels])
saved.resume()
Dashboard(saved, manager)
"""
)


@pytest.mark.slow
def test_no_dialog_of_an_item_or_a_run_has_a_violation(open_notebook: Open) -> None:
    notebook = open_notebook(PAST)
    board, scanner, keyboard = notebook.widget(), Scanner(notebook), notebook.page.keyboard
    runs = board.get_by_role("group", name="Executed tasks, rows")
    board.get_by_role("button", name="Pause Train").click()
    expect(board.get_by_role("alertdialog", name="Pause Train?")).to_be_visible()
    scanner.scan("pause an item")
    keyboard.press("Escape")
    board.get_by_role("button", name="Details of Report").click()
    board.get_by_role("button", name="Backfill …").click()
    dialog = board.get_by_role("alertdialog", name="Backfill Report")
    expect(dialog).to_contain_text("They start at once")
    scanner.scan("backfill")
    dialog.get_by_label("Up to (UTC)").fill("2026-01-09T00:00")
    expect(dialog).to_contain_text("expected a time after the start")
    scanner.scan("backfill of no period")
    keyboard.press("Escape")
    board.get_by_role("button", name="Run Train now").click()
    expect(runs.get_by_role("button", name="Abort Train")).to_be_visible()
    runs.get_by_role("button", name="Log of Train").first.click()
    console = board.get_by_role("dialog", name="Log of Train")
    expect(console).to_contain_text("It waits in its queue for an agent.")
    scanner.scan("a console without lines")
    keyboard.press("Escape")
    runs.get_by_role("button", name="Log of Train").nth(1).click()
    expect(console).to_contain_text("warning line")
    scanner.scan("a console")
    keyboard.press("Escape")
    runs.get_by_role("button", name="Abort Train").click()
    scanner.scan("abort a run")
    scanner.assert_clean()


@pytest.mark.slow
def test_nothing_that_a_dashboard_shows_on_request_has_a_violation(open_notebook: Open) -> None:
    notebook = open_notebook(PAST)
    board, scanner, page = notebook.widget(), Scanner(notebook), notebook.page
    chart = board.get_by_role("group", name=re.compile("^Timeline from"))
    chart.get_by_label(re.compile("^Train, failed")).focus()
    expect(board.locator(".csw-tl-tip")).to_contain_text("Took")
    scanner.scan("the tooltip of a run")
    board.get_by_role("button", name="30 d").click()
    scanner.scan("runs drawn together")
    board.get_by_label("Search the log").fill("nobody wrote this")
    expect(board.get_by_text("No line matches.")).to_be_visible()
    scanner.scan("a log without a match")
    board.get_by_role("button", name="Filter").last.click()
    board.get_by_label("Period").select_option("from … to …")
    board.get_by_label("failed (").check()
    scanner.scan("a period as a filter")
    page.keyboard.press("Escape")
    board.get_by_label("Search in executed tasks").fill("nobody is called this")
    expect(board.get_by_text("Nothing matches")).to_be_visible()
    scanner.scan("a table without a match")
    board.get_by_label("Relative to now").check()
    scanner.scan("relative times")
    page.evaluate("() => window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel.restart()")
    expect(board.get_by_role("alert")).to_contain_text("The kernel is gone")
    board.get_by_role("button", name="Run Train now").click()
    expect(board.get_by_text("This was not done: the kernel is gone. Run the cell again.")).to_be_visible()
    scanner.scan("the kernel is gone")
    scanner.assert_clean()


IMPORTED = '{"version": 1, "name": "Imported", "schedules": []}'


@pytest.mark.slow
def test_editing_deleting_and_importing_has_no_violation(open_notebook: Open, fresh_sandbox: Sandbox) -> None:
    notebook = open_notebook(DRAFT_APP.format(conf=str(fresh_sandbox.conf)))
    app, scanner, keyboard = notebook.widget(), Scanner(notebook), notebook.page.keyboard
    app.get_by_role("button", name=re.compile("^Saved")).click()
    expect(app.get_by_role("table", name="Scheduled tasks")).to_contain_text("Morning")
    scanner.scan("a draft")
    choose_more(app, "Delete")
    expect(app.get_by_role("alertdialog", name="Delete Saved?")).to_be_visible()
    scanner.scan("delete it?")
    keyboard.press("Escape")
    app.get_by_role("button", name="Edit", exact=True).click()
    expect(app.get_by_text("Changes Saved.")).to_be_visible()
    scanner.scan("an instance is edited")
    app.get_by_role("button", name="Import", exact=True).click()
    window = app.get_by_role("dialog", name="Import a definition")
    window.get_by_label("Definition, as JSON or YAML").fill('{"version": 1, "name": "x", "schedules": [{}]}')
    window.get_by_role("button", name="Import", exact=True).click()
    expect(window.get_by_role("alert")).to_contain_text("schedules[0]")
    scanner.scan("problems of an import")
    window.get_by_label("Definition, as JSON or YAML").fill(IMPORTED)
    window.get_by_role("button", name="Import", exact=True).click()
    expect(app.get_by_text("Imported “Imported”")).to_be_visible()
    scanner.scan("imported, and nothing in it")
    app.get_by_role("button", name="Undo").click()
    app.get_by_role("button", name="Delete Morning").click()
    expect(app.get_by_text("Deleted “Morning”")).to_be_visible()
    scanner.scan("something to undo")
    app.get_by_role("button", name="Cancel").click()
    expect(app.get_by_role("alertdialog", name="Discard what you have changed?")).to_be_visible()
    scanner.scan("discard it?")
    app.get_by_role("button", name="Discard").click()
    notebook.run('manager.gateway.write_configuration(saved.id, {"definition": "{ broken"})')
    expect(app.get_by_text("This instance cannot be shown")).to_be_visible()
    scanner.scan("an instance that somebody broke")
    scanner.assert_clean()


AWAY = """
import os
os.environ["CLEARML_CONFIG_FILE"] = {conf!r}
from clearml_sched_widgets import *
for widget in (SchedulerApp(), Dashboard(), Wizard()):
    display(widget)
"""


@pytest.mark.slow
@pytest.mark.parametrize("state", ["away", "denied"])
def test_no_widget_without_a_server_has_a_violation(
    open_notebook: Open, sandbox: Sandbox, tmp_path: Path, state: str
) -> None:
    wrong = {"away": (sandbox.api_url, "http://127.0.0.1:9"), "denied": (sandbox.secret_key, "not-the-key")}
    conf = tmp_path / "clearml.conf"
    conf.write_text(sandbox.conf.read_text().replace(*wrong[state]))
    notebook = open_notebook(AWAY.format(conf=str(conf)))
    title = {"away": "The ClearML server does not answer", "denied": "The server does not accept your credentials"}
    expect(notebook.page.get_by_text(title[state])).to_have_count(3)
    scanner = Scanner(notebook)
    scanner.scan(state)
    scanner.assert_clean()
