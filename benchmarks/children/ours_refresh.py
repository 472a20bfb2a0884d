"""Ours: counts the requests of one refresh of `count` unfinished runs, including the search for deleted ones."""

from __future__ import annotations

import sys
import uuid
from datetime import datetime, timedelta, timezone

from benchmarks.children.plain import Plain, print_result
from clearml_sched_widgets import Action
from clearml_sched_widgets.engine.following.runs import Runs
from clearml_sched_widgets.engine.launching.clone import clone_request
from clearml_sched_widgets.gateway import bodies, parse
from clearml_sched_widgets.gateway.clearml import connect
from clearml_sched_widgets.policy.state import Launch


def main(count: int) -> None:
    plain, instance = Plain(), uuid.uuid4().hex
    base_id, began = plain.base(), datetime.now(timezone.utc)
    base = parse.task(plain.call("tasks.get_by_id", {"task": base_id})["task"])
    launches = [Launch(key=f"{n}@bench", item=f"{n}", cause="schedule", nominal=began) for n in range(count)]
    clones = [bodies.clone(clone_request(base, Action(base_id), launch, instance)) for launch in launches]
    ids = [answer["id"] for answer in plain.each("tasks.clone", clones)]
    if ids:
        plain.call("tasks.enqueue_many", {"ids": ids, "queue": plain.queue()})
    gateway, runs = connect(), Runs(instance, since=began)
    runs.load(gateway, began)
    assert runs.unfinished == count
    before = plain.counts()
    runs.refresh(gateway, began + timedelta(hours=1))
    runs.read_unfinished(gateway)
    print_result(requests=plain.counts() - before)


if __name__ == "__main__":
    main(int(sys.argv[1]))
