"""The app: the list of instances, choosing, cloning and stopping one."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Open

APP = """
from clearml_sched_widgets import Action, Daily, Definition, Manager, Schedule, SchedulerApp
manager = Manager()
first = manager.launch(Definition("App first", [Schedule(Action({task!r}), Daily(["06:20"]), name="Morning")]))
second = manager.save(Definition("App second", [Schedule(Action({task!r}), Daily(["18:20"]), name="Evening")]))
SchedulerApp()
"""


def test_instances_are_listed_chosen_cloned_and_stopped(open_notebook: Open, examples: dict[str, str]) -> None:
    app = open_notebook(APP.format(task=examples["train"])).widget()
    listed = app.get_by_role("navigation", name="Instances").get_by_role("button")
    expect(listed.filter(has_text="App first")).to_contain_text("running")
    expect(listed.filter(has_text="App first")).to_contain_text("Default User · this kernel · up")
    expect(listed.filter(has_text="App second")).to_contain_text("draft")
    expect(app.get_by_text("No instance selected")).to_be_visible()

    listed.filter(has_text="App second").click()
    expect(app.get_by_role("table", name="Scheduled tasks")).to_contain_text("Evening")
    app.get_by_role("button", name="Clone").click()
    expect(app.get_by_label("Name", exact=True)).to_have_value("App second (copy)")
    expect(app.get_by_label("Times of the day: chosen")).to_have_text("18:20")
    app.get_by_role("button", name="Cancel").click()

    listed.filter(has_text="App first").click()
    expect(app.get_by_role("table", name="Scheduled tasks")).to_contain_text("Morning")
    app.get_by_role("button", name="Stop", exact=True).click()
    app.get_by_role("button", name="Keep it").click()
    app.get_by_role("button", name="Stop", exact=True).click()
    app.get_by_role("button", name="Stop now").click()
    expect(listed.filter(has_text="App first")).to_contain_text("stopped")


def test_a_form_that_was_open_is_open_again_after_the_page_was_loaded_again(
    open_notebook: Open, examples: dict[str, str]
) -> None:
    notebook = open_notebook("from clearml_sched_widgets import SchedulerApp\nSchedulerApp()")
    app = notebook.widget()
    app.get_by_role("button", name="Launch new").click()
    app.get_by_label("Base task", exact=True).fill(examples["train"])
    app.get_by_label("Times of the day", exact=True).fill("4:05")
    expect(app.get_by_label("Preview").get_by_text("Every day at 04:05 (UTC).")).to_be_visible()  # Python has the draft
    notebook.reload()
    expect(app.get_by_label("Times of the day: chosen")).to_have_text("4:05")
    app.get_by_role("button", name="Cancel").click()
    app.get_by_role("button", name="Launch new").click()
    expect(app.get_by_label("Times of the day: chosen")).to_have_count(0)


def test_launching_straight_from_a_field_that_is_not_right_yet_says_what_is_missing(open_notebook: Open) -> None:
    app = open_notebook("from clearml_sched_widgets import SchedulerApp\nSchedulerApp()").widget()
    app.get_by_role("button", name="Launch new").click()
    expect(app.get_by_label("Name", exact=True)).to_be_focused()
    app.get_by_role("button", name="Launch", exact=True).click()
    expect(app.get_by_text("3 fields need your attention")).to_be_visible()
    expect(app.get_by_label("Name", exact=True)).to_be_focused()
