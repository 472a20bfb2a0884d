"""Starts a real JupyterLab server in a temporary folder, and drives its notebooks as a user does."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page

from tests.waiting import until

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}  # else JupyterLab asks for one
START_TIMEOUT = 60.0  # seconds
KERNEL_IDLE = """() => {
    const context = window.jupyterapp?.shell?.currentWidget?.context;
    const kernel = context?.sessionContext?.session?.kernel;
    return kernel?.connectionStatus === 'connected' && kernel?.status === 'idle';
}"""
KERNEL_BUSY = KERNEL_IDLE.replace("=== 'idle'", "=== 'busy'")
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True},
    "docmanager-extension/plugin": {"autosave": False},
}


class Lab:
    """A running server. It writes only under `folder`; its notebooks are in `folder/notebooks`."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.notebooks = folder / "notebooks"
        self.notebooks.mkdir(parents=True)
        self.log = folder / "lab.log"
        self.url = f"http://127.0.0.1:{_free_port()}"
        _write_settings(folder / "settings")
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command(), cwd=self.notebooks, env=_environment(folder, environment), stdout=log, stderr=log
            )
        self._wait_until_ready()

    def _command(self) -> list[str]:
        options = [
            "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1", "--ServerApp.port_retries=0",
            f"--ServerApp.port={self.url.rpartition(':')[2]}", f"--ServerApp.root_dir={self.notebooks}",
            "--IdentityProvider.token=", "--ServerApp.disable_check_xsrf=True", "--LabApp.expose_app_in_browser=True",
        ]  # fmt: skip
        return [sys.executable, "-m", "jupyterlab", *options]

    def _wait_until_ready(self) -> None:
        end = time.monotonic() + START_TIMEOUT
        while time.monotonic() < end and self._process.poll() is None:
            try:
                self.request("GET", "/api/status")
                return
            except OSError:
                time.sleep(0.2)
        self.stop()
        raise RuntimeError(f"JupyterLab did not start:\n{self.log.read_text()[-3000:]}")

    def request(self, method: str, path: str) -> Any:
        """Send a request to the server's REST API. Returns the JSON of the answer; None if it is empty."""
        with urllib.request.urlopen(urllib.request.Request(self.url + path, method=method), timeout=10) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def write(self, name: str, cells: Sequence[str]) -> str:
        """Write a notebook with these code cells. Returns its name."""
        blank: dict[str, Any] = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
        code = [{**blank, "id": f"c{index}", "source": text} for index, text in enumerate(cells)]
        notebook = {"cells": code, "metadata": {"kernelspec": KERNEL}, "nbformat": 4, "nbformat_minor": 5}
        (self.notebooks / name).write_text(json.dumps(notebook))
        return name

    def end_sessions(self) -> None:
        """Shut down all kernels, which keep running after their pages are closed."""
        for session in self.request("GET", "/api/sessions"):
            self.request("DELETE", f"/api/sessions/{session['id']}")

    def stop(self) -> None:
        """End the server and its kernels."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(5)


class Notebook:
    """One notebook, open in JupyterLab."""

    def __init__(self, lab: Lab, page: Page, name: str) -> None:
        self.page = page
        page.goto(f"{lab.url}/lab/tree/{name}?reset", wait_until="domcontentloaded")
        page.wait_for_function(KERNEL_IDLE, timeout=60_000, polling=200)

    def set_theme(self, name: str) -> None:
        """Change JupyterLab's theme, such as "JupyterLab Dark", and wait until the page has it."""
        script = "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})"
        self.page.evaluate(script, name)
        self.page.wait_for_function("name => document.body.dataset.jpThemeName === name", arg=name)
        self.page.wait_for_selector("#jupyterlab-splash", state="detached")

    def reload(self, *, save: bool = True) -> None:
        """Reload the page, after saving the notebook if `save` is true. The kernel keeps running."""
        if save:
            self.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
        self.page.goto(self.page.url.partition("?")[0], wait_until="domcontentloaded")
        self.page.wait_for_function(KERNEL_IDLE, timeout=60_000, polling=200)

    def without_subshells(self) -> None:
        """Disable comms over subshells, so that messages wait for running cells, as in kernels without subshells."""
        self.page.evaluate("""() => {
            const {serviceManager: {kernels}, shell: {currentWidget: {context}}} = window.jupyterapp;
            for (const each of [kernels, context.sessionContext.session.kernel]) each.commsOverSubshells = 'disabled';
        }""")

    def run_all(self) -> None:
        """Run all cells; does not wait for them."""
        self.page.evaluate("() => void window.jupyterapp.commands.execute('notebook:run-all-cells')")

    def run_cell(self, text: str) -> None:
        """Click the code cell that holds the text and press Shift+Enter."""
        self.page.locator(".jp-CodeCell").filter(has_text=text).locator(".cm-content").first.click()
        self.page.keyboard.press("Shift+Enter")

    def run(self, code: str) -> str:
        """Run code in the notebook's kernel, outside its cells. Returns the printed text or the traceback."""
        script = """async code => {
            const kernel = window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel;
            const future = kernel.requestExecute({code, store_history: false});
            let text = '';
            future.onIOPub = ({header, content}) => {
                if (header.msg_type === 'stream') text += content.text;
                if (header.msg_type === 'error') text += content.traceback.join('\\n');
            };
            await future.done;
            return text;
        }"""
        return str(self.page.evaluate(script, code))

    def await_draft(self, text: str) -> None:
        """Wait until the draft of the last cell's widget contains the text in the kernel."""
        until(lambda: text in self.run("print(_.draft)"), what=f"the draft with {text!r}")

    def start(self, code: str) -> None:
        """Start code in the notebook's kernel, as a cell that takes long. Returns when the kernel is busy."""
        script = """code => {
            const kernel = window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel;
            kernel.requestExecute({code, store_history: false});
        }"""
        self.page.evaluate(script, code)
        self.page.wait_for_function(KERNEL_BUSY, timeout=20_000, polling=100)

    def widget(self) -> Locator:
        """The (first) widget of this project on the page."""
        return self.page.locator(".csw").first


def _environment(folder: Path, extra: Mapping[str, str]) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("CLEARML_", "TRAINS_", "JUPYTER"))}
    folders = {
        "HOME": "home", "IPYTHONDIR": "ipython", "JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime", "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    }  # fmt: skip
    for name in folders.values():
        (folder / name).mkdir(exist_ok=True)
    places = {key: str(folder / name) for key, name in folders.items()}
    return {**kept, **places, "PYTHONUNBUFFERED": "1", "TZ": os.environ.get("TZ", "UTC"), **extra}


def _write_settings(folder: Path) -> None:
    for name, settings in SETTINGS.items():
        path = folder / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(settings))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
