"""Waits until an instance has ended, in this kernel or elsewhere."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from math import inf
from time import monotonic, sleep

from clearml_sched_widgets.definition import values
from clearml_sched_widgets.definition.checks import problems_in
from clearml_sched_widgets.errors import InstanceStateError, InvalidDefinition, NotFound, Problem, RetryableError
from clearml_sched_widgets.instances.handle import Handle

POLL_EVERY = 2.0  # seconds between two readings of an instance that runs elsewhere
LOOK_EVERY = 0.2  # seconds between two looks at an engine of this kernel
ALIVE = frozenset({"queued", "running", "paused", "silent"})


def seconds(timeout: float | str | timedelta | None) -> float:
    """A timeout in seconds; infinite for None. Raises InvalidDefinition."""
    if timeout is None:
        return inf
    if isinstance(timeout, str):
        length = values.window(timeout)
        problems = [problem.under("timeout") for problem in problems_in(length)]
        if problems:
            raise InvalidDefinition(problems)
        return length.total_seconds()
    number = timeout.total_seconds() if isinstance(timeout, timedelta) else timeout
    if isinstance(timeout, bool) or not isinstance(number, (int, float)) or not number >= 0:
        message = 'expected seconds of zero or more, or a duration such as "90s" or "2h"'
        raise InvalidDefinition([Problem("timeout", timeout, message)])
    return float(number)


def wait(handle: Handle, timeout: float) -> bool:
    """Wait at most `timeout` seconds. Returns whether the instance has ended. See `Instance.wait`."""
    deadline = monotonic() + timeout
    # The engine's thread is not joined: before Python 3.13, a join that Ctrl+C interrupts makes it look ended.
    while (engine := handle.engine) is not None or _is_alive_elsewhere(handle):
        left = deadline - monotonic()
        if left <= 0:
            return False
        sleep(min(left, POLL_EVERY if engine is None else LOOK_EVERY))
    return True


def _is_alive_elsewhere(handle: Handle) -> bool:
    try:
        with contextlib.suppress(RetryableError):
            handle.look_again()
    except NotFound:  # deleted
        return False
    if handle.known_status == "draft":
        raise InstanceStateError(f"The instance {handle.name} is a draft: nothing runs that could be waited for.")
    return handle.known_status in ALIVE
