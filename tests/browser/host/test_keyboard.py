"""By keyboard alone every control is reached, every action works, and the focus is visible."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from clearml_sched_widgets.sandbox import Sandbox
from tests.browser.cells import DRAFT_APP, PAST_BOARD
from tests.browser.conftest import Open
from tests.browser.keys import Keys

KINDS = """
action = Action({task!r}, parameters={{"Args/lr": "0.2"}}, container="python:3.11")
Wizard(Definition(
    "All kinds",
    [
        Schedule(action, Once("2031-12-01", ["06:20"]), name="once"),
        Schedule(action, Weekly(["monday"], ["08:00", "09:00"]), name="weekly"),
        Schedule(action, Monthly([1, "last friday"], ["08:00"]), name="monthly"),
        Schedule(action, Interval("15m"), name="interval"),
        Schedule(action, Cron("*/5 8-18 * * mon-fri"), name="cron"),
    ],
    [TaskTrigger(action, StatusChanged(["completed"]), Select(projects=["Data"]), name="on status")],
))
"""


def section(board: Locator, name: str) -> Locator:
    """One table with what stands above and below it."""
    return board.locator("section").filter(has=board.page.get_by_role("heading", name=name)).last


@pytest.mark.slow
def test_tab_reaches_everything_of_a_dashboard_and_shows_where_it_is(open_notebook: Open) -> None:
    board = open_notebook(PAST_BOARD).widget()
    expect(board.get_by_role("table", name="Executed tasks").locator("tbody tr")).to_have_count(3)
    board.get_by_role("button", name="Details of Report").first.click()
    board.get_by_text("Timeline as a table").click()
    board.get_by_role("button", name="Filter").last.click()
    keys = Keys(board.page)
    assert keys.walk(board) == []
    assert keys.unseen == []


@pytest.mark.slow
def test_tab_reaches_everything_of_the_app_and_of_an_instance_that_is_edited(
    open_notebook: Open, fresh_sandbox: Sandbox
) -> None:
    app = open_notebook(DRAFT_APP.format(conf=str(fresh_sandbox.conf))).widget()
    app.get_by_role("button", name=re.compile("^Saved")).click()
    expect(app.get_by_role("table", name="Scheduled tasks")).to_contain_text("Morning")
    keys = Keys(app.page)
    assert keys.walk(app) == []
    app.get_by_role("button", name="Edit", exact=True).click()
    expect(app.get_by_text("Changes Saved.")).to_be_visible()
    expect(app.get_by_role("link", name="train model")).to_be_visible()  # it comes with an answer of the server
    assert keys.walk(app) == []
    assert keys.unseen == []


@pytest.mark.slow
def test_tab_reaches_everything_of_a_form_of_all_kinds(open_notebook: Open, examples: dict[str, str]) -> None:
    code = "from clearml_sched_widgets import *\n" + KINDS.format(task=examples["train"])
    form = open_notebook(code).widget()
    expect(form.get_by_text("train model").first).to_be_visible()
    form.get_by_role("button", name="Expand all").click()
    for fold in form.locator("summary").all():
        fold.click()
    expect(form.get_by_label("Args/lr", exact=True).first).to_be_visible()
    keys = Keys(form.page)
    assert keys.walk(form, max_presses=1200) == []
    assert keys.unseen == []


@pytest.mark.slow
def test_a_table_is_sorted_filtered_searched_scrolled_and_saved_by_keyboard(open_notebook: Open) -> None:
    board = open_notebook(PAST_BOARD).widget()
    part, keys = section(board, "Executed tasks"), Keys(board.page)
    table = part.get_by_role("table", name="Executed tasks")
    rows = table.locator("tbody tr")
    expect(rows).to_have_count(3)
    part.get_by_label("Search in executed tasks").focus()
    keys.write("report")
    expect(rows).to_have_count(1)
    keys.write("")
    keys.press("Backspace")
    expect(rows).to_have_count(3)

    keys.to(part.get_by_role("button", name="Filter")).press("Enter")
    keys.to(part.get_by_label("failed (")).press("Space")
    expect(rows).to_have_count(1)
    keys.press("Escape")
    expect(part.get_by_role("button", name="Filter")).to_be_focused()
    expect(part.get_by_role("group", name="Filters")).to_have_count(0)
    keys.to(part.get_by_role("button", name="Columns")).press("Enter")
    keys.to(part.get_by_label("Reason")).press("Space")
    keys.press("Escape")
    expect(table.get_by_role("columnheader", name="Reason")).to_be_visible()
    with board.page.expect_download() as download:
        keys.to(part.get_by_role("button", name="CSV")).press("Enter")
    assert download.value.path().read_text().count("failed") == 1

    keys.to(part.get_by_role("group", name="Executed tasks, rows"))
    keys.to(table.get_by_role("columnheader", name="Name").get_by_role("button")).press("Enter")
    expect(table.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "ascending")
    keys.to(rows.first.get_by_role("button", name="Details of")).press("Enter")
    expect(part.get_by_text("Run key")).to_be_visible()
    expect(rows.first.get_by_role("button", name="Details of")).to_have_attribute("aria-expanded", "true")
    assert keys.unseen == []


@pytest.mark.slow
def test_counters_timeline_times_and_log_work_by_keyboard(open_notebook: Open) -> None:
    board = open_notebook(PAST_BOARD).widget()
    keys = Keys(board.page)
    runs = board.get_by_role("table", name="Executed tasks").locator("tbody tr")
    expect(runs).to_have_count(3)
    board.get_by_role("button", name="Stop", exact=True).focus()
    keys.to(board.get_by_role("button", name="1 failed in 24 h")).press("Enter")
    expect(runs).to_have_count(1)
    keys.to(board.get_by_role("button", name="7 d")).press("Space")
    expect(board.get_by_role("button", name="7 d")).to_have_attribute("aria-pressed", "true")
    keys.to(board.get_by_role("button", name="Zoom in")).press("Enter")
    expect(board.get_by_role("button", name="7 d")).to_have_attribute("aria-pressed", "false")
    keys.to(board.get_by_role("group", name=re.compile("^Timeline from"))).press("PageUp")
    keys.to(board.get_by_role("button", name="Now", exact=True), key="Shift+Tab").press("Enter")
    keys.to(board.locator("summary", has_text="Timeline as a table")).press("Enter")
    expect(board.get_by_role("table", name=re.compile("^Runs from"))).to_be_visible()
    log = board.get_by_role("log", name="Log")
    keys.to(board.get_by_label("Level")).press("ArrowDown")
    expect(log.get_by_text("No line matches.")).to_be_visible()
    keys.press("ArrowUp")
    keys.to(board.get_by_label("Follow")).press("Space")
    expect(board.get_by_label("Follow")).not_to_be_checked()
    keys.to(board.get_by_label("Relative to now")).press("Space")
    expect(runs.first).to_contain_text("ago")
    assert keys.unseen == []


@pytest.mark.slow
def test_items_and_runs_are_acted_on_by_keyboard(open_notebook: Open) -> None:
    board = open_notebook(PAST_BOARD).widget()
    keys = Keys(board.page)
    runs = board.get_by_role("table", name="Executed tasks").locator("tbody tr")
    expect(runs).to_have_count(3)
    board.get_by_role("group", name="Scheduled tasks, rows").focus()
    keys.to(board.get_by_role("button", name="Run Train now")).press("Enter")
    expect(runs).to_have_count(4)
    keys.to(board.get_by_role("button", name="Abort Train")).press("Enter")
    keys.to(board.get_by_role("button", name="Abort it")).press("Enter")
    expect(runs.first).to_contain_text("stopped")
    board.get_by_role("group", name="Executed tasks, rows").focus()
    keys.to(board.get_by_role("button", name="Retry Train")).press("Enter")
    expect(runs).to_have_count(5)
    board.get_by_role("group", name="Scheduled tasks, rows").focus()
    keys.to(board.get_by_role("button", name="Pause Train")).press("Enter")
    keys.write("by keyboard")
    keys.press("Enter")
    expect(board.get_by_text("It is paused (by keyboard).").first).to_be_visible()
    board.get_by_role("group", name="Scheduled tasks, rows").focus()
    keys.to(board.get_by_role("button", name="Resume Train")).press("Enter")
    expect(board.get_by_role("button", name="Pause Train")).to_be_visible()
    board.get_by_role("group", name="Scheduled tasks, rows").focus()
    keys.to(board.get_by_role("button", name="Details of Report")).press("Enter")
    keys.to(board.get_by_role("button", name="Backfill …")).press("Enter")
    expect(board.get_by_role("alertdialog").locator(":focus")).to_have_count(1)
    keys.to(board.get_by_role("button", name=re.compile("^Launch 1 run$"))).press("Enter")
    expect(runs).to_have_count(6)
    assert keys.unseen == []


@pytest.mark.slow
def test_what_a_form_chooses_by_chips_grids_and_switches_is_chosen_by_keyboard(open_notebook: Open) -> None:
    notebook = open_notebook("from clearml_sched_widgets import Wizard\nwizard = Wizard()\nwizard")
    form, keys = notebook.widget(), Keys(notebook.page)
    chips = form.get_by_role("list", name="Chosen values").get_by_role("listitem")
    form.get_by_label("Name", exact=True).focus()
    keys.write("Keys")
    keys.to(form.get_by_label("Base task", exact=True)).write("0" * 32)
    keys.to(form.get_by_label("Daily", exact=True)).press("ArrowRight")
    expect(form.get_by_label("Weekly", exact=True)).to_be_checked()
    keys.to(form.get_by_label("Monday", exact=True)).press("Space")
    keys.to(form.get_by_label("Times of the day")).write("6:20,18:20,")
    expect(chips).to_have_text(["6:20", "18:20"])
    keys.to(form.get_by_role("button", name="Remove 6:20"), key="Shift+Tab").press("Enter")
    expect(chips).to_have_text(["18:20"])
    expect(form.get_by_text("On Mondays at 18:20 (UTC).").first).to_be_visible()
    expect(form.locator(":focus")).to_have_count(1)  # the focus is not lost with the chip

    form.get_by_label("Weekly", exact=True).focus()
    keys.press("ArrowRight")
    expect(form.get_by_label("Monthly", exact=True)).to_be_checked()
    keys.to(form.get_by_label("Day 15", exact=True)).press("Space")
    expect(form.get_by_text("On the 15th of each month at 18:20 (UTC).").first).to_be_visible()
    keys.to(form.locator("summary", has_text="Advanced")).press("Enter")
    keys.to(form.get_by_label("If the last run is not finished")).press("ArrowDown")
    expect(form.get_by_label("If the last run is not finished")).to_have_value("skip")
    keys.to(form.get_by_role("button", name="Add trigger")).press("Enter")
    expect(form.get_by_label("Item name").last).to_be_focused()
    assert keys.unseen == []


@pytest.mark.slow
def test_keys_that_are_pressed_in_a_widget_do_nothing_to_the_notebook(open_notebook: Open) -> None:
    notebook = open_notebook(PAST_BOARD, "1 + 1")
    board, page = notebook.widget(), notebook.page
    cells = "window.jupyterapp.shell.currentWidget.content.widgets.length"
    active = "window.jupyterapp.shell.currentWidget.content.activeCellIndex"
    button = board.get_by_role("button", name="Pause Report")
    button.click()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    before = page.evaluate(active)
    for key in ("x", "d", "d", "b", "a", "ArrowDown", "ArrowUp", "m", "0", "0"):  # cut, delete, insert, move, restart
        page.keyboard.press(key)
    expect(button).to_be_focused()
    level = board.get_by_label("Level")
    level.focus()
    page.keyboard.press("ArrowDown")
    expect(level).to_have_value("warning")
    assert (page.evaluate(cells), page.evaluate(active)) == (2, before)


@pytest.mark.slow
def test_tables_are_announced_with_their_names_counts_and_order(open_notebook: Open) -> None:
    board = open_notebook(PAST_BOARD).widget()
    for name, count in (("Executed tasks", 3), ("Scheduled tasks", 2)):
        table = board.get_by_role("table", name=name, exact=True)
        expect(table).to_have_attribute("aria-rowcount", str(count + 1))
        heads = table.get_by_role("columnheader")
        assert [each.get_attribute("scope") for each in heads.all()] == ["col"] * heads.count()
        expect(heads.last).to_have_text("Actions")
        places = [each.get_attribute("aria-rowindex") for each in table.get_by_role("row").all()]
        assert places == [str(place) for place in range(1, count + 2)]
        assert {each.get_attribute("aria-sort") for each in heads.all()[:-1]} == {"none"}
        heads.first.get_by_role("button").click()
        expect(heads.first).to_have_attribute("aria-sort", "ascending")
    part = section(board, "Executed tasks")
    part.get_by_label("Search in executed tasks").fill("report")
    expect(part.get_by_role("status").filter(has_text="1 of 3 rows match")).to_be_visible()
    expect(board.get_by_role("table", name="Executed tasks")).to_have_attribute("aria-rowcount", "2")


@pytest.mark.slow
def test_a_schedule_is_launched_run_paused_and_stopped_by_keyboard_alone(
    open_notebook: Open, examples: dict[str, str]
) -> None:
    notebook = open_notebook("from clearml_sched_widgets import SchedulerApp\nSchedulerApp()")
    app, keys = notebook.widget(), Keys(notebook.page)
    button = app.get_by_role("button", name="Launch new")
    expect(button).to_be_visible()
    app.get_by_role("button", name="Hide the instances").focus()
    keys.to(button).press("Enter")
    expect(app.get_by_label("Name", exact=True)).to_be_focused()
    keys.write("By keyboard")
    keys.to(app.get_by_label("Base task", exact=True)).write(examples["train"])
    keys.to(app.get_by_label("Times of the day")).write("06:20")
    keys.to(app.get_by_role("button", name="Launch", exact=True)).press("Enter")

    expect(app.get_by_role("heading", name="By keyboard")).to_be_visible(timeout=40_000)
    keys.to(app.get_by_role("button", name=re.compile("^Run (?!all ).* now"))).press("Enter")
    runs = app.get_by_role("table", name="Executed tasks").locator("tbody tr")
    expect(runs).to_have_count(1)
    keys.to(app.get_by_role("button", name="Pause", exact=True), max_presses=200).press("Enter")
    keys.to(app.get_by_label(re.compile("^Why"))).write("lunch")
    keys.press("Enter")
    expect(app.get_by_text("Paused: lunch", exact=True)).to_be_visible()
    keys.to(app.get_by_role("button", name="Stop", exact=True), max_presses=200).press("Enter")
    keys.to(app.get_by_role("button", name="Stop now")).press("Enter")
    expect(app.get_by_role("button", name="Resume")).to_be_visible()
    assert keys.unseen == []
