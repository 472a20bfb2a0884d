"""`make bench`: measure, print, write `benchmarks/results/*.json`. Topics as arguments choose some of them."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from benchmarks import bundle, imports, launching, nexts, refresh, simulating, steps, triggers
from benchmarks.report import Row, publish
from benchmarks.server import fresh


def _schedules() -> list[Row]:
    with fresh() as bench:
        rows = [*launching.rows(bench), *refresh.rows(bench), *steps.rows(bench)]
    return [*rows, *nexts.rows(), *simulating.rows()]


def _triggers() -> list[Row]:
    with fresh() as bench:
        return triggers.rows(bench)


TOPICS: dict[str, Callable[[], list[Row]]] = {
    "import": lambda: [*imports.rows(), *bundle.rows()],
    "triggers": _triggers,
    "schedules": _schedules,
}


def main(topics: list[str]) -> None:
    began = time.monotonic()
    for topic in topics or TOPICS:
        publish(topic, TOPICS[topic]())
    print(f"\n{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
