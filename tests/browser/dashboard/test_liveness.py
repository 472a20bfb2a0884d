"""When the kernel is silent, the dashboard says that its data is old, and how old."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.faults import halted
from tests.browser.memory_history import SEED


@pytest.mark.slow
def test_a_view_of_a_silent_kernel_says_how_old_it_is_until_the_kernel_speaks_again(
    open_notebook: Open, page: Page
) -> None:
    page.clock.install()  # the page's clock goes on, and can be put forward
    notebook = open_notebook(SEED + "saved.resume()\nDashboard(saved, manager)")
    board = notebook.widget()
    expect(board.get_by_role("button", name="Run Train now")).to_be_enabled()
    page.clock.run_for(20_000)
    expect(board.get_by_role("alert")).to_have_count(0)  # it speaks every ten seconds, so that is no reason to worry
    with halted(int(notebook.run("import os; print(os.getpid())"))):
        page.clock.fast_forward(60_000)
        stale = board.get_by_role("alert").filter(has_text="The kernel does not say anything")
        expect(stale).to_contain_text(re.compile(r"Last update 1 min .* ago"))
        expect(stale).to_contain_text("restart the kernel and run this cell again")
        expect(board.get_by_text("last known: running")).to_be_visible()
    expect(stale).to_have_count(0)
    expect(board.get_by_text("running", exact=True).first).to_be_visible()
    expect(board.get_by_text("last known")).to_have_count(0)
