"""Without configuration, server or valid key a widget says what to do, and works as soon as that is done."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from clearml_sched_widgets.sandbox import Sandbox
from tests.browser.conftest import Open

WIZARD = """
import os
os.environ["CLEARML_CONFIG_FILE"] = {conf!r}
from clearml_sched_widgets import Wizard
Wizard()
"""


def test_each_way_not_to_be_connected_says_what_to_do(open_notebook: Open, sandbox: Sandbox, tmp_path: Path) -> None:
    right = sandbox.conf.read_text()
    unreachable = tmp_path / "unreachable.conf"
    unreachable.write_text(right.replace(sandbox.api_url, "http://127.0.0.1:9"))
    wrong_key = tmp_path / "wrong-key.conf"
    wrong_key.write_text(right.replace(sandbox.secret_key, "not-the-key"))

    notebook = open_notebook(WIZARD.format(conf=str(tmp_path / "none.conf")))
    form = notebook.widget()
    banner = form.get_by_role("alert")
    expect(banner).to_contain_text("ClearML is not configured here")
    expect(banner).to_contain_text("clearml-init")

    def configure(path: Path) -> None:
        notebook.run(f"os.environ['CLEARML_CONFIG_FILE'] = {str(path)!r}")
        form.get_by_role("button", name="Try again").click()

    configure(unreachable)
    expect(banner).to_contain_text("The ClearML server does not answer")
    configure(wrong_key)
    expect(banner).to_contain_text("The server does not accept your credentials")
    expect(banner).not_to_contain_text("not-the-key")
    configure(sandbox.conf)
    expect(banner).to_have_count(0)
    expect(form.get_by_text("Default User")).to_be_visible()
