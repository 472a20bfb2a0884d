"""The lower bound of launching: the same clone requests on eight threads, then only the requests that enqueue them.

It enqueues in the slices that our engine uses, as a slice is what a rival engine could be in the middle of.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from datetime import datetime, timezone

from benchmarks.children.plain import Plain, print_result
from clearml_sched_widgets import Action
from clearml_sched_widgets.engine.launching.clone import FIRST_SLICE, LARGEST_SLICE, SLICE_SECONDS, clone_request
from clearml_sched_widgets.gateway import bodies, parse
from clearml_sched_widgets.policy.state import Launch


def _enqueue(plain: Plain, ids: Sequence[str], queue: str) -> None:
    """Enqueue in slices whose size follows from how long the last one took, as in `engine.launching.clone`."""
    size = FIRST_SLICE
    while ids:
        some, ids = ids[:size], ids[size:]
        began = time.monotonic()
        plain.call("tasks.enqueue_many", {"ids": some, "queue": queue})
        fitting = int(len(some) * SLICE_SECONDS / max(time.monotonic() - began, 0.001))
        size = max(1, min(fitting, 2 * size, LARGEST_SLICE))


def main(count: int) -> None:
    plain = Plain()
    base_id, queue = plain.base(), plain.queue()
    base = parse.task(plain.call("tasks.get_by_id", {"task": base_id})["task"])
    now = datetime.now(timezone.utc)
    launches = [Launch(key=f"{n}@bench", item=f"{n}", cause="schedule", nominal=now) for n in range(count)]
    requests = [bodies.clone(clone_request(base, Action(base_id), launch, "bench")) for launch in launches]
    due = time.time()
    ids = [answer["id"] for answer in plain.each("tasks.clone", requests)]
    _enqueue(plain, ids, queue)
    print_result(due=due, enqueued=plain.enqueued(base_id))


if __name__ == "__main__":
    main(int(sys.argv[1]))
