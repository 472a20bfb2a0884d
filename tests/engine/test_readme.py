"""What the README and its companions say is true: the Python runs; commands, folders and files exist."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from clearml_sched_widgets.sandbox import Sandbox
from tests.paths import ROOT
from tests.plain import Plain

TEXT = (ROOT / "README.md").read_text()
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


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


def test_its_commands_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z-]+)", TEXT))
    assert {"demo", "test", "lab"} <= named <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_places_that_a_page_names_exist(page: Path) -> None:
    text = page.read_text()
    for path in re.findall(r"`((?:clearml_sched_widgets|js|tests|notebooks|docs|benchmarks|scripts)/[\w/.-]*)`", text):
        assert (ROOT / path).exists(), path
    for path in re.findall(r"\]\((?!http)([^)#]+)\)", text):
        assert (page.parent / path).exists(), path


def test_the_names_in_the_lists_of_changes_stand_in_the_code() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text().partition("## Which files a change touches")[2]
    named = {name for name in re.findall(r"`(\w+)`", text) if name.startswith("_") or name[0].isupper()}
    folders = ("clearml_sched_widgets", "js/src", "benchmarks", "tests")
    sources = [
        path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in (".py", ".ts", ".tsx")
    ]
    words = {word for path in sources for word in re.findall(r"\w+", path.read_text())}
    assert {"_HOME", "RULES", "Vitals"} <= named
    assert named - words - {"PART"} == set()
