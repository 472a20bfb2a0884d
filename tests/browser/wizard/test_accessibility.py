"""The form's windows and folds, scanned with axe-core: choosing tasks, parameters, files, undo, and the end."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.axe import Scanner
from tests.browser.conftest import Open

TWO = """
from clearml_sched_widgets import *
action = Action({task!r}, parameters={{"Args/lr": "much", "Args/new": "x"}}, container="python:3.11",
                overrides={{"script.branch": "main"}})
def report(): pass
Wizard(Definition("Two", [Schedule(action, Daily(["06:20"]), name="First"),
                          Schedule(Action(function=report), Daily(["06:20"]), name="Second", enabled=False)]))
"""


@pytest.mark.slow
def test_no_window_and_no_fold_of_the_form_has_a_violation(open_notebook: Open, examples: dict[str, str]) -> None:
    notebook = open_notebook(TWO.format(task=examples["train"]))
    form, scanner, keyboard = notebook.widget(), Scanner(notebook), notebook.page.keyboard
    expect(form.get_by_text("train model").first).to_be_visible()
    scanner.scan("folded cards")
    form.get_by_role("button", name="First", exact=True).click()
    form.get_by_text(re.compile("^Parameters")).click()
    expect(form.get_by_label("Args/lr", exact=True)).to_have_value("much")
    form.get_by_text(re.compile("^Launched task")).click()
    scanner.scan("an open card")
    form.get_by_role("button", name="Browse").click()
    expect(form.get_by_role("option").first).to_be_visible()
    scanner.scan("choosing a task")
    form.get_by_label("Search tasks").fill("no such task anywhere")
    expect(form.get_by_text("No task fits")).to_be_visible()
    scanner.scan("no task fits")
    keyboard.press("Escape")
    form.get_by_role("button", name="Import", exact=True).click()
    window = form.get_by_role("dialog", name="Import a definition")
    window.get_by_label("Definition, as JSON or YAML").fill("{")
    window.get_by_role("button", name="Import", exact=True).click()
    expect(window.get_by_role("alert")).to_be_visible()
    scanner.scan("refused import")
    keyboard.press("Escape")
    form.get_by_role("button", name="Export").click()
    expect(form.get_by_role("alert").filter(has_text="cannot be saved or exported")).to_be_visible()
    scanner.scan("refused export")
    keyboard.press("Escape")
    form.get_by_role("button", name="Second", exact=True).click()
    expect(form.get_by_text(re.compile("Calls the Python function")).first).to_be_visible()
    scanner.scan("a function")
    form.get_by_role("button", name="Delete Second", exact=True).click()
    expect(form.get_by_text("Deleted “Second”")).to_be_visible()
    scanner.scan("something to undo")
    form.get_by_role("button", name="Save draft").click()
    expect(form.get_by_text("was saved as a draft")).to_be_visible()
    scanner.scan("saved")
    scanner.assert_clean()
