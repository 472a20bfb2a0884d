"""Editing the definition of the instance that a dashboard shows: as a whole, one item, and what is not saved."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.axe import Scanner
from tests.browser.conftest import Open, OpenFile
from tests.browser.faults import busy
from tests.browser.lab import Lab
from tests.browser.memory_history import SEED

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


HERE = SEED + "saved.resume()\nDashboard(saved, manager)"
SLOW_SERVER = """
import threading
go, tasks = threading.Event(), gateway.tasks
gateway.tasks = lambda query: (go.wait(60), tasks(query))[1]
"""


def change_name(board: Locator, name: str) -> Locator:
    """Edit the instance that is shown; the field with its new name."""
    board.get_by_role("button", name="Edit", exact=True).click()
    field = board.get_by_label("Name", exact=True)
    field.fill(name)
    return field


def is_inert(field: Locator) -> bool:
    """Whether it takes neither the focus nor a press."""
    return bool(field.evaluate("each => { each.focus(); return document.activeElement !== each; }"))


@pytest.mark.slow
def test_while_changes_are_saved_the_form_says_what_it_waits_for_and_takes_no_more(
    lab: Lab, open_file: OpenFile, tmp_path: Path
) -> None:
    notebook = open_file(lab.write("test.ipynb", [HERE]))
    notebook.without_subshells()
    notebook.run_all()
    board, axe, end = notebook.widget(), Scanner(notebook), tmp_path / "end"
    name = change_name(board, "After a cell")
    assert not is_inert(name)
    notebook.await_draft("After a cell")
    notebook.start(busy(end))
    board.get_by_role("button", name="Save changes").click()
    expect(board.get_by_role("button", name="Waiting for the running cell …")).to_be_visible()
    expect(board.get_by_role("status").filter(has_text="It takes this up when the cell has ended")).to_be_visible()
    expect(board.get_by_role("button", name="Cancel")).to_be_disabled()
    assert is_inert(name)
    axe.scan("changes that wait for a cell")
    end.touch()
    expect(board.get_by_role("heading", name="After a cell")).to_be_visible()

    name = change_name(board, "Slowly saved")
    notebook.await_draft("Slowly saved")
    notebook.run(SLOW_SERVER)
    board.get_by_role("button", name="Save changes").click()
    expect(board.get_by_role("button", name="Saving …")).to_be_visible()
    expect(board.get_by_role("status").filter(has_text="The server checks tasks and queues")).to_be_visible()
    expect(board.get_by_role("progressbar", name="The server works on it")).to_be_visible()
    assert is_inert(name)
    axe.scan("changes that the server works on")
    notebook.run("go.set()")
    expect(board.get_by_role("heading", name="Slowly saved")).to_be_visible()
    axe.assert_clean()
    assert notebook.run("print(saved.definition.name)").strip() == "Slowly saved"


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
