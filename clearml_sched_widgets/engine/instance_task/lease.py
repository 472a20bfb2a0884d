"""Keeps every instance to one engine by a lease on the server, which its holder renews every few seconds.

The lease is a hidden project with a fixed name. Names are unique, so only one of several engines can create it. Ids are
never used again, so an engine that lost its lease cannot change or delete its successor's. The clocks of two machines
are never compared: a rival measures by its own clock for how long the lease has not changed.

An engine in a thread of its own has its lease renewed by another thread, over a connection of its own: a long step, or
a server that takes minutes for one request, does not make it look dead.
"""

from __future__ import annotations

import getpass
import json
import os
import socket
import threading
import uuid
from collections.abc import Callable
from datetime import datetime

import attrs

from clearml_sched_widgets import records
from clearml_sched_widgets.engine.clock import Clock
from clearml_sched_widgets.errors import (
    Conflict,
    GatewayError,
    NotFound,
    OutcomeUnknown,
    RetryableError,
    SchedulerError,
    Unavailable,
)
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.gateway.paging import absent

TTL = 15.0  # seconds without renewal after which a rival takes the lease over
VALID = TTL / 2  # seconds after a renewal during which the holder may launch
TAKEOVER_PAUSE = VALID + 1.0  # seconds that a successor waits after a takeover, so that the two never launch together
RENEW_EVERY = TTL / 5  # seconds between two renewals
RENEW_TIMEOUT = TTL / 3  # seconds after which a renewal without an answer is tried again
RETRY_EVERY = 1.0  # seconds between two tries to renew after a failure
PREFIX = ".clearml-sched-lease."


class LeaseLost(SchedulerError):
    """Another engine has taken the instance over."""


class LeaseRegained(SchedulerError):
    """The lease was gone for so long that another engine may have worked meanwhile. It is held again."""


@attrs.frozen(kw_only=True)
class _SeenLease:
    """The lease of another engine as last seen, and the monotonic time when it was first seen like this."""

    lease: records.Lease
    since: float


