"""The way from the widgets of a kernel to the server: made in the background, shown on the page, tried again."""

from __future__ import annotations

import threading
import time
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
from clearml_sched_widgets.widgets.host.worker import READINGS

if TYPE_CHECKING:
    from clearml_sched_widgets.manager import Manager
    from clearml_sched_widgets.records import Server

FIRST_WAIT = 2.0  # seconds until the first automatic retry; it doubles each time
LONGEST_WAIT = 60.0
STATES = {NotConfigured: "not_configured", AccessDenied: "denied", RetryableError: "unreachable"}


class Connection:
    """A manager and whether its server answers. Safe from any thread; nothing here blocks but `manager`."""

    def __init__(self, manager: Manager | None = None) -> None:
        self._given = manager
        self._manager = manager
        self._lock = threading.Lock()
        self._busy = False
        self._wait = FIRST_WAIT
        self._retry_at: float | None = None
        self._state: dict[str, Any] = {"state": "new"}

    @property
    def state(self) -> dict[str, Any]:
        """What the page shows: plain data without any secret."""
        return self._state

    @property
    def connected(self) -> bool:
        return bool(self._state["state"] == "connected")

    @property
    def web(self) -> str:
        """The address of the web server, once it is known; empty before, and if there is none."""
        return str(self._state.get("web", ""))

    def open(self) -> None:
        """Connect in the background, unless that was tried already."""
        if self._state["state"] == "new":
            self.retry()

    def retry(self) -> None:
        """Connect in the background, now."""
        with self._lock:
            if self._busy:
                return
            self._busy = True
            self._retry_at = None
        if not self.connected:
            self._state = {"state": "connecting", "message": self._state.get("message", "")}
        READINGS.submit(self._connect)

    def tick(self) -> None:
        """Start the automatic retry when it is due. Called by the publisher."""
        due = self._retry_at
        if due is not None and time.monotonic() >= due:
            self.retry()

    def manager(self) -> Manager:
        """The manager. Raises NotConfigured and the like if there is no way to the server; may take a request."""
        manager = self._manager
        if manager is None:
            manager = self._make()
            self._succeeded(manager, manager.gateway.server())
        return manager

    def failed(self, error: GatewayError) -> None:
        """There is no way to the server: say so on the page, and try again later where that can help."""
        kind = next((state for type_, state in STATES.items() if isinstance(error, type_)), "refused")
        with self._lock:
            self._state = {"state": kind, "message": str(error)}
            if isinstance(error, RetryableError):
                self._retry_at = time.monotonic() + self._wait
                self._wait = min(2 * self._wait, LONGEST_WAIT)

    def _make(self) -> Manager:
        from clearml_sched_widgets.manager import Manager

        return self._given or Manager()

    def _connect(self) -> None:
        try:
            # A new one each time, as a new configuration file would not be read by the old one.
            manager = self._make()
            self._succeeded(manager, reached(manager))
        except GatewayError as error:
            self.failed(error)
        except Exception as error:  # without a word, the page would say for ever that it connects
            text = f"Something went wrong while connecting ({type(error).__name__}); the kernel's log has the details."
            self.failed(Refused(text))
            raise
        finally:
            with self._lock:
                self._busy = False

    def _succeeded(self, manager: Manager, server: Server) -> None:
        with self._lock:
            self._manager = manager
            self._wait = FIRST_WAIT
            self._retry_at = None
            self._state = {
                "state": "connected",
                "user": server.user,
                "api": _bare(server.api_url),
                "web": _bare(server.web_url),
            }


def reached(manager: Manager) -> Server:
    """Who and where we are, after a request that proves that the server answers now."""
    server = manager.gateway.server()
    manager.gateway.queues()
    return server


def _bare(url: str) -> str:
    """The address without user, password, query or fragment; empty if it is no web address."""
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
    """The connection of a manager; all widgets without one of their own share the default one."""
    global _shared
    if manager is not None:
        from clearml_sched_widgets.manager import Manager

        if not isinstance(manager, Manager):
            raise InvalidDefinition([Problem("manager", manager, "expected a Manager, such as Manager()")])
        return Connection(manager)
    with _shared_lock:
        _shared = _shared or Connection()
        return _shared
