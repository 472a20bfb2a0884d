"""Starts JupyterLab on the notebooks, with the embedded server, example tasks and real agents. Ends with Ctrl-C.

Prints the address of the quickstart notebook, and opens it in a browser if the machine has a desktop.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from jupyter_server.serverapp import list_running_servers

from clearml_sched_widgets.sandbox import Agent, Sandbox
from clearml_sched_widgets.sandbox.examples import create_examples

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".sandbox"  # kept, so that the next start has the same server data
NOTEBOOK = ROOT / "notebooks" / "01_quickstart.ipynb"
START_TIMEOUT = 60.0  # seconds for JupyterLab to start


def has_desktop(platform: str, environment: Mapping[str, str]) -> bool:
    """True if a browser can be opened here. Over SSH and in containers it usually cannot."""
    return platform in ("darwin", "win32") or bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def address(servers: Iterable[Mapping[str, Any]], pid: int) -> str | None:
    """The notebook's URL on the Jupyter server with this process id; None if the server is not up yet."""
    server = next((each for each in servers if each["pid"] == pid), None)
    if server is None:
        return None
    path = NOTEBOOK.relative_to(server["root_dir"]).as_posix()
    return f"{server['url']}lab/tree/{path}?token={server['token']}"


def command(options: list[str]) -> list[str]:
    """The command that starts JupyterLab. It logs warnings only, so that the printed address stays in sight."""
    arguments = [sys.executable, "-m", "jupyterlab", "--log-level=WARN", *options]
    if not has_desktop(sys.platform, os.environ):
        arguments.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--allow-root")
    return [*arguments, str(NOTEBOOK)]


def print_address(lab: subprocess.Popen[bytes]) -> None:
    """Wait until JupyterLab is up, and print the notebook's URL."""
    end = time.monotonic() + START_TIMEOUT
    while lab.poll() is None and time.monotonic() < end:
        url = address(list_running_servers(), lab.pid)
        if url is not None:
            print(f"==> The notebook is at\n\n    {url}\n\n    Ctrl-C twice ends all.", flush=True)
            return
        time.sleep(0.2)


def main() -> int:
    with ExitStack() as stack:
        fresh = not FOLDER.exists()
        sandbox = stack.enter_context(Sandbox.start(FOLDER / "server"))
        print(f"==> The embedded server answers at {sandbox.api_url}", flush=True)
        if fresh:
            print("==> Making example tasks with the SDK", flush=True)
            create_examples(sandbox)
        for queue in ("default", "services"):  # one agent per queue: a service occupies its agent as long as it runs
            stack.enter_context(Agent.start(sandbox, [queue], folder=FOLDER / queue, name=f"sandbox:{queue}"))
        print("==> An agent each serves the queues default and services", flush=True)
        environment = {**os.environ, **sandbox.environment()}
        try:
            with subprocess.Popen(command(sys.argv[1:]), cwd=ROOT, env=environment) as lab:
                print_address(lab)
                return lab.wait()
        except KeyboardInterrupt:
            return 0


if __name__ == "__main__":
    sys.exit(main())
