"""Paths in the checkout."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "js" / "src"  # the source of the code in the browser
NOTEBOOKS = ROOT / "notebooks"
RECORDED = ROOT / "tests" / "contract" / "recorded" / "server.jsonl"  # recorded answers of a real server
