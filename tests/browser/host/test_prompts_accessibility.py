"""Questions, offers and warnings that the widgets show by themselves, scanned with axe-core."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.axe import Scanner
from tests.browser.boxes import boxes
from tests.browser.conftest import Open
from tests.browser.memory_history import SEED
from tests.browser.menus import choose_more

FORM = """
import os
os.environ["JUPYTERHUB_USER"] = "somebody"
from clearml_sched_widgets import Action, Daily, Definition, Schedule, Wizard
rule = Daily(["06:20"], timezone="Europe/Berlin", start="2031-10-26T01:30:00Z")
Wizard(Definition("Moments", [Schedule(Action({task!r}), rule, name="First")]))
"""


@pytest.mark.slow
def test_what_a_form_warns_of_and_offers_has_no_violation(open_notebook: Open, examples: dict[str, str]) -> None:
    notebook = open_notebook(FORM.format(task=examples["train"]))
    form, scanner = notebook.widget(), Scanner(notebook)
    form.get_by_text("Start and end").click()
    expect(form.get_by_role("group", name="Not before: which 02:30?")).to_be_visible()
    expect(form.get_by_text("runs on JupyterHub, which often ends kernels")).to_be_visible()
    scanner.scan("a time that comes twice, and a kernel that its host may end")
    form.get_by_label("Not before (Europe/Berlin)").fill("2031-03-30T02:30")
    expect(form.get_by_text("02:30 does not exist on that day")).to_be_visible()
    scanner.scan("a time that the clock jumps over")
    scanner.assert_clean()


@pytest.mark.slow
def test_the_offers_of_forms_that_had_been_begun_have_no_violation(open_notebook: Open) -> None:
    notebook = open_notebook("from clearml_sched_widgets import Wizard\nWizard()")
    form, scanner = notebook.widget(), Scanner(notebook)
    for number, name in enumerate(("Half done", "Begun as well")):
        expect(form.get_by_role("button", name="Bring it back")).to_have_count(number)
        form.get_by_label("Name", exact=True).fill(name)
        notebook.run_cell("Wizard()")
    expect(form.get_by_role("button", name="Bring it back")).to_have_count(2)
    scanner.scan("two forms that had been begun")
    scanner.assert_clean()


@pytest.mark.slow
def test_the_offer_of_edits_has_no_violation(open_notebook: Open) -> None:
    notebook = open_notebook(SEED, "Dashboard(saved, manager)")
    board, scanner = notebook.widget(), Scanner(notebook)
    board.get_by_role("button", name="Edit", exact=True).click()
    board.get_by_label("Description", exact=True).fill("kept")
    notebook.run_cell("Dashboard(saved, manager)")
    expect(board.get_by_role("table", name="Scheduled tasks")).to_contain_text("Report")
    board.get_by_role("button", name="Edit", exact=True).click()
    expect(board.get_by_role("button", name="Bring them back")).to_be_visible()
    scanner.scan("edits that were not saved")
    board.get_by_role("button", name="Bring them back").click()
    expect(board.get_by_label("Description", exact=True)).to_have_value("kept")
    expect(board.get_by_role("button", name="Undo", exact=True)).to_be_focused()
    scanner.scan("edits that are back")
    fields, save, runs = boxes(*map(board.locator, (".csw-main", ".csw-launch", ".csw-preview")))
    assert save["top"] - fields["bottom"] < 2  # however long the preview beside them is
    assert runs["bottom"] >= save["bottom"]
    scanner.assert_clean()


APP = (
    SEED
    + """
import time
from clearml_sched_widgets.widgets.host.surroundings import SLEEP
gateway.add_queue("services", watched=False)
for item in ("One", "Two"):
    manager.save(Definition(item, [Schedule(Action(base), Daily(["06:20"]), name=item)]))
SLEEP.wall = lambda: time.time() + 5400
stop = saved.stop
type(saved).stop = lambda self: (time.sleep(60), stop())
saved.resume()
SchedulerApp(manager)
"""
)


@pytest.mark.slow
def test_what_an_app_asks_and_warns_of_has_no_violation(open_notebook: Open) -> None:
    notebook = open_notebook(APP)
    app, scanner, keyboard = notebook.widget(), Scanner(notebook), notebook.page.keyboard
    app.get_by_role("button", name="Launch new").click()
    app.get_by_label("Name", exact=True).fill("Left behind")
    listed = app.get_by_role("navigation", name="Instances").get_by_role("listitem").get_by_role("button")
    app.get_by_role("button", name="Show the instances").click()
    listed.filter(has_text="With a past").click()
    expect(app.get_by_role("button", name="Back to the form")).to_be_visible()
    expect(app.get_by_text("This computer seems to have slept")).to_be_visible()
    scanner.scan("a form was left, and the computer slept")
    app.get_by_role("button", name="Launch new").click()
    expect(app.get_by_role("alertdialog", name="Discard the form that you have begun?")).to_be_visible()
    scanner.scan("discard the form that was left?")
    keyboard.press("Escape")
    choose_more(app, "Move to a service …")
    expect(app.get_by_role("alertdialog", name="Move to a service?")).to_contain_text("No agent serves this queue")
    scanner.scan("move to a service")
    keyboard.press("Escape")
    app.get_by_role("button", name="Run all now").click()
    expect(app.get_by_role("alertdialog", name="Launch 2 items now?")).to_be_visible()
    scanner.scan("run all now?")
    keyboard.press("Escape")
    app.get_by_role("button", name="Stop", exact=True).click()
    dialog = app.get_by_role("alertdialog", name="Stop With a past?")
    dialog.get_by_role("button", name="Stop now").click()
    expect(dialog.get_by_role("progressbar")).to_be_visible()
    scanner.scan("it is being stopped")
    scanner.assert_clean()
