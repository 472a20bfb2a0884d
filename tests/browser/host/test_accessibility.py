"""Every screen and state, scanned with axe-core in the browser."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from clearml_sched_widgets.sandbox import Sandbox
from scripts.workspace import Workspace, fill
from tests.browser.axe import Scanner
from tests.browser.conftest import Open
from tests.browser.memory_history import SEED
from tests.browser.menus import choose_more

APP = "from clearml_sched_widgets import Manager, SchedulerApp\nmanager = Manager()\n"
NAMES = ("Energy forecast", "Hourly ingest", "Data quality checks", "Search index refresh", "Model reviews")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, str]]:
    """A realistic workspace on a server of its own, and the code that makes a kernel use it."""
    folder = tmp_path_factory.mktemp("workspace")
    made = fill(folder)
    with Sandbox.start(folder) as sandbox:
        yield made, f"import os\nos.environ['CLEARML_CONFIG_FILE'] = {str(sandbox.conf)!r}\n"


def listed(app: Locator) -> Locator:
    return app.get_by_role("navigation", name="Instances").get_by_role("listitem").get_by_role("button")


def test_the_app_and_its_form_have_no_violation(open_notebook: Open, workspace: tuple[Workspace, str]) -> None:
    notebook = open_notebook(workspace[1] + APP + "SchedulerApp(manager)")
    app, scanner = notebook.widget(), Scanner(notebook)
    listed(app).filter(has_text="Energy forecast").click()
    expect(app.get_by_role("table", name="Scheduled tasks")).to_contain_text("Forecast load")
    scanner.scan("an instance", widths=(1400,))
    app.get_by_role("button", name="Launch new").click()
    app.get_by_role("button", name="Launch", exact=True).click()
    expect(app.get_by_text("need your attention")).to_be_visible()
    scanner.scan("a form with errors", widths=(1400,))
    scanner.assert_clean()


@pytest.mark.slow
def test_no_state_of_the_app_has_a_violation(open_notebook: Open, workspace: tuple[Workspace, str]) -> None:
    made, conf = workspace
    resume = f"manager.get({made.instances['Nightly training']!r}).resume()\n"
    notebook = open_notebook(conf + APP + resume + "SchedulerApp(manager)")
    app, scanner = notebook.widget(), Scanner(notebook)
    expect(listed(app)).to_have_count(7, timeout=60_000)  # the cell first imports the SDK and reads 1,800 runs
    scanner.scan("nothing chosen")
    for name in (*NAMES, "Nightly training"):
        listed(app).filter(has_text=name).click()
        expect(app.get_by_role("heading", name=name)).to_be_visible()
        scanner.scan(name)
    app.get_by_role("searchbox", name="Search instances").fill("no such thing")
    expect(app.get_by_text("No instance matches.")).to_be_visible()
    scanner.scan("no instance matches")
    app.get_by_role("button", name="Show all").click()
    app.get_by_role("button", name="Hide the instances").click()
    scanner.scan("the list is folded")
    notebook.run(f"manager.get({made.instances['Nightly training']!r}).stop()")
    scanner.assert_clean()


@pytest.mark.slow
def test_no_part_of_an_instance_has_a_violation(open_notebook: Open, workspace: tuple[Workspace, str]) -> None:
    notebook = open_notebook(workspace[1] + APP + "SchedulerApp(manager)")
    app, scanner = notebook.widget(), Scanner(notebook)
    listed(app).filter(has_text="Energy forecast").click()
    expect(app.get_by_role("heading", name="Energy forecast")).to_be_visible()
    app.get_by_role("button", name=re.compile("^Details of")).first.click()
    scanner.scan("the details of an item")
    runs = app.get_by_role("group", name="Executed tasks, rows")
    runs.get_by_role("button", name=re.compile("^Details of")).first.click()
    scanner.scan("the details of a run")
    for name in ("Filter", "Columns"):
        app.get_by_role("button", name=name, exact=True).last.click()
        scanner.scan(f"{name} of a table")
        notebook.page.keyboard.press("Escape")
    app.get_by_text("Timeline as a table").click()
    scanner.scan("the timeline as a table")
    app.get_by_role("button", name="More", exact=True).click()
    scanner.scan("the menu of an instance")
    notebook.page.keyboard.press("Escape")
    choose_more(app, "Configuration")
    expect(app.get_by_role("dialog")).to_be_visible()
    scanner.scan("configuration in sentences")
    app.get_by_role("radio", name="As JSON").check()
    scanner.scan("configuration as JSON")
    app.get_by_role("button", name="Close").last.click()
    choose_more(app, "Delete")
    scanner.scan("cannot be deleted")
    scanner.assert_clean()


DEFINITION = """
from clearml_sched_widgets import *
definition = Definition(
    "All kinds",
    [
        Schedule(Action({task!r}, "gpu", parameters={{"Args/lr": 0.1}}), Once("2031-12-01", ["06:20"]), name="once"),
        Schedule(Action({task!r}, "cpu"), Daily(["06:20", "18:20"]), name="daily"),
        Schedule(Action({task!r}, "cpu"), Weekly(["monday"], ["08:00"]), name="weekly"),
        Schedule(Action({task!r}, "cpu"), Monthly([1, "last friday"], ["08:00"]), name="monthly"),
        Schedule(Action({task!r}, "cpu"), Interval("15m"), name="interval"),
        Schedule(Action({task!r}, "nowhere"), Cron("*/5 8-18 * * mon-fri"), name="cron"),
    ],
    [
        TaskTrigger(Action({task!r}, "cpu"), StatusChanged(["completed"]), Select(projects=["Data"]), name="on status"),
        ModelTrigger(Action({task!r}, "cpu"), Tagged(any=["live"]), name="on a tag"),
    ],
)
Wizard(definition)
"""


@pytest.mark.slow
def test_no_state_of_the_wizard_has_a_violation(open_notebook: Open, workspace: tuple[Workspace, str]) -> None:
    made, conf = workspace
    notebook = open_notebook(conf + DEFINITION.format(task=made.tasks["train demand model"]))
    form, scanner = notebook.widget(), Scanner(notebook)
    expect(form.get_by_text("train demand model").first).to_be_visible()
    for name in ("once", "daily", "weekly", "monthly", "interval", "cron", "on status", "on a tag"):
        card = form.get_by_role("button", name=re.compile(f"^{name}\\b"))
        if card.get_attribute("aria-expanded") == "false":
            card.click()
    for fold in form.locator("summary").all():
        fold.click()
    scanner.scan("all kinds of items, all unfolded")
    form.get_by_role("button", name="Browse").first.click()
    expect(form.get_by_text("Vision/Detection").first).to_be_visible()
    scanner.scan("the task picker")
    for name in ("Import", "Export"):
        notebook.page.keyboard.press("Escape")
        form.get_by_role("button", name=name, exact=True).click()
        expect(form.get_by_role("dialog")).to_be_visible()
        scanner.scan(name)
    scanner.assert_clean()


@pytest.mark.slow
def test_no_state_of_the_dashboard_has_a_violation(open_notebook: Open, fresh_sandbox: Sandbox) -> None:
    conf = f"import os\nos.environ['CLEARML_CONFIG_FILE'] = {str(fresh_sandbox.conf)!r}\n"
    notebook = open_notebook(conf + "from clearml_sched_widgets import *\nDashboard()")
    board, scanner = notebook.widget(), Scanner(notebook)
    expect(board.get_by_text("No instance yet")).to_be_visible()
    scanner.scan("no instance")
    notebook.run(
        "made = Manager().save(Definition('Broken', [Schedule(Action('0' * 32), Daily(['06:20']), name='Morning')]))\n"
        "made.resume(); made.run_now(made.definition.schedules[0])"
    )
    expect(board.get_by_role("table", name="Scheduled tasks")).to_contain_text("error")
    scanner.scan("an item with an error")
    board.get_by_role("button", name="Pause", exact=True).click()
    scanner.scan("why pause")
    board.get_by_role("button", name="Cancel").click()
    board.get_by_role("button", name="Stop", exact=True).click()
    scanner.scan("stop it?")
    board.get_by_role("button", name="Keep it").click()
    fresh_sandbox.kill()
    expect(board.get_by_role("alert").first).to_contain_text("does not answer", timeout=40_000)
    scanner.scan("the server is away")
    scanner.assert_clean()


@pytest.mark.slow
def test_a_widget_without_a_configuration_has_no_violation(open_notebook: Open) -> None:
    away = "import os\nos.environ['CLEARML_CONFIG_FILE'] = '/nowhere/clearml.conf'\n"
    notebook = open_notebook(away + "from clearml_sched_widgets import SchedulerApp\nSchedulerApp()")
    expect(notebook.widget().get_by_text("ClearML is not configured here")).to_be_visible()
    scanner = Scanner(notebook)
    scanner.scan("not configured")
    scanner.assert_clean()


@pytest.mark.slow
def test_forced_colours_reach_icons_and_the_timeline_whatever_the_theme(open_notebook: Open) -> None:
    notebook = open_notebook(SEED, "Dashboard(saved, manager)")
    board = notebook.widget()
    notebook.set_theme("JupyterLab Dark")
    notebook.page.emulate_media(forced_colors="active", color_scheme="light")
    icon = board.get_by_role("button", name="Edit", exact=True).locator("svg")
    black = re.compile(r"^(rgb|rgba|color)\((srgb )?0,? 0,? 0\b")
    expect(icon).to_have_css("color", black)
    notebook.page.emulate_media(forced_colors="none", color_scheme="light")
    expect(icon).not_to_have_css("color", black)
