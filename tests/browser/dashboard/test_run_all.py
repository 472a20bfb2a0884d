"""Run now for a whole instance: asks first, launches each item once, and shows the progress."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.memory_history import SEED

MANY = (
    SEED
    + """
import time
clone = gateway.clone
def slowly(wanted):
    time.sleep(0.8)
    return clone(wanted)
gateway.clone = slowly
daily = Daily(["06:20"])
items = [Schedule(Action(base), daily, name=f"Item {number}", enabled=number > 1) for number in range(25)]
many = manager.launch(Definition("Many", items))
Dashboard(many, manager)
"""
)


@pytest.mark.slow
def test_all_enabled_items_are_launched_after_a_question_with_how_far_that_is(open_notebook: Open) -> None:
    notebook = open_notebook(MANY)
    board = notebook.widget()
    button = board.get_by_role("button", name="Run all now")
    button.click()
    question = board.get_by_role("alertdialog", name="Launch 23 items now?")
    expect(question).to_contain_text("Disabled ones are left out (2).")
    question.get_by_role("button", name="Cancel").click()
    expect(button).to_be_focused()
    notebook.page.keyboard.press("Enter")
    question.get_by_role("button", name="Launch 23 items").click()
    expect(question).to_have_count(0)
    expect(board.get_by_role("progressbar", name="Launching 23 runs")).to_be_visible()
    expect(board.get_by_text("23 runs were launched.")).to_be_visible()
    assert notebook.run("print(len(many.executed), set(many.executed.cause))").strip() == "23 {'manual'}"
    expect(board.get_by_role("log", name="Log")).to_contain_text("23 items are run once, by hand.")
    notebook.run("many.stop()")
    expect(button).to_have_count(0)
