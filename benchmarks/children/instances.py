"""Makes draft instances with a schedule each."""

from __future__ import annotations

import sys

from benchmarks.children.plain import Plain, print_result
from clearml_sched_widgets import Action, Daily, Definition, Manager, Schedule


def main(count: int) -> None:
    base, manager = Plain().base(), Manager()
    for number in range(count):
        manager.save(Definition(f"instance {number}", [Schedule(Action(base), Daily("06:20"))]))
    print_result(instances=float(len(manager.instances())))


if __name__ == "__main__":
    main(int(sys.argv[1]))
