"""The app in two notebooks at once: each shows what the other's user does, and says how to go on."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from clearml_sched_widgets.sandbox import Sandbox
from clearml_sched_widgets.sandbox.examples import create_examples
from tests.browser.conftest import Open
from tests.browser.lab import Lab, Notebook
from tests.waiting import until

FIRST = """
import os
os.environ["CLEARML_CONFIG_FILE"] = {conf!r}
from clearml_sched_widgets import Action, Daily, Definition, Manager, Schedule, SchedulerApp
manager = Manager()
shared = manager.launch(Definition("Shared", [Schedule(Action({task!r}), Daily(["06:20"]), name="Morning")]))
SchedulerApp(manager)
"""
OTHER = """
import os
os.environ["CLEARML_CONFIG_FILE"] = {conf!r}
from clearml_sched_widgets import Manager, SchedulerApp
SchedulerApp(Manager())
"""


def listed(app: Locator) -> Locator:
    return app.get_by_role("navigation", name="Instances").get_by_role("button").filter(has_text="Shared")


def press(app: Locator, name: str) -> None:
    app.get_by_role("button", name=name, exact=True).click()


def edit(notebook: Notebook, name: str) -> None:
    """Open the form and change the name, but do not save."""
    app = notebook.widget()
    press(app, "Edit")
    app.get_by_label("Name", exact=True).fill(name)
    notebook.await_draft(name)


@pytest.mark.slow
def test_two_users_at_one_instance(open_notebook: Open, lab: Lab, fresh_sandbox: Sandbox) -> None:
    conf, task = str(fresh_sandbox.conf), create_examples(fresh_sandbox, ("train",))["train"]
    mine = open_notebook(FIRST.format(conf=conf, task=task))
    theirs = Notebook(lab, mine.page.context.new_page(), lab.write("other.ipynb", [OTHER.format(conf=conf)]))
    theirs.run_all()
    here, there = mine.widget(), theirs.widget()
    expect(listed(here)).to_contain_text("this kernel")
    expect(listed(there)).to_contain_text("another kernel")
    listed(here).click()
    listed(there).click()
    expect(there.get_by_role("table", name="Scheduled tasks")).to_contain_text("Morning")

    press(there, "Pause")
    press(there.get_by_role("alertdialog"), "Pause")
    expect(listed(here)).to_contain_text("paused")
    expect(listed(there)).to_contain_text("paused", timeout=30_000)
    press(there, "Resume")
    expect(listed(here)).to_contain_text("running")

    edit(mine, "Shared, mine")
    edit(theirs, "Shared, theirs")
    press(there, "Save changes")
    expect(there.get_by_role("heading", name="Shared, theirs")).to_be_visible()
    until(lambda: "theirs" in mine.run("print(shared.definition.name)"))
    press(here, "Save changes")
    expect(here.get_by_text("since these changes were begun")).to_be_visible()

    edit(theirs, "Shared, theirs again")
    theirs.page.evaluate("() => window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel.restart()")
    expect(there.get_by_role("alert")).to_contain_text("“Edit” of Shared, theirs offers it")
    mine.run("import attrs; shared.update(attrs.evolve(shared.definition, description='mine'))")
    theirs.run_cell("SchedulerApp")
    listed(there).click()
    press(there, "Edit")
    expect(there.get_by_label("Description", exact=True)).to_have_value("mine")
    press(there, "Bring them back")
    expect(there.get_by_label("Name", exact=True)).to_have_value("Shared, theirs again")
    expect(there.get_by_label("Description", exact=True)).to_have_value("")
    press(there, "Save changes")
    expect(there.get_by_text("since these changes were begun")).to_be_visible()
    assert mine.run("print(shared.definition.description)").strip() == "mine"
    press(there, "Save changes")
    expect(there.get_by_role("heading", name="Shared, theirs again")).to_be_visible()


@pytest.mark.slow
def test_a_server_that_goes_away_is_named_and_the_list_goes_on_when_it_returns(
    open_notebook: Open, fresh_sandbox: Sandbox
) -> None:
    task = create_examples(fresh_sandbox, ("train",))["train"]
    notebook = open_notebook(FIRST.format(conf=str(fresh_sandbox.conf), task=task))
    app = notebook.widget()
    notebook.run("other = manager.save(Definition('Shared, a draft', shared.definition.schedules))")
    expect(listed(app)).to_have_count(2)
    listed(app).filter(has_text="a draft").click()
    fresh_sandbox.kill()
    expect(app.get_by_role("alert").first).to_contain_text("does not answer", timeout=30_000)
    expect(listed(app)).to_have_count(2)  # what is known stays in sight
    with Sandbox.start(fresh_sandbox.folder):
        app.get_by_role("button", name="Try again").click()
        expect(app.get_by_role("alert")).to_have_count(0, timeout=30_000)
        notebook.run("other.delete()")
        notebook.run("shared.pause()")
        expect(listed(app).filter(has_text="paused")).to_have_count(1, timeout=30_000)
        notebook.run("shared.stop()")
