"""Editing the definition of the instance that a dashboard shows: as a whole, one item, and what is not saved."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.axe import Scanner
from tests.browser.conftest import Open

SHOW = """
from clearml_sched_widgets import *
manager = Manager()
instance = manager.launch(Definition("Edited here", [Schedule(Action({task!r}), Daily(["06:20"]), name="Morning")]))
Dashboard(instance, manager)
"""


@pytest.mark.slow
def test_the_definition_is_edited_in_the_dashboard_and_nothing_unsaved_is_lost(
    open_notebook: Open, examples: dict[str, str]
) -> None:
    notebook = open_notebook(SHOW.format(task=examples["train"]))
    board, axe = notebook.widget(), Scanner(notebook)
    name = board.get_by_label("Name", exact=True)
    board.get_by_role("button", name="Edit", exact=True).click()
    expect(board.get_by_text("Changes Edited here.")).to_be_visible()
    expect(board.get_by_role("button", name="Launch", exact=True)).to_have_count(0)
    board.get_by_role("button", name="Back to the dashboard").click()  # nothing was edited: nothing is kept
    expect(board.get_by_role("table", name="Scheduled tasks")).to_contain_text("Morning")
    expect(board.get_by_role("button", name="Back to the form")).to_have_count(0)

    board.get_by_role("button", name="Edit", exact=True).click()
    name.fill("Edited and kept")
    notebook.await_draft("Edited and kept")
    notebook.reload()
    expect(name).to_have_value("Edited and kept")
    board.get_by_role("button", name="Back to the dashboard").click()
    board.get_by_role("button", name=re.compile("^Details of")).first.click()
    board.get_by_role("button", name="Edit …").click()
    question = board.get_by_role("alertdialog", name="Discard the form that you have begun?")
    axe.scan("the question before another form")
    axe.assert_clean()
    expect(question).to_contain_text("Your changes of Edited here were not saved.")
    question.get_by_role("button", name="Back to it").click()
    expect(name).to_have_value("Edited and kept")
    board.get_by_role("button", name="Save changes").click()
    expect(board.get_by_role("heading", name="Edited and kept")).to_be_visible()
    assert notebook.run("print(instance.definition.name, instance.status)").strip() == "Edited and kept running"

    board.get_by_role("button", name=re.compile("^Details of")).first.click()
    board.get_by_role("button", name="Edit …").click()
    expect(board.get_by_label("Item name")).to_be_focused()  # the form opens at the item
    board.get_by_label("Item name").fill("Not wanted")
    board.get_by_role("button", name="Cancel").click()
    board.get_by_role("alertdialog", name="Discard what you have changed?").get_by_role(
        "button", name="Discard"
    ).click()
    expect(board.get_by_role("table", name="Scheduled tasks")).to_contain_text("Morning")
    notebook.run("instance.stop()")


@pytest.mark.slow
def test_where_the_definition_cannot_be_changed_the_button_says_why(
    open_notebook: Open, examples: dict[str, str]
) -> None:
    queued = SHOW.format(task=examples["train"]).replace(")]))\n", ')]), where="service", queue="services")\n')
    notebook = open_notebook(queued)
    board, axe = notebook.widget(), Scanner(notebook)
    board.get_by_role("button", name="Edit", exact=True).press("Enter")
    expect(board.get_by_text("It waits in its queue. It can be changed when it runs")).to_be_visible()
    expect(board.get_by_role("table", name="Scheduled tasks")).to_be_visible()
    axe.scan("an instance that cannot be edited now")
    axe.assert_clean()
    notebook.run("instance.stop()")
