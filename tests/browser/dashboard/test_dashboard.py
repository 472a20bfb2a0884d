"""The dashboard: live, also while a cell runs; its buttons; when the server goes away and comes back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from clearml_sched_widgets.sandbox import Sandbox
from tests.browser.conftest import Open
from tests.browser.faults import busy
from tests.plain import Plain
from tests.waiting import until

LAUNCH = """
from clearml_sched_widgets import Action, Daily, Dashboard, Definition, Manager, Schedule
schedule = Schedule(Action({task!r}, "default"), Daily(["06:20", "18:20"]), name="Twice a day")
instance = Manager().launch(Definition({name!r}, [schedule]))
dashboard = Dashboard()
dashboard
"""


@pytest.mark.usefixtures("agent")
def test_a_run_is_followed_to_its_end_while_a_cell_is_running(
    open_notebook: Open, examples: dict[str, str], tmp_path: Path
) -> None:
    seen = tmp_path / "seen"
    run_now = "instance.run_now(schedule)"
    notebook = open_notebook(LAUNCH.format(task=examples["train"], name="Followed"), run_now, busy(seen))
    board = notebook.widget()
    scheduled = board.get_by_role("table", name="Scheduled tasks").locator("tbody tr")
    expect(scheduled).to_have_count(2)  # one row for each time of the day
    expect(scheduled.first).to_contain_text("Every day at")
    run = board.get_by_role("table", name="Executed tasks").locator("tbody tr")
    expect(run).to_have_count(1)
    expect(run).to_contain_text("completed", timeout=60_000)
    expect(run).to_contain_text("manual")
    seen.touch()  # only now the cell ends
    assert notebook.run("print(list(dashboard.executed.status), len(dashboard.scheduled))").strip() == "['completed'] 2"
    notebook.run("instance.stop()")


def test_run_now_pause_with_a_reason_resume_and_stop(open_notebook: Open, examples: dict[str, str]) -> None:
    board = open_notebook(LAUNCH.format(task=examples["train"], name="Buttons")).widget()
    board.get_by_role("button", name="Run Twice a day now").first.click()
    expect(board.get_by_role("table", name="Executed tasks").locator("tbody tr")).to_have_count(1)
    board.get_by_role("button", name="Pause", exact=True).click()
    dialog = board.get_by_role("alertdialog", name="Pause Buttons?")
    dialog.get_by_label("Why? (optional)").fill("the disk is full")
    dialog.get_by_role("button", name="Pause").click()
    expect(board.get_by_text("Paused: the disk is full", exact=True)).to_be_visible()
    board.get_by_role("button", name="Resume", exact=True).click()
    expect(board.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    board.get_by_role("button", name="Stop", exact=True).click()
    board.get_by_role("button", name="Stop now").click()
    expect(board.get_by_text("stopped", exact=True).first).to_be_visible()


@pytest.mark.slow
def test_both_tables_are_plots_of_the_instances_task_for_the_web_page(
    open_notebook: Open, examples: dict[str, str], sandbox: Sandbox
) -> None:
    notebook = open_notebook(LAUNCH.format(task=examples["train"], name="Shared as plots"))
    board = notebook.widget()
    board.get_by_role("button", name="Run Twice a day now").first.click()
    run = board.get_by_role("table", name="Executed tasks").locator("tbody tr")
    expect(run).to_have_count(1)
    task = notebook.run("print(instance.executed.task[0], instance.id)").split()
    board.get_by_role("button", name="Stop", exact=True).click()
    board.get_by_role("button", name="Stop now").click()
    expect(board.get_by_text("stopped", exact=True).first).to_be_visible()
    plots: dict[str, Any] = {}

    def both() -> bool:
        found = Plain(sandbox).call("events.get_task_plots", task=task[1], iters=1)["plots"]
        plots.update({plot["metric"]: json.loads(plot["plot_str"])["data"][0] for plot in found})
        return {*plots} == {"Scheduled Tasks", "Executed Tasks"}

    until(both, what="both tables")
    executed, scheduled = (
        dict(zip(plots[name]["header"]["values"], plots[name]["cells"]["values"], strict=True))
        for name in ("Executed Tasks", "Scheduled Tasks")
    )
    assert (executed["task"], executed["cause"]) == ([task[0]], ["manual"])
    assert scheduled["name"] == ["Twice a day", "Twice a day"]
    assert sorted(each[11:16] for each in scheduled["next run"]) == ["06:20", "18:20"]


def test_a_server_that_goes_away_is_named_and_its_return_is_noticed(
    open_notebook: Open, fresh_sandbox: Sandbox
) -> None:
    conf = f"import os\nos.environ['CLEARML_CONFIG_FILE'] = {str(fresh_sandbox.conf)!r}\n"
    board = open_notebook(conf + "from clearml_sched_widgets import Dashboard\nDashboard()").widget()
    expect(board.get_by_text("No instance yet")).to_be_visible()
    fresh_sandbox.kill()
    expect(board.get_by_role("alert")).to_contain_text("The ClearML server does not answer", timeout=30_000)
    with Sandbox.start(fresh_sandbox.folder):
        expect(board.get_by_role("alert")).to_have_count(0, timeout=30_000)
        expect(board.get_by_text("Default User")).to_be_visible()
