"""A service from its user's view: launched from the form, moved here and back, restarted with this version."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from clearml_sched_widgets import Manager
from clearml_sched_widgets.engine.instance_task import abilities
from clearml_sched_widgets.gateway.clearml import ClearMLGateway
from clearml_sched_widgets.sandbox import Agent, Sandbox
from tests.browser.axe import Scanner
from tests.browser.conftest import Open
from tests.browser.menus import choose_more
from tests.plain import Plain
from tests.waiting import until

LONG = 90_000  # milliseconds for an agent to take or stop a task on a busy machine
APP = "import os\nos.environ['CLEARML_CONFIG_FILE'] = {conf!r}\nfrom clearml_sched_widgets import *\nSchedulerApp()"
OLD = {"version": "0.0.9", "definition": 1, "commands": ["pause", "reload"], "regex": False}


@pytest.mark.slow
def test_a_service_is_launched_from_the_form_moved_here_and_back_and_restarted(
    open_notebook: Open, fresh_sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = Plain(fresh_sandbox)
    base = plain.call("tasks.create", name="train model", type="training")["id"]
    for name, value in fresh_sandbox.environment().items():
        monkeypatch.setenv(name, value)
    manager = Manager(gateway=ClearMLGateway())
    with Agent.start(fresh_sandbox, ["services"], folder=tmp_path / "agent", name="handover:browser"):
        until(lambda: plain.call("workers.get_all")["workers"], what="the agent")
        notebook = open_notebook(APP.format(conf=str(fresh_sandbox.conf)))
        app, scanner = notebook.widget(), Scanner(notebook)
        app.get_by_role("button", name="Launch new").click()
        app.get_by_label("Name", exact=True).fill("Handed over")
        app.get_by_label("Base task", exact=True).fill(str(base))
        app.get_by_label("Item name").fill("Often")
        app.get_by_label("Interval").check()
        app.get_by_label("Every", exact=True).fill("5s")
        app.get_by_label("Service on a queue").check()
        app.get_by_role("button", name="Launch", exact=True).click()
        shown = app.get_by_role("group", name="Instance", exact=True)
        expect(shown.get_by_text(re.compile("^as a service"))).to_be_visible(timeout=LONG)
        expect(shown.get_by_role("button", name="Pause", exact=True)).to_be_visible(timeout=LONG)

        log = shown.get_by_role("log", name="Log")
        expect(log).to_contain_text("Started: 1 schedule, 0 triggers.", timeout=LONG)
        expect(log).not_to_contain_text("agent.worker_id")
        shown.get_by_label("Level").select_option(label="With the agent's lines")
        shown.get_by_label("Search the log").fill("agent.worker_id")
        expect(log).to_contain_text("agent.worker_id = handover:browser")
        shown.get_by_label("Search the log").fill("")
        shown.get_by_label("Level").select_option(label="All levels")

        choose_more(app, "Move to this kernel …")
        dialog = app.get_by_role("alertdialog", name="Move to this kernel?")
        scanner.scan("the question before a move")
        dialog.get_by_role("button", name="Move").click()
        expect(shown.get_by_text(re.compile("^in this kernel"))).to_be_visible(timeout=LONG)
        choose_more(app, "Move to a service …")
        app.get_by_role("alertdialog", name="Move to a service?").get_by_role("button", name="Move").click()
        expect(shown.get_by_text(re.compile("^as a service"))).to_be_visible(timeout=LONG)
        expect(shown.get_by_role("button", name="Pause", exact=True)).to_be_visible(timeout=LONG)

        instance = manager.instances()[0]
        instance.gateway.write_configuration(instance.id, {abilities.ENGINE: json.dumps(OLD)})
        notice = shown.get_by_role("status").filter(has_text="Its agent runs 0.0.9 of the scheduler")
        expect(notice).to_be_visible(timeout=LONG)
        scanner.scan("an agent with another version")
        shown.get_by_role("button", name="Run Often now").click()
        expect(shown.get_by_role("alert")).to_contain_text("does not understand the command run_now", timeout=LONG)
        notice.get_by_role("button", name="Restart with this version").click()
        expect(notice).to_have_count(0, timeout=LONG)
        expect(shown.get_by_role("button", name="Pause", exact=True)).to_be_visible(timeout=LONG)
        app.get_by_role("button", name="Stop", exact=True).click()
        app.get_by_role("button", name="Stop now").click()
        expect(shown.get_by_role("button", name="Resume", exact=True)).to_be_visible(timeout=LONG)
        scanner.assert_clean()
    slots = [run.scheduled for run in instance.view().executed if run.cause == "schedule"]
    assert len(slots) == len(set(slots))
