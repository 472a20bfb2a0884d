"""The app: the list of instances; choosing, cloning, stopping, looking at and deleting one."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from clearml_sched_widgets.sandbox import Sandbox
from tests.browser.boxes import boxes
from tests.browser.conftest import Open
from tests.browser.menus import choose_more

APP = """
from clearml_sched_widgets import Action, Daily, Definition, Manager, Schedule, SchedulerApp
manager = Manager()
first = manager.launch(Definition("{name} first", [Schedule(Action({task!r}), Daily(["06:20"]), name="Morning")]))
second = manager.save(Definition("{name} second", [Schedule(Action({task!r}), Daily(["18:20"]), name="Evening")]))
SchedulerApp()
"""


def only(app: Locator, name: str) -> None:
    """Of the list, which has other tests' instances too, keep those of this name."""
    app.get_by_role("searchbox", name="Search instances").fill(name)


def test_instances_are_listed_chosen_cloned_and_stopped(open_notebook: Open, examples: dict[str, str]) -> None:
    app = open_notebook(APP.format(task=examples["train"], name="App")).widget()
    only(app, "App")
    listed = app.get_by_role("navigation", name="Instances").get_by_role("listitem").get_by_role("button")
    expect(listed.filter(has_text="App first")).to_contain_text("running")
    expect(listed.filter(has_text="App first")).to_contain_text("Default User · this kernel · up")
    expect(listed.filter(has_text="App second")).to_contain_text("draft")
    expect(app.get_by_text("No instance selected")).to_be_visible()

    listed.filter(has_text="App second").click()
    expect(app.get_by_role("table", name="Scheduled tasks")).to_contain_text("Evening")
    choose_more(app, "Clone")
    expect(app.get_by_label("Name", exact=True)).to_have_value("App second (copy)")
    expect(app.get_by_label("Chosen values")).to_have_text("18:20")
    app.get_by_role("button", name="Cancel").click()

    listed.filter(has_text="App first").click()
    expect(app.get_by_role("table", name="Scheduled tasks")).to_contain_text("Morning")
    app.get_by_role("button", name="Stop", exact=True).click()
    app.get_by_role("button", name="Keep it").click()
    app.get_by_role("button", name="Stop", exact=True).click()
    app.get_by_role("button", name="Stop now").click()
    expect(listed.filter(has_text="App first")).to_contain_text("stopped")

    choose_more(app, "Configuration")
    dialog = app.get_by_role("dialog", name="Configuration of App first")
    expect(dialog).to_contain_text("Every day at 06:20 (UTC).")
    dialog.get_by_role("radio", name="As JSON").check()
    expect(dialog.get_by_label("The definition as JSON")).to_have_value(re.compile('"name": "App first"'))
    dialog.get_by_role("button", name="Close").last.click()
    choose_more(app, "Delete")
    expect(app.get_by_role("alertdialog", name="Delete App first?")).to_contain_text(
        "The tasks that it launched are kept"
    )
    app.get_by_role("button", name="Delete", exact=True).click()
    expect(listed.filter(has_text="App first")).to_have_count(0)
    expect(app.get_by_text("No instance selected")).to_be_visible()


def test_a_form_that_was_open_is_open_again_after_the_page_was_loaded_again(
    open_notebook: Open, examples: dict[str, str]
) -> None:
    notebook = open_notebook("from clearml_sched_widgets import SchedulerApp\nSchedulerApp()")
    app = notebook.widget()
    app.get_by_role("button", name="Launch new").click()
    app.get_by_label("Base task", exact=True).fill(examples["train"])
    app.get_by_label("Times of the day").fill("4:05")
    expect(app.get_by_label("Preview").get_by_text("Every day at 04:05 (UTC).")).to_be_visible()  # Python has the draft
    notebook.reload()
    expect(app.get_by_label("Chosen values")).to_have_text("4:05")
    app.get_by_role("button", name="Cancel").click()
    app.get_by_role("button", name="Discard").click()
    app.get_by_role("button", name="Launch new").click()
    expect(app.get_by_label("Chosen values")).to_have_count(0)


