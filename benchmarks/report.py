"""The rows of a benchmark: printed as a table, written as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import attrs

RESULTS = Path(__file__).parent / "results"


@attrs.frozen(kw_only=True)
class Row:
    """One measurement. `ratio` says how many times better than the peer ours is; a figure where less is better."""

    name: str
    unit: str
    ours: float
    peer_name: str
    peer: float

    @property
    def ratio(self) -> float:
        return self.peer / self.ours if self.ours else float("inf")


def publish(topic: str, rows: Sequence[Row]) -> None:
    """Print the rows of one topic and write them to `results/<topic>.json`."""
    print(f"\n{topic}")
    for row in rows:
        peer = f"{row.peer:12.3f} {row.peer_name}"
        print(f"  {row.name:34} {row.ours:12.3f} {row.unit:8} {peer:44} {row.ratio:8.2f} x", flush=True)
    RESULTS.mkdir(exist_ok=True)
    data = [{**attrs.asdict(row), "ratio": row.ratio} for row in rows]
    (RESULTS / f"{topic}.json").write_text(json.dumps(data, indent=2) + "\n")
