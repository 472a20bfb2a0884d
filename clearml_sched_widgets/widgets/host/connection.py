"""The widgets' connection to the ClearML server: made in the background, retried, and shown on the page."""

from __future__ import annotations

import threading
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from clearml_sched_widgets.errors import (
    AccessDenied,
    GatewayError,
    InvalidDefinition,
    NotConfigured,
    Problem,
    Refused,
    RetryableError,
)
from clearml_sched_widgets.gateway.present import UNKNOWN, host_time
from clearml_sched_widgets.records import Present
from clearml_sched_widgets.widgets.host.worker import READINGS

if TYPE_CHECKING:
    from clearml_sched_widgets.gateway.base import Gateway
    from clearml_sched_widgets.manager import Manager
    from clearml_sched_widgets.records import Server

FIRST_WAIT = 2.0  # seconds until the first automatic retry; the delay doubles each time
LONGEST_WAIT = 60.0  # seconds
STATES = {NotConfigured: "not_configured", AccessDenied: "denied", RetryableError: "unreachable"}


class Connection:
    """A manager, and whether its server answers. Safe from any thread. Only `manager` blocks."""

    def __init__(self, manager: Manager | None = None) -> None:
        self._given_manager = manager
        self._manager = manager
        self._gateway: Gateway | None = None  # None until the first connection
        self._lock = threading.Lock()
        self._connecting = False
        self._retry_delay = FIRST_WAIT
        self._retry_at: float | None = None
        self._state: dict[str, Any] = {"state": "new"}

    @property
    def state(self) -> dict[str, Any]:
        """The value of the trait: plain data without secrets."""
        return self._state

    @property
    def connected(self) -> bool:
        return bool(self._state["state"] == "connected")

    @property
    def web_url(self) -> str:
        """The address of the web server. Empty if it is not known yet or there is none."""
        return str(self._state.get("web", ""))

    def present(self) -> Present:
        """The server's present, without a request; before the first connection the host's time."""
        gateway = self._gateway
        return Present(time=host_time(), uncertainty=UNKNOWN) if gateway is None else gateway.present(ask=False)

    def now(self) -> datetime:
        """The time of `present`."""
        return self.present().time

    def open(self) -> None:
        """Connect in the background, unless this was tried before."""
        if self._state["state"] == "new":
            self.retry()

    def retry(self) -> None:
        """Connect in the background, now."""
        with self._lock:
            if self._connecting:
                return
            self._connecting = True
            self._retry_at = None
        if not self.connected:
            self._state = {"state": "connecting", "message": self._state.get("message", "")}
        READINGS.submit(self._connect)

    def retry_if_due(self) -> None:
        """Start the automatic retry when it is due. The publisher calls this regularly."""
        due = self._retry_at
        if due is not None and time.monotonic() >= due:
            self.retry()

    def manager(self) -> Manager:
        """The manager; the first call may send a request. Raises GatewayError if the server cannot be reached."""
        manager = self._manager
        if manager is None:
            manager = self._make_manager()
            self._record_success(manager, manager.gateway.server())
        return manager

    def record_failure(self, error: GatewayError) -> None:
        """Show the error on the page, and plan a retry if the error is temporary."""
        kind = next((state for type_, state in STATES.items() if isinstance(error, type_)), "refused")
        with self._lock:
            self._state = {"state": kind, "message": str(error)}
            if isinstance(error, RetryableError):
                self._retry_at = time.monotonic() + self._retry_delay
                self._retry_delay = min(2 * self._retry_delay, LONGEST_WAIT)

    def _make_manager(self) -> Manager:
        from clearml_sched_widgets.manager import Manager

        return self._given_manager or Manager()

    def _connect(self) -> None:
        try:
            # Each attempt makes a new manager, because an existing one does not read a changed configuration file.
            manager = self._make_manager()
            self._record_success(manager, check_server(manager))
        except GatewayError as error:
            self.record_failure(error)
        except Exception as error:  # the page would otherwise show "connecting" for ever
            text = f"Something went wrong while connecting ({type(error).__name__}); the kernel's log has the details."
            self.record_failure(Refused(text))
            raise
        finally:
            with self._lock:
                self._connecting = False

    def _record_success(self, manager: Manager, server: Server) -> None:
        with self._lock:
            self._manager, self._gateway = manager, manager.gateway
            self._retry_delay = FIRST_WAIT
            self._retry_at = None
            self._state = {
                "state": "connected",
                "user": server.user,
                "api": _public_url(server.api_url),
                "web": _public_url(server.web_url),
            }


def check_server(manager: Manager) -> Server:
    """The server's addresses and the user. Sends a request to prove that the server answers."""
    server = manager.gateway.server()
    manager.gateway.queues()
    return server


def _public_url(url: str) -> str:
    """The address without user, password, query and fragment. Empty if it is not a web address."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    host = parts.hostname if ":" not in parts.hostname else f"[{parts.hostname}]"
    return f"{parts.scheme}://{host}{port}{parts.path.rstrip('/')}"


_shared: Connection | None = None
_shared_lock = threading.Lock()


def connection_to(manager: Manager | None) -> Connection:
    """A connection with this manager. All widgets without a manager share one connection.

    Raises InvalidDefinition if it is not a Manager.
    """
    global _shared
    if manager is not None:
        from clearml_sched_widgets.manager import Manager

        if not isinstance(manager, Manager):
            raise InvalidDefinition([Problem("manager", manager, "expected a Manager, such as Manager()")])
        return Connection(manager)
    with _shared_lock:
        _shared = _shared or Connection()
        return _shared
