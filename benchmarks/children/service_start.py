"""How long a service's process takes from its start until its engine runs. The bundle is unpacked on the way."""

from __future__ import annotations

import sys
import time

from benchmarks.children.bundled import service
from benchmarks.children.plain import Plain, print_result
from clearml_sched_widgets import Action, Daily, Definition, Schedule

POLL = 0.002  # seconds


def main(how: str) -> None:
    plain = Plain()
    definition = Definition("start", [Schedule(Action(plain.base()), Daily("06:20"))])
    with service(plain, definition, how) as (instance, process):
        began = time.perf_counter()
        while _status(plain, instance.id) != "in_progress":
            assert process.poll() is None, "the service has ended"
            time.sleep(POLL)
        print_result(took=time.perf_counter() - began)


def _status(plain: Plain, task: str) -> str:
    body = {"id": [task], "only_fields": ["status"], "search_hidden": True}
    return str(plain.call("tasks.get_all_ex", body)["tasks"][0]["status"])


if __name__ == "__main__":
    main(sys.argv[1])
