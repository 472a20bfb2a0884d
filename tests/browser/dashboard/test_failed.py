"""An instance that failed, or was stopped by the server, says why and how to go on; and it goes on."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.axe import Scanner
from tests.browser.conftest import Open
from tests.browser.memory_history import SEED

FAILED = (
    SEED
    + """
from clearml_sched_widgets.records import LogLine
gateway.set_status(saved.id, "in_progress")
late = datetime.now(timezone.utc) + timedelta(seconds=1)
gateway.report_log(saved.id, [LogLine(time=late, level="error", text="<b>no space left</b> on device")])
gateway.set_status(saved.id, "failed", "worker execution exit code 1")
display(Dashboard(saved, manager))
SchedulerApp(manager)
"""
)


@pytest.mark.slow
def test_a_failed_instance_says_why_and_goes_on(open_notebook: Open) -> None:
    notebook = open_notebook(FAILED)
    page, scanner = notebook.page, Scanner(notebook)
    board, app = (page.get_by_label(name, exact=True) for name in ("Dashboard", "ClearML schedulers"))
    app.get_by_role("navigation", name="Instances").get_by_role("listitem").get_by_role("button").click()
    for widget in (board, app):
        alert = widget.get_by_role("alert")
        expect(alert).to_contain_text("It ended by an error")
        expect(alert).to_contain_text("worker execution exit code 1")
        expect(alert).to_contain_text("<b>no space left</b> on device")
        expect(alert).to_contain_text("“Resume” goes on with it in this kernel")
        scheduled = widget.get_by_role("table", name="Scheduled tasks").get_by_role("row")
        expect(scheduled.nth(1)).to_contain_text("none")  # no next run: nothing is launched before it is resumed
        expect(scheduled.nth(1)).to_contain_text("failed")
    expect(board.get_by_role("button", name="Resume as a service …")).to_be_visible()
    app.get_by_role("button", name="More", exact=True).click()
    expect(app.get_by_role("button", name="Resume as a service …")).to_be_visible()
    page.keyboard.press("Escape")
    scanner.scan("it failed")
    notebook.run('gateway.set_status(saved.id, "stopped", "Forced stop (non-responsive)")')
    for widget in (board, app):
        expect(widget.get_by_role("alert")).to_contain_text("The server stopped it: nothing had been heard of it")
        expect(widget.get_by_role("alert")).to_contain_text("Forced stop (non-responsive)")
        expect(widget.get_by_role("alert")).to_contain_text("“Resume” goes on with it in this kernel")
    scanner.scan("the server stopped it", widths=(1400,))
    scanner.assert_clean()
    board.get_by_role("button", name="Resume", exact=True).click()
    for widget in (board, app):
        expect(widget.get_by_role("button", name="Pause", exact=True)).to_be_visible()
        expect(widget.get_by_role("alert")).to_have_count(0)
