"""A sandbox that counts its requests: `GET /bench.counts` returns how many it has answered, by endpoint."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from clearml_sched_widgets.sandbox import Sandbox, server, settings
from clearml_sched_widgets.sandbox.app import ApiApp
from clearml_sched_widgets.sandbox.call import State

COUNTS = "bench.counts"
DELAY = "BENCH_DELAY"  # the variable with the seconds that the server waits before each answer
START_TIMEOUT = 30.0  # seconds


class CountingApp(ApiApp):
    """The sandbox's API with a request counter, which costs about a microsecond per request."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self._counts: Counter[str] = Counter()
        self._delay = float(os.environ.get(DELAY, "0"))

    def respond(self, request: Request, body: bytes) -> Response:
        name = request.url.path.rpartition("/")[2]
        if name == COUNTS:
            return JSONResponse(self._counts)
        self._counts[name] += 1
        if self._delay:
            time.sleep(self._delay)
        return super().respond(request, body)


class Bench:
    """A counting sandbox. Runs benchmark programs against it in child processes with their own home folder."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._home = sandbox.folder / "home"
        self._home.mkdir(exist_ok=True)

    def run_child(self, module: str, *arguments: object, timeout: float = 300) -> dict[str, Any]:
        """Run `benchmarks.children.<module>` and parse the last line that it prints as JSON.

        Raises CalledProcessError if it fails, TimeoutExpired after `timeout` seconds.
        """
        command = [sys.executable, "-m", f"benchmarks.children.{module}", *map(str, arguments)]
        done = subprocess.run(
            command, env=self.variables(), stdout=subprocess.PIPE, check=True, timeout=timeout, text=True
        )
        return dict(json.loads(done.stdout.splitlines()[-1]))

    def variables(self) -> dict[str, str]:
        """The environment of a child process: it finds this server, and nobody's configuration."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("CLEARML_", "TRAINS_"))}
        return {**kept, **self.sandbox.environment(), "HOME": str(self._home)}


@contextlib.contextmanager
def start_bench(delay: float = 0) -> Iterator[Bench]:
    """Start a new, empty counting sandbox, which waits `delay` seconds before each answer. Stops it at the end."""
    with tempfile.TemporaryDirectory(prefix="clearml-sched-bench-") as name:
        folder = Path(name)
        with (folder / "server.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.server", "--folder", name],
                stdout=log,
                stderr=log,
                env={**os.environ, DELAY: str(delay)},
            )
        try:
            _await_ready(folder, process)
            yield Bench(Sandbox(folder, process, settings.load(folder)))
        finally:
            process.terminate()
            process.wait(10)


def _await_ready(folder: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while not (folder / server.READY_FILE).exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the sandbox did not start:\n{(folder / 'server.log').read_text()}")
        time.sleep(0.05)


if __name__ == "__main__":
    with patch.object(server, "ApiApp", CountingApp):
        sys.exit(server.main())
