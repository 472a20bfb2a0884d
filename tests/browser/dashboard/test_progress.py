"""Long work shows its progress, also while a cell runs, and ends with a result."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.axe import THEMES, Scanner
from tests.browser.conftest import Open
from tests.browser.memory_history import SEED

SLOW = (
    SEED
    + """
import time
clone, enqueue = gateway.clone, gateway.enqueue
def slowly(wanted):
    time.sleep(0.05)
    return clone(wanted)
gateway.clone = slowly
saved.resume()
Dashboard(saved, manager)
"""
)


@pytest.mark.slow
def test_a_large_backfill_shows_how_far_it_is_while_a_cell_runs_and_then_what_came_of_it(
    open_notebook: Open, tmp_path: Path
) -> None:
    notebook = open_notebook(SLOW)
    board, axe = notebook.widget(), Scanner(notebook)
    end = tmp_path / "end"
    expect(board.get_by_role("button", name="Run Report now")).to_be_enabled()
    notebook.start(f"import pathlib\nwhile not pathlib.Path({str(end)!r}).exists():\n    time.sleep(0.1)")
    board.get_by_role("button", name="Details of Report").click()
    board.get_by_role("button", name="Backfill …").click()
    dialog = board.get_by_role("alertdialog", name="Backfill Report")
    dialog.get_by_label(re.compile("^After")).fill("2023-06-10T00:00")
    dialog.get_by_label(re.compile("^Up to")).fill("2025-06-10T00:00")
    dialog.get_by_role("button", name="Launch 731 runs").click()
    bar = board.get_by_role("progressbar", name="Launching 731 runs")
    expect(bar).to_have_attribute("aria-valuemax", "731")
    axe.scan("a progress bar", THEMES[:1], widths=(1400,))
    expect(bar).to_have_attribute("aria-valuetext", re.compile("^[1-9][0-9]* of 731$"))
    expect(board.get_by_text("731 runs were launched.")).to_be_visible()
    expect(bar).to_have_count(0)
    assert not end.exists()  # the cell still runs
    end.touch()
    axe.assert_clean()


STOPS_SLOWLY = (
    SEED
    + """
import time
saved.resume()
stop = saved.stop
type(saved).stop = lambda self: (time.sleep(3), stop())
Dashboard(saved, manager)
"""
)


@pytest.mark.slow
def test_a_command_that_takes_long_shows_that_it_goes_on(open_notebook: Open) -> None:
    board = open_notebook(STOPS_SLOWLY).widget()
    board.get_by_role("button", name="Stop", exact=True).click()
    dialog = board.get_by_role("alertdialog", name="Stop With a past?")
    dialog.get_by_role("button", name="Stop now").click()
    expect(dialog.get_by_role("progressbar")).to_be_visible()
    expect(dialog).to_have_count(0)
    expect(board.get_by_role("progressbar")).to_have_count(0)
    expect(board.get_by_text("stopped", exact=True).first).to_be_visible()
