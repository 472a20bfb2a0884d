"""Typed text that is neither saved nor launched: all ways to lose the form, and how it is restored."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Open
from tests.browser.lab import Lab, Notebook
from tests.browser.menus import choose_more

WIZARD = "from clearml_sched_widgets import Wizard\nwizard = Wizard()\nwizard"
BELOW = "below = Wizard()\nbelow"
APP = """
from clearml_sched_widgets import Action, Daily, Definition, Manager, Schedule, SchedulerApp
manager = Manager()
kept = manager.save(Definition("{name} kept", [Schedule(Action({task!r}), Daily(["06:20"]), name="Morning")]))
going = manager.save(Definition("{name} going", [Schedule(Action({task!r}), Daily(["18:20"]), name="Evening")]))
SchedulerApp()
"""
RESTART = "() => window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel.restart()"
FILE = '{"version": 1, "name": "From a file", "schedules": []}'


def instance(app: Locator, name: str) -> Locator:
    return app.get_by_role("navigation", name="Instances").get_by_role("button").filter(has_text=name).first


@pytest.mark.slow
def test_a_form_comes_back_after_its_cell_was_run_again_and_after_a_restart_of_the_kernel(open_notebook: Open) -> None:
    notebook = open_notebook(WIZARD, BELOW)
    form, below = notebook.widget(), notebook.page.locator(".csw").nth(1)
    left = form.locator(".csw-left")
    below.get_by_label("Name", exact=True).fill("Below")
    form.get_by_label("Name", exact=True).fill("Half done")
    form.get_by_label("Times of the day").fill("6:20,")
    notebook.run_cell("wizard = Wizard()")
    offer = form.get_by_role("status").filter(has_text="A form that you had begun (Half done)")
    expect(offer).to_be_visible()
    expect(left).to_have_count(1)  # the form below is still open
    expect(form.get_by_label("Name", exact=True)).to_have_value("")
    form.get_by_role("button", name="Bring it back").click()
    expect(form.get_by_label("Name", exact=True)).to_have_value("Half done")
    expect(form.get_by_label("Chosen values")).to_have_text("6:20")

    notebook.page.evaluate(RESTART)
    expect(form.get_by_role("alert").filter(has_text="The kernel is gone")).to_be_visible()
    form.get_by_role("button", name="Launch", exact=True).click()
    expect(form.get_by_text("This was not done: the kernel is gone.")).to_be_visible()
    notebook.run_cell("wizard = Wizard()")
    left.filter(has_text="Half done").get_by_role("button", name="Bring it back").click()
    expect(form.get_by_label("Name", exact=True)).to_have_value("Half done")
    form.get_by_role("button", name="Cancel").click()
    notebook.run_cell("wizard = Wizard()")
    expect(left).to_have_count(1)
    expect(left).to_contain_text("Below")  # the other one was given up, this one went with its kernel

    notebook.page.evaluate(RESTART)
    notebook.reload()  # neither the kernel nor the page is the one before
    notebook.run_cell("wizard = Wizard()")
    left.filter(has_text="Below").get_by_role("button", name="Bring it back").click()
    expect(form.get_by_label("Name", exact=True)).to_have_value("Below")


@pytest.mark.slow
def test_a_form_is_there_again_after_its_page_was_loaded_anew_or_closed(open_notebook: Open, lab: Lab) -> None:
    notebook = open_notebook(WIZARD)
    name = notebook.widget().get_by_label("Name", exact=True)
    name.fill("Half done")
    notebook.await_draft("Half done")
    notebook.reload()
    expect(name).to_have_value("Half done")
    expect(notebook.page.get_by_text("Run the cell for the live widget.")).to_have_count(0)  # there is a kernel
    name.fill("Half done, and a word more")
    notebook.reload(save=False)
    expect(name).to_have_value("Half done, and a word more")
    name.fill("In a tab that is closed")
    notebook.await_draft("In a tab that is closed")
    notebook.page.close()
    again = Notebook(lab, notebook.page.context.new_page(), "test.ipynb")
    expect(again.widget().get_by_label("Name", exact=True)).to_have_value("In a tab that is closed")


PREFILLED = """
from clearml_sched_widgets import Action, Daily, Definition, Schedule, Wizard
wizard = Wizard(Definition("As in the cell", [Schedule(Action("0" * 32), Daily(["06:20"]), name="Morning")]))
wizard
"""


@pytest.mark.slow
def test_changes_of_a_form_that_a_cell_fills_in_come_back_when_the_cell_was_run_again(open_notebook: Open) -> None:
    notebook = open_notebook(PREFILLED)
    form = notebook.widget()
    name = form.get_by_label("Name", exact=True)
    name.fill("As I want it")
    notebook.run_cell("As in the cell")
    expect(form.get_by_role("status").filter(has_text="A form that you had begun (As I want it)")).to_be_visible()
    expect(name).to_have_value("As in the cell")
    form.get_by_role("button", name="Bring it back").click()
    expect(name).to_have_value("As I want it")
    expect(form.get_by_role("button", name="Bring it back")).to_have_count(0)
    form.get_by_role("button", name="Undo").click()
    expect(name).to_have_value("As in the cell")


@pytest.mark.slow
def test_an_import_over_edits_and_edits_after_it_are_taken_back(open_notebook: Open) -> None:
    form = open_notebook(WIZARD).widget()
    name = form.get_by_label("Name", exact=True)
    name.fill("Mine")
    form.get_by_role("button", name="Import").click()
    dialog = form.get_by_role("dialog", name="Import a definition")
    dialog.get_by_label("Definition, as JSON or YAML").fill(FILE)
    dialog.get_by_role("button", name="Import").click()
    expect(name).to_have_value("From a file")
    name.fill("From a file, changed")
    form.get_by_role("button", name="Undo").click()
    expect(name).to_have_value("Mine")
    form.get_by_role("button", name="Undo").click()
    expect(name).to_have_value("From a file, changed")
    form.get_by_role("button", name="Cancel").click()
    expect(name).to_have_value("")
    form.get_by_role("button", name="Undo").click()
    expect(name).to_have_value("From a file, changed")


@pytest.mark.slow
def test_the_app_keeps_the_last_keystrokes_and_asks_before_another_form(
    open_notebook: Open, examples: dict[str, str]
) -> None:
    app = open_notebook(APP.format(task=examples["train"], name="Left")).widget()
    app.get_by_role("button", name="Launch new").click()
    app.get_by_label("Times of the day").fill("4:05")  # nothing else: that is a form which was begun, too
    app.get_by_role("button", name="Show the instances").click()  # at once: what was typed is not lost
    instance(app, "Left kept").click()
    expect(app.get_by_role("table", name="Scheduled tasks")).to_contain_text("Morning")
    question = app.get_by_role("alertdialog", name="Discard the form that you have begun?")
    for button in ("Launch new", "Clone", "Edit"):
        if button == "Clone":
            choose_more(app, button)
        else:
            app.get_by_role("button", name=button, exact=True).click()
        expect(question).to_contain_text("It was not saved or launched.")
        app.page.keyboard.press("Escape")
        expect(question).to_have_count(0)
    app.get_by_role("button", name="Back to the form").click()
    expect(app.get_by_label("Chosen values")).to_have_text("4:05")
    app.get_by_role("button", name="Cancel").click()
    app.get_by_role("button", name="Keep editing").click()
    expect(app.get_by_label("Chosen values")).to_have_text("4:05")


@pytest.mark.slow
def test_changes_of_an_instance_that_was_deleted_meanwhile_become_a_new_one(
    open_notebook: Open, examples: dict[str, str]
) -> None:
    notebook = open_notebook(APP.format(task=examples["train"], name="Gone"))
    app = notebook.widget()
    instance(app, "Gone going").click()
    app.get_by_role("button", name="Edit", exact=True).click()
    app.get_by_label("Name", exact=True).fill("Changed in vain")
    notebook.run("going.delete()")
    app.get_by_role("button", name="Save changes").click()
    expect(app.get_by_role("alert").filter(has_text=re.compile("no instance|any more"))).to_be_visible()
    app.get_by_role("button", name="make a new instance of it").click()
    expect(app.get_by_label("Name", exact=True)).to_have_value("Changed in vain")
    app.get_by_role("button", name="Save draft").click()
    expect(app.get_by_role("heading", name="Changed in vain")).to_be_visible()
