"""Takes the screenshots in docs/screens: the widgets in JupyterLab on example data, in light and dark themes."""

from __future__ import annotations

import re
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from PIL import Image  # noqa: E402
from playwright.sync_api import FloatRect, Locator, Page, expect, sync_playwright  # noqa: E402

from clearml_sched_widgets.sandbox import Sandbox  # noqa: E402
from scripts.workspace import Workspace, fill  # noqa: E402
from scripts.workspace_content import NIGHTLY  # noqa: E402
from tests.browser.conftest import FLAGS, chromium  # noqa: E402
from tests.browser.lab import Lab, Notebook  # noqa: E402
from tests.browser.menus import choose_more  # noqa: E402

OUTPUT = ROOT / "docs" / "screens"
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
WIDE, NARROW = 1280, 828  # pixels of the window; JupyterLab's margins leave about 1150 and 700 for the widget
TALL, DIALOG_TALL = 2400, 1000  # pixels of the window
OVERVIEW_TALL = 660  # pixels of the app at the top of the README: down to the scheduled tasks
MAX_BYTES = 150_000  # of one screenshot
COLOURS = 256
SETUP_CELL = """
from clearml_sched_widgets import Dashboard, Manager, SchedulerApp, Wizard
manager = Manager()
instance = manager.get({instance!r})
instance.resume()
"""


class Photographer:
    """Opens notebooks one after the other and takes screenshots of them."""

    def __init__(self, lab: Lab, page: Page, workspace: Workspace) -> None:
        self._lab = lab
        self._notebook: Notebook | None = None
        self._page = page
        self._setup_cell = SETUP_CELL.format(instance=workspace.instances[NIGHTLY])

    def open(self, code: str, width: int = WIDE) -> tuple[Notebook, Locator]:
        """Open a new notebook, run the code in it, and wait for its widget. Returns both."""
        self._page.set_viewport_size({"width": width, "height": TALL})
        self.close()
        self._notebook = notebook = Notebook(
            self._lab, self._page, self._lab.write("screens.ipynb", [self._setup_cell + code])
        )
        self._page.evaluate(FOLD_SIDES)
        notebook.run_all()
        widget = notebook.widget()
        widget.wait_for(timeout=90_000)
        return notebook, widget

    def close(self) -> None:
        """Stop the instance and the kernel, so that the next notebook can resume the instance."""
        if self._notebook is not None:
            self._notebook.run("instance.stop()")
            self._lab.end_sessions()

    def take(self, notebook: Notebook, target: Locator, name: str, most: int | None = None) -> None:
        """Save a screenshot of an element, of its first `most` pixels, in each theme.

        Raises SystemExit if a file gets too large.
        """
        for theme, title in THEMES.items():
            notebook.set_theme(title)
            self._page.mouse.move(0, 0)
            self._page.wait_for_timeout(400)
            path = OUTPUT / f"{name}-{theme}.png"
            if most is None:
                target.screenshot(path=path, animations="disabled")
            else:
                self._take_top(target, path, most)
            compress(path)
            size = path.stat().st_size
            print(f"docs/screens/{path.name}: {size // 1000} kB")
            if size > MAX_BYTES:
                raise SystemExit(f"{path.name} is larger than {MAX_BYTES // 1000} kB: make less of the page visible")

    def _take_top(self, target: Locator, path: Path, most: int) -> None:
        box = target.bounding_box()
        assert box is not None
        clip: FloatRect = {"x": box["x"], "y": box["y"], "width": box["width"], "height": min(box["height"], most)}
        self._page.screenshot(path=path, clip=clip, animations="disabled")


def compress(path: Path) -> None:
    """Reduce the picture to a palette of 256 colours: a third of the size without a visible loss."""
    with Image.open(path) as picture:
        palette = picture.convert("RGB").quantize(COLOURS, kmeans=1, dither=Image.Dither.NONE)
    palette.save(path, optimize=True)


FOLD_SIDES = """() => {
    const {commands} = window.jupyterapp;
    for (const side of ['left', 'right']) {
        if (commands.isToggled(`application:toggle-${side}-area`)) commands.execute(`application:toggle-${side}-area`);
    }
}"""


