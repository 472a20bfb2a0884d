"""The preview beside the form: sentences, next runs, the calendar, clashes, and what a trigger matches now."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from clearml_sched_widgets.sandbox import Sandbox
from clearml_sched_widgets.sandbox.examples import create_examples
from tests.browser.conftest import Open
from tests.waiting import today

DEFINITION = """
from clearml_sched_widgets import *
action = Action("{task}")
wizard = Wizard(Definition("Previewed", [{items}], [{triggers}]))
wizard
"""


def cell(task: str, *items: str, trigger: str = "") -> str:
    return DEFINITION.format(task=task, items=", ".join(items), triggers=trigger)


def date_name(moment: datetime) -> str:
    """A date as the calendar names it."""
    return f"{moment.day} {moment:%B %Y}"


def test_ten_runs_and_a_calendar_follow_the_form(open_notebook: Open, examples: dict[str, str]) -> None:
    now = today()
    notebook = open_notebook(cell(examples["train"], 'Schedule(action, Daily(["06:20", "18:20"]), name="Train")'))
    preview = notebook.widget().get_by_label("Preview", exact=True)
    expect(preview.get_by_text("Every day at 06:20 and 18:20 (UTC).")).to_be_visible()
    expect(preview.get_by_role("table", name="Next runs").locator("tbody tr:has(td)")).to_have_count(10)

    tomorrow, later = now + timedelta(days=1), now + timedelta(days=8)
    day = preview.get_by_role("button", name=f"{date_name(tomorrow)}: 2 runs", exact=True)
    expect(day).to_be_visible()
    preview.get_by_role("button", name=re.compile(rf"^{date_name(now)}: \w+ run")).focus()
    notebook.page.keyboard.press("ArrowRight")
    expect(day).to_be_focused()
    notebook.page.keyboard.press("Enter")
    runs = preview.get_by_role("group", name=f"Runs of {date_name(tomorrow)}", exact=True)
    expect(runs.get_by_role("listitem")).to_have_text(["06:20 Train", "18:20 Train"])
    notebook.page.keyboard.press("ArrowDown")
    expect(preview.get_by_role("button", name=f"{date_name(later)}: 2 runs", exact=True)).to_be_focused()

    notebook.widget().get_by_role("button", name="Remove 18:20").click()
    expect(runs.get_by_role("listitem")).to_have_text(["06:20 Train"])


@pytest.mark.slow
def test_runs_are_shown_per_item_and_in_a_chosen_zone(open_notebook: Open, examples: dict[str, str]) -> None:
    tomorrow = today() + timedelta(days=1)
    rare = 'Schedule(action, Daily(["06:20"], timezone="Asia/Tokyo"), name="Rare")'
    often = 'Schedule(action, Interval("10s"), name="Often")'
    preview = open_notebook(cell(examples["train"], rare, often)).widget().get_by_label("Preview", exact=True)
    rows = preview.get_by_role("table", name="Next runs").locator("tbody tr:has(td)")
    expect(rows).to_have_count(10)
    expect(rows.filter(has_text="Often")).to_have_count(10)
    preview.get_by_label("Runs of").select_option("Rare")
    expect(rows.filter(has_text="Rare")).to_have_count(10)
    preview.get_by_label("Times in").select_option("Asia/Tokyo")
    expect(rows.first).to_contain_text("06:20")
    preview.get_by_label("Times in").select_option("UTC")
    expect(rows.first).to_contain_text("21:20")
    # Every ten seconds: counted without walking through them.
    day = preview.get_by_role("button", name=f"{date_name(tomorrow)}: 8,641 runs", exact=True)
    day.click()
    runs = preview.get_by_role("group", name=f"Runs of {date_name(tomorrow)}", exact=True)
    expect(runs.get_by_text("These are the first 100 of the day.")).to_be_visible()
    later = preview.get_by_role("button", name="Later months")
    earlier = preview.get_by_role("button", name="Earlier months")
    expect(earlier).to_be_disabled()
    later.click()
    earlier.click()
    expect(earlier).to_be_disabled()


@pytest.mark.slow
def test_schedules_due_in_the_same_minute_on_one_queue_are_named(open_notebook: Open, examples: dict[str, str]) -> None:
    one = 'Schedule(action, Daily(["06:20"]), name="One")'
    two = 'Schedule(action, Weekly(["monday"], ["06:20"]), name="Two")'
    notebook = open_notebook(cell(examples["train"], one, two))
    clashes = notebook.widget().get_by_role("group", name="Clashes")
    expect(clashes.get_by_role("listitem")).to_have_text(re.compile(r"One \+ Two on queue default: Mon .*06:20; Mon"))
    form = notebook.widget()
    form.get_by_role("button", name="Two", exact=True).click()
    form.get_by_role("button", name="Remove 06:20").click()
    form.get_by_label("Times of the day").fill("07:20")
    expect(clashes.get_by_text("No two schedules are due together on one queue")).to_be_visible()


@pytest.mark.slow
def test_what_is_missing_is_named_and_takes_nothing_from_the_rest(open_notebook: Open) -> None:
    form = open_notebook("from clearml_sched_widgets import Wizard\nWizard()").widget()
    preview = form.get_by_label("Preview", exact=True)
    expect(preview.get_by_text("To complete: times of the day, base task")).to_be_visible()
    expect(preview.get_by_text("Say when a schedule runs to see its runs here.")).to_be_visible()
    form.get_by_label("Times of the day").fill("06:20")
    expect(preview.get_by_text("Every day at 06:20 (UTC).")).to_be_visible()
    expect(preview.get_by_text("To complete: base task")).to_be_visible()
    expect(preview.get_by_role("table", name="Next runs").locator("tbody tr:has(td)")).to_have_count(10)


@pytest.mark.slow
def test_a_trigger_shows_the_objects_that_it_matches_now(open_notebook: Open, fresh_sandbox: Sandbox) -> None:
    examples = create_examples(fresh_sandbox, ("train", "evaluate"))
    conf = f"import os\nos.environ['CLEARML_CONFIG_FILE'] = {str(fresh_sandbox.conf)!r}"
    trigger = 'TaskTrigger(action, StatusChanged(["completed"]), Select(projects=["Examples"]), name="After training")'
    form = open_notebook(conf + cell(examples["train"], trigger=trigger)).widget()
    matches = form.get_by_role("group", name="Matches of After training")
    expect(matches.get_by_role("listitem")).to_have_count(0)
    matches.get_by_role("button", name="Show matching tasks").click()
    # The examples were run by hand, so ClearML marks them as development.
    expect(matches.get_by_role("status")).to_contain_text(re.compile(r"None of \d+ tasks? matches now"))
    form.get_by_text("More about the task").click()
    form.get_by_label("Leave out tasks in development").uncheck()
    expect(matches.get_by_role("status")).to_have_count(0)  # what was found is out of date
    matches.get_by_role("button", name="Show matching tasks").click()
    expect(matches.get_by_role("listitem").filter(has_text="train model").first).to_contain_text("completed")
    expect(matches.get_by_role("status")).to_contain_text("What matches already starts no run; the next event does.")
    form.get_by_label("Fire for what matches already").check()
    expect(matches.get_by_role("status")).to_contain_text("At the launch each of them starts a run.")


@pytest.mark.slow
def test_of_many_items_the_first_are_told_and_the_rest_on_request(
    open_notebook: Open, examples: dict[str, str]
) -> None:
    items = [f'Schedule(action, Daily(["0{hour}:00"]), name="At {hour}")' for hour in range(7)]
    preview = open_notebook(cell(examples["train"], *items)).widget().get_by_label("Preview", exact=True)
    told = preview.get_by_role("group", name="What will happen").get_by_role("listitem")
    expect(told).to_have_count(5)
    preview.get_by_role("button", name="Show all 7").click()
    expect(told).to_have_count(7)
    expect(told.last).to_contain_text("Every day at 06:00 (UTC).")
    preview.get_by_role("button", name="Show fewer").click()
    expect(told).to_have_count(5)
