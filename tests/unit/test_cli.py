"""The command line's frame: versions, exit codes, and what it says when something is missing."""

from __future__ import annotations

import argparse
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

import clearml_sched_widgets.sandbox.cli as sandbox
from clearml_sched_widgets import (
    Action,
    Daily,
    Definition,
    Interval,
    Policies,
    Schedule,
    StatusChanged,
    TaskTrigger,
    cli,
    codec,
)
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


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """A definition in a file: something every hour that may not overlap, and something every morning that may."""
    schedules = [
        Schedule(Action("base", "gpu"), Interval(every="1h"), Policies(overlap="skip"), name="hourly"),
        Schedule(Action("base"), Daily("06:20, 06:40"), name="mornings"),
    ]
    trigger = TaskTrigger(Action("base"), StatusChanged(to=["failed"]))
    path = tmp_path / "plan.yaml"
    path.write_text(codec.dumps(Definition("plan", schedules, [trigger]), "yaml"))
    return path


def simulate(plan: Path, *more: str) -> int:
    return cli.main(["simulate", str(plan), "--from", "2026-11-23T00:00:00Z", "--to", "2026-11-24T00:00:00Z", *more])


def test_a_simulation_shows_runs_skips_overlaps_and_load(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert simulate(plan, "--duration", "hourly=90m", "--duration", "default=30m", "--rows", "2") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("'plan' from 2026-11-23 00:00 UTC to 2026-11-24 00:00 UTC: 14 runs, 12 skips, 1 overlap")
    assert lines[2:6] == [
        "runs",
        "  2026-11-23 01:00:00  gpu  hourly",
        "  2026-11-23 03:00:00  gpu  hourly",
        "  … 12 more",
    ]
    assert any(line.startswith("  2026-11-23 02:00:00 to 2026-11-23 02:00:00  hourly: ") for line in lines)
    assert "  2026-11-23 06:40:00  mornings: 1 of its runs under way" in lines
    assert "  default  06:00  2 runs, at most 2 in one hour" in lines
    assert lines[-1] == "Triggers wait for events and do not take part: 1."


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--duration", "nobody=5m"), "durations['nobody']"),
        (("--duration", "hourly=soon"), "durations['hourly']"),
        (("--to", "2026-11-22T00:00:00Z"), "end = "),
        (("--from", "2026-11-22"), "start = "),
    ],
)
def test_a_wrong_simulation_is_refused_with_the_reason(
    plan: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], complaint: str
) -> None:
    assert simulate(plan, *arguments) == 2
    assert capsys.readouterr().err.startswith(f"clearml-sched: {complaint}")


def test_a_definition_that_cannot_be_read_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert simulate(tmp_path / "none.json") == 2
    assert "cannot read" in capsys.readouterr().err
    broken = tmp_path / "broken.json"
    broken.write_text('{"name": ')
    assert simulate(broken) == 2
    assert capsys.readouterr().err.startswith("clearml-sched: ")


def test_a_duration_needs_an_item_and_a_length(plan: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        simulate(plan, "--duration", "15m")
    assert ended.value.code == 2


@pytest.mark.parametrize("rows", ["-1", "many"])
def test_a_number_of_rows_is_one_from_0(plan: Path, rows: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        simulate(plan, f"--rows={rows}")
    assert f"expected a whole number from 0, got '{rows}'" in capsys.readouterr().err
