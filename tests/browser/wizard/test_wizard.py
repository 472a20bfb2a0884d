"""The form: the messages beside its fields, its preview, and where it can launch a definition."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from tests.browser.conftest import Open

WIZARD = "from clearml_sched_widgets import Wizard\nwizard = Wizard()\nwizard"


def says(field: Locator, text: str) -> None:
    """The message belongs to the field for everybody: it is its description."""
    expect(field).to_have_accessible_description(re.compile(text))


def launch(form: Locator) -> None:
    form.get_by_role("button", name="Launch", exact=True).click()


def test_an_empty_form_says_beside_each_field_what_is_missing_and_launches_nothing(open_notebook: Open) -> None:
    notebook = open_notebook(WIZARD)
    form = notebook.widget()
    expect(form.get_by_text("Default User")).to_be_visible()
    expect(form.get_by_role("alert")).to_have_count(0)
    launch(form)
    says(form.get_by_label("Name", exact=True), "Must not be empty")
    says(form.get_by_label("Base task", exact=True), "Choose the task to run")
    says(form.get_by_label("Times of the day"), "Expected at least one time of day")
    expect(form.get_by_text("3 fields need your attention")).to_be_visible()
    assert notebook.run("print(wizard.instance)").strip() == "None"


def test_an_unknown_task_and_a_wrong_time_are_named_and_the_messages_go_when_they_are_right(
    open_notebook: Open, examples: dict[str, str]
) -> None:
    form = open_notebook(WIZARD).widget()
    task, times = form.get_by_label("Base task", exact=True), form.get_by_label("Times of the day")
    task.fill("0" * 32)
    says(task, "The server has no task of this id")
    times.fill("6:20, 25:00")
    times.blur()
    says(times, "Expected a time from")
    form.get_by_role("button", name="Remove 25:00").click()
    times.fill("18:20")
    expect(times).not_to_have_attribute("aria-invalid", "true")
    task.fill(examples["train"])
    expect(form.get_by_text("train model")).to_be_visible()
    expect(task).not_to_have_attribute("aria-invalid", "true")
    expect(form.get_by_label("Preview").get_by_text("Every day at 06:20 and 18:20 (UTC).")).to_be_visible()
    expect(form.get_by_role("table", name="Next runs").locator("tbody tr:has(td)")).to_have_count(10)


def test_an_unknown_queue_and_a_queue_without_an_agent_are_told_apart(
    open_notebook: Open, examples: dict[str, str]
) -> None:
    form = open_notebook(
        "from clearml_sched_widgets import Action, Daily, Definition, Schedule, Wizard\n"
        f"schedule = Schedule(Action('{examples['train']}', queue='gpu'), Daily(['06:20']))\n"
        "Wizard(Definition('Prefilled', [schedule]))"
    ).widget()
    queue = form.get_by_label("Queue", exact=True)
    expect(form.get_by_label("Name", exact=True)).to_have_value("Prefilled")
    says(queue, "no such queue|no queue of this name")
    queue.select_option("services")
    says(queue, "No agent serves this queue")


def test_weekdays_and_a_time_zone_become_a_sentence(open_notebook: Open) -> None:
    form = open_notebook(WIZARD).widget()
    form.get_by_label("Weekly").check()
    form.get_by_label("Monday").check()
    form.get_by_label("Friday").check()
    form.get_by_label("Times of the day").fill("08:00")
    form.get_by_label("Time zone").fill("Europe/Berlin")
    form.get_by_label("Base task", exact=True).fill("0" * 32)
    expect(form.get_by_label("Preview").get_by_text("On Mondays and Fridays at 08:00 (Europe/Berlin).")).to_be_visible()
    form.get_by_label("Cron", exact=True).check()
    expression = form.get_by_label("Cron expression")
    expression.fill("0 8 * * 75")
    expression.blur()
    says(expression, "Day of week")
    expression.fill("0 8 * * mon-fri")
    expect(form.get_by_label("Preview").get_by_text("On weekdays at 08:00 (Europe/Berlin).")).to_be_visible()


def test_a_trigger_is_launched_as_a_draft_and_python_has_what_the_form_held(
    open_notebook: Open, examples: dict[str, str]
) -> None:
    notebook = open_notebook(WIZARD)
    form = notebook.widget()
    form.get_by_label("Name", exact=True).fill("Evaluate what was trained")
    form.get_by_role("button", name="Delete Schedule 1").click()
    form.get_by_role("button", name="Add trigger").click()
    form.get_by_label("Base task", exact=True).fill(examples["evaluate"])
    form.get_by_label("Name contains").fill("train")
    form.get_by_text(re.compile("^Parameters")).click()
    form.get_by_role("button", name="Add parameter").click()
    form.get_by_label("Parameter 1 name").fill("Args/task_id")
    form.get_by_label("Parameter 1 value").focus()
    form.get_by_role("button", name="Insert ${task.id}").click()
    expect(form.get_by_label("Parameter 1 value")).to_have_value("${task.id}")
    expect(
        form.get_by_label("Preview").get_by_text(re.compile("When a task .*train.* becomes completed"))
    ).to_be_visible()
    form.get_by_role("button", name="Save draft").click()
    expect(form.get_by_text("was saved as a draft")).to_be_visible()
    printed = notebook.run("print(wizard.instance.status, wizard.definition.triggers[0].action.parameters)")
    assert printed.strip() == "draft {'Args/task_id': '${task.id}'}"
