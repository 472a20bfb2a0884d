"""The threads that send several requests at once."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

WORKERS, REQUESTS_PER_WORKER = 8, 5  # threads that send requests; few for few, as they hold up a cell that computes


def workers_for(requests: int) -> ThreadPoolExecutor:
    """A pool with as many threads as this number of requests needs."""
    count = min(WORKERS, math.ceil(requests / REQUESTS_PER_WORKER))
    return ThreadPoolExecutor(max_workers=count, thread_name_prefix="clearml-sched")
