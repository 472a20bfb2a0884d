"""Texts from the server are shown as plain text only, and saved notebooks contain no secrets."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from playwright.sync_api import Locator, expect

from clearml_sched_widgets.sandbox import Sandbox
from tests.browser.conftest import Open
from tests.browser.menus import choose_more
from tests.browser.watch import Watch

# U+202E turns round what follows it on the line, unless the text around is shielded.
HOSTILE = """
import os
os.environ["CLEARML_CONFIG_FILE"] = {conf!r}
os.environ["CLEARML_WEB_HOST"] = {web!r}
from datetime import datetime, timezone
from clearml_sched_widgets import *
from clearml_sched_widgets.records import LogLine
IMAGE = "<img src=x onerror='window.hacked=1'>"
TURNED = "invoice \\u202egpj.exe"
LONG = "long" * 2500
manager = Manager()
gateway = manager.gateway
write = gateway._api.write
queue = write("queues.create", {{"name": IMAGE + TURNED}})["id"]
project = write("projects.create", {{"name": IMAGE + TURNED, "description": IMAGE}})["id"]
def base(name):
    hyper = {{"Args": {{LONG: {{"section": "Args", "name": LONG, "value": IMAGE}},
                        IMAGE: {{"section": "Args", "name": IMAGE, "value": TURNED}}}}}}
    return write("tasks.create", {{"name": name, "type": "training", "project": project, "tags": [IMAGE, TURNED, LONG],
                                   "hyperparams": hyper}})["id"]
tasks = [base(name) for name in (IMAGE, TURNED, LONG, "<script>window.hacked=2</script>")]
definition = Definition(
    IMAGE + TURNED,
    [
        Schedule(Action(task, queue, parameters={{"Args/x": TURNED}}, tags=[IMAGE]), Daily(["06:20"]), name=name)
        for task, name in zip(tasks, (IMAGE, TURNED, LONG[:200], "<script>window.hacked=3</script>"))
    ],
    [TaskTrigger(Action(tasks[0], queue), StatusChanged(["completed"]), Select(projects=[IMAGE + TURNED], name=TURNED),
                 name="javascript:window.hacked=4")],
    description=IMAGE + TURNED + LONG[:5000],
)
instance = manager.launch(definition)
for item in definition.schedules:
    instance.run_now(item)
long_one = manager.save(Definition("to be renamed", definition.schedules[:1]))
gateway.rename(long_one.id, LONG)
now = datetime.now(timezone.utc)
gateway.report_log(long_one.id, [LogLine(time=now, level="info", text=text) for text in (IMAGE, TURNED, LONG)])
instance.pause(IMAGE + TURNED + LONG)
{show}
"""


def shown(open_notebook: Open, sandbox: Sandbox, show: str, web: str) -> tuple[Locator, Watch]:
    notebook = open_notebook(HOSTILE.format(conf=str(sandbox.conf), web=web, show=show))
    widget = notebook.widget()
    widget.wait_for(timeout=60_000)
    return widget, Watch(notebook.page, widget)


@pytest.mark.slow
def test_hostile_texts_are_only_text_in_the_app(open_notebook: Open, fresh_sandbox: Sandbox) -> None:
    web = "http://user:password@web.example:8080/base?token=1"
    app, watch = shown(open_notebook, fresh_sandbox, "SchedulerApp(manager)", web)
    links = "http://web.example:8080/base/"
    rows = app.get_by_role("navigation", name="Instances").get_by_role("listitem").get_by_role("button")
    expect(rows).to_have_count(2, timeout=30_000)
    watch.check(links)
    rows.filter(has_text="<img src=x onerror='window.hacked=1'>invoice").click()
    expect(app.get_by_role("table", name="Executed tasks")).to_contain_text("<script>window.hacked=3</script>")
    watch.check(links)
    for name in ("Hide the instances", "Show the instances"):
        app.get_by_role("button", name=name).click()
        watch.check(links)
    choose_more(app, "Configuration")
    expect(app.get_by_role("dialog")).to_contain_text("onerror='window.hacked=1'")
    watch.check(links)
    app.get_by_role("button", name="Close").last.click()
    choose_more(app, "Delete")
    watch.check(links)
    app.page.keyboard.press("Escape")
    rows.filter(has_text="longlong").click()
    expect(app.get_by_role("log")).to_contain_text("longlong")
    watch.check(links)


@pytest.mark.slow
def test_hostile_texts_are_only_text_in_the_form(open_notebook: Open, fresh_sandbox: Sandbox) -> None:
    form, watch = shown(open_notebook, fresh_sandbox, "Wizard(definition, manager)", "javascript:window.hacked=5//")
    form.page.wait_for_timeout(3000)
    watch.check(None)
    for card in form.locator("[aria-expanded=false]").all():
        card.click()
    for fold in form.locator("summary").all():
        fold.click()
    form.page.wait_for_timeout(1000)
    watch.check(None)
    form.get_by_role("button", name="Browse").first.click()
    expect(form.get_by_text("<script>window.hacked=2</script>").last).to_be_visible()
    watch.check(None)


SECRETS = """
import os
os.environ["CLEARML_CONFIG_FILE"] = {conf!r}
os.environ["NOTIFY_TOKEN"] = "sesame-open-0123"
from clearml_sched_widgets import *
manager = Manager()
task = manager.gateway._api.write("tasks.create", {{"name": "a task", "type": "training"}})["id"]
action = Action(task, parameters={{"Args/password": "hunter2"}})
definition = Definition("Secrets", [Schedule(action, Daily(["06:20"]), name="Morning")])
wizard, app = Wizard(definition, manager), SchedulerApp(manager)
instance = manager.launch(definition)
instance.run_now(definition.schedules[0])
board = Dashboard(instance, manager)
for widget in (wizard, app, board):
    display(widget)
