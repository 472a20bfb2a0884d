"""Measures how long importing this package takes, against its required imports. Each runs in a new process."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from benchmarks.report import Row

REPEATS = 7


def _seconds(code: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - began


def _alternately(first: str, second: str) -> tuple[float, float]:
    """Median seconds of both, measured in turns, so that a busy machine slows both. A first round fills the caches."""
    _seconds(first), _seconds(second)
    pairs = [(_seconds(first), _seconds(second)) for _ in range(REPEATS)]
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)


def rows() -> list[Row]:
    ours, peer = _alternately("from clearml_sched_widgets import Wizard", "import pandas, anywidget")
    alone, bare = _alternately("import clearml_sched_widgets", "pass")
    return [
        Row(name="import_ratio", unit="s", ours=ours, peer_name="import pandas, anywidget", peer=peer),
        Row(name="import_bare_s", unit="s", ours=alone, peer_name="bare Python", peer=bare),
    ]
