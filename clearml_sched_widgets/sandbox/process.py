"""Starts and stops the sandbox's server process."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from clearml_sched_widgets.errors import SchedulerError
from clearml_sched_widgets.sandbox import settings
from clearml_sched_widgets.sandbox.daemon import Daemon, spawn

_START_TIMEOUT_SEC = 30.0
_STOP_TIMEOUT_SEC = 10.0
_READY_FILE = "ready.json"
_LOG = "server.log"


class SandboxError(SchedulerError):
    """The sandbox, or the agent on it, could not be started."""


def require(*packages: str) -> None:
    """Raise SandboxError if one of these packages is not installed."""
    for name in packages:
        if importlib.util.find_spec(name) is None:
            raise SandboxError(f"this needs {name}: pip install 'clearml-sched-widgets[sandbox]'")


class Sandbox(Daemon):
    """A running sandbox: an API server and a file server on loopback, with their data in one folder.

    Create it with `Sandbox.start`. As a context manager, it stops at the end.
    """

    def __init__(self, folder: Path, process: subprocess.Popen[bytes], config: settings.Settings) -> None:
        super().__init__(process, folder / _LOG)
        self.conf = settings.conf_file(folder)
        self.api_url = config.api_url
        self.files_url = config.files_url
        self.web_url = config.web_url
        self.access_key = config.access_key
        self.secret_key = config.secret_key

    def __repr__(self) -> str:
        return f"Sandbox(api_url={self.api_url!r}, folder={str(self.folder)!r})"

    @classmethod
    def start(
        cls,
        folder: Path | str,
        *,
        api_port: int = 0,
        files_port: int = 0,
        silent_after: float | None = None,
    ) -> Sandbox:
        """Start a server for a folder and wait until it answers. Creates the folder if missing.

        A folder that was served before keeps its data, its credentials and, unless ports are given, its ports.
        `silent_after`: seconds without an update after which a running task is stopped (two hours by default).

        Raises:
            SandboxError: if a package is missing or the server does not start. The message ends with its log.
        """
        require("starlette", "uvicorn")
        folder = Path(folder).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "clearml_sched_widgets.sandbox.server", "--folder", str(folder)]
        command += ["--api-port", str(api_port), "--files-port", str(files_port)]
        command += [] if silent_after is None else ["--silent-after", str(silent_after)]
        process = spawn(command, folder / _LOG)
        _await_ready(folder, process)
        return cls(folder, process, settings.load(folder))

    def environment(self) -> dict[str, str]:
        """The environment variables that make the SDK and the agent in a child process use this sandbox."""
        return {
            "CLEARML_CONFIG_FILE": str(self.conf),
            "CLEARML_API_HOST": self.api_url,
            "CLEARML_WEB_HOST": self.web_url,
            "CLEARML_FILES_HOST": self.files_url,
            "CLEARML_API_ACCESS_KEY": self.access_key,
            "CLEARML_API_SECRET_KEY": self.secret_key,
        }

    def stop(self) -> None:
        """Stop the server cleanly. Does nothing if it has already ended."""
        if self.running:
            self._process.terminate()
            try:
                self._process.wait(_STOP_TIMEOUT_SEC)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """End the server with SIGKILL, as a crash would. Every acknowledged change is still in the folder."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(_STOP_TIMEOUT_SEC)


def _await_ready(folder: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_SEC
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, ValueError):
            if json.loads((folder / _READY_FILE).read_text())["pid"] == process.pid:
                return
        if process.poll() is not None:
            raise SandboxError(f"the sandbox did not start (exit code {process.returncode}):\n{_log_tail(folder)}")
        time.sleep(0.02)
    process.kill()
    process.wait()
    raise SandboxError(f"the sandbox did not start within {_START_TIMEOUT_SEC:.0f} s:\n{_log_tail(folder)}")


def _log_tail(folder: Path, lines: int = 10) -> str:
    text = (folder / _LOG).read_text(errors="replace")
    return "\n".join(text.splitlines()[-lines:])
