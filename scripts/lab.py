"""JupyterLab on the notebooks, with the embedded server, example tasks and a real agent attached. Ends with Ctrl-C."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from clearml_sched_widgets.sandbox import Agent, Sandbox
from clearml_sched_widgets.sandbox.examples import create_examples

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".sandbox"  # kept: the next start finds the same server, with what was made on it


def main() -> int:
    with ExitStack() as stack:
        fresh = not FOLDER.exists()
        sandbox = stack.enter_context(Sandbox.start(FOLDER / "server"))
        print(f"==> The embedded server answers at {sandbox.api_url}", flush=True)
        if fresh:
            print("==> Making example tasks with the SDK", flush=True)
            create_examples(sandbox)
        for queue in ("default", "services"):  # an agent each: a service occupies its agent as long as it runs
            stack.enter_context(Agent.start(sandbox, [queue], folder=FOLDER / queue, name=f"sandbox:{queue}"))
        print("==> An agent each serves the queues default and services; Ctrl-C twice ends all", flush=True)
        command = [sys.executable, "-m", "jupyterlab", *sys.argv[1:], "notebooks/01_quickstart.ipynb"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--allow-root")
        try:
            return subprocess.run(command, cwd=ROOT, env=sandbox.environment(), check=False).returncode
        except KeyboardInterrupt:
            return 0


if __name__ == "__main__":
    sys.exit(main())
