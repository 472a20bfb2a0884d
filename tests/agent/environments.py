"""Python environments for agents: one with the package's wheel, and one that has nothing but clearml."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

from tests.paths import ROOT


def _run(*command: str | Path) -> None:
    done = subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}:\n{done.stdout}\n{done.stderr}"


def build_wheel(folder: Path) -> Path:
    """Build the wheel with pip, as a user does. Returns its path."""
    _run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, ".")
    return next(folder.glob("*.whl"))


def with_wheel(folder: Path, wheel: Path) -> Path:
    """Create an environment with the wheel and the dependencies of the tests' environment. Returns its Python."""
    python, site = _empty(folder)
    _run(sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps", wheel)
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    where = _printed(python, "import clearml_sched_widgets as package; print(package.__file__)")
    assert where.startswith(str(site)), f"the package of the checkout is used, not the wheel's: {where}"
    return python


def with_clearml_alone(folder: Path) -> Path:
    """Create an environment with links to clearml, to what it needs, and to pip. Returns its Python."""
    python, site = _empty(folder)
    for found in _closure(["clearml", "pip"]):
        for name in {file.parts[0] for file in found.files or () if file.parts[0] not in ("..", "__pycache__")}:
            target = Path(str(found.locate_file(name)))
            (site / name).symlink_to(target) if not (site / name).exists() else None
    missing = _printed(
        python, "from importlib.util import find_spec as f; print(f('cattrs'), f('clearml_sched_widgets'))"
    )
    assert missing == "None None\n", missing
    return python


def _empty(folder: Path) -> tuple[Path, Path]:
    venv.create(folder, with_pip=False)
    return folder / "bin" / "python", next(folder.glob("lib/python*/site-packages"))


def _printed(python: Path, code: str) -> str:
    done = subprocess.run([python, "-c", code], cwd=python.parent, capture_output=True, text=True, check=True)
    return done.stdout


def _closure(names: list[str]) -> Iterator[Distribution]:
    """The installed distributions of these names and of all that they need."""
    seen: set[str] = set()
    while names:
        name = names.pop()
        if name in seen:
            continue
        seen.add(name)
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue  # needed on another system or Python
        yield found
        for text in found.requires or ():
            needed = Requirement(text)
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                names.append(needed.name)
