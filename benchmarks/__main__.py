"""`make bench`: runs the benchmarks, prints the results and writes them to `benchmarks/results/*.json`.

Arguments name the topics or parts to measure; all by default. The results of the others stay in the files.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from benchmarks import (
    bundle,
    cell,
    dashboard,
    imports,
    launch_call,
    launching,
    nexts,
    refresh,
    service,
    simulating,
    steps,
    triggers,
)
from benchmarks.report import Row, publish
from benchmarks.server import Bench, start_bench


def _on_sandbox(measure: Callable[[Bench], list[Row]]) -> Callable[[], list[Row]]:
    def rows() -> list[Row]:
        with start_bench() as bench:
            return measure(bench)

    return rows


# The parts of each topic. A topic is one results file; each part can be measured alone.
TOPICS: dict[str, dict[str, Callable[[], list[Row]]]] = {
    "import": {"imports": imports.rows},
    "dashboard": {"dashboard": dashboard.rows, "bundle": bundle.rows},
    "service": {"service": service.rows},
    "triggers": {"triggers": _on_sandbox(triggers.rows)},
    "schedules": {
        "launching": _on_sandbox(launching.rows),
        "floor": _on_sandbox(launching.floor_rows),
        "many": _on_sandbox(launching.many_rows),
        "launch_call": _on_sandbox(launch_call.rows),
        "cell": _on_sandbox(cell.rows),
        "refresh": _on_sandbox(refresh.rows),
        "steps": _on_sandbox(steps.rows),
        "nexts": nexts.rows,
        "simulating": simulating.rows,
    },
}


def main(chosen: list[str]) -> None:
    began = time.monotonic()
    for topic, parts in TOPICS.items():
        for part, measure in parts.items():
            if part in chosen or topic in chosen or not chosen:
                publish(topic, part, measure())
    print(f"\n{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
