"""What surrounds the kernel: a host that may end it, and a computer that may sleep. Both stop what runs in a kernel."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from typing import Any

IDLE = "ends kernels that nobody uses for a while"
SESSION = "ends sessions that nobody uses for a while, and every session after some hours"
# The beginning of the names of variables that a host sets, its name, and what it does. Binder is a JupyterHub, too.
HOSTS = (
    ("BINDER_", "Binder", SESSION),
    ("COLAB_", "Colab", SESSION),
    ("KAGGLE_KERNEL_", "Kaggle", SESSION),
    ("JUPYTERHUB_", "JupyterHub", f"often {IDLE}"),
)
SHORTEST_SLEEP = 60.0  # seconds; clocks are set right by less than that


def host(environment: Mapping[str, str]) -> dict[str, str]:
    """The host's name and what it does to kernels, by the variables that it sets; empty for a computer of one's own."""
    for prefix, name, ends in HOSTS:
        if any(variable.startswith(prefix) for variable in environment):
            return {"host": name, "ends": ends}
    return {}


class Sleep:
    """Tells that the computer slept: the wall's clock went on meanwhile, the monotonic one stood still.

    Not on Windows, whose monotonic clock counts sleep. `look` may be called as often as one likes.
    """

    def __init__(self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = time.monotonic) -> None:
        self.wall, self.steady = wall, steady
        self._seen = wall(), steady()
        self._last: dict[str, int] = {}

    def look(self) -> dict[str, int]:
        """The last sleep, `from` and `to` in milliseconds since the epoch; empty if there was none."""
        (wall, steady), self._seen = self._seen, (self.wall(), self.steady())
        lost = (self._seen[0] - wall) - (self._seen[1] - steady)
        if lost >= SHORTEST_SLEEP:
            until = self._seen[0]
            began = until - lost
            self._last = {"from": round(began * 1000), "to": round(until * 1000)}
        return self._last


SLEEP = Sleep()


def surroundings() -> dict[str, Any]:
    """What the page shows of them. Cheap; from any thread."""
    slept = SLEEP.look()
    return {**host(os.environ), **({"slept": slept} if slept else {})}
