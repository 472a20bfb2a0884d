"""Several widgets of each kind in one notebook have different names for screen readers."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.axe import Scanner
from tests.browser.conftest import Open
from tests.browser.memory_history import SEED

TWICE = ["Wizard(saved.definition)"] * 2 + ["Dashboard(saved, manager)"] * 2 + ["SchedulerApp(manager)"] * 2


@pytest.mark.slow
def test_two_of_each_widget_have_names_of_their_own(open_notebook: Open) -> None:
    notebook = open_notebook(SEED, *TWICE)
    page, scanner = notebook.page, Scanner(notebook)
    for kind in ("New instance", "Dashboard", "ClearML schedulers"):
        for name in (kind, f"{kind} 2"):
            widget = page.get_by_role("region", name=name, exact=True)
            widget.scroll_into_view_if_needed()
            expect(widget).to_be_visible()
    for app in ("ClearML schedulers", "ClearML schedulers 2"):
        page.get_by_role("region", name=app, exact=True).get_by_role("button", name="With a past").click()
    for board in ("Dashboard", "Dashboard 2", "ClearML schedulers", "ClearML schedulers 2"):
        widget = page.get_by_role("region", name=board, exact=True)
        expect(widget.get_by_role("table", name="Scheduled tasks")).to_contain_text("Report")
    scanner.scan("two widgets of each kind")
    scanner.assert_clean()
