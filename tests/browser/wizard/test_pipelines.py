"""A pipeline as base task: found by its project's name and the filter, its parameters, and the warning of its queue."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from clearml_sched_widgets.sandbox import Sandbox
from tests.browser.axe import Scanner
from tests.browser.conftest import Open
from tests.plain import Plain

WIZARD = "from clearml_sched_widgets import Wizard\nwizard = Wizard()\nwizard"
PROJECT = "Browser pipes"


def make_pipeline(plain: Plain) -> str:
    """A pipeline as the SDK's PipelineController makes one, beside a plain task of the same project."""
    hidden = {f"{PROJECT}/.pipelines": ["hidden"], f"{PROJECT}/.pipelines/nightly update": ["hidden", "pipeline"]}
    ids = [plain.call("projects.create", name=name, system_tags=tags)["id"] for name, tags in hidden.items()]
    visible = plain.call("projects.get_all", name=f"^{PROJECT}$")["projects"][0]["id"]
    plain.call("tasks.create", name="train", type="training", project=visible)
    steps = {"load": {"queue": None}, "fit": {"queue": "services"}}
    params = {"Args": {"rate": ("0.5", "float")}, "pipeline": {"default_queue": ("default", "str")}}
    made = plain.call(
        "tasks.create",
        name="nightly update",
        type="controller",
        project=ids[-1],
        system_tags=["pipeline"],
        hyperparams={
            section: {
                name: {"section": section, "name": name, "value": value, "type": kind}
                for name, (value, kind) in items.items()
            }
            for section, items in params.items()
        },
        configuration={"Pipeline": {"name": "Pipeline", "value": json.dumps(steps), "type": "dictionary"}},
    )
    return str(made["id"])


@pytest.mark.slow
def test_r20_a_pipeline_is_picked_by_its_projects_name_and_warned_of_on_the_queue_of_its_steps(
    open_notebook: Open, sandbox: Sandbox
) -> None:
    plain = Plain(sandbox)
    pipeline = make_pipeline(plain)
    notebook = open_notebook(WIZARD)
    form, page, scanner = notebook.widget(), notebook.page, Scanner(notebook)

    form.get_by_role("button", name="Browse").click()
    window = form.get_by_role("dialog", name="Choose a base task")
    search, options = window.get_by_role("combobox", name="Search tasks"), window.get_by_role("option")
    search.fill(PROJECT.lower())
    expect(options).to_have_count(2)  # the plain task, and the pipeline in its hidden project
    search.press("Tab")
    expect(window.get_by_label("Pipelines only")).to_be_focused()
    page.keyboard.press("Space")
    expect(options).to_have_count(1)
    expect(options).to_contain_text("nightly update")
    expect(options).to_contain_text(f"{PROJECT}/.pipelines/nightly update · pipeline")
    expect(window.get_by_role("status")).to_contain_text("1 pipeline, the latest first")
    scanner.scan("the picker of pipelines")
    search.fill("no such pipeline")
    expect(window.get_by_text("No pipeline fits")).to_be_visible()
    search.fill("update")
    expect(options).to_have_count(1)
    search.press("Enter")
    expect(form.get_by_label("Base task", exact=True)).to_have_value(pipeline)

    form.get_by_label("Name", exact=True).fill("Nightly")
    form.get_by_label("Times of the day", exact=True).fill("6:20")
    form.get_by_text(re.compile(r"^Parameters")).click()
    expect(form.get_by_label("Args/rate", exact=True)).to_have_value("0.5")
    expect(form.get_by_label("pipeline/default_queue", exact=True)).to_have_value("default")
    queue = form.get_by_label("Queue", exact=True)
    warned = re.compile("its steps wait for the same queue: with one agent it never ends", re.IGNORECASE)
    expect(queue).to_have_value("default")
    expect(queue).to_have_accessible_description(warned)
    form.get_by_label("pipeline/default_queue", exact=True).fill("services")
    expect(queue).not_to_have_accessible_description(warned)
    scanner.assert_clean()
    plain.http.close()
