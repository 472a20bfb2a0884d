"""Takes the pictures of docs/screens: the widgets in JupyterLab on the embedded server, in light and dark."""

from __future__ import annotations

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Locator, Page, expect, sync_playwright  # noqa: E402

from clearml_sched_widgets.sandbox import Agent, Sandbox  # noqa: E402
from clearml_sched_widgets.sandbox.examples import create_examples  # noqa: E402
from tests.browser.conftest import FLAGS, chromium  # noqa: E402
from tests.browser.lab import Lab, Notebook  # noqa: E402

OUT = ROOT / "docs" / "screens"
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
DEFINITION = """
from clearml_sched_widgets import *
definition = Definition(
    "Nightly pipeline",
    schedules=[
        Schedule(Action("{train}", project="Examples/Nightly"), Interval("20s"), name="Train often"),
        Schedule(
            Action("{report}"),
            Weekly(["monday", "friday"], ["06:20", "18:20"], timezone="Europe/Berlin"),
            name="Report",
        ),
    ],
    triggers=[
        TaskTrigger(
            Action("{evaluate}", parameters={{"Args/task_id": "${{task.id}}"}}), StatusChanged(["completed"]),
            Select(projects=["Examples"], name="train"), name="Evaluate what was trained",
        )
    ],
    poll_every="2s",
)
"""
APP = """
manager = Manager()
manager.save(Definition("Weekly clean-up", definition.schedules[1:]))
manager.launch(definition)
SchedulerApp()
"""


def main() -> int:
    OUT.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=30_000)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clearml-sched-screens-")))
        sandbox = stack.enter_context(Sandbox.start(folder / "server"))
        code = DEFINITION.format(**create_examples(sandbox))
        stack.enter_context(Agent.start(sandbox, ["default"], folder=folder / "agent", name="screens:agent"))
        lab = Lab(folder / "lab", {"CLEARML_CONFIG_FILE": str(sandbox.conf)})
        stack.callback(lab.stop)
        browser = stack.enter_context(sync_playwright()).chromium.launch(executable_path=chromium(), args=FLAGS)
        stack.callback(browser.close)
        page = browser.new_page(viewport={"width": 1500, "height": 1900}, device_scale_factor=1.5)
        picture_app(lab, page, code)
        picture_wizard(lab, page, code)
    return 0


def picture_app(lab: Lab, page: Page, code: str) -> None:
    notebook = Notebook(lab, page, lab.write("app.ipynb", [code + APP]))
    notebook.run_all()
    app = notebook.widget()
    app.get_by_role("button", name="Nightly pipeline").click()
    finished = app.get_by_role("table", name="Executed tasks").get_by_text("completed")
    expect(finished).to_have_count(4, timeout=120_000)
    in_both_themes(notebook, app, "app")
    notebook.run("[instance.stop() for instance in manager.instances() if instance.where == 'kernel']")
    lab.end_sessions()


def picture_wizard(lab: Lab, page: Page, code: str) -> None:
    notebook = Notebook(lab, page, lab.write("wizard.ipynb", [code + "Wizard(definition)"]))
    notebook.run_all()
    form = notebook.widget()
    expect(form.get_by_text("train model")).to_be_visible()
    form.get_by_role("button", name="Train often", exact=True).click()
    form.get_by_role("button", name="Evaluate what was trained", exact=True).click()
    in_both_themes(notebook, form, "wizard")
    lab.end_sessions()


def in_both_themes(notebook: Notebook, widget: Locator, name: str) -> None:
    for theme, title in THEMES.items():
        notebook.set_theme(title)
        widget.screenshot(path=OUT / f"{name}-{theme}.png")
        print(f"docs/screens/{name}-{theme}.png")


if __name__ == "__main__":
    sys.exit(main())
