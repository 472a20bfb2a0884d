"""What users do to single items and runs: pause, resume, backfill, abort, retry, read the console."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Open
from tests.browser.memory_history import SEED

LAUNCH = SEED + "saved.resume()\nDashboard(saved, manager)"
CONSOLE = """
from clearml_sched_widgets.records import LogLine
run = saved.executed.run[0]
gateway.report_log(run, [LogLine(time=datetime.now(timezone.utc), level="info", text="<b>epoch 1</b>")])
"""


def scheduled(board: Locator, name: str) -> Locator:
    return board.get_by_role("table", name="Scheduled tasks").get_by_role("row", name=re.compile(f"^{name} "))


def executed(board: Locator) -> Locator:
    return board.get_by_role("table", name="Executed tasks").locator("tbody tr")


def test_an_item_is_paused_with_a_note_which_the_row_tells_and_resumed(open_notebook: Open) -> None:
    board = open_notebook(LAUNCH).widget()
    board.get_by_role("button", name="Pause Train").click()
    dialog = board.get_by_role("alertdialog", name="Pause Train?")
    dialog.get_by_label("Why? (optional)").fill("new data is coming")
    dialog.get_by_role("button", name="Pause", exact=True).click()
    row = scheduled(board, "Train")
    expect(row).to_contain_text("It is paused (new data is coming). Resume it when it may run again.")
    expect(scheduled(board, "Report")).not_to_contain_text("paused")
    board.get_by_role("button", name="Resume Train").click()
    expect(row).not_to_contain_text("paused")
    expect(board.get_by_role("button", name="Pause Train")).to_be_visible()


TYPED = "each => { each.focus(); document.execCommand('insertText', false, 'holid\\ud83d'); }"


@pytest.mark.slow
def test_half_of_a_character_in_a_note_is_shown_as_such_and_holds_nothing_up(open_notebook: Open) -> None:
    notebook = open_notebook(LAUNCH)
    board = notebook.widget()
    board.get_by_role("button", name="Pause Train").click()
    dialog = board.get_by_role("alertdialog", name="Pause Train?")
    dialog.get_by_label("Why? (optional)").evaluate(TYPED)
    dialog.get_by_role("button", name="Pause", exact=True).click()
    row = scheduled(board, "Train")
    expect(row).to_contain_text("It is paused (holid\ufffd). Resume it when it may run again.")
    expect(board.get_by_role("log")).to_contain_text("paused: holid\ufffd.")
    assert "holid\\ufffd" in notebook.run("print(ascii(list(saved.scheduled.why)))")
    board.get_by_role("button", name="Resume Train").click()
    expect(row).not_to_contain_text("paused")
    board.get_by_role("button", name="Run Report now").click()
    expect(executed(board)).to_have_count(1)


@pytest.mark.slow
def test_a_run_is_aborted_after_a_question_then_launched_again_and_its_console_read(open_notebook: Open) -> None:
    notebook = open_notebook(LAUNCH)
    board = notebook.widget()
    board.get_by_role("button", name="Run Train now").click()
    expect(executed(board)).to_have_count(1)
    board.get_by_role("button", name="Abort Train").click()
    question = board.get_by_role("alertdialog", name="Abort Train?")
    expect(question).to_contain_text("It is taken off its queue.")
    question.get_by_role("button", name="Let it run").click()
    expect(executed(board)).to_contain_text("queued")
    board.get_by_role("button", name="Abort Train").click()
    question.get_by_role("button", name="Abort it").click()
    expect(executed(board)).to_contain_text("stopped")

    board.get_by_role("button", name="Retry Train").click()
    expect(executed(board)).to_have_count(2)
    expect(executed(board).first).to_contain_text("queued")

    notebook.run(CONSOLE)
    board.get_by_role("button", name="Log of Train").first.click()
    console = board.get_by_role("dialog", name="Log of Train")
    expect(console.get_by_text("<b>epoch 1</b>", exact=True)).to_be_visible()
    board.page.keyboard.press("Escape")
    expect(console).to_have_count(0)
    expect(board.get_by_role("button", name="Log of Train").first).to_be_focused()


@pytest.mark.slow
def test_a_past_period_is_counted_and_launched(open_notebook: Open) -> None:
    board = open_notebook(LAUNCH).widget()
    board.get_by_role("button", name="Details of Report").click()
    board.get_by_role("button", name="Backfill …").click()
    dialog = board.get_by_role("alertdialog", name="Backfill Report")
    dialog.get_by_label("After (UTC)").fill("2026-01-10T00:00")
    dialog.get_by_label("Up to (UTC)").fill("2026-01-09T00:00")
    expect(dialog).to_contain_text("expected a time after the start")
    dialog.get_by_label("Up to (UTC)").fill("2026-01-13T00:00")
    expect(dialog).to_contain_text(re.compile("3 runs: Sat 10 Jan.*They start at once"))
    dialog.get_by_role("button", name="Launch 3 runs").click()
    expect(dialog).to_have_count(0)
    expect(executed(board)).to_have_count(3)
    expect(executed(board).first).to_contain_text("backfill")


@pytest.mark.slow
def test_a_counter_of_the_head_leads_to_its_runs(open_notebook: Open) -> None:
    past = SEED + 'ran(train, 30, 5, "failed")\nran(train, 60, 5)\nran(train, 3000, 5, "failed")\n'
    board = open_notebook(past + "saved.resume()\nDashboard(saved, manager)").widget()
    expect(executed(board)).to_have_count(3)
    board.get_by_role("button", name="1 failed in 24 h").click()
    expect(executed(board)).to_have_count(1)
    expect(executed(board)).to_contain_text("failed")
