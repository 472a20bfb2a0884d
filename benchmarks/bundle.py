"""Measures the size of the page's JavaScript bundle after gzip."""

from __future__ import annotations

import gzip
from pathlib import Path

import clearml_sched_widgets
from benchmarks.report import Row

BUNDLE = Path(clearml_sched_widgets.__file__).parent / "widgets" / "static" / "index.js"
LIMIT_KB = 100.0


def rows() -> list[Row]:
    size = len(gzip.compress(BUNDLE.read_bytes(), compresslevel=9, mtime=0)) / 1000
    return [Row(name="bundle_gzip_kb", unit="kB", ours=size, peer_name="the goal", peer=LIMIT_KB)]
