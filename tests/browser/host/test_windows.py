"""Dialogs keep the focus while they are open and return it when they close, by keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from clearml_sched_widgets.sandbox import Sandbox
from tests.browser.cells import DRAFT_APP, PAST_BOARD
from tests.browser.conftest import Open


def traps(opener: Locator, window: Locator, within: Locator | None = None) -> None:
    """The window opens by keyboard, keeps the focus however often one presses Tab, and gives it back.

    A button within a menu is gone by then: the one that opens the menu has the focus.
    """
    page = opener.page
    if within is not None:
        within.focus()
        page.keyboard.press("Enter")
    opener.focus()
    page.keyboard.press("Enter")
    expect(window).to_be_visible()
    inside = "each => each.contains(document.activeElement)"
    stops = window.locator("button, input, select, textarea, a, summary, [tabindex='0']").count() + 2
    assert window.evaluate(inside)
    for key in [*["Tab"] * stops, *["Shift+Tab"] * stops]:
        page.keyboard.press(key)
        assert window.evaluate(inside), (window, key)
    page.keyboard.press("Escape")
    expect(window).to_have_count(0)
    expect(within or opener).to_be_focused()


@pytest.mark.slow
def test_the_windows_of_a_dashboard_keep_the_focus_and_give_it_back(open_notebook: Open) -> None:
    board = open_notebook(PAST_BOARD).widget()
    question = board.get_by_role

    def button(name: str) -> Locator:
        return board.get_by_role("button", name=name, exact=True)

    expect(board.get_by_role("table", name="Executed tasks").locator("tbody tr")).to_have_count(3)
    traps(button("Pause"), question("alertdialog", name="Pause With a past?"))
    traps(button("Stop"), question("alertdialog", name="Stop With a past?"))
    traps(button("Pause Train"), question("alertdialog", name="Pause Train?"))
    button("Details of Report").first.press("Enter")
    traps(button("Backfill …"), question("alertdialog", name="Backfill Report"))
    traps(button("Log of Report"), question("dialog", name="Log of Report"))
    button("Run Train now").press("Enter")
    traps(button("Abort Train"), question("alertdialog", name="Abort Train?"))


@pytest.mark.slow
def test_the_windows_of_the_app_and_of_the_form_keep_the_focus_and_give_it_back(
    open_notebook: Open, fresh_sandbox: Sandbox
) -> None:
    app = open_notebook(DRAFT_APP.format(conf=str(fresh_sandbox.conf))).widget()
    app.get_by_role("button", name=re.compile("^Saved")).press("Enter")
    more = app.get_by_role("button", name="More", exact=True)
    for name in ("Configuration", "Launch as a service …", "Delete …"):
        traps(app.get_by_role("button", name=name), app.get_by_role("dialog").or_(app.get_by_role("alertdialog")), more)
    more.press("Enter")
    app.page.keyboard.press("Escape")
    expect(app.get_by_role("button", name="Delete …")).to_have_count(0)
    expect(more).to_be_focused()
    app.get_by_role("button", name="Edit", exact=True).press("Enter")
    traps(app.get_by_role("button", name="Browse"), app.get_by_role("dialog"))
    traps(app.get_by_role("button", name="Import", exact=True), app.get_by_role("dialog"))
    traps(app.get_by_role("button", name="Export"), app.get_by_role("dialog"))
    app.get_by_label("Name", exact=True).fill("Changed")
    traps(app.get_by_role("button", name="Cancel"), app.get_by_role("alertdialog"))
