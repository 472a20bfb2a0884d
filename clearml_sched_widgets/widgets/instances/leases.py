"""Reads the leases of the instances that are in progress elsewhere: only these tell whether their engines are alive."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import attrs

from clearml_sched_widgets.engine.instance_task.lease import PREFIX
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.records import Lease

# Seconds between two readings of all leases. Less than the five seconds between two regular readings of the list, whose
# small delays must not leave out every second one.
LEASES_EVERY = 4.0


@attrs.frozen
class Leases:
    """All leases by their instances' ids, as read at a time by the server's clock."""

    by_instance: Mapping[str, Lease]
    read_at: datetime


class LeaseReader:
    """Reads all leases with one request per 500. `clock` gives monotonic seconds. Only one thread may use it."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._read_at = float("-inf")

    def read_if_due(self, gateway: Gateway) -> Leases | None:
        """All leases; None if they were read a moment ago. Raises GatewayError."""
        now = self._clock()
        if now - self._read_at < LEASES_EVERY:
            return None
        self._read_at = now
        leases = {lease.name.removeprefix(PREFIX): lease for lease in gateway.leases(PREFIX)}
        return Leases(leases, gateway.present(ask=False).time)
