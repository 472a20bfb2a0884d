"""Texts from the server or a file are shown as plain text wherever the form shows them."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Locator, expect

from clearml_sched_widgets.sandbox import Sandbox
from tests.browser.conftest import Open
from tests.browser.host.test_security import shown

IMAGE = "<img src=x onerror='window.hacked=1'>"
TURNED = "invoice \u202egpj.exe"
NAME = f"{IMAGE}{TURNED}"
WRONG = {
    "version": 1,
    "name": "x",
    NAME: 1,
    "schedules": [{"action": {"task": IMAGE}, "recurrence": {"type": NAME}, NAME: "long" * 2500}],
    "triggers": [{"entity": TURNED}],
}


def preview(form: Locator, part: str | re.Pattern[str]) -> Locator:
    return form.get_by_label("Preview", exact=True).get_by_role("group", name=part)


@pytest.mark.slow
def test_hostile_texts_are_only_text_in_the_preview(open_notebook: Open, fresh_sandbox: Sandbox) -> None:
    form, watch = shown(open_notebook, fresh_sandbox, "Wizard(definition, manager)", "http://web.example:8080")
    links = "http://web.example:8080/"
    expect(preview(form, "When").get_by_role("table", name="Next runs")).to_contain_text(TURNED, timeout=30_000)
    expect(preview(form, "Clashes")).to_contain_text("onerror='window.hacked=1'")
    watch.check(links)
    form.get_by_role("button", name=re.compile(r"\b4 runs")).last.click()  # a day of the calendar
    expect(form.get_by_role("group", name=re.compile("Runs o[nf]")).first).to_contain_text(TURNED)
    watch.check(links)
    form.get_by_role("button", name="Show matching tasks").click()
    expect(form.get_by_role("button", name="Look again")).to_be_visible()
    watch.check(links)


@pytest.mark.slow
def test_hostile_texts_are_only_text_where_definitions_come_in_and_go_out(
    open_notebook: Open, fresh_sandbox: Sandbox
) -> None:
    form, watch = shown(open_notebook, fresh_sandbox, "Wizard(definition, manager)", "http://web.example:8080")
    links = "http://web.example:8080/"
    form.get_by_role("button", name="Import").click()
    dialog = form.get_by_role("dialog", name="Import a definition")
    text = dialog.get_by_role("textbox")
    for wrong in (json.dumps(WRONG), f"{NAME}: [", f"- {NAME}", "long" * 2500):
        text.fill(wrong)
        dialog.get_by_role("button", name="Import").click()
        expect(dialog.get_by_role("alert")).to_be_visible()
        watch.check(links)
    text.fill(json.dumps({"version": 1, "name": NAME, "schedules": []}))
    dialog.get_by_role("button", name="Import").click()
    expect(form.get_by_text("Imported “")).to_contain_text("onerror='window.hacked=1'")
    watch.check(links)
    form.get_by_role("button", name="Undo").click()
    form.get_by_role("button", name="Export").click()
    exported = form.get_by_role("dialog", name="Export the definition").get_by_role("textbox")
    expect(exported).to_have_value(re.compile("onerror='window.hacked=1'"))
    watch.check(links)
