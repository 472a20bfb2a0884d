"""Buttons while a cell runs: they act at once where the kernel allows it, or say that they wait, and act once."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Open, OpenFile
from tests.browser.faults import busy
from tests.browser.lab import Lab
from tests.browser.memory_history import SEED

LAUNCH = SEED + "saved.resume()\nDashboard(saved, manager)"


def runs(board: Locator) -> Locator:
    return board.get_by_role("table", name="Executed tasks").locator("tbody tr").filter(has_text="manual")


def test_a_button_answers_while_a_cell_runs(open_notebook: Open, tmp_path: Path) -> None:
    end = tmp_path / "end"
    notebook = open_notebook(LAUNCH)
    expect(notebook.widget().get_by_role("button", name="Run Train now")).to_be_enabled()
    notebook.start(busy(end))
    board = notebook.widget()
    board.get_by_role("button", name="Run Train now").click()
    expect(runs(board)).to_have_count(1)  # the cell still runs
    assert not end.exists()
    end.touch()


@pytest.mark.slow
def test_where_the_kernel_does_not_let_it_a_button_waits_for_the_cell_and_acts_once(
    lab: Lab, open_file: OpenFile, tmp_path: Path
) -> None:
    end = tmp_path / "end"
    notebook = open_file(lab.write("test.ipynb", [LAUNCH]))
    notebook.without_subshells()
    notebook.run_all()
    board = notebook.widget()
    expect(board.get_by_role("button", name="Run Train now")).to_be_enabled()
    notebook.start(busy(end))
    board.get_by_role("button", name="Run Train now").click()
    waiting = board.get_by_role("button", name="Run Train now: waits for the running cell")
    expect(waiting).to_be_disabled()
    board.get_by_role("button", name="30 d").click()  # the timeline needs the kernel for that
    expect(board.get_by_text("Waits for the running cell; what is known is shown meanwhile.")).to_be_visible()
    board.get_by_role("button", name="Pause Report").click()
    dialog = board.get_by_role("alertdialog", name="Pause Report?")
    dialog.get_by_role("button", name="Pause", exact=True).click()
    expect(dialog.get_by_text("It waits for the running cell and is carried out after it, once.")).to_be_visible()
    end.touch()
    expect(runs(board)).to_have_count(1)
    expect(board.get_by_role("button", name="Resume Report")).to_be_visible()
    expect(waiting).to_have_count(0)
    expect(board.get_by_text("Waits for the running cell")).to_have_count(0)
    expect(runs(board)).to_have_count(1)
