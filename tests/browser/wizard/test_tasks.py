"""Choosing what an item launches: base tasks, their parameters, projects, containers and code."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from clearml_sched_widgets.sandbox import Sandbox
from tests.browser.conftest import Open

WIZARD = "from clearml_sched_widgets import Wizard\nwizard = Wizard()\nwizard"
SEED = """
from clearml_sched_widgets.gateway.clearml import connect
server = connect()

def make(name, project, tags=(), system_tags=(), parameters=None):
    sections = {"Args": {key: {"section": "Args", "name": key, "value": value, "type": kind}
                         for key, (value, kind) in (parameters or {}).items()}}
    body = {"name": name, "type": "training", "project": server._project(project), "hyperparams": sections}
    return server._api.write("tasks.create", {**body, "tags": list(tags), "system_tags": list(system_tags)})["id"]
"""


@pytest.mark.slow
def test_a_base_task_is_found_by_name_tag_project_and_address_and_chosen_by_keyboard(
    open_notebook: Open, sandbox: Sandbox
) -> None:
    notebook = open_notebook(WIZARD)
    seeded = notebook.run(
        SEED
        + """
for number in range(25):
    make(f"picked {number:02d}", "Picker/Many")
print(make("by its tag", "Picker/Tags", tags=["<i>odd</i> tag"]))
print(make("<b>markup</b>", "Picker/Markup"))
print(make("gone by", "Picker/Old", system_tags=["archived"]))
"""
    ).split()
    tagged, marked, archived = seeded
    form, page = notebook.widget(), notebook.page
    task = form.get_by_label("Base task", exact=True)

    form.get_by_role("button", name="Browse").press("Enter")
    window = form.get_by_role("dialog", name="Choose a base task")
    search = window.get_by_role("combobox", name="Search tasks")
    expect(search).to_be_focused()
    page.keyboard.press("Escape")
    expect(window).to_have_count(0)
    expect(form.get_by_role("button", name="Browse")).to_be_focused()

    page.keyboard.press("Enter")
    options = window.get_by_role("option")
    search.fill("picked")
    expect(options.first).to_contain_text("picked 24")  # the latest first
    expect(options).to_have_count(20)
    window.get_by_role("button", name="Show more").click()
    expect(options).to_have_count(25)
    search.fill("ODD</I>")
    expect(options).to_have_count(1)
    expect(options).to_contain_text("<i>odd</i> tag")
    search.fill(tagged)  # its id
    expect(options).to_have_count(1)
    expect(options).to_contain_text("by its tag")
    search.fill("picker/")
    expect(options.filter(has_text="picked")).not_to_have_count(0)
    expect(options.filter(has_text="gone by")).to_have_count(0)
    expect(options.first).to_have_attribute("aria-selected", "true")
    search.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    search.fill("by its tag")
    expect(options).to_have_count(1)
    search.press("Enter")
    expect(window).to_have_count(0)
    expect(task).to_have_value(tagged)

    task.fill(f"{sandbox.web_url}/projects/x/experiments/{marked}/output/log")
    expect(task).to_have_value(marked)
    expect(task).to_have_accessible_description(re.compile("<b>markup</b> Picker/Markup"))
    task.fill(f"https://app.clear.ml/projects/x/tasks/{'f' * 32}/execution")
    expect(task).to_have_accessible_description(re.compile("another server, app.clear.ml; you are connected to"))
    task.fill(archived)
    expect(task).to_have_accessible_description(re.compile("This task is in the archive"))


@pytest.mark.slow
def test_parameters_of_the_base_task_are_shown_and_only_what_differs_is_kept(open_notebook: Open) -> None:
    notebook = open_notebook(WIZARD)
    created = notebook.run(
        SEED
        + """
typed = {"lr": ("0.1", "float"), "epochs": ("3", "int"), "flag": ("True", "bool")}
print(make("typed", "Parameters", parameters=typed))
print(make("many", "Parameters", parameters={f"option_{n:03d}": (str(n), "int") for n in range(500)}))
"""
    ).split()
    form = notebook.widget()
    task = form.get_by_label("Base task", exact=True)
    form.get_by_label("Name", exact=True).fill("Parameters")
    form.get_by_label("Times of the day", exact=True).fill("6:20")
    task.fill(created[0])
    form.get_by_text(re.compile(r"^Parameters")).click()
    lr, epochs = form.get_by_label("Args/lr", exact=True), form.get_by_label("Args/epochs", exact=True)
    expect(lr).to_have_value("0.1")
    lr.fill("0.2")
    epochs.fill("many")
    form.get_by_label("Args/flag", exact=True).select_option("False")
    expect(epochs).to_have_accessible_description(re.compile("expected a whole number"))
    expect(form.get_by_text("Parameters · 3 changed")).to_be_visible()
    form.get_by_role("button", name="Reset Args/epochs to 3").click()
    expect(epochs).to_have_value("3")
    form.get_by_role("button", name="Add parameter").click()
    form.get_by_label("Parameter 1 name").fill("Args/new")
    form.get_by_label("Parameter 1 value").fill("due ")
    form.get_by_role("button", name="Insert ${scheduled}").click()

    form.get_by_text(re.compile("^Launched task")).click()
    form.get_by_label("Container image").fill("python:3.11")
    form.get_by_label("Container arguments").fill("--ipc=host")
    form.get_by_role("button", name="Override code").click()
    form.get_by_label("Branch", exact=True).fill("main")
    form.get_by_label("Tags of launched tasks").fill("nightly, demo")
    destination = form.get_by_label("Target project")
    destination.fill("paramet")
    expect(form.locator("datalist option[value=Parameters]")).to_have_count(1)  # what the browser offers
    destination.fill("Brand new/project")
    expect(form.get_by_label("Target project")).to_have_accessible_description("New: it will be created.")

    form.get_by_role("button", name="Save draft").click()
    expect(form.get_by_text("was saved as a draft")).to_be_visible()
    said = notebook.run(
        "action = wizard.definition.schedules[0].action\n"
        "print(action.parameters, action.container, action.overrides, action.tags, sep='|')"
    )
    assert said.strip().split("|") == [
        "{'Args/lr': '0.2', 'Args/flag': 'False', 'Args/new': 'due ${scheduled}'}",
        "{'image': 'python:3.11', 'arguments': '--ipc=host'}",
        "{'script.branch': 'main'}",
        "('nightly', 'demo')",
    ]

    form.get_by_role("button", name="Back to the form").click()
    task.fill(created[1])
    form.get_by_text(re.compile("^Parameters")).click()
    form.get_by_label("Filter parameters").fill("_49")
    expect(form.get_by_text("10 of 500")).to_be_visible()
    form.get_by_label("Args/option_497", exact=True).fill("7")
    form.get_by_label("Filter parameters").fill("")
    form.get_by_label("Changed only").check()
    expect(form.get_by_label("Args/option_497", exact=True)).to_have_value("7")
    expect(form.get_by_label("Args/option_498", exact=True)).to_have_count(0)
