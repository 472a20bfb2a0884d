"""The dashboard's tables with a long history: scrolling, sorting, searching, filtering, columns, files and times."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open
from tests.browser.faults import busy
from tests.paths import ROOT

RUNS = 5000
LONG = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from benchmarks.history import instance_with
from clearml_sched_widgets import Dashboard
instance, manager = instance_with({RUNS}, {{schedules}})
Dashboard(instance, manager)
"""


def rows(table: Locator) -> Locator:
    return table.locator("tbody tr")


def executed(board: Locator) -> Locator:
    return board.get_by_role("table", name="Executed tasks")


def section(board: Locator, name: str) -> Locator:
    """One table with what stands above and below it."""
    return board.locator("section").filter(has=board.page.get_by_role("heading", name=name)).last  # the innermost


@pytest.mark.slow
def test_five_thousand_runs_are_scrolled_sorted_and_searched(open_notebook: Open) -> None:
    notebook = open_notebook(LONG.format(schedules=3))
    notebook.page.set_viewport_size({"width": 1800, "height": 1100})  # room for the column of ids
    board = notebook.widget()
    part, table = section(board, "Executed tasks"), executed(board)
    expect(part.get_by_text("5,000 rows")).to_be_visible()
    expect(table).to_have_attribute("aria-rowcount", "5001")
    assert rows(table).count() < 50
    newest = rows(table).first.inner_text()
    oldest = notebook.run("print(instance.executed.run.iloc[-1])").strip()

    part.get_by_role("group", name="Executed tasks, rows").focus()
    notebook.page.keyboard.press("End")
    expect(rows(table).last).to_have_attribute("data-key", oldest)
    expect(rows(table).last).to_have_attribute("aria-rowindex", "5001")

    header = table.get_by_role("columnheader", name="Started")
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "ascending")
    expect(rows(table).first).to_have_attribute("data-key", oldest)
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "descending")
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "none")
    expect(rows(table).first).to_have_text(newest.replace("\t", ""))

    part.get_by_label("Search in executed tasks").fill("nightly REPORT")
    expect(part.get_by_text("1,666 of 5,000 rows match")).to_be_visible()
    expect(rows(table).first).to_contain_text("Nightly report")
    part.get_by_label("Search in executed tasks").fill("nothing is called that")
    expect(part.get_by_text("Nothing matches")).to_be_visible()
    part.get_by_role("button", name="Clear search and filters").click()
    expect(part.get_by_text("5,000 rows")).to_be_visible()


@pytest.mark.slow
def test_filters_columns_details_and_a_file(open_notebook: Open, tmp_path: Path) -> None:
    notebook = open_notebook(LONG.format(schedules=3))
    board = notebook.widget()
    part, table = section(board, "Executed tasks"), executed(board)
    part.get_by_role("button", name="Filter").click()
    filters = part.get_by_role("group", name="Filters")
    filters.get_by_label("failed (").check()
    expect(part.get_by_text("of 5,000 rows match")).to_be_visible()
    filters.get_by_label("Period").select_option("the last 30 days")
    notebook.page.keyboard.press("Escape")
    expect(filters).to_have_count(0)
    expect(part.get_by_role("button", name="Filter")).to_be_focused()
    expect(part.get_by_role("button", name="Filter")).to_contain_text("2")
    recent = "f[(f.status == 'failed') & (f.started > pandas.Timestamp.now('UTC') - pandas.Timedelta(days=30))]"
    count = int(notebook.run(f"import pandas\nf = instance.executed\nprint(len({recent}))"))
    expect(part.get_by_text(f"{count} of 5,000 rows match")).to_be_visible()

    part.get_by_role("button", name="Columns").click()
    part.get_by_label("Reason").check()
    part.get_by_label("Task id").uncheck()
    notebook.page.locator(".jp-Notebook-footer, .jp-NotebookPanel-toolbar").first.click()
    expect(table.get_by_role("columnheader", name="Reason")).to_be_visible()
    expect(table.get_by_role("columnheader", name="Task id")).to_have_count(0)
    expect(rows(table).first).to_contain_text("exit code 1")

    lowest = rows(table).nth(11)  # of those in sight: what it unfolds is brought there too
    lowest.get_by_role("button", name="Details of").click()
    expect(part.get_by_text("Run key")).to_be_in_viewport(ratio=1)
    lowest.get_by_role("button", name="Details of").click()
    expect(part.get_by_text("Run key")).to_have_count(0)

    with notebook.page.expect_download() as download:
        part.get_by_role("button", name="CSV").click()
    assert download.value.suggested_filename == "A year of runs-executed.csv"
    download.value.save_as(tmp_path / "runs.csv")
    lines = list(csv.DictReader((tmp_path / "runs.csv").read_text().splitlines()))
    assert len(lines) == count
    assert {line["status"] for line in lines} == {"failed"}
    assert all(line["started"].endswith("Z") for line in lines)


