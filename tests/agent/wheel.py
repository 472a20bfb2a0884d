"""Builds the package's wheel and installs it into a separate environment, with which an agent runs a service."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

from tests.paths import ROOT


def _run(*command: str | Path) -> None:
    done = subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}:\n{done.stdout}\n{done.stderr}"


def build(folder: Path) -> Path:
    """Build the wheel with pip, as a user does. Returns its path."""
    _run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, ".")
    return next(folder.glob("*.whl"))


def environment(folder: Path, wheel: Path) -> Path:
    """Create an environment with the wheel and the dependencies of the tests' environment. Returns its Python."""
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    _run(sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps", wheel)
    site = next(folder.glob("lib/python*/site-packages"))
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    where = subprocess.run(
        [python, "-c", "import clearml_sched_widgets as package; print(package.__file__)"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert where.startswith(str(site)), f"the package of the checkout is used, not the wheel's: {where}"
    return python
