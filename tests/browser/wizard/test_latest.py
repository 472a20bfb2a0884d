"""Choosing the latest of several tasks as the base task, and following what was launched."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.wizard.test_tasks import SEED, WIZARD

DONE = """
def done(name, project, **more):
    task = make(name, project, **more)
    for action in ("started", "completed"):
        server._api.write(f"tasks.{action}", {"task": task})
    return task
"""


@pytest.mark.slow
def test_the_latest_of_several_tasks_is_named_shown_launched_and_edited(open_notebook: Open) -> None:
    notebook = open_notebook(WIZARD)
    seeded = notebook.run(
        f"{SEED}{DONE}\n"
        "print(done('fit', 'Late/Models', tags=['prod'], parameters={'lr': ('0.1', 'float')}))\n"
        "print(done('fit', 'Late/Models', parameters={'lr': ('0.2', 'float')}))"
    ).split()
    tagged, newest = seeded
    form = notebook.widget()
    form.get_by_label("Name", exact=True).fill("Late nights")
    form.get_by_label("Base task", exact=True).fill(tagged)
    expect(form.get_by_label("Base task", exact=True)).to_have_accessible_description(re.compile("fit Late/Models"))
    form.get_by_role("radio", name="The latest of several").check(force=True)
    # It begins with what the certain task is called.
    project, name = form.get_by_label("Project of the base task"), form.get_by_label("Name of the base task")
    expect(project).to_have_value("Late/Models")
    expect(name).to_have_value("fit")
    now = form.get_by_role("status").filter(has_text=re.compile("^(Now|Nothing fits now|Looked for)"))
    expect(now).to_contain_text(re.compile(r"Now: fit Late/Models · completed .*\. Looked for again at each launch"))
    expect(now.get_by_role("link")).to_have_attribute("href", re.compile(newest))
    expect(form.get_by_text("Run the task itself")).to_have_count(0)

    name.fill("x")
    name.blur()
    expect(name).to_have_accessible_description(re.compile("at least 3 characters"))
    name.fill("fit never")
    expect(now).to_contain_text("Nothing fits now")
    name.fill("fit")
    form.get_by_label("Tags of the base task").fill("prod")
    form.get_by_label("Tags of the base task").press("Enter")
    expect(now.get_by_role("link")).to_have_attribute("href", re.compile(tagged))
    form.get_by_text(re.compile(r"^Parameters")).click()
    expect(form.get_by_label("Args/lr", exact=True)).to_have_value("0.1")
    form.get_by_label("Times of the day", exact=True).fill("6:20")
    words = "the latest completed task “fit” in Late/Models tagged “prod”"
    expect(form.get_by_role("group", name="What will happen")).to_contain_text(f"Launches {words}.")
    form.get_by_role("button", name="Save draft").click()
    expect(form.get_by_text("was saved as a draft")).to_be_visible()
    said = notebook.run("print(wizard.definition.schedules[0].action)").strip()
    assert said == "Action(latest=Latest(project='Late/Models', name='fit', tags=['prod']))"


PLAN = """
from clearml_sched_widgets import Action, Daily, Dashboard, Definition, Latest, Manager, Schedule
base = done("fit it", "Late/Edited", tags=["a", "b"])
late = Latest(project="Late/Edited", name="fit it", tags=["a", "b"])
action = Action(latest=late, queue="services")
instance = Manager().launch(Definition("Late plan", [Schedule(action, Daily("06:20"), name="fitting", id="fit")]))
Dashboard(instance)
"""


@pytest.mark.slow
def test_a_dashboard_tells_the_latest_task_in_words_and_of_a_run_the_task_it_is_a_clone_of(
    open_notebook: Open,
) -> None:
    notebook = open_notebook(f"{SEED}{DONE}{PLAN}")
    board = notebook.widget()
    words = "the latest completed task “fit it” in Late/Edited tagged “a” and “b”"
    scheduled = board.get_by_role("table", name="Scheduled tasks")
    expect(scheduled.get_by_text(words).first).to_be_visible()
    base = notebook.run("instance.run_now('fit')\nprint(base)").strip()
    executed = board.get_by_role("table", name="Executed tasks")
    executed.get_by_role("button", name="Details of").first.click()
    expect(executed.get_by_role("link", name=base)).to_have_attribute("href", re.compile(base))
    expect(board.get_by_role("log", name="Log")).to_contain_text("a clone of task")

    scheduled.get_by_role("button", name="Details of").first.click()
    board.get_by_role("button", name=re.compile("^Edit")).first.click()
    expect(board.get_by_role("radio", name="The latest of several")).to_be_checked()
    expect(board.get_by_label("Project of the base task")).to_have_value("Late/Edited")
    expect(board.get_by_label("Name of the base task")).to_have_value("fit it")
    expect(board.get_by_label("Status of the base task")).to_have_value("completed")
    board.get_by_label("Status of the base task").select_option("published")
    now = board.get_by_role("status").filter(has_text="Nothing fits now")
    expect(now).to_be_visible()
    notebook.run("instance.stop()")