@pytest.mark.slow
def test_all_times_change_with_one_switch_and_a_scheduled_table_is_sorted_while_a_cell_runs(
    open_notebook: Open, tmp_path: Path
) -> None:
    seen = tmp_path / "seen"
    notebook = open_notebook(LONG.format(schedules=40), busy(seen))
    board = notebook.widget()
    table = board.get_by_role("table", name="Scheduled tasks")
    expect(rows(table).first).to_contain_text("Every day at 00:00 (UTC).")
    # The page has all forty rows, so it needs no answer for this.
    table.get_by_role("button", name="Name").click()
    expect(rows(table).first).to_contain_text("Clean up")
    section(board, "Scheduled tasks").get_by_label("Search in scheduled tasks").fill("clean up 39")
    expect(rows(table)).to_have_count(1)
    expect(rows(table)).to_contain_text("Clean up 39")
    board.get_by_label("Relative to now").check()
    expect(rows(executed(board)).first).to_contain_text("ago")
    expect(rows(table).first.locator("time")).to_contain_text("in ")
    seen.touch()


@pytest.mark.slow
def test_the_oldest_runs_of_an_instance_elsewhere_are_read_one_page_after_the_other(open_notebook: Open) -> None:
    elsewhere = LONG.format(schedules=3).rpartition("Dashboard(")[0]
    code = "\ninstance.stop()\nDashboard(manager.get(instance.id), manager)"
    board = open_notebook(elsewhere + code).widget()
    part = section(board, "Executed tasks")
    expect(part.get_by_text("5,000 rows", exact=True)).to_be_visible(timeout=60_000)
    focus(part, board.page)
    expect(rows(executed(board)).last).to_have_attribute("aria-rowindex", "5001")


def focus(part: Locator, page: Page) -> None:
    """Go to the end of a table by keyboard."""
    part.get_by_role("group", name="rows").focus()
    page.keyboard.press("End")


@pytest.mark.slow
def test_chosen_columns_sort_and_filters_are_there_again_after_a_reload(open_notebook: Open) -> None:
    notebook = open_notebook(LONG.format(schedules=3))
    board = notebook.widget()
    part, table = section(board, "Executed tasks"), executed(board)
    part.get_by_role("button", name="Columns").click()
    part.get_by_label("Reason").check()
    notebook.page.keyboard.press("Escape")
    table.get_by_role("button", name="Started").click()
    part.get_by_role("button", name="Filter").click()
    part.get_by_label("failed (").check()
    notebook.page.keyboard.press("Escape")
    part.get_by_label("Search in executed tasks").fill("typed")
    notebook.reload()
    notebook.run_all()
    expect(table.get_by_role("columnheader", name="Reason")).to_be_visible()
    expect(table.get_by_role("columnheader", name="Started")).to_have_attribute("aria-sort", "ascending")
    expect(part.get_by_role("button", name="Filter")).to_contain_text("1")
    expect(part.get_by_label("Search in executed tasks")).to_have_value("")  # what is typed is not kept
    kept = notebook.page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
    assert "typed" not in kept