def test_launching_straight_from_a_field_that_is_not_right_yet_says_what_is_missing(open_notebook: Open) -> None:
    app = open_notebook("from clearml_sched_widgets import SchedulerApp\nSchedulerApp()").widget()
    app.get_by_role("button", name="Launch new").click()
    expect(app.get_by_label("Name", exact=True)).to_be_focused()
    app.get_by_role("button", name="Launch", exact=True).click()
    expect(app.get_by_text("3 fields need your attention")).to_be_visible()
    expect(app.get_by_label("Name", exact=True)).to_be_focused()


MANY = """
import os
os.environ["CLEARML_CONFIG_FILE"] = {conf!r}
from concurrent.futures import ThreadPoolExecutor
from clearml_sched_widgets import Action, Daily, Definition, Manager, Schedule, SchedulerApp
from clearml_sched_widgets.codec import dumps
manager = Manager()
text = dumps(Definition("Many", [Schedule(Action("0" * 32), Daily(["06:20"]), name="Morning")]))
content = {{"definition": text, "state": "{{}}", "where": "kernel"}}
make = lambda number: manager.gateway.create_instance(f"job {{number}}", "DevOps/Schedulers", content)
make(0)
with ThreadPoolExecutor(4) as threads:
    list(threads.map(make, range(1, 2000)))
SchedulerApp(manager)
"""


@pytest.mark.slow
def test_two_thousand_instances_are_found_sorted_and_reached_by_keys(
    open_notebook: Open, fresh_sandbox: Sandbox
) -> None:
    notebook = open_notebook(MANY.format(conf=str(fresh_sandbox.conf)))
    app, keyboard = notebook.widget(), notebook.page.keyboard
    listing = app.get_by_role("navigation", name="Instances")
    listed = listing.get_by_role("listitem").get_by_role("button")
    expect(listing.get_by_role("heading")).to_have_text("Instances 2,000", timeout=60_000)
    app.get_by_label("Sort by").select_option("By name")
    expect(listed.nth(10)).to_contain_text("job 10")
    assert listed.count() < 60  # the others are not on the page

    listed.first.focus()
    keyboard.press("ArrowDown")
    keyboard.press("ArrowDown")
    expect(listed.filter(has_text=re.compile(r"job 2\D"))).to_be_focused()
    for _ in range(20):
        keyboard.press("ArrowDown")
    expect(listed.filter(has_text="job 22")).to_be_focused()
    expect(listed.filter(has_text="job 22")).to_be_in_viewport()
    keyboard.press("End")
    last = listed.filter(has_text="job 1999")
    expect(last).to_be_focused()
    expect(last).to_be_in_viewport(ratio=0.9)
    keyboard.press("Enter")
    expect(app.get_by_role("heading", name="job 1999")).to_be_visible()
    expect(last).to_have_attribute("aria-current", "true")
    expect(last).to_contain_text("1 item")  # what is read of the last ones, too

    search = app.get_by_role("searchbox", name="Search instances")
    search.fill("777 JOB")  # each word somewhere
    expect(listed).to_have_count(2)
    expect(listing.get_by_role("heading")).to_have_text("Instances 2 of 2,000")
    app.get_by_label("Status").select_option("Drafts (2000)")
    search.fill("job x")
    expect(app.get_by_text("No instance matches.")).to_be_visible()
    app.get_by_role("button", name="Show all").click()
    expect(listing.get_by_role("heading")).to_have_text("Instances 2,000")


@pytest.mark.slow
def test_on_a_narrow_page_the_list_folds_above_what_was_chosen(open_notebook: Open, examples: dict[str, str]) -> None:
    notebook = open_notebook(APP.format(task=examples["train"], name="Narrow"))
    app = notebook.widget()
    only(app, "Narrow")
    listed = app.get_by_role("navigation", name="Instances").get_by_role("listitem").get_by_role("button")
    listed.filter(has_text="Narrow first").click()
    expect(app.get_by_role("button", name="Hide the instances")).to_be_visible()
    notebook.page.set_viewport_size({"width": 900, "height": 1100})
    listed.filter(has_text="Narrow second").click()
    expect(app.get_by_role("heading", name="Narrow second")).to_be_visible()
    expect(listed).to_have_count(0)
    app.get_by_role("button", name="Show the instances").click()
    expect(listed.filter(has_text="Narrow first")).to_be_visible()
    assert notebook.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.slow
