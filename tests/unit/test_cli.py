"""The command line's frame: versions, exit codes, and what it says when something is missing."""

from __future__ import annotations

import argparse
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

import clearml_sched_widgets.sandbox.cli as sandbox
from clearml_sched_widgets import cli
from clearml_sched_widgets.errors import NotConfigured


def test_the_version_is_the_package_s(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"clearml-sched {version('clearml-sched-widgets')}\n"


def test_no_command_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([])
    assert ended.value.code == 2
    assert "COMMAND" in capsys.readouterr().err


def test_the_exit_code_is_the_command_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "run", lambda _: 1)
    assert cli.main(["sandbox"]) == 1


def test_a_refusal_is_one_sentence_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(_: argparse.Namespace) -> int:
        raise NotConfigured("there is no clearml.conf; run clearml-init")

    monkeypatch.setattr(sandbox, "run", run)
    assert cli.main(["sandbox"]) == 2
    assert capsys.readouterr().err == "clearml-sched: there is no clearml.conf; run clearml-init\n"


def test_an_interrupt_ends_it_quietly(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def run(_: argparse.Namespace) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(sandbox, "run", run)
    assert cli.main(["sandbox"]) == 130
    assert capsys.readouterr().err == ""


def without(package: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command in an interpreter that cannot import a package."""
    code = f"import sys; sys.modules[{package!r}] = None\nfrom clearml_sched_widgets.cli import main\nsys.exit(main())"
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_without_its_packages_the_sandbox_says_what_to_install(tmp_path: Path) -> None:
    done = without("starlette", "sandbox", "--folder", str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "this needs starlette: pip install 'clearml-sched-widgets[sandbox]'\n"


def test_without_the_sandbox_s_packages_the_rest_still_works() -> None:
    assert without("starlette", "--version").returncode == 0
