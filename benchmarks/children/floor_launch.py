"""The lower bound of launching: the same clone requests on eight threads, plus one request that enqueues all."""

from __future__ import annotations

import sys
import time
from datetime import datetime, timezone

from benchmarks.children.plain import Plain, print_result
from clearml_sched_widgets import Action
from clearml_sched_widgets.engine.launching.clone import clone_request
from clearml_sched_widgets.gateway import bodies, parse
from clearml_sched_widgets.policy.state import Launch


def main(count: int) -> None:
    plain = Plain()
    base_id, queue = plain.base(), plain.queue()
    base = parse.task(plain.call("tasks.get_by_id", {"task": base_id})["task"])
    now = datetime.now(timezone.utc)
    launches = [Launch(key=f"{n}@bench", item=f"{n}", cause="schedule", nominal=now) for n in range(count)]
    requests = [bodies.clone(clone_request(base, Action(base_id), launch, "bench")) for launch in launches]
    due = time.time()
    ids = [answer["id"] for answer in plain.each("tasks.clone", requests)]
    plain.call("tasks.enqueue_many", {"ids": ids, "queue": queue})
    print_result(due=due, enqueued=plain.enqueued(base_id), requests=count + 1)


if __name__ == "__main__":
    main(int(sys.argv[1]))
