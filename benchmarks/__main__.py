"""`make bench`: measure, print, write `benchmarks/results/*.json`."""

from __future__ import annotations

from benchmarks import imports, schedules
from benchmarks.report import publish


def main() -> None:
    publish("import", imports.rows())
    publish("schedules", schedules.rows())


if __name__ == "__main__":
    main()
