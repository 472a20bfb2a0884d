"""Detects the notebook host, which may end the kernel, and past sleeps of the computer. Both stop local instances."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from typing import Any

ENDS_IDLE = "ends kernels that nobody uses for a while"
ENDS_SESSIONS = "ends sessions that nobody uses for a while, and every session after some hours"
# The prefix of a host's environment variables, its name, and what it does. Binder also sets JupyterHub's: it is first.
HOSTS = (
    ("BINDER_", "Binder", ENDS_SESSIONS),
    ("COLAB_", "Colab", ENDS_SESSIONS),
    ("KAGGLE_KERNEL_", "Kaggle", ENDS_SESSIONS),
    ("JUPYTERHUB_", "JupyterHub", f"often {ENDS_IDLE}"),
)
SHORTEST_SLEEP = 60.0  # seconds; ordinary corrections of the clock are smaller


def host(environment: Mapping[str, str]) -> dict[str, str]:
    """The host's name and what it does to kernels, detected by environment variables. Empty if no host is detected."""
    for prefix, name, ends in HOSTS:
        if any(variable.startswith(prefix) for variable in environment):
            return {"host": name, "ends": ends}
    return {}


class Sleep:
    """Detects that the computer slept: the wall clock advanced while the monotonic clock stood still.

    Does not work on Windows, whose monotonic clock counts sleep. `look` is cheap and must be called regularly.
    """

    def __init__(self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = time.monotonic) -> None:
        self.wall, self.steady = wall, steady
        self._clocks = wall(), steady()  # at the last look
        self._last_sleep: dict[str, int] = {}

    def look(self) -> dict[str, int]:
        """The last sleep, `from` and `to` in milliseconds since the epoch. Empty if there was none."""
        (wall, steady), self._clocks = self._clocks, (self.wall(), self.steady())
        asleep = (self._clocks[0] - wall) - (self._clocks[1] - steady)
        if asleep >= SHORTEST_SLEEP:
            until = self._clocks[0]
            began = until - asleep
            self._last_sleep = {"from": round(began * 1000), "to": round(until * 1000)}
        return self._last_sleep


SLEEP = Sleep()


def surroundings() -> dict[str, Any]:
    """The host and the last sleep, for the page. Cheap, and safe from any thread."""
    slept = SLEEP.look()
    return {**host(os.environ), **({"slept": slept} if slept else {})}
