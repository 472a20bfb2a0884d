"""Measures a dashboard with 100,000 executed rows in JupyterLab: the time to its first rows, and the cost of an update.

The peers are other table widgets that show the same data frame.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks.report import Row
from benchmarks.watching import Socket, Updates, first_rows
from tests.browser.conftest import FLAGS, chromium
from tests.browser.lab import Lab, Notebook

ROWS = 100_000
ROUNDS = 3  # each in a new kernel and page; all widgets take turns, so that a busy machine slows all of them
REPEATS = 2  # per round, after the first time
UPDATES = 9
MAX_BYTES, MAX_MS = 2048.0, 50.0  # the goals

PREPARE = f"""
from benchmarks.history import instance_with
from clearml_sched_widgets import Dashboard
instance, manager = instance_with({ROWS})
columns = ["name", "status", "started", "finished", "item_name", "cause", "scheduled", "run"]
instance.executed[columns].to_pickle("frame.pickle")
"""
READ = "import pandas\nframe = pandas.read_pickle('frame.pickle')\n"
# A cell of preparations, and the cell whose time is measured.
CELLS = {
    "ours": (PREPARE, "Dashboard(instance, manager)"),
    "itables": (READ + "import itables\nitables.init_notebook_mode()", "itables.show(frame, maxBytes=0)"),
    "ipydatagrid": (READ + "from ipydatagrid import DataGrid", "DataGrid(frame)"),
    "quak": (READ + "import quak", "quak.Widget(frame)"),
}


def rows() -> list[Row]:
    with _lab() as (lab, browser):
        times: dict[str, list[list[float]]] = {name: [] for name in CELLS}
        for _ in range(ROUNDS):
            for name, cells in CELLS.items():
                times[name].append(_times(lab, browser, name, cells))
        return [*_rows(times), *_update_rows(lab, browser)]


def _rows(times: dict[str, list[list[float]]]) -> Iterator[Row]:
    first = {name: statistics.median(took[0] for took in rounds) for name, rounds in times.items()}
    again = {
        name: statistics.median(repeat for took in rounds for repeat in took[1:]) for name, rounds in times.items()
    }
    for kind, medians in (("first_rows_ms", first), ("first_rows_again_ms", again)):
        for peer in CELLS:
            if peer != "ours":
                yield Row(
                    name=f"{kind}_{ROWS}_{peer}", unit="ms", ours=medians["ours"], peer_name=peer, peer=medians[peer]
                )


def _update_rows(lab: Lab, browser: Browser) -> Iterator[Row]:
    with _notebook(lab, browser, CELLS["ours"]) as (notebook, socket):
        first_rows(notebook, "ours")
        updates = Updates(notebook, socket)
        measured = [updates.one_more_run() for _ in range(UPDATES)]
    size = statistics.median(
        each.size for each in measured
    )  # the median, as some updates include an unrelated heartbeat
    took = statistics.median(each.milliseconds for each in measured)
    yield Row(name="update_bytes_one_run", unit="B", ours=size, peer_name="the goal", peer=MAX_BYTES)
    yield Row(name="update_ms_one_run", unit="ms", ours=took, peer_name="the goal", peer=MAX_MS)


def _times(lab: Lab, browser: Browser, name: str, cells: tuple[str, str]) -> list[float]:
    """Milliseconds until the first rows are visible: once in a new kernel and page, then for each repeat."""
    with _notebook(lab, browser, cells) as (notebook, _):
        return [first_rows(notebook, name) for _ in range(1 + REPEATS)]


@contextmanager
def _lab() -> Iterator[tuple[Lab, Browser]]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clearml-sched-bench-")))
        lab = Lab(folder, {"PYTHONPATH": str(Path(__file__).parents[1])})
        stack.callback(lab.stop)
        browser = stack.enter_context(sync_playwright()).chromium.launch(executable_path=chromium(), args=FLAGS)
        stack.callback(browser.close)
        yield lab, browser


@contextmanager
def _notebook(lab: Lab, browser: Browser, cells: tuple[str, str]) -> Iterator[tuple[Notebook, Socket]]:
    """A notebook in a new page, after its first cell has run."""
    context = browser.new_context(viewport={"width": 1400, "height": 1100})
    context.set_default_timeout(180_000)
    try:
        page = context.new_page()
        socket = Socket(page)
        notebook = Notebook(lab, page, lab.write("bench.ipynb", cells))
        notebook.run_cell(cells[0].strip().splitlines()[0])
        notebook.run("pass")  # returns after the first cell has ended
        yield notebook, socket
    finally:
        context.close()
        lab.end_sessions()
