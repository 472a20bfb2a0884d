"""Starts real Jupyter kernels and runs code in them, as a notebook does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jupyter_client.manager import KernelManager

TIMEOUT = 120  # seconds


class Kernel:
    """A kernel process with its own environment variables."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self._manager = KernelManager()
        self._manager.start_kernel(env={**environment, "IPYTHONDIR": str(folder)}, cwd=str(folder))
        self._client = self._manager.blocking_client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=TIMEOUT)

    def run(self, code: str) -> str:
        """Execute a cell. Returns the printed text. Raises AssertionError with the traceback if it failed."""
        printed: list[str] = []

        def hook(message: dict[str, Any]) -> None:
            if message["msg_type"] == "stream":
                printed.append(message["content"]["text"])

        reply = self._client.execute_interactive(code, output_hook=hook, timeout=TIMEOUT)
        assert reply["content"]["status"] == "ok", "\n".join(reply["content"].get("traceback", []))
        return "".join(printed)

    def value(self, expression: str) -> Any:
        """The value of a Python expression, passed as JSON."""
        return json.loads(self.run(f"import json; print(json.dumps({expression}))"))

    def kill(self) -> None:
        """Kill the process with SIGKILL, so that it cannot clean up."""
        self._manager.shutdown_kernel(now=True)
        self._client.stop_channels()