def picture_app(photographer: Photographer) -> None:
    notebook, app = photographer.open("SchedulerApp(manager)")
    choose(app)
    photographer.take(notebook, app, "app")
    photographer.take(notebook, app, "overview", OVERVIEW_TALL)
    choose_more(app, "Configuration")
    dialog = app.get_by_role("dialog")
    expect(dialog).to_contain_text("Every 30 minutes.")
    app.page.set_viewport_size({"width": WIDE, "height": DIALOG_TALL})
    photographer.take(notebook, dialog, "configuration")


def picture_narrow(photographer: Photographer) -> None:
    notebook, app = photographer.open("SchedulerApp(manager)", NARROW)
    choose(app)
    photographer.take(notebook, app, "narrow")


def choose(app: Locator) -> None:
    app.get_by_role("navigation", name="Instances").get_by_role("button").filter(has_text=NIGHTLY).click()
    expect(app.get_by_role("table", name="Scheduled tasks")).to_contain_text("Retrain detector")
    expect(app.get_by_role("table", name="Executed tasks")).to_contain_text("refresh features")
    app.page.wait_for_timeout(4000)  # until older runs are read


def picture_dashboard(photographer: Photographer) -> None:
    notebook, board = photographer.open("Dashboard(instance, manager)")
    expect(board.get_by_role("table", name="Executed tasks")).to_contain_text("refresh features")
    board.page.wait_for_timeout(4000)
    photographer.take(notebook, board, "dashboard")
    picture_why(photographer, notebook, board)


def picture_why(photographer: Photographer, notebook: Notebook, board: Locator) -> None:
    """The reason why a paused item does not run, and the backfill dialog."""
    board.get_by_role("button", name="Pause Refresh features", exact=True).click()
    board.get_by_role("dialog").or_(board.get_by_role("alertdialog")).get_by_label("Why").fill(
        "the warehouse moves until noon"
    )
    board.page.keyboard.press("Enter")
    table = board.get_by_role("table", name="Scheduled tasks")
    expect(table).to_contain_text("It is paused")
    board.get_by_role("button", name="Details of Refresh features", exact=True).click()
    section = board.locator(".csw-section").filter(has=board.page.get_by_role("table", name="Scheduled tasks"))
    photographer.take(notebook, section, "why")
    board.page.set_viewport_size({"width": WIDE, "height": DIALOG_TALL})
    board.get_by_role("button", name="Backfill").click()
    dialog = board.get_by_role("alertdialog")
    expect(dialog).to_contain_text("runs")
    photographer.take(notebook, dialog, "backfill")
    board.page.keyboard.press("Escape")


def picture_wizard(photographer: Photographer) -> None:
    notebook, form = photographer.open("Wizard(instance.definition, manager)")
    expect(form.get_by_text("train demand model").first).to_be_visible()
    unfold(form, "Retrain detector")
    form.page.wait_for_timeout(2500)
    photographer.take(notebook, form, "wizard")
    preview = form.get_by_label("Preview", exact=True)
    photographer.take(notebook, preview, "preview")
    form.get_by_role("button", name="Browse").first.click()
    expect(form.get_by_text("Vision/Detection").first).to_be_visible()
    form.page.set_viewport_size({"width": WIDE, "height": DIALOG_TALL})
    form.page.wait_for_timeout(1000)
    dialog = form.get_by_role("dialog")
    photographer.take(notebook, dialog, "picker")


def unfold(form: Locator, item: str) -> None:
    """Open the card of one item and close the others."""
    for card in form.locator(".csw-card-title").all():
        is_open = card.get_attribute("aria-expanded") == "true"
        is_wanted = re.search(rf"\b{item}\b", card.inner_text()) is not None
        if is_open != is_wanted:
            card.click()


PICTURES = {"app": picture_app, "narrow": picture_narrow, "dashboard": picture_dashboard, "wizard": picture_wizard}


def main(wanted: list[str]) -> int:
    """Take the groups of screenshots that the arguments name; all by default."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=60_000)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clearml-sched-screens-")))
        workspace = fill(folder / "server")
        print(f"a workspace with {workspace.runs} runs of {len(workspace.instances)} instances")
        sandbox = stack.enter_context(Sandbox.start(folder / "server"))
        lab = Lab(folder / "lab", {"CLEARML_CONFIG_FILE": str(sandbox.conf)})
        stack.callback(lab.stop)
        browser = stack.enter_context(sync_playwright()).chromium.launch(executable_path=chromium(), args=FLAGS)
        stack.callback(browser.close)
        photographer = Photographer(lab, browser.new_page(device_scale_factor=1.1), workspace)
        for name in wanted or PICTURES:
            PICTURES[name](photographer)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
