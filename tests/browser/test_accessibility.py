"""Every screen and state, scanned with axe-core in the browser; and the main path by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from clearml_sched_widgets.sandbox import Sandbox
from scripts.workspace import Workspace, fill
from tests.browser.axe import Scanner
from tests.browser.conftest import Open

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
    scanner.scan("an instance")
    app.get_by_role("button", name="Launch new").click()
    app.get_by_role("button", name="Launch", exact=True).click()
    expect(app.get_by_text("need your attention")).to_be_visible()
    scanner.scan("a form with errors")
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
    runs = app.get_by_role("region", name="Executed tasks, rows")
    runs.get_by_role("button", name=re.compile("^Details of")).first.click()
    scanner.scan("the details of a run")
    for name in ("Filter", "Columns"):
        app.get_by_role("button", name=name, exact=True).last.click()
        scanner.scan(f"{name} of a table")
        notebook.page.keyboard.press("Escape")
    app.get_by_text("Timeline as a table").click()
    scanner.scan("the timeline as a table")
    app.get_by_role("button", name="Configuration").click()
    expect(app.get_by_role("dialog")).to_be_visible()
    scanner.scan("configuration in sentences")
    app.get_by_role("radio", name="As JSON").check()
    scanner.scan("configuration as JSON")
    app.get_by_role("button", name="Close").last.click()
    app.get_by_role("button", name="Delete Energy forecast").click()
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


# Whether one sees where the focus is: an outline on the element itself, or on the label that stands for it.
VISIBLE = """() => {
    const focused = document.activeElement;
    const shown = [focused, focused.parentElement, focused.closest('label')].filter(Boolean);
    return shown.some(each => getComputedStyle(each).outlineStyle !== 'none') || focused.closest('.csw') === null;
}"""


class Keys:
    """A user without a pointer: goes on by Tab, and presses keys."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.unseen: list[str] = []

    def to(self, wanted: Locator, most: int = 80) -> Keys:
        """Press Tab until the element has the focus, which must be seen at each stop."""
        for _ in range(most):
            if wanted.count() > 0 and wanted.first.evaluate("each => each === document.activeElement"):
                return self
            self._page.keyboard.press("Tab")
            if not self._page.evaluate(VISIBLE):
                self.unseen.append(self._page.evaluate("document.activeElement.outerHTML.slice(0, 200)"))
        raise AssertionError(f"Tab does not lead to {wanted}")

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self._page.keyboard.press(key)

    def write(self, text: str) -> None:
        """Type a text over what the field holds."""
        self._page.keyboard.press("ControlOrMeta+a")
        self._page.keyboard.type(text)


@pytest.mark.slow
def test_a_schedule_is_launched_run_paused_and_stopped_by_keyboard_alone(
    open_notebook: Open, examples: dict[str, str]
) -> None:
    notebook = open_notebook("from clearml_sched_widgets import SchedulerApp\nSchedulerApp()")
    app, keys = notebook.widget(), Keys(notebook.page)
    button = app.get_by_role("button", name="Launch new")
    expect(button).to_be_visible()
    app.get_by_role("button", name="Hide the instances").focus()
    keys.to(button).press("Enter")
    expect(app.get_by_label("Name", exact=True)).to_be_focused()
    keys.write("By keyboard")
    keys.to(app.get_by_label("Base task", exact=True)).write(examples["train"])
    keys.to(app.get_by_label("Times of the day")).write("06:20")
    keys.to(app.get_by_role("button", name="Launch", exact=True)).press("Enter")

    expect(app.get_by_role("heading", name="By keyboard")).to_be_visible(timeout=40_000)
    keys.to(app.get_by_role("button", name=re.compile("^Run .* now"))).press("Enter")
    runs = app.get_by_role("table", name="Executed tasks").locator("tbody tr")
    expect(runs).to_have_count(1)
    keys.to(app.get_by_role("button", name="Pause", exact=True), most=200).press("Enter")
    keys.to(app.get_by_label(re.compile("^Why"))).write("lunch")
    keys.press("Enter")
    expect(app.get_by_text("Paused: lunch", exact=True)).to_be_visible()
    keys.to(app.get_by_role("button", name="Stop", exact=True), most=200).press("Enter")
    keys.to(app.get_by_role("button", name="Stop now")).press("Enter")
    expect(app.get_by_role("button", name="Resume")).to_be_visible()
    assert keys.unseen == []


@pytest.mark.slow
def test_a_dialog_keeps_the_focus_and_gives_it_back(open_notebook: Open, workspace: tuple[Workspace, str]) -> None:
    notebook = open_notebook(workspace[1] + APP + "SchedulerApp(manager)")
    app, page = notebook.widget(), notebook.page
    listed(app).filter(has_text="Model reviews").click()
    opener = app.get_by_role("button", name="Delete Model reviews")
    opener.click()
    dialog = app.get_by_role("alertdialog", name="Delete Model reviews?")
    expect(dialog.get_by_role("button", name="Keep it")).to_be_focused()
    inside = "document.activeElement.closest('dialog') !== null"
    for key in [*["Tab"] * 5, *["Shift+Tab"] * 5]:
        page.keyboard.press(key)
        assert page.evaluate(inside)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(opener).to_be_focused()
