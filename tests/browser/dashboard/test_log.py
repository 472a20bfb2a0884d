"""The log: by level, by text, following, older lines, copied; and what the page says when the kernel is gone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.memory_history import SEED

MANY = (
    SEED
    + """
from clearml_sched_widgets.records import LogLine
now = datetime.now(timezone.utc)
levels = {0: "error", 1: "warning"}
lines = [LogLine(time=now, level=levels.get(n % 100, "info"), text=f"line <b>{n}</b>") for n in range(5000)]
from clearml_sched_widgets.engine.instance_task import journal
remember = journal.Journal.remember
journal.Journal.remember = lambda self, known, whole: remember(self, lines, whole=True)
saved.resume()
Dashboard(saved, manager)
"""
)


@pytest.mark.slow
def test_thousands_of_lines_are_followed_searched_filtered_and_copied(open_notebook: Open) -> None:
    notebook = open_notebook(MANY)
    board = notebook.widget()
    notebook.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    log = board.get_by_role("log", name="Log")
    log.scroll_into_view_if_needed()
    expect(log.get_by_text("line <b>4999</b>", exact=True)).to_be_in_viewport()  # the newest, as text
    expect(log.get_by_text("line <b>100</b>", exact=True)).to_have_count(0)

    board.get_by_label("Search the log").fill("<b>1</b>")
    expect(log.get_by_text("line <b>1</b>", exact=True)).to_be_visible()
    expect(board.get_by_text(re.compile("^1 of 5,00.* lines$"))).to_be_visible()
    board.get_by_label("Search the log").fill("")
    board.get_by_label("Level").select_option("Errors only")
    expect(board.get_by_text(re.compile("^50 of 5,00.* lines$"))).to_be_visible()
    board.get_by_role("button", name="Copy", exact=True).click()
    expect(board.get_by_text("50 lines copied")).to_be_visible()
    text = notebook.page.evaluate("() => navigator.clipboard.readText()")
    assert text.count("\n") == 49
    assert "ERROR line <b>4900</b>" in text

    board.get_by_label("Level").select_option("All levels")
    board.get_by_label("Follow").uncheck()
    top = log.evaluate("box => { box.scrollTop = 40; return box.scrollTop; }")
    notebook.run("saved.run_now(train)")
    launch = log.get_by_role("paragraph").filter(has_text="Train: launched task")
    expect(launch).to_have_text(re.compile(r"Train: launched task [0-9a-f]{8} for \d\d:\d\d:\d\d\.$"))
    assert log.evaluate("box => box.scrollTop") == top
    board.get_by_label("Follow").check()
    log.scroll_into_view_if_needed()
    expect(launch).to_be_in_viewport()


PLAIN_HTTP = "Object.defineProperty(Navigator.prototype, 'clipboard', {get: () => undefined})"


@pytest.mark.slow
def test_texts_are_copied_where_the_browser_has_only_the_old_way(open_notebook: Open, page: Page) -> None:
    page.add_init_script(PLAIN_HTTP)
    board = open_notebook(SEED + "saved.resume()\nDashboard(saved, manager)").widget()
    copy = board.get_by_role("button", name="Copy", exact=True)
    board.get_by_label("Level").select_option("All levels")
    expect(board.get_by_role("log", name="Log").locator("p").first).to_be_visible()
    copy.click()
    expect(board.get_by_text(re.compile(r"^\d+ lines? copied$"))).to_be_visible()
    expect(copy).to_be_focused()
    board.get_by_label("Search the log").press("ControlOrMeta+v")
    expect(board.get_by_label("Search the log")).to_have_value(re.compile(r"^\d{4}-\d\d-\d\d.* INFO "))

    board.get_by_role("button", name="Edit", exact=True).click()
    board.get_by_role("button", name="Export").click()
    dialog = board.get_by_role("dialog", name="Export the definition")
    expect(dialog.get_by_role("textbox")).to_have_value(re.compile("With a past"))
    dialog.get_by_role("button", name="Copy").click()
    expect(dialog.get_by_text("Copied.")).to_be_visible()
    page.evaluate("document.execCommand = () => false")  # nor does it have that
    dialog.get_by_role("button", name="Copy").click()
    expect(dialog.get_by_text("The browser does not allow copying: select the text and copy it.")).to_be_visible()
    page.keyboard.press("Escape")
    board.get_by_role("button", name="Import").click()
    text = board.get_by_role("dialog", name="Import a definition").get_by_role("textbox")
    text.press("ControlOrMeta+v")
    expect(text).to_have_value(re.compile("With a past"))


ELSEWHERE = (
    SEED
    + """
from datetime import timedelta
from clearml_sched_widgets.records import LogLine
began = datetime.now(timezone.utc) - timedelta(hours=2)
gateway = saved.gateway
gateway.set_status(saved.id, "in_progress")
lines = [LogLine(time=began + timedelta(seconds=n), level="info", text=f"line {n}.") for n in range(5000)]
gateway.report_log(saved.id, lines)
Dashboard(saved, manager)
"""
)


@pytest.mark.slow
def test_the_log_of_an_instance_elsewhere_is_read_and_searched_to_its_first_line(open_notebook: Open) -> None:
    notebook = open_notebook(ELSEWHERE)
    board = notebook.widget()
    notebook.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    log = board.get_by_role("log", name="Log")
    log.scroll_into_view_if_needed()
    expect(log.get_by_text("line 4999.", exact=True)).to_be_in_viewport()
    expect(board.get_by_role("heading", name="Log 200+")).to_be_visible()
    board.get_by_role("button", name="Copy", exact=True).click()
    expect(board.get_by_text("200 lines copied; earlier ones are not shown yet")).to_be_visible()

    notebook.start("import time; time.sleep(12)")  # while a cell runs
    log.evaluate("box => { box.scrollTop = 0; }")
    expect(board.get_by_role("heading", name="Log 2,200+")).to_be_visible(timeout=10_000)
    expect(log.get_by_text("line 4799.", exact=True)).to_be_attached()
    log.scroll_into_view_if_needed()  # what is above it on the page may have grown
    expect(log.get_by_text("line 4800.", exact=True)).to_be_in_viewport()  # what was read stays where it was

    board.get_by_label("Search the log").fill("line 7.")
    expect(board.get_by_text("0 of 2,200 lines; earlier lines are on the server and were not searched")).to_be_visible()
    board.get_by_role("button", name="Search them too").click()
    expect(board.get_by_text("1 of 5,000 lines", exact=True)).to_be_visible()
    expect(log.get_by_text("line 7.", exact=True)).to_be_visible()
    expect(board.get_by_role("button", name="Search them too")).to_have_count(0)
    board.get_by_role("button", name="Copy", exact=True).click()
    expect(board.get_by_text("1 line copied", exact=True)).to_be_visible()
    assert notebook.run("print(len(saved.log), saved.log.text.iloc[0])").strip() == "5000 line 0."


def test_a_kernel_that_was_restarted_is_named_and_buttons_say_so(open_notebook: Open) -> None:
    notebook = open_notebook(SEED + "saved.resume()\nDashboard(saved, manager)")
    board = notebook.widget()
    expect(board.get_by_role("button", name="Run Train now")).to_be_enabled()
    notebook.page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel.restart()"
    )
    expect(board.get_by_role("alert")).to_contain_text("The kernel is gone")
    expect(board.get_by_text("last known: running")).to_be_visible()
    board.get_by_role("button", name="Run Train now").click()
    expect(board.get_by_text("This was not done: the kernel is gone. Run the cell again.")).to_be_visible()
