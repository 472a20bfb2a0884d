"""The timeline: what it shows, zoom and movement by pointer and keyboard, the present."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.axe import Scanner
from tests.browser.conftest import Open
from tests.browser.memory_history import SEED

PAST = (
    SEED
    + """
for minutes in (5, 30, 60, 90):
    ran(train, minutes, 4)
ran(train, 120, 9, "failed")
ran(report, 180, 40)
ran(report, 60 * 24 * 5, 10, "stopped")
saved.resume()
Dashboard(saved, manager)
"""
)


def timeline_of(board: Locator) -> Locator:
    return board.get_by_role("group", name=re.compile("^Timeline from"))


def test_the_timeline_shows_past_runs_and_runs_to_come_and_zooms(open_notebook: Open) -> None:
    board = open_notebook(PAST).widget()
    chart = timeline_of(board)
    expect(chart).to_have_accessible_name(re.compile("6 runs, 1 failed"))
    expect(chart.get_by_role("list", name="Items").get_by_role("listitem")).to_have_text(["Train", "Report"])
    expect(chart.get_by_label(re.compile("^Train, failed, .*took 9 min"))).to_be_visible()
    board.get_by_role("button", name="7 d").click()
    expect(chart).to_have_accessible_name(re.compile("7 runs, 1 failed"))
    expect(chart.get_by_label(re.compile("^Report, stopped"))).to_be_visible()
    board.get_by_role("button", name="1 h", exact=True).click()
    expect(chart).to_have_accessible_name(re.compile("2 runs, 0 failed"))

    board.get_by_text("Timeline as a table").click()
    table = board.get_by_role("table", name=re.compile("^Runs from"))
    expect(table.get_by_role("row").filter(has_text="Train")).to_contain_text("in ")


@pytest.mark.slow
def test_keys_zoom_and_move_the_timeline_and_walk_its_runs(open_notebook: Open) -> None:
    board = open_notebook(PAST).widget()
    page = board.page
    chart = timeline_of(board)
    expect(chart).to_have_accessible_name(re.compile("6 runs"))
    chart.focus()
    page.keyboard.press("-")
    expect(board.get_by_role("button", name="6 h")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("+")
    expect(board.get_by_role("button", name="6 h")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("PageUp")  # six hours back: nothing ran there
    expect(chart).to_have_accessible_name(re.compile(": 0 runs"))
    expect(board.get_by_role("button", name="Now", exact=True)).to_be_visible()
    page.keyboard.press("Home")
    expect(chart).to_have_accessible_name(re.compile("6 runs"))

    page.keyboard.press("Tab")
    expect(chart.get_by_label(re.compile("^Train, failed"))).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(chart.get_by_label(re.compile("^Train, completed")).first).to_be_focused()
    expect(chart.get_by_text("Took", exact=True)).to_be_visible()  # its tooltip
    page.keyboard.press("Escape")
    expect(chart.get_by_text("Took", exact=True)).to_have_count(0)
    page.keyboard.press("ArrowDown")
    expect(chart.get_by_label(re.compile("^Report, completed"))).to_be_focused()


@pytest.mark.slow
def test_the_pointer_drags_zooms_and_tells_about_a_run(open_notebook: Open) -> None:
    board = open_notebook(PAST).widget()
    page = board.page
    chart = timeline_of(board)
    expect(chart).to_have_accessible_name(re.compile("6 runs, 1 failed"))
    chart.get_by_label(re.compile("^Train, failed")).hover()
    expect(chart.get_by_text("9 min", exact=True)).to_be_visible()
    chart.scroll_into_view_if_needed()  # all of it: the pointer is put on its lower edge
    box = chart.bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] - 12)
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + 450, middle[1], steps=5)
    page.mouse.up()
    expect(chart).to_have_accessible_name(re.compile(": 1 run, 0 failed"))
    board.get_by_role("button", name="Now", exact=True).click()
    expect(chart).to_have_accessible_name(re.compile("6 runs"))
    page.mouse.move(*middle)
    page.keyboard.down("Control")
    page.mouse.wheel(0, 3000)
    page.keyboard.up("Control")
    expect(chart).to_have_accessible_name(re.compile("7 runs"))


EDGES = (
    SEED
    + """
