"""A sample of `make chaos`: ten seeds without a violation, and five faults that are found.

Both run in processes of their own, in which sets of texts always have the same order: so a seed gives the same world.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from tests.faults.chaos.record import seconds_of
from tests.faults.chaos.weather import CATEGORIES
from tests.faults.chaos.world import World
from tests.paths import ROOT

CHAOS = Path(__file__).parent / "chaos"
JUDGE = ("judge*.py", "history.py", "timelines.py", "plain_items.py", "record.py")
NOT_ASKED = ("policy", "simulation", "recurrence", "conditions", "engine", "definition", "views")
CALM = frozenset({"pauses", "commands"})
ROUGH = "kills,freezes,rivals,network,refusals,restarts"  # enough to find the faults, and soon


def chaos(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.faults.chaos", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_ten_seeds_have_no_violation() -> None:
    ran = chaos("--seeds", "10")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "10 seeds, 0 with violations" in ran.stdout


def test_each_fault_in_the_engine_is_found() -> None:
    ran = chaos("--seeded-faults", "--only", ROUGH)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.count(": found at seed ") == 5


def test_a_seed_gives_the_same_world_again_and_another_one_does_not() -> None:
    first, again, other = (World(seed, CALM).run().trace for seed in (3, 3, 4))
    assert first == again
    assert first != other


def test_the_judge_asks_no_part_of_the_engine() -> None:
    files = [path for pattern in JUDGE for path in CHAOS.glob(pattern)]
    imported = {
        node.module
        for path in files
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("clearml_sched_widgets")
    }
    assert len(files) >= 9
    assert not {name for name in imported if name.split(".")[1] in NOT_ASKED}


def test_every_category_of_chaos_happens() -> None:
    record = World(0, frozenset(CATEGORIES)).run()
    text = "\n".join(record.trace)
    for sign in ("killed", "frozen", "wall clock", "clock", "down for", "pause", "reload", "run_now", "lost answer"):
        assert sign in text, sign
    assert len(record.opened) > 5
    assert len(record.enqueued) > 50
    assert record.ended > record.quiet_from > 2400.0
    assert seconds_of("2026-11-23T12:01:00Z") == 60.0
