"""The rows of a benchmark: printed as a table, written as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import attrs

RESULTS = Path(__file__).parent / "results"


@attrs.frozen(kw_only=True)
class Row:
    """One measurement of something of which less is better, unless `more_is_better`.

    `ratio` says how many times better than the peer ours is; `over_floor` turns it around: how many times the floor.
    """

    name: str
    unit: str
    ours: float
    peer_name: str
    peer: float
    more_is_better: bool = False
    over_floor: bool = False

    @property
    def ratio(self) -> float:
        upside_down = self.more_is_better or self.over_floor
        better, worse = (self.ours, self.peer) if upside_down else (self.peer, self.ours)
        return better / worse if worse else float("inf")

    def data(self) -> dict[str, str | float]:
        """The row as it stands in the results' files."""
        return {
            "name": self.name,
            "unit": self.unit,
            "ours": self.ours,
            "peer_name": self.peer_name,
            "peer": self.peer,
            "ratio": self.ratio,
        }


def publish(topic: str, part: str, rows: Sequence[Row]) -> None:
    """Print the rows of one part of a topic, and put them into `results/<topic>.json`, in place of those before."""
    print(f"\n{topic}: {part}")
    for row in rows:
        peer = f"{row.peer:12.4g} {row.peer_name}"
        print(f"  {row.name:38} {row.ours:12.4g} {row.unit:9} {peer:50} {row.ratio:10.4g} x", flush=True)
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{topic}.json"
    known = {row["name"]: row for row in json.loads(path.read_text())} if path.exists() else {}
    known |= {row.name: row.data() for row in rows}
    path.write_text(json.dumps([*known.values()], indent=2) + "\n")
