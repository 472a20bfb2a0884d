"""Definitions in and out of the form, what happens after a launch, and that nothing typed is lost silently."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Open
from tests.browser.lab import Lab

WIZARD = "from clearml_sched_widgets import Wizard\nwizard = Wizard()\nwizard"
YAML = """version: 1
name: From YAML
schedules:
- action: {{task: {task}}}
  recurrence: {{type: daily, times: ["18:20"]}}
"""
DROP = """([text, name]) => {
    const data = new DataTransfer();
    data.items.add(new File([text], name));
    const form = document.querySelector('.csw-wizard');
    for (const type of ['dragover', 'drop'])
        form.dispatchEvent(new DragEvent(type, {bubbles: true, cancelable: true, dataTransfer: data}));
}"""


def importing(form: Locator) -> Locator:
    form.get_by_role("button", name="Import", exact=True).click()
    return form.get_by_role("dialog", name="Import a definition")


@pytest.mark.slow
def test_a_definition_is_pasted_dropped_or_chosen_and_what_it_replaces_comes_back(
    open_notebook: Open, examples: dict[str, str], tmp_path: Path
) -> None:
    form = open_notebook(WIZARD).widget()
    name = form.get_by_label("Name", exact=True)
    name.fill("Typed by hand")

    window = importing(form)
    text = window.get_by_label("Definition, as JSON or YAML")
    expect(text).to_be_focused()
    text.fill('{"version": 1, "name": "x", "schedules": [{"recurrence": {"type": "dayly"}}]}')
    window.get_by_role("button", name="Import", exact=True).click()
    refused = window.get_by_role("alert")
    expect(refused).to_contain_text("schedules[0].recurrence.type")
    expect(refused).to_contain_text('did you mean "daily"?')
    expect(refused).to_contain_text("name Expected at least 3 characters")
    text.fill("{ not: [json")
    window.get_by_role("button", name="Import", exact=True).click()
    expect(refused).to_contain_text("line 1")
    expect(name).to_have_value("Typed by hand")
    text.fill(YAML.format(task=examples["train"]))
    window.get_by_role("button", name="Import", exact=True).click()
    expect(window).to_have_count(0)
    expect(name).to_have_value("From YAML")
    expect(form.get_by_text("Imported “From YAML”")).to_be_visible()
    form.get_by_role("button", name="Undo").click()
    expect(name).to_have_value("Typed by hand")

    data = {"version": 1, "name": "From a drop", "schedules": []}
    form.page.evaluate(DROP, [json.dumps(data), "definition.json"])
    expect(name).to_have_value("From a drop")
    form.page.evaluate(DROP, ["{", "broken.json"])
    expect(window).to_contain_text("Text of broken.json")
    expect(refused).to_contain_text("this is not JSON", ignore_case=True)
    form.page.keyboard.press("Escape")
    expect(window).to_have_count(0)

    chosen = tmp_path / "chosen.yaml"
    chosen.write_text(YAML.format(task=examples["train"]).replace("From YAML", "From a file"))
    window = importing(form)
    window.get_by_label("Definition file").set_input_files(chosen)
    expect(name).to_have_value("From a file")

    form.get_by_role("button", name="Cancel").click()
    expect(name).to_have_value("")
    form.get_by_label("Description").fill("some text")
    form.get_by_role("button", name="Cancel").click()
    expect(form.get_by_text("The form was cleared")).to_be_visible()
    form.get_by_role("button", name="Undo").press("Enter")
    expect(form.get_by_label("Description")).to_have_value("some text")


@pytest.mark.slow
def test_a_definition_is_exported_as_json_and_yaml_once_it_is_right(
    open_notebook: Open, examples: dict[str, str]
) -> None:
    form = open_notebook(WIZARD).widget()
    form.get_by_label("Name", exact=True).fill("Out: of/here")
    form.get_by_label("Base task", exact=True).fill(examples["train"])
    window = form.get_by_role("dialog", name="Export the definition")
    form.get_by_role("button", name="Export").click()
    expect(window.get_by_role("alert")).to_contain_text("schedules[0].recurrence.times")
    form.page.keyboard.press("Escape")
    form.get_by_label("Times of the day", exact=True).fill("6:20")
    expect(form.get_by_label("Preview").get_by_text("Every day at 06:20 (UTC).")).to_be_visible()
    form.get_by_role("button", name="Export").click()
    text = window.get_by_label("Definition", exact=True)
    expect(text).to_have_value(re.compile('"name": "Out: of/here"'))
    window.get_by_label("YAML").check()
    expect(text).to_have_value(re.compile("^version: 1\nname: 'Out: of/here'\n"))
    with form.page.expect_download() as download:
        window.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == "Out-of-here.yaml"
    assert "06:20" in download.value.path().read_text()


@pytest.mark.slow
def test_a_launch_works_while_a_cell_runs_and_says_what_happens_next(
    open_notebook: Open, examples: dict[str, str], lab: Lab
) -> None:
    go = lab.notebooks / "go"
    notebook = open_notebook(WIZARD, "import pathlib, time\nwhile not pathlib.Path('go').exists(): time.sleep(0.1)")
    form = notebook.widget()
    form.get_by_label("Name", exact=True).fill("Patient")
    form.get_by_label("Base task", exact=True).fill(examples["train"])
    form.get_by_label("Times of the day", exact=True).fill("6:20")
    expect(form.get_by_label("Preview").get_by_text("Every day at 06:20 (UTC).")).to_be_visible()
    form.get_by_role("button", name="Launch", exact=True).click()
    expect(form.get_by_text("Patient is running in this kernel.")).to_be_visible(timeout=60_000)
    expect(notebook.page.get_by_text("[*]:")).to_be_visible()  # the cell still runs
    go.touch()
    expect(form.get_by_text(re.compile("Next run: Schedule 1, .* 06:20 UTC"))).to_be_visible()
    expect(form.get_by_text("run other cells as you like")).to_be_visible()

    form.get_by_role("button", name="New form").click()
    expect(form.get_by_label("Name", exact=True)).to_have_value("")
    form.get_by_label("Name", exact=True).fill("On a queue")
    form.get_by_label("Base task", exact=True).fill(examples["train"])
    form.get_by_label("Times of the day", exact=True).fill("6:20")
    expect(form.get_by_label("Preview").get_by_text("Every day at 06:20 (UTC).")).to_be_visible()
    form.get_by_label("Service on a queue").check()
    expect(form.get_by_label("Service queue")).to_have_value("services")
    expect(form.get_by_text("No agent serves this queue").last).to_be_visible()
    form.get_by_role("button", name="Launch", exact=True).click()
    expect(form.get_by_text("On a queue was launched as a service.")).to_be_visible()
    expect(form.get_by_text("No agent serves the queue services")).to_be_visible()
    go.unlink()
    notebook.run("wizard.instance.stop()")


@pytest.mark.slow
def test_leaving_an_edited_form_asks_before_it_is_gone(open_notebook: Open) -> None:
    app = open_notebook("from clearml_sched_widgets import SchedulerApp\nSchedulerApp()").widget()
    app.get_by_role("button", name="Launch new").click()
    app.get_by_label("Name", exact=True).fill("Half done")
    app.get_by_role("button", name="Cancel").click()
    question = app.get_by_role("alertdialog", name="Discard what you have entered?")
    question.get_by_role("button", name="Keep editing").click()
    expect(app.get_by_label("Name", exact=True)).to_have_value("Half done")
    app.get_by_role("button", name="Cancel").click()
    question.get_by_role("button", name="Discard").click()
    app.get_by_role("button", name="Launch new").click()
    expect(app.get_by_label("Name", exact=True)).to_have_value("")
    app.get_by_role("button", name="Cancel").click()
    expect(question).to_have_count(0)