"""
LOOK = """
import time
for _ in range(100):
    if board.view and app.instances:
        break
    time.sleep(0.1)
assert board.view["name"] == "Secrets" and app.instances
print(repr((wizard, app, board, instance, manager, manager.gateway, definition)))
print(board.log.to_string(), board.scheduled.to_string(), board.executed.to_string(), instance._repr_html_())
from clearml_sched_widgets.codec import dumps
print(dumps(definition), dumps(definition, "yaml"))
for wrong in (lambda: manager.get("0" * 32), lambda: manager.launch(definition, where="service", queue="nowhere")):
    try:
        wrong()
    except Exception as error:
        print(repr(error), error)
instance.stop()
"""


def test_nothing_secret_is_in_a_saved_notebook(fresh_sandbox: Sandbox, tmp_path: Path) -> None:
    cells = [SECRETS.format(conf=str(fresh_sandbox.conf)), LOOK]
    notebook = nbformat.v4.new_notebook()  # type: ignore[no-untyped-call]
    notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]  # type: ignore[no-untyped-call]
    NotebookClient(notebook, timeout=120, kernel_name="python3", store_widget_state=True).execute()
    # The cells themselves may name what they like; what counts is what they left behind.
    for cell in notebook.cells:
        cell.source = ""
    saved = tmp_path / "saved.ipynb"
    nbformat.write(notebook, saved)  # type: ignore[no-untyped-call]
    text = saved.read_text()
    states = json.loads(text)["metadata"]["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    kinds = {state["state"].get("_kind") for state in states.values()}
    assert kinds >= {"wizard", "app", "dashboard"}
    assert "Secrets" in text
    secrets = [fresh_sandbox.access_key, fresh_sandbox.secret_key, "sesame-open-0123", "secret_key", "Bearer "]
    settings = json.loads((fresh_sandbox.folder / "sandbox.json").read_text())
    assert [secret for secret in (*secrets, settings["token_key"]) if secret in text] == []
    assert re.findall(r"eyJ[\w-]{10,}\.[\w-]{10,}", text) == []  # a JWT
    pictures = [output.data["text/html"] for output in notebook.cells[0].outputs]
    assert ["Secrets" in each for each in pictures] == [True, True, True]
    assert [each for each in pictures if "hunter2" in each] == []
    del notebook.metadata["widgets"]  # as JupyterLab saves it
    page, _ = HTMLExporter().from_notebook_node(notebook)  # type: ignore[no-untyped-call]
    assert page.count("Run the cell for the live widget.") == len(pictures)
    tables = re.findall(r"<caption>(?:Definition|Scheduled).*?</table>", page, re.DOTALL)
    assert [each.count("<td>Morning</td>") for each in tables] == [1, 1]  # in the form and in the dashboard
