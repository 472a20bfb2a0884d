"""An HTTP proxy between an engine and its server that injects network faults and kills the engine."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast
from urllib.parse import urlsplit

import attrs

NETWORK = ("drop request", "drop response", "cut response", "500", "500 done", "502", "502 done", "429", "401", "late")
KILLS = ("kill, request lost", "kill, request carried out", "kill, answer sent")
LATE_SECONDS = 3.0  # seconds; more than the engine's timeout


@attrs.frozen
class Incident:
    """A fault for one request: the next one of this endpoint after `skip` others."""

    kind: str
    endpoint: str
    skip: int = 0


@attrs.frozen
class _Answer:
    status: int
    body: bytes
    content: str = "application/json"


class FaultProxy(ThreadingHTTPServer):
    """Forwards requests to `upstream`. `arm` sets the next fault, which happens once; `kill` must kill the engine."""

    daemon_threads = True

    def __init__(self, upstream: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = urlsplit(upstream).netloc
        self.kill: Callable[[], None] = lambda: None
        self.fired = threading.Event()
        self._incident: Incident | None = None
        self._skipped = 0
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def arm(self, incident: Incident | None) -> None:
        """Set the next fault; it replaces one that has not happened yet."""
        with self._lock:
            self._incident, self._skipped = incident, 0
            self.fired.clear()

    def take_fault(self, endpoint: str) -> str:
        """The kind of fault for a request that has arrived; empty for none. The fault is used up."""
        with self._lock:
            incident = self._incident
            if incident is None or endpoint != incident.endpoint:
                return ""
            self._skipped += 1
            if self._skipped <= incident.skip:
                return ""
            self._incident = None
            return incident.kind

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore the broken connections of killed engines."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        server = cast(FaultProxy, self.server)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        kind = server.take_fault(self.path.rpartition("/")[2])
        if not kind:
            self._answer(self._forward(body))
            return
        try:
            self._go_wrong(server, kind, body)
        finally:
            server.fired.set()

    def _go_wrong(self, server: FaultProxy, kind: str, body: bytes) -> None:
        if kind == "late":
            time.sleep(LATE_SECONDS)
        if kind.startswith("kill") and kind != "kill, answer sent":
            server.kill()
        if kind in ("drop response", "cut response", "500 done", "502 done", "late", *KILLS[1:]):
            answer = self._forward(body)
        if kind == "kill, answer sent":
            self._answer(answer)
            server.kill()
        elif kind == "cut response":
            self._answer(answer, cut=True)
        elif kind[0].isdigit():
            self._answer(_error_answer(int(kind[:3])))
        else:
            self._hang_up()

    def _forward(self, body: bytes) -> _Answer:
        connection = http.client.HTTPConnection(cast(FaultProxy, self.server).upstream, timeout=30)
        headers = {name: self.headers[name] for name in ("Authorization", "Content-Type") if name in self.headers}
        try:
            connection.request("POST", self.path, body, headers)
            response = connection.getresponse()
            return _Answer(response.status, response.read(), response.headers.get("Content-Type", ""))
        finally:
            connection.close()

    def _answer(self, answer: _Answer, *, cut: bool = False) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body[: len(answer.body) // 2] if cut else answer.body)
        if cut:
            self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


def _error_answer(status: int) -> _Answer:
    """An error answer: 401 and 500 in the API server's form, others as HTML of a front end."""
    if status not in (401, 500):
        return _Answer(status, b"<html>not now</html>", "text/html")
    meta = {"result_code": status, "result_subcode": 30 if status == 401 else 0, "result_msg": "as the test wants it"}
    return _Answer(status, json.dumps({"meta": meta, "data": {}}).encode())


@contextlib.contextmanager
def running(upstream: str) -> Iterator[FaultProxy]:
    """Run a proxy in a thread."""
    server = FaultProxy(upstream)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
