"""Keeps every instance to one engine by a lease on the server, which its holder renews every few seconds.

The lease is a hidden project with a fixed name. Names are unique, so only one of several engines can create it. Ids are
never used again, so an engine that lost its lease cannot change or delete its successor's. The clocks of two machines
are never compared: a rival measures by its own clock for how long the lease has not changed.
"""

from __future__ import annotations

import getpass
import json
import os
import socket
import uuid
from datetime import datetime

import attrs

from clearml_sched_widgets import records
from clearml_sched_widgets.engine.clock import Clock
from clearml_sched_widgets.errors import Conflict, NotFound, OutcomeUnknown, RetryableError, SchedulerError
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.records import TaskQuery

TTL = 15.0  # seconds without renewal after which a rival takes the lease over
VALID = TTL / 2  # seconds after a renewal during which the holder may launch
TAKEOVER_PAUSE = VALID + 1.0  # seconds that a successor waits after a takeover, so that the two never launch together
RENEW_EVERY = TTL / 5  # seconds between two renewals
PREFIX = ".clearml-sched-lease."


class LeaseLost(SchedulerError):
    """Another engine has taken the instance over."""


@attrs.frozen(kw_only=True)
class _SeenLease:
    """The lease of another engine as last seen, and the monotonic time when it was first seen like this."""

    lease: records.Lease
    since: float


class Lease:
    """One engine's lease on one instance. Used by one thread only."""

    def __init__(self, gateway: Gateway, instance_id: str, clock: Clock) -> None:
        self._gateway, self._clock = gateway, clock
        self._name = f"{PREFIX}{instance_id}"
        self._engine_id = uuid.uuid4().hex  # tells our lease from those of other engines
        self._renewals = 0
        self._lease_id = ""  # id of the lease; empty while it is not ours
        self._renewed_at = self._read_clocks()
        self._usable_from = 0.0  # monotonic; the former holder may launch until then
        self._seen: _SeenLease | None = None
        self.holder_alive = False  # True if another holder was seen to renew the lease

    @property
    def holder(self) -> str:
        """The other holder as last seen; empty if none was seen."""
        return _holder_in(self._seen.lease.text) if self._seen else ""

    def acquire(self) -> bool:
        """Try once to acquire the lease. Call it about every second until it returns True. Raises RetryableError."""
        if not self._lease_id and not (self._seen is None and self._create()) and not self._take_over():
            return False
        self.ensure_held()
        return self._clock.monotonic() >= self._usable_from

    def ensure_held(self) -> None:
        """Renew the lease if it is due. Call this before every launch.

        Raises LeaseLost, or RetryableError if it could not be renewed for more than VALID seconds.
        """
        if not self._lease_id:
            raise LeaseLost(self._lost_message())
        if self._age() < RENEW_EVERY:
            return
        try:
            self._renew()
        except RetryableError:
            if self._age() > VALID:
                raise

    def release(self) -> None:
        """Delete the lease, so that a successor need not wait. Raises GatewayError."""
        if self._lease_id:
            _delete(self._gateway, self._lease_id)
            self._lease_id = ""

    def delete_orphans(self) -> None:
        """Delete the leases of instances that no longer exist. Raises GatewayError."""
        leases = {lease.name.removeprefix(PREFIX): lease.id for lease in self._gateway.leases(PREFIX)}
        existing = {task.id for task in self._gateway.tasks(TaskQuery(ids=tuple(leases), order="created"))}
        for instance_id in leases.keys() - existing:
            _delete(self._gateway, leases[instance_id])

    # -- acquiring
    def _create(self) -> bool:
        began = self._read_clocks()
        try:
            made = self._gateway.create_lease(self._name, self._lease_text())
        except (Conflict, OutcomeUnknown):
            return False  # another engine's, or ours if only the answer was lost: `_take_over` reads it
        self._set_held(made, began)
        return True

    def _take_over(self) -> bool:
        """Read the lease. Take it if it is ours after a lost answer, or if it has not been renewed for TTL seconds."""
        now = self._read_clocks()
        lease = next(iter(self._gateway.leases(self._name)), None)
        if lease is None:
            return self._create()
        if _content(lease.text).get("engine") == self._engine_id:
            self._set_held(lease.id, now)
            self._renewals += 1
            self._renew()  # the lost request may have been sent long ago
            return True
        if self._seen is None or self._seen.lease != lease:
            self.holder_alive = self._seen is not None
            self._seen = _SeenLease(lease=lease, since=now[1])
            return False
        if now[1] - self._seen.since < TTL:
            return False
        return self._replace(lease)

    def _replace(self, lease: records.Lease) -> bool:
        try:
            _delete(self._gateway, lease.id)
        finally:
            # The former holder may have renewed it just before: it stops launching after VALID at the latest.
            self._usable_from = self._clock.monotonic() + TAKEOVER_PAUSE
        return self._create()

    def _set_held(self, lease_id: str, since: tuple[datetime, float]) -> None:
        self._lease_id, self._renewed_at = lease_id, since

    # -- renewing
    def _renew(self) -> None:
        began = self._read_clocks()  # read before the request, because the answer may take long
        self._renewals += 1
        try:
            self._gateway.write_lease(self._lease_id, self._lease_text())
        except NotFound:
            self._lease_id = ""
            raise LeaseLost(self._lost_message()) from None
        self._renewed_at = began

    def _lost_message(self) -> str:
        lease = next(iter(self._gateway.leases(self._name)), None)
        return f"another process has taken it over: {_holder_in(lease.text)}" if lease else "its lease was deleted"

    def _age(self) -> float:
        """Seconds since the last renewal by the clock that went further: a suspended machine stops one of them."""
        wall, monotonic = self._read_clocks()
        return max((wall - self._renewed_at[0]).total_seconds(), monotonic - self._renewed_at[1])

    def _read_clocks(self) -> tuple[datetime, float]:
        return self._clock.now(), self._clock.monotonic()

    def _lease_text(self) -> str:
        return json.dumps({"engine": self._engine_id, "count": self._renewals, "holder": _this_process()})


def delete_lease_of(gateway: Gateway, instance_id: str) -> None:
    """Delete the lease of an instance that is deleted."""
    for lease in gateway.leases(f"{PREFIX}{instance_id}"):
        _delete(gateway, lease.id)


def _delete(gateway: Gateway, lease_id: str) -> None:
    """Delete a lease, with a second try. Deleting twice is safe, because ids are never used again."""
    for last in (False, True):
        try:
            gateway.delete_lease(lease_id)
        except NotFound:
            return
        except RetryableError:
            if last:
                raise
        else:
            return


def _this_process() -> str:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        user = str(os.getuid()) if hasattr(os, "getuid") else "somebody"
    return f"{user}@{socket.gethostname()}, process {os.getpid()}"


def _content(text: str) -> dict[str, object]:
    try:
        content = json.loads(text)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _holder_in(text: str) -> str:
    return str(_content(text).get("holder") or "somebody")
