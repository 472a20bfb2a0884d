"""Looks at a notebook's page with a clock: when rows come in sight, and what was sent for them."""

from __future__ import annotations

import json
import struct

import attrs
from playwright.sync_api import Page

from tests.browser.lab import Notebook

PATIENCE = 120_000  # milliseconds
QUIET = 1500  # milliseconds, after which nothing more is sent for what happened

# By whose table it is: whether rows are in sight in an element that was not there before.
IN_SIGHT = {
    "ours": "root => filled(root.querySelectorAll('.csw-rows')[1]?.querySelectorAll('tbody tr'))",
    "itables": "root => filled(root.querySelectorAll('table.dataTable tbody tr'))",
    "quak": "root => filled(deep(root, 'tbody tr'))",
    "ipydatagrid": "root => [...root.querySelectorAll('canvas')].some(inked)",
}
HELPERS = """
const filled = rows => [...(rows ?? [])].some(
    row => row.getBoundingClientRect().height > 0 && row.checkVisibility() && row.innerText.trim().length > 20);
const deep = (root, what) => [...root.querySelectorAll('*')].flatMap(
    each => each.shadowRoot ? [...each.shadowRoot.querySelectorAll(what)] : [])
    .concat([...root.querySelectorAll(what)]);
const inked = canvas => {  // text below the header, where the first rows are
    const context = canvas.getContext('2d');
    if (!context || canvas.width < 300 || canvas.height < 120) return false;
    const {data} = context.getImageData(80, 40, 200, 60);
    let dark = 0;
    for (let at = 0; at < data.length; at += 4)
        if (data[at + 3] > 200 && data[at] + data[at + 1] + data[at + 2] < 300) dark++;
    return dark > 50;
};
"""
RUN = (
    "async ([seen, patience]) => {"
    + HELPERS
    + """
    const inSight = eval(seen);
    const notebook = window.jupyterapp.shell.currentWidget.content;
    notebook.activeCellIndex = 1;
    const outputs = () => [...notebook.activeCell.node.querySelectorAll('.jp-OutputArea-child')];
    const before = new Set(outputs());
    const began = performance.now();
    void window.jupyterapp.commands.execute('notebook:run-cell');
    while (performance.now() - began < patience) {
        await new Promise(requestAnimationFrame);
        if (outputs().some(each => !before.has(each) && inSight(each))) return performance.now() - began;
    }
    return null;
}"""
)


def first_rows(notebook: Notebook, whose: str) -> float:
    """Run the second cell; milliseconds until its first rows are in sight. Raises RuntimeError if none ever are."""
    found = notebook.page.evaluate(RUN, [IN_SIGHT[whose], PATIENCE])
    if found is None:
        raise RuntimeError(f"{whose}: no row came in sight")
    notebook.page.wait_for_timeout(QUIET)  # what it does afterwards does not count for the next
    return float(found)


class Socket:
    """Notes what a page gets through its sockets. To be made before the page is opened."""

    def __init__(self, page: Page) -> None:
        self.sizes: list[int] = []  # bytes of each message for a widget, with all that is around its content
        page.on("websocket", lambda socket: socket.on("framereceived", self._note))

    def _note(self, payload: str | bytes) -> None:
        if isinstance(payload, bytes) and _kind(payload) == "comm_msg":
            self.sizes.append(len(payload))


def _kind(payload: bytes) -> str:
    """The type of a message in Jupyter's binary form: a number of offsets, these, and channel, header and so on."""
    _, _, begin, end = struct.unpack_from("<4Q", payload)
    return str(json.loads(payload[begin:end])["msg_type"])


@attrs.frozen
class Update:
    """What one more run cost."""

    size: int  # bytes of all messages for widgets
    milliseconds: float  # from when the engine knew it until it was on the screen


NEWS = """
import time
from clearml_sched_widgets.instances import running
item, stamps = instance.definition.schedules[0], {}
engine = running.engine_here(instance.id)
running.on_change(lambda: stamps.setdefault(engine.snapshot.runs[0].task.id, 1000 * time.time()))
"""
SHOWN = """async () => {
    const first = () => document.querySelectorAll('.csw-rows')[1].querySelector('tbody tr').getAttribute('data-key');
    const before = first();
    while (first() === before) await new Promise(requestAnimationFrame);
    return [first(), Date.now()];
}"""


class Updates:
    """Adds runs to what the dashboard in the second cell shows."""

    def __init__(self, notebook: Notebook, socket: Socket) -> None:
        self._notebook, self._socket = notebook, socket
        notebook.run(NEWS)
        notebook.page.evaluate(f"() => {{ window.nextShown = {SHOWN}; }}")

    def one_more_run(self) -> Update:
        """Launch one and wait until it is shown and nothing more is sent."""
        page = self._notebook.page
        page.wait_for_timeout(QUIET)
        before = len(self._socket.sizes)
        page.evaluate("() => { window.shown = window.nextShown(); }")
        self._notebook.run("instance.run_now(item)")
        run, seen = page.evaluate("() => window.shown")
        page.wait_for_timeout(QUIET)
        known = float(self._notebook.run(f"print(stamps[{run!r}])"))
        return Update(size=sum(self._socket.sizes[before:]), milliseconds=seen - known)
