"""Long tables: which rows are on the page, what is sent, and scrolling while a cell runs."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from benchmarks.watching import Socket
from tests.browser.conftest import Open, OpenFile
from tests.browser.faults import busy
from tests.browser.lab import Lab
from tests.paths import ROOT

LONG = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from benchmarks.history import instance_with
from clearml_sched_widgets import Dashboard
instance, manager = instance_with({{runs}}, {{schedules}})
"""
SHOW = "Dashboard(instance, manager)"
SCHEDULED, EXECUTED = "Scheduled tasks", "Executed tasks"


def rows(board: Locator, table: str) -> Locator:
    return board.get_by_role("table", name=table).locator("tbody tr")


def loading(board: Locator, table: str) -> Locator:
    return rows(board, table).filter(has_text="loading")


def to_the_end(board: Locator, table: str) -> None:
    board.get_by_role("group", name=f"{table}, rows").focus()
    board.page.keyboard.press("End")


@pytest.mark.slow
def test_ten_thousand_scheduled_rows_are_a_window_which_is_searched_sorted_and_filtered(
    lab: Lab, open_file: OpenFile, page: Page
) -> None:
    sent = Socket(page)
    notebook = open_file(lab.write("test.ipynb", [LONG.format(runs=0, schedules=10_000), SHOW]))
    notebook.run_cell("instance_with")
    assert notebook.run("print(instance.status)").strip() == "running"
    began = time.monotonic()
    notebook.run_cell(SHOW)
    board = notebook.widget()
    expect(rows(board, SCHEDULED).first).to_contain_text("Every day at 00:00 (UTC).")
    assert time.monotonic() - began < 10  # 0.6 s where nothing else works
    part = board.locator("section").filter(has=page.get_by_role("heading", name=SCHEDULED)).last
    expect(part.get_by_text("10,000 rows", exact=True)).to_be_visible()
    expect(board.get_by_role("table", name=SCHEDULED)).to_have_attribute("aria-rowcount", "10001")
    assert rows(board, SCHEDULED).count() < 40
    assert sum(sent.sizes) < 500_000  # all rows are more than three million

    to_the_end(board, SCHEDULED)
    expect(rows(board, SCHEDULED).last).to_have_attribute("aria-rowindex", "10001")
    expect(rows(board, SCHEDULED).last).to_contain_text("Clean up 9999")
    part.get_by_label("Search in scheduled tasks").fill("CLEAN up 77")
    expect(part.get_by_text(re.compile("^22 of 10,000 rows match"))).to_be_visible()
    name = board.get_by_role("table", name=SCHEDULED).get_by_role("columnheader", name="Name")
    name.get_by_role("button").click()
    name.get_by_role("button").click()
    expect(name).to_have_attribute("aria-sort", "descending")
    expect(rows(board, SCHEDULED).first).to_contain_text("Clean up 7799")
    part.get_by_label("Search in scheduled tasks").fill("")
    expect(rows(board, SCHEDULED).first).to_contain_text("Train the detector 9995")
    assert rows(board, SCHEDULED).count() < 40


@pytest.mark.slow
def test_rows_that_were_not_sent_come_into_sight_while_a_cell_runs(open_notebook: Open, tmp_path: Path) -> None:
    end = tmp_path / "end"
    notebook = open_notebook(LONG.format(runs=5000, schedules=3) + SHOW)
    board = notebook.widget()
    expect(rows(board, EXECUTED).first).to_contain_text("completed")
    oldest = notebook.run("print(instance.executed.run.iloc[-1])").strip()
    notebook.start(busy(end))
    to_the_end(board, EXECUTED)
    expect(rows(board, EXECUTED).last).to_have_attribute("data-key", oldest)
    expect(loading(board, EXECUTED)).to_have_count(0)
    board.get_by_label("Search in executed tasks").fill("nightly report")
    expect(board.get_by_text("1,666 of 5,000 rows match")).to_be_visible()
    assert not end.exists()
    end.touch()


@pytest.mark.slow
def test_where_the_kernel_does_not_let_it_rows_are_told_to_wait_for_the_cell_and_then_come(
    lab: Lab, open_file: OpenFile, tmp_path: Path
) -> None:
    end = tmp_path / "end"
    notebook = open_file(lab.write("test.ipynb", [LONG.format(runs=5000, schedules=3) + SHOW]))
    notebook.without_subshells()
    notebook.run_all()
    board = notebook.widget()
    expect(rows(board, EXECUTED).first).to_contain_text("completed")
    oldest = notebook.run("print(instance.executed.run.iloc[-1])").strip()
    notebook.start(busy(end))
    to_the_end(board, EXECUTED)
    expect(loading(board, EXECUTED)).not_to_have_count(0)
    waits = board.get_by_text("Waiting for the kernel: it answers when the running cell has ended.")
    expect(waits).to_be_visible()
    end.touch()
    expect(rows(board, EXECUTED).last).to_have_attribute("data-key", oldest)
    expect(loading(board, EXECUTED)).to_have_count(0)
    expect(waits).to_have_count(0)
