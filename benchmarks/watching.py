"""Measures a notebook's page: the time until rows are visible, and the bytes sent to it."""

from __future__ import annotations

import json
import struct

import attrs
from playwright.sync_api import Page

from tests.browser.lab import Notebook

TIMEOUT_MS = 120_000
SETTLE_MS = 1500  # after this time no more messages about a change arrive

# By widget: a JavaScript function that returns true if rows are visible in the given output element.
ROWS_VISIBLE = {
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
RUN_CELL = (
    "async ([isVisible, timeout]) => {"
    + HELPERS
    + """
    const rowsVisible = eval(isVisible);
    const notebook = window.jupyterapp.shell.currentWidget.content;
    notebook.activeCellIndex = 1;
    const outputs = () => [...notebook.activeCell.node.querySelectorAll('.jp-OutputArea-child')];
    const before = new Set(outputs());
    const began = performance.now();
    void window.jupyterapp.commands.execute('notebook:run-cell');
    while (performance.now() - began < timeout) {
        await new Promise(requestAnimationFrame);
        if (outputs().some(each => !before.has(each) && rowsVisible(each))) return performance.now() - began;
    }
    return null;
}"""
)


def first_rows(notebook: Notebook, whose: str) -> float:
    """Run the second cell. Returns the milliseconds until its first rows are visible.

    Raises RuntimeError if no row is visible after TIMEOUT_MS.
    """
    took = notebook.page.evaluate(RUN_CELL, [ROWS_VISIBLE[whose], TIMEOUT_MS])
    if took is None:
        raise RuntimeError(f"{whose}: no row came in sight")
    notebook.page.wait_for_timeout(SETTLE_MS)  # late messages must not slow the next measurement
    return float(took)


class Socket:
    """Records the messages for widgets that a page receives. Create it before the page opens its web sockets."""

    def __init__(self, page: Page) -> None:
        self.sizes: list[int] = []  # bytes of each message for a widget, headers included
        page.on("websocket", lambda socket: socket.on("framereceived", self._record))

    def _record(self, payload: str | bytes) -> None:
        if isinstance(payload, bytes) and _message_type(payload) == "comm_msg":
            self.sizes.append(len(payload))


def _message_type(payload: bytes) -> str:
    """The message type of a binary Jupyter message: a count of offsets, the offsets, the channel, then the header."""
    _, _, begin, end = struct.unpack_from("<4Q", payload)
    return str(json.loads(payload[begin:end])["msg_type"])


@attrs.frozen
class Update:
    """The cost of showing one more run."""

    size: int  # bytes of all messages for widgets
    milliseconds: float  # from the engine's snapshot until the row is on the page


RECORD_SNAPSHOT_TIMES = """
import time
from clearml_sched_widgets.instances import running
item, stamps = instance.definition.schedules[0], {}
engine = running.engine_here(instance.id)
running.on_change(lambda: stamps.setdefault(engine.snapshot.runs[0].task.id, 1000 * time.time()))
"""
NEXT_FIRST_ROW = """async () => {
    const first = () => document.querySelectorAll('.csw-rows')[1].querySelector('tbody tr').getAttribute('data-key');
    const before = first();
    while (first() === before) await new Promise(requestAnimationFrame);
    return [first(), Date.now()];
}"""


class Updates:
    """Launches runs and measures how the dashboard in the second cell shows them."""

    def __init__(self, notebook: Notebook, socket: Socket) -> None:
        self._notebook, self._socket = notebook, socket
        notebook.run(RECORD_SNAPSHOT_TIMES)
        notebook.page.evaluate(f"() => {{ window.nextShown = {NEXT_FIRST_ROW}; }}")

    def one_more_run(self) -> Update:
        """Launch one run. Waits until its row is shown and no more messages arrive."""
        page = self._notebook.page
        page.wait_for_timeout(SETTLE_MS)
        before = len(self._socket.sizes)
        page.evaluate("() => { window.shown = window.nextShown(); }")
        self._notebook.run("instance.run_now(item)")
        run, seen = page.evaluate("() => window.shown")
        page.wait_for_timeout(SETTLE_MS)
        in_snapshot = float(self._notebook.run(f"print(stamps[{run!r}])"))
        return Update(size=sum(self._socket.sizes[before:]), milliseconds=seen - in_snapshot)
