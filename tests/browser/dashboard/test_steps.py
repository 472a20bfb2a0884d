"""The steps of a pipeline's run in the details of its row: they are read when these open, and while it is under way."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from clearml_sched_widgets.sandbox import Sandbox
from tests.browser.axe import Scanner
from tests.browser.conftest import Open
from tests.plain import Plain
from tests.waiting import until

LAUNCH = """
from clearml_sched_widgets import Action, Dashboard, Definition, Manager, Once, Schedule
action = Action({base!r}, queue="services", project="Browser steps")
schedule = Schedule(action, Once("2100-01-01", "06:20"), name="nightly", run_at_start=True)
instance = Manager().launch(Definition("Pipeline", [schedule]))
Dashboard(instance)
"""


@pytest.mark.slow
def test_r20_the_steps_of_a_pipelines_run_show_in_its_details_and_follow_the_server(
    open_notebook: Open, sandbox: Sandbox
) -> None:
    plain = Plain(sandbox)
    base = plain.call("tasks.create", name="three steps", type="controller", system_tags=["pipeline"])["id"]
    notebook = open_notebook(LAUNCH.format(base=base))
    board, scanner = notebook.widget(), Scanner(notebook)
    row = board.get_by_role("table", name="Executed tasks").locator("tbody tr").first
    expect(row).to_contain_text("queued")

    def runs() -> list[dict[str, str]]:
        asked = {"parent": [base], "search_hidden": True, "only_fields": ["id"]}
        return list(plain.call("tasks.get_all", **asked)["tasks"])

    until(runs, what="the run")
    run = runs()[0]["id"]
    one, two = (
        plain.call("tasks.create", name=name, type="training", parent=run)["id"] for name in ("<b>load</b>", "fit")
    )
    plain.call("tasks.started", task=one)
    plain.call("tasks.completed", task=one)

    row.get_by_role("button", name="Details of").click()
    steps = board.get_by_role("region", name="Steps").get_by_role("listitem")
    expect(steps).to_have_count(2)
    expect(steps.first).to_contain_text("<b>load</b>")
    expect(steps.first).to_contain_text("completed")
    expect(steps.first.get_by_role("link")).to_have_attribute("href", re.compile(f"/experiments/{one}/"))
    for task in (run, two):
        plain.call("tasks.started", task=task)
    expect(steps.last).to_contain_text("in progress")  # it is read again, as the run is under way
    expect(row).to_contain_text("in progress")
    plain.call("tasks.completed", task=two)
    expect(board.get_by_text("Steps · 2 of 2 completed")).to_be_visible()
    board.get_by_role("region", name="Steps").scroll_into_view_if_needed()
    scanner.scan("the steps of a run")
    scanner.assert_clean()
    notebook.run("instance.stop()")
    plain.http.close()
