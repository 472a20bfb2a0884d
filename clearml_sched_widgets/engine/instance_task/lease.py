"""One engine per instance: a lease on the server, whose holder shows every few seconds that it is alive.

The lease is a hidden project of a fixed name. Names are unique, so of several that create it one succeeds; ids are not
used again, so whoever was overtaken changes and deletes nothing of its successor's. No two clocks are ever compared:
a rival measures, by its own clock, for how long the lease did not change.
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

TTL = 15.0  # seconds: a lease that stood still for so long is taken over
VALID = TTL / 2  # seconds after its last renewal in which the holder launches
QUIET = VALID + 1.0  # seconds for which a successor waits after it took over, so that the two never launch together
RENEW_EVERY = TTL / 5  # seconds
PREFIX = ".clearml-sched-lease."


class LeaseLost(SchedulerError):
    """Another engine has taken the instance over."""


@attrs.frozen(kw_only=True)
class _Sight:
    """What a rival saw of a lease, and when it first saw that (monotonic)."""

    lease: records.Lease
    since: float


class Lease:
    """One engine's claim on one instance. Used by one thread."""

    def __init__(self, gateway: Gateway, instance_id: str, clock: Clock) -> None:
        self._gateway, self._clock = gateway, clock
        self._name = f"{PREFIX}{instance_id}"
        self._mark = uuid.uuid4().hex  # tells our lease from others'
        self._count = 0
        self._id = ""  # of the lease, while it is ours
        self._renewed = self._clocks()
        self._usable_from = 0.0  # monotonic; after a takeover the former holder may launch until then
        self._sight: _Sight | None = None
        self.alive = False  # whether another holder was seen to renew it

    @property
    def holder(self) -> str:
        """Who else holds it, as last seen; empty if nobody was seen."""
        return _holder(self._sight.lease.text) if self._sight else ""

    def acquire(self) -> bool:
        """Try to get it, once; call it every second or so until it is True. Raises RetryableError."""
        if not self._id and not (self._sight is None and self._create()) and not self._take_over():
            return False
        self.ensure_held()
        return self._clock.monotonic() >= self._usable_from

    def ensure_held(self) -> None:
        """Renew it if it is time to. To be called before every launch.

        Raises LeaseLost, or RetryableError if it could not be renewed for so long that it may be lost.
        """
        if not self._id:
            raise LeaseLost(self._lost())
        if self._age() < RENEW_EVERY:
            return
        try:
            self._renew()
        except RetryableError:
            if self._age() > VALID:
                raise

    def release(self) -> None:
        """Give it up, so that a successor need not wait. Raises GatewayError."""
        if self._id:
            _delete(self._gateway, self._id)
            self._id = ""

    def sweep(self) -> None:
        """Delete the leases of instances that are gone."""
        leases = {lease.name.removeprefix(PREFIX): lease.id for lease in self._gateway.leases(PREFIX)}
        found = {task.id for task in self._gateway.tasks(TaskQuery(ids=tuple(leases), order="created"))}
        for instance_id in leases.keys() - found:
            _delete(self._gateway, leases[instance_id])

    # -- getting it
    def _create(self) -> bool:
        began = self._clocks()
        try:
            made = self._gateway.create_lease(self._name, self._text())
        except (Conflict, OutcomeUnknown):
            return False  # somebody's, or perhaps ours: reading tells
        self._hold(made, began)
        return True

    def _take_over(self) -> bool:
        """Look at the lease; take it if it is ours by a lost answer, or if it stood still for its time to live."""
        now = self._clocks()
        lease = next(iter(self._gateway.leases(self._name)), None)
        if lease is None:
            return self._create()
        if _said(lease.text).get("engine") == self._mark:
            self._hold(lease.id, now)
            self._count += 1
            self._renew()  # the time of the lost request is not known to be short ago
            return True
        if self._sight is None or self._sight.lease != lease:
            self.alive = self._sight is not None
            self._sight = _Sight(lease=lease, since=now[1])
            return False
        if now[1] - self._sight.since < TTL:
            return False
        return self._replace(lease)

    def _replace(self, lease: records.Lease) -> bool:
        try:
            _delete(self._gateway, lease.id)
        finally:
            # The former holder may have renewed it just before: it stops launching after VALID at the latest.
            self._usable_from = self._clock.monotonic() + QUIET
        return self._create()

    def _hold(self, lease_id: str, since: tuple[datetime, float]) -> None:
        self._id, self._renewed = lease_id, since

    # -- keeping it
    def _renew(self) -> None:
        began = self._clocks()  # before it is sent: the answer may take its time
        self._count += 1
        try:
            self._gateway.write_lease(self._id, self._text())
        except NotFound:
            self._id = ""
            raise LeaseLost(self._lost()) from None
        self._renewed = began

    def _lost(self) -> str:
        lease = next(iter(self._gateway.leases(self._name)), None)
        return f"another process has taken it over: {_holder(lease.text)}" if lease else "its lease was deleted"

    def _age(self) -> float:
        """Seconds since the last renewal by the clock that went further: a suspended machine stops one of them."""
        wall, monotonic = self._clocks()
        return max((wall - self._renewed[0]).total_seconds(), monotonic - self._renewed[1])

    def _clocks(self) -> tuple[datetime, float]:
        return self._clock.now(), self._clock.monotonic()

    def _text(self) -> str:
        return json.dumps({"engine": self._mark, "count": self._count, "holder": _who()})


def delete_lease_of(gateway: Gateway, instance_id: str) -> None:
    """Delete the lease of an instance that is deleted."""
    for lease in gateway.leases(f"{PREFIX}{instance_id}"):
        _delete(gateway, lease.id)


def _delete(gateway: Gateway, lease_id: str) -> None:
    """Deleting twice is safe: an id is not used again."""
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


def _who() -> str:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        user = str(os.getuid()) if hasattr(os, "getuid") else "somebody"
    return f"{user}@{socket.gethostname()}, process {os.getpid()}"


def _said(text: str) -> dict[str, object]:
    try:
        said = json.loads(text)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _holder(text: str) -> str:
    return str(_said(text).get("holder") or "somebody")