ran(train, 2, 1)
ran(report, 60 * 4 + 40, 3)
saved.resume()
Dashboard(saved, manager)
"""
)
INSIDE = """tip => {
    const [inner, frame] = [tip, tip.closest('.csw')].map(each => each.getBoundingClientRect());
    return inner.width > 100 && inner.left >= frame.left && inner.right <= frame.right && inner.right <= innerWidth;
}"""


@pytest.mark.slow
def test_the_tooltip_of_a_run_at_an_edge_stays_within_the_page(open_notebook: Open) -> None:
    board = open_notebook(EDGES).widget()
    page = board.page
    chart = timeline_of(board)
    expect(chart).to_have_accessible_name(re.compile("2 runs"))
    for width in (1400, 700):
        page.set_viewport_size({"width": width, "height": 1100})
        for name in ("Report", "Train"):
            bar = chart.get_by_label(re.compile(f"^{name}, completed"))
            bar.hover()
            tip = board.locator(".csw-tl-tip")
            expect(tip).to_contain_text("Took")
            assert tip.evaluate(INSIDE), (width, name)
            page.mouse.move(5, 5)
            expect(tip).to_have_count(0)
            bar.focus()
            expect(tip).to_contain_text("Took")
            assert tip.evaluate(INSIDE), (width, name)
            page.keyboard.press("Escape")
            expect(tip).to_have_count(0)


@pytest.mark.slow
def test_five_thousand_runs_are_bars_with_numbers_and_none_is_lost(open_notebook: Open) -> None:
    many = SEED + "for k in range(5000):\n    ran(train, 1 + k / 15, 1)\nsaved.resume()\nDashboard(saved, manager)"
    board = open_notebook(many).widget()
    chart = timeline_of(board)
    board.get_by_role("button", name="24 h").click()
    expect(chart).to_have_accessible_name(re.compile("5,000 runs, 0 failed"), timeout=60_000)
    group = chart.get_by_role("button", name=re.compile("^Train, .* runs: .* completed")).first
    group.click()  # closer
    expect(board.get_by_role("button", name="Now", exact=True)).to_be_visible()
    expect(chart).not_to_have_accessible_name(re.compile("5,000 runs"))


def row_of(board: Locator) -> Locator:
    """The row that was asked for."""
    return board.get_by_role("table", name="Executed tasks").locator("tr[aria-current=true]")


@pytest.mark.slow
def test_a_press_on_a_run_leads_to_its_row_wherever_that_is(open_notebook: Open) -> None:
    many = SEED + "for k in range(3000):\n    ran(train, 120 + k, 0.1)\n"
    old = "ran(report, 60 * 24 * 20, 60, 'failed')\nsaved.resume()\nDashboard(saved, manager)"
    notebook = open_notebook(many + old)
    board, axe = notebook.widget(), Scanner(notebook)
    chart = timeline_of(board)
    board.get_by_role("button", name="30 d").click()
    bar = chart.get_by_role("button", name=re.compile("^Report, failed"))
    expect(bar).to_be_visible(timeout=60_000)
    bar.press("Enter")  # three thousand rows down
    expect(row_of(board)).to_contain_text("Report")
    expect(row_of(board)).to_be_focused()
    expect(row_of(board)).to_be_in_viewport()
    expect(row_of(board)).to_have_attribute("aria-rowindex", "3002")
    axe.scan("a row that was asked for")

    board.get_by_label("Search in executed tasks").fill("Train")
    expect(board.get_by_text("3,000 of 3,001 rows match")).to_be_visible()
    expect(row_of(board)).to_have_count(0)
    bar.click()
    expect(board.get_by_text("Search or filters hide the run that you chose in the timeline.")).to_be_visible()
    axe.scan("a run that is filtered out")
    board.get_by_role("button", name="Show it").click()
    expect(row_of(board)).to_be_in_viewport()
    expect(board.get_by_label("Search in executed tasks")).to_have_value("")
    axe.assert_clean()


@pytest.mark.slow
def test_before_any_run_of_the_past_is_read_the_timeline_says_so(open_notebook: Open) -> None:
    slow = """
saved.resume()
saved.stop()
for run in (ran(train, 30, 4), ran(train, 60, 4, "failed")):
    gateway._tasks[run] = attrs.evolve(gateway._tasks[run], last_change=gateway._tasks[run].started)
import threading
go, tasks = threading.Event(), gateway.tasks
def slowly(query):
    if query.order == "-created":
        go.wait(60)
    return tasks(query)
gateway.tasks = slowly
saved.resume()
Dashboard(saved, manager)
"""
    notebook = open_notebook(SEED + slow)
    board = notebook.widget()
    chart = timeline_of(board)
    reading = board.get_by_text("Older runs are still being read.")
    expect(reading).to_be_visible()
    expect(chart).to_have_accessible_name(re.compile(": 0 runs"))
    notebook.run("go.set()")
    expect(chart).to_have_accessible_name(re.compile("2 runs, 1 failed"))
    expect(reading).to_have_count(0)


@pytest.mark.slow
def test_while_older_runs_are_read_the_timeline_says_so(open_notebook: Open) -> None:
    slow = """
for k in range(1200):
    ran(train, 10 + 10 * k, 1)
import threading
go, tasks = threading.Event(), gateway.tasks
def slowly(query):
    if query.page > 0:
        go.wait(60)
    return tasks(query)
gateway.tasks = slowly
Dashboard(manager.get(saved.id), manager)
"""
    notebook = open_notebook(SEED + slow)
    board = notebook.widget()
    board.get_by_role("button", name="30 d").click()
    reading = board.get_by_text(re.compile("^Runs before .* are still being read.$"))
    expect(reading).to_be_visible()
    board.get_by_role("button", name="1 h", exact=True).click()
    expect(reading).to_have_count(0)  # of this stretch nothing is missing
    board.get_by_role("button", name="30 d").click()
    expect(reading).to_be_visible()
    notebook.run("go.set()")
    expect(reading).to_have_count(0)