class Lease:
    """One engine's lease on one instance. Its engine's thread uses it, and the thread that `keep` starts."""

    def __init__(self, gateway: Gateway, instance_id: str, clock: Clock) -> None:
        self._main_gateway, self._clock = gateway, clock
        self._own_gateway: Gateway | None = None
        self._name = f"{PREFIX}{instance_id}"
        self._engine_id = uuid.uuid4().hex  # tells our lease from those of other engines
        self._lock = threading.RLock()  # held while a request changes the lease
        self._renewals = 0
        self._lease_id = ""  # id of the lease; empty while it is not ours
        self._renewed_at = self._read_clocks()
        self._usable_from = 0.0  # monotonic; the former holder may launch until then
        self._seen: _SeenLease | None = None
        self._regained = False  # another engine may have worked since the last renewal
        self._keeper = Keeper(self._renew_if_due)
        self.holder_alive = False  # True if another holder was seen to renew the lease
        self.step = 0  # the number of the last finished step, which is written into the lease
        self.notes: list[str] = []  # what the engine is to log; it empties the list

    @property
    def holder(self) -> str:
        """The other holder as last seen; empty if none was seen."""
        return _holder_in(self._seen.lease.text) if self._seen else ""

    def acquire(self) -> bool:
        """Try once to acquire the lease. Call it about every second until it returns True. Raises GatewayError."""
        if not self._lease_id and not (self._seen is None and self._create()) and not self._take_over():
            return False
        self.ensure_held()
        return self._clock.monotonic() >= self._usable_from

    def keep(self) -> None:
        """Renew the lease from now on in a thread of its own, until `release`."""
        self._keeper.start()

    def stop_keeping(self) -> None:
        """End the thread that `keep` started. The lease expires unless it is released."""
        self._keeper.stop()

    def ensure_held(self) -> None:
        """Make sure that no other engine can have the lease. Call this before every launch and every write.

        Raises LeaseLost, LeaseRegained, or RetryableError if it was not renewed for more than VALID seconds.
        """
        if self._keeper.running:
            if self._lease_id and self._age() > VALID:  # the machine may just have woken up
                self._keeper.renew_now(RENEW_TIMEOUT)
        else:
            self._renew_if_due()
        if not self._lease_id:
            raise LeaseLost(self._lost_message())
        if self._regained:
            self._regained = False
            raise LeaseRegained("Its lease was gone for a while; another process may have worked meanwhile")
        if self._age() > VALID:
            raise self._keeper.problem or Unavailable("Its lease could not be renewed in time")

    def release(self) -> None:
        """Delete the lease, so that a successor need not wait. Raises GatewayError."""
        self.stop_keeping()
        with self._lock:
            if self._lease_id:
                _delete(self._gateway, self._lease_id)
                self._lease_id = ""

    def delete_orphans(self) -> None:
        """Delete the leases of instances that no longer exist. Raises GatewayError."""
        leases = {lease.name.removeprefix(PREFIX): lease.id for lease in self._gateway.leases(PREFIX)}
        for instance_id in absent(self._gateway, leases):
            _delete(self._gateway, leases[instance_id])

    @property
    def _gateway(self) -> Gateway:
        """A connection of its own: a request of the engine that takes minutes must not hold up a renewal."""
        if self._own_gateway is None:
            self._own_gateway = self._main_gateway.own_connection(timeout=RENEW_TIMEOUT)
        return self._own_gateway

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
    def _renew_if_due(self) -> None:
        """Renew the lease if it is due. Raises GatewayError if it is then older than VALID."""
        if not self._lease_id or self._age() < RENEW_EVERY:
            return
        with self._lock:
            if not self._lease_id or self._age() < RENEW_EVERY:
                return
            try:
                self._renew()
            except GatewayError:
                if self._age() > VALID:
                    raise

    def _renew(self) -> None:
        began = self._read_clocks()  # read before the request, because the answer may take long
        self._renewals += 1
        try:
            self._gateway.write_lease(self._lease_id, self._lease_text())
        except NotFound:
            self._create_again()
        else:
            self._renewed_at = began

    def _create_again(self) -> None:
        """Create the lease anew after somebody has deleted it: a successor, or a user who cleans up.

        A successor deletes it only after TTL seconds of silence. So if the last renewal is younger, nobody else has
        worked since then.
        """
        silent = self._age()
        if not self._create():
            lease = next(iter(self._gateway.leases(self._name)), None)
            if lease is None:
                return  # the request was lost: the next renewal tries again
            if _content(lease.text).get("engine") != self._engine_id:
                self._lease_id = ""  # a successor's: `ensure_held` raises LeaseLost
                return
            self._set_held(lease.id, self._read_clocks())
        self._regained = self._regained or silent > VALID
        self.notes.append("Its lease on the server had been deleted; it was made anew, and no other process has it.")

    def _lost_message(self) -> str:
        try:
            lease = next(iter(self._gateway.leases(self._name)), None)
        except GatewayError:
            return "another process has taken it over"
        return f"another process has taken it over: {_holder_in(lease.text)}" if lease else "its lease was deleted"

    def _age(self) -> float:
        """Seconds since the last renewal, at most.

        A suspended machine stops its monotonic clock, and its wall clock may have been set back meanwhile. So where the
        two disagree, their difference counts as well.
        """
        wall_now, monotonic_now = self._read_clocks()
        wall, monotonic = (wall_now - self._renewed_at[0]).total_seconds(), monotonic_now - self._renewed_at[1]
        return max(wall, monotonic, abs(wall - monotonic))

    def _read_clocks(self) -> tuple[datetime, float]:
        return self._clock.now(), self._clock.monotonic()

    def _lease_text(self) -> str:
        return json.dumps(
            {"engine": self._engine_id, "count": self._renewals, "step": self.step, "holder": _this_process()}
        )


class Keeper:
    """A thread that calls `renew` every few seconds. `renew` returns at once if nothing is due, and may raise."""

    def __init__(self, renew: Callable[[], None]) -> None:
        self._renew = renew
        self._wake, self._stop, self._renewed = threading.Event(), threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self.problem: GatewayError | None = None  # why the last renewal failed

    @property
    def running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Start the thread, unless it runs."""
        if not self.running:
            self._stop.clear()
            self._thread = threading.Thread(target=self._run, name="clearml-sched-lease", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the thread. A renewal under way is waited for, a little longer than its request may take."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(RENEW_TIMEOUT + 1)

    def renew_now(self, timeout: float) -> None:
        """Have the thread renew at once, and wait for that at most `timeout` seconds."""
        self._renewed.clear()
        self._wake.set()
        self._renewed.wait(timeout)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            try:
                self._renew()
                self.problem = None
            except GatewayError as error:
                self.problem = error
            except Exception as error:  # noqa: BLE001 - without this thread the engine would be silent for good
                self.problem = Unavailable(f"Its lease could not be renewed: {error!r}")
            self._renewed.set()
            self._wake.wait(RETRY_EVERY)


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
