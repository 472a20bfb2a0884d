"""The result rows of the benchmarks: prints them as a table and writes them as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import attrs

RESULTS = Path(__file__).parent / "results"


@attrs.frozen(kw_only=True)
class Row:
    """One measurement. Less is better, unless `more_is_better`.

    `ratio` is how many times better than the peer ours is. With `over_floor` it is our value divided by the peer's, the
    lowest possible one.
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
        is_inverted = self.more_is_better or self.over_floor
        better, worse = (self.ours, self.peer) if is_inverted else (self.peer, self.ours)
        if better == worse:
            return 1.0  # both may be zero
        return better / worse if worse else float("inf")

    def data(self) -> dict[str, str | float]:
        """The row as it is written to the results file."""
        return {
            "name": self.name,
            "unit": self.unit,
            "ours": self.ours,
            "peer_name": self.peer_name,
            "peer": self.peer,
            "ratio": self.ratio,
        }


def publish(topic: str, part: str, rows: Sequence[Row]) -> None:
    """Print the rows of one part of a topic. Adds them to `results/<topic>.json`, replacing rows of the same name."""
    print(f"\n{topic}: {part}")
    for row in rows:
        peer = f"{row.peer:12.4g} {row.peer_name}"
        print(f"  {row.name:38} {row.ours:12.4g} {row.unit:9} {peer:50} {row.ratio:10.4g} x", flush=True)
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{topic}.json"
    by_name = {row["name"]: row for row in json.loads(path.read_text())} if path.exists() else {}
    by_name |= {row.name: row.data() for row in rows}
    path.write_text(json.dumps([*by_name.values()], indent=2) + "\n")
