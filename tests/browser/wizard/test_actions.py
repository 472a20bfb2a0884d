"""Items that call a Python function, and items that run the task itself: launched, exported, imported and edited."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.waiting import until

WIZARD = """
from clearml_sched_widgets import Action, Daily, Definition, Manager, Schedule, SchedulerApp, Wizard
from clearml_sched_widgets.codec import to_data
called = []
def tidy_up():
    called.append(1)
reused = Manager().gateway._api.write("tasks.create", {"name": "the task itself", "type": "training"})["id"]
definition = Definition("Both kinds", [
    Schedule(Action(function=tidy_up), Daily(["06:20"]), name="Call"),
    Schedule(Action(reused, "services", reuse_task=True), Daily(["18:20"]), name="Reuse"),
])
wizard = Wizard(definition)
wizard
"""
RUN = """
import time
for item in wizard.instance.definition.schedules:
    wizard.instance.run_now(item)
end = time.monotonic() + 20
while time.monotonic() < end and not (called and reused in list(wizard.instance.executed.task)):
    time.sleep(0.2)
print(len(called), list(wizard.instance.executed.task).count(reused))
"""


@pytest.mark.slow
def test_a_function_and_a_reused_task_are_launched_from_the_form(open_notebook: Open) -> None:
    notebook = open_notebook(WIZARD)
    form = notebook.widget()
    form.get_by_role("button", name="Expand all").click()
    expect(form.get_by_text("Calls the Python function __main__.tidy_up in this kernel.")).to_be_visible()
    form.get_by_role("button", name="Export").click()
    refused = form.get_by_role("dialog", name="Export the definition").get_by_role("alert")
    expect(refused).to_contain_text("A Python function cannot be saved or exported")
    form.page.keyboard.press("Escape")
    form.get_by_label("Service on a queue").check()
    form.get_by_role("button", name="Launch", exact=True).click()
    expect(form.get_by_role("alert").filter(has_text="function").first).to_be_visible()  # an agent has no such function
    form.get_by_label("This kernel").check()
    form.get_by_role("button", name="Launch", exact=True).click()
    expect(form.get_by_text("is running in this kernel.")).to_be_visible()
    assert notebook.run(RUN).strip() == "1 1"
    notebook.run("wizard.instance.stop()")


@pytest.mark.slow
def test_a_reused_task_is_exported_and_imported_without_loss(open_notebook: Open) -> None:
    notebook = open_notebook(WIZARD)
    form = notebook.widget()
    form.get_by_role("button", name="Delete Call").click()
    form.get_by_role("button", name="Export").click()
    text = form.get_by_role("dialog", name="Export the definition").get_by_role("textbox")
    expect(text).to_have_value(re.compile('"reuse_task": true'))
    exported = text.input_value()
    form.page.keyboard.press("Escape")
    form.get_by_label("Name", exact=True).fill("Overwritten")
    form.get_by_role("button", name="Import").click()
    dialog = form.get_by_role("dialog", name="Import a definition")
    dialog.get_by_role("textbox").fill(exported)
    dialog.get_by_role("button", name="Import").click()
    expect(form.get_by_label("Name", exact=True)).to_have_value("Both kinds")
    form.locator("summary").filter(has_text="Launched task").click()
    expect(form.get_by_label("Run the task itself, not a clone")).to_be_checked()
    same = "print(wizard.definition.items == definition.items[1:])"
    until(lambda: notebook.run(same).strip() == "True", what="the draft that was imported")


APP = WIZARD.replace("wizard = Wizard(definition)\nwizard", "instance = Manager().launch(definition)\nSchedulerApp()")


@pytest.mark.slow
def test_an_instance_with_a_function_and_a_reused_task_is_edited_without_loss(open_notebook: Open) -> None:
    notebook = open_notebook(APP.replace("Both kinds", "Edited kinds"))
    app = notebook.widget()
    app.get_by_role("navigation", name="Instances").get_by_text("Edited kinds").first.click()
    app.get_by_role("button", name="Edit", exact=True).click()
    app.get_by_label("Name", exact=True).fill("Edited kinds, renamed")
    app.get_by_role("button", name="Save changes").click()
    expect(app.get_by_role("heading", name="Edited kinds, renamed")).to_be_visible()
    told = notebook.run("print([(item.name, item.action.method) for item in instance.definition.items])")
    assert told.strip() == "[('Call', 'function'), ('Reuse', 'reuse')]"
    assert notebook.run(RUN.replace("wizard.instance", "instance")).strip() == "1 1"
    notebook.run("instance.stop()")
