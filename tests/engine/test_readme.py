"""What the README says is true: its Python runs, its commands and folders exist."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from clearml_sched_widgets.sandbox import Sandbox
from tests.paths import ROOT
from tests.plain import Plain

TEXT = (ROOT / "README.md").read_text()


def test_its_python_runs(sandbox: Sandbox, tmp_path: Path) -> None:
    base = str(Plain(sandbox).call("tasks.create", name="readme base", type="training")["id"])
    blocks = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert blocks
    for block in blocks:
        assert "<task id>" in block
        code = block.replace("<task id>", base).replace("instance.executed", "print(instance.executed)")
        script = tmp_path / "readme.py"
        script.write_text(f"{code}\nprint(instance.scheduled.to_string())\ninstance.stop()\n")
        done = subprocess.run(
            [sys.executable, str(script)],
            env=sandbox.environment(),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "nightly training" in done.stdout


def test_its_commands_and_folders_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z-]+)", TEXT))
    assert {"demo", "test", "lab"} <= named <= targets
    for path in re.findall(r"`((?:clearml_sched_widgets|js|tests|notebooks|docs)/[\w/.-]*)`", TEXT):
        assert (ROOT / path).exists(), path
    for path in re.findall(r"\]\((?!http)([^)#]+)\)", TEXT):
        assert (ROOT / path).exists(), path