def test_a_form_that_was_left_for_an_instance_is_not_lost(open_notebook: Open, examples: dict[str, str]) -> None:
    notebook = open_notebook(APP.format(task=examples["train"], name="Left"))
    app = notebook.widget()
    app.get_by_role("button", name="Launch new").click()
    app.get_by_label("Name", exact=True).fill("Half done")
    expect(app.get_by_text("What will happen")).to_be_visible()
    notebook.await_draft("Half done")
    app.get_by_role("button", name="Show the instances").click()
    only(app, "Left")
    app.get_by_role("navigation", name="Instances").get_by_text("Left second").click()
    expect(app.get_by_role("table", name="Scheduled tasks")).to_contain_text("Evening")
    app.get_by_role("button", name="Back to the form").click()
    expect(app.get_by_label("Name", exact=True)).to_have_value("Half done")
    app.get_by_role("button", name="Cancel").click()
    app.get_by_role("button", name="Discard").click()


@pytest.mark.slow
def test_the_definition_of_a_running_instance_is_edited_in_the_form(
    open_notebook: Open, examples: dict[str, str]
) -> None:
    notebook = open_notebook(APP.format(task=examples["train"], name="Edited"))
    app = notebook.widget()
    only(app, "Edited")
    listed = app.get_by_role("navigation", name="Instances").get_by_role("button").filter(has_text="Edited first")
    listed.click()
    app.get_by_role("button", name="Edit", exact=True).click()
    expect(app.get_by_text("Changes Edited first.")).to_be_visible()
    expect(app.get_by_role("button", name="Launch", exact=True)).to_have_count(0)
    app.get_by_label("Name", exact=True).fill("Edited first, renamed")
    notebook.await_draft("Edited first, renamed")
    notebook.reload()  # the form still changes that instance, and makes no new one
    expect(app.get_by_label("Name", exact=True)).to_have_value("Edited first, renamed")
    app.get_by_role("button", name="Save changes").click()
    expect(app.get_by_role("heading", name="Edited first, renamed")).to_be_visible()
    assert notebook.run("print(first.definition.name, first.status)").strip() == "Edited first, renamed running"

    app.get_by_role("button", name=re.compile("^Details of")).first.click()
    app.get_by_role("button", name="Edit …").click()
    expect(app.get_by_label("Item name")).to_be_focused()  # the form opens at the item
    app.get_by_label("Item name").fill("Changed alone")
    app.get_by_role("button", name="Save changes").click()
    expect(app.get_by_role("table", name="Scheduled tasks")).to_contain_text("Changed alone")
    notebook.run("first.stop()")


@pytest.mark.slow
def test_what_was_launched_is_in_sight_and_has_the_focus(open_notebook: Open, examples: dict[str, str]) -> None:
    """The form is longer than what takes its place: the page would stay scrolled to below the widget."""
    notebook = open_notebook("from clearml_sched_widgets import SchedulerApp\nSchedulerApp()")
    notebook.page.set_viewport_size({"width": 1400, "height": 600})
    app = notebook.widget()
    app.get_by_role("button", name="Launch new").click()
    app.get_by_label("Name", exact=True).fill("Launched from below")
    app.get_by_label("Base task").fill(examples["train"])
    app.get_by_label("Times of the day").fill("6:20")
    app.get_by_role("button", name="Add trigger").click()
    app.get_by_label("Base task").nth(1).fill(examples["evaluate"])
    app.get_by_role("button", name="Launch", exact=True).click()
    expect(app.get_by_role("link", name="Launched from below")).to_be_in_viewport()
    expect(app.get_by_role("region", name="ClearML schedulers")).to_be_focused()
    lanes = app.get_by_role("group", name=re.compile("^Timeline"))
    expect(lanes).to_contain_text("train")  # the items have no names of their own: those of their base tasks, as below
    expect(lanes).to_contain_text("evaluate")
    expect(app.get_by_role("table", name="Scheduled tasks")).to_contain_text("evaluate")
    follow, copy = app.get_by_text("Follow", exact=True), app.get_by_role("button", name="Copy", exact=True)
    one, other = boxes(follow, copy)
    assert abs(one["top"] + one["bottom"] - other["top"] - other["bottom"]) < 4  # in one line
