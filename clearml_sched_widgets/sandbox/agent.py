"""Starts and stops a real `clearml-agent` daemon that serves a sandbox's queues, for demos and tests."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from clearml_sched_widgets.sandbox.daemon import Daemon, spawn
from clearml_sched_widgets.sandbox.process import Sandbox, require

_STOP_TIMEOUT_SEC = 15.0
_CONF = """
agent {{
    worker_id: "{worker}"
    venvs_dir: "{home}/venvs"
    vcs_cache.path: "{home}/vcs-cache"
    venvs_cache.path: "{home}/venvs-cache"
    pip_download_cache.path: "{home}/pip-download-cache"
    docker_pip_cache: "{home}/pip-cache"
    docker_apt_cache: "{home}/apt-cache"
}}
sdk.storage.cache.default_base_dir: "{home}/cache"
"""


class Agent(Daemon):
    """A running agent. Create it with `Agent.start`. As a context manager, it stops at the end."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path, worker: str) -> None:
        super().__init__(process, log)
        self.worker = worker

    @classmethod
    def start(
        cls,
        sandbox: Sandbox,
        queues: Sequence[str] = ("default",),
        *,
        folder: Path | str,
        python: Path | str = sys.executable,
        name: str = "sandbox:agent",
        poll_seconds: float = 0.5,
        environment: dict[str, str] | None = None,
    ) -> Agent:
        """Run `clearml-agent daemon --foreground` on queues (the first is served first).

        Tasks run in the Python environment of `python`, on the CPU, without docker. The agent installs nothing. HOME
        and all caches are in `folder`. `environment` adds variables for the tasks.

        Raises:
            SandboxError: if clearml-agent is not installed.
        """
        require("clearml_agent")
        folder = Path(folder).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        conf = folder / "clearml.conf"
        conf.touch(mode=0o600)
        conf.write_text(sandbox.conf.read_text() + _CONF.format(worker=name, home=folder))
        variables = {
            **_clean_environment(),
            **sandbox.environment(),
            "HOME": str(folder),
            "CLEARML_CONFIG_FILE": str(conf),
            "CLEARML_AGENT_SKIP_PIP_VENV_INSTALL": str(python),
            "CLEARML_AGENT_SKIP_PYTHON_ENV_INSTALL": "1",  # otherwise the agent changes that environment
            "CLEARML_AGENT_QUEUE_POLL_FREQ_SEC": str(poll_seconds),
            "CLEARML_WORKER_ID": name,
            "PATH": f"{Path(python).parent}{os.pathsep}{os.environ.get('PATH', '')}",
            **(environment or {}),
        }
        command = [sys.executable, "-m", "clearml_agent", "daemon", "--foreground", "--cpu-only", "--queue", *queues]
        log = folder / "agent.log"
        return cls(spawn(command, log, cwd=folder, environment=variables), log, name)

    def stop(self) -> None:
        """End the daemon and all processes that it started. Does nothing if the daemon has already ended."""
        descendants = _descendants(self._process.pid)
        if self.running:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_STOP_TIMEOUT_SEC)
        self._kill(descendants)

    def kill(self) -> None:
        """End the daemon and all processes that it started by SIGKILL, as a power failure does."""
        self._kill(_descendants(self._process.pid))

    def _kill(self, descendants: Sequence[int]) -> None:
        for pid in descendants:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(_STOP_TIMEOUT_SEC)


def _clean_environment() -> dict[str, str]:
    """This process's environment without the variables that point at another server."""
    return {key: value for key, value in os.environ.items() if not key.startswith(("CLEARML_", "TRAINS_"))}


def _descendants(pid: int) -> list[int]:
    """The ids of all direct and indirect child processes. Works on Linux only; elsewhere the result is empty."""
    children_of: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = stat.read_text().rpartition(")")[2].split()
            children_of.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    descendants, frontier = [], [pid]
    while frontier:
        children = children_of.get(frontier.pop(), [])
        descendants += children
        frontier += children
    return descendants
