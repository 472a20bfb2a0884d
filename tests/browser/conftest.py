"""Fixtures of all browser tests: one JupyterLab server, one browser, and one sandbox with an agent."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from clearml_sched_widgets.sandbox import Agent, Sandbox
from clearml_sched_widgets.sandbox.examples import create_examples
from tests.browser.lab import Lab, Notebook
from tests.dates.clock import page_script

pytest.register_assert_rewrite("tests.browser.watch")  # so that failures show the compared values

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
]

Open = Callable[..., Notebook]
OpenFile = Callable[[str], Notebook]


def chromium() -> str:
    """The browser's executable: CHROMIUM if set, else Chromium or Chrome on the PATH. Raises RuntimeError if none."""
    named = os.environ.get("CHROMIUM")
    found = shutil.which(named) if named else shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        raise RuntimeError(
            f"The browser tests need Chromium or Google Chrome, and {named or 'chromium'!r} was not found. Install it "
            "(on Debian: apt-get install chromium), or name it: CHROMIUM=/path/to/chrome"
        )
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def examples(sandbox: Sandbox) -> dict[str, str]:
    """The ids of two base tasks, by name."""
    return create_examples(sandbox, ("train", "evaluate"))


@pytest.fixture(scope="session")
def agent(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    """A real agent on the queue `default`; none serves `services`."""
    folder = tmp_path_factory.mktemp("browser-agent")
    # Two agents of one name on one machine refuse each other.
    with Agent.start(sandbox, ["default"], folder=folder, name=f"browser-{os.getpid()}:agent") as agent:
        yield agent


@pytest.fixture(scope="session")
def lab(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    lab = Lab(tmp_path_factory.mktemp("browser-lab"), {"CLEARML_CONFIG_FILE": str(sandbox.conf)})
    yield lab
    lab.stop()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1400, "height": 1100})
    context.set_default_timeout(20_000)
    expect.set_options(timeout=20_000)
    if script := page_script():
        context.add_init_script(script)
    yield context.new_page()
    context.close()


@pytest.fixture
def open_file(lab: Lab, page: Page) -> Iterator[OpenFile]:
    """Opens a notebook in the server's folder. Its kernel ends with the test."""
    yield lambda name: Notebook(lab, page, name)
    lab.end_sessions()


@pytest.fixture
def open_notebook(lab: Lab, open_file: OpenFile) -> Open:
    """Opens a notebook of the given cells and runs it."""

    def open_(*cells: str) -> Notebook:
        notebook = open_file(lab.write("test.ipynb", cells))
        notebook.run_all()
        return notebook

    return open_
