"""A fake ClearML server on loopback that answers with the faults a test asks for."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

import attrs

TOKEN = "token-that-nobody-may-see"


@attrs.frozen
class Reply:
    """The reply to one request, after `delay` seconds.

    `cut` closes the connection without an answer ("before") or after half of it ("half").
    """

    code: int = 200
    subcode: int = 0
    message: str = "OK"
    data: Mapping[str, Any] = attrs.field(factory=dict)
    raw: bytes | None = None
    headers: Mapping[str, str] = attrs.field(factory=dict)
    cut: str = ""
    delay: float = 0
    close_after: bool = False

    def body(self) -> bytes:
        if self.raw is not None:
            return self.raw
        meta = {"result_code": self.code, "result_subcode": self.subcode, "result_msg": self.message}
        return json.dumps({"meta": meta, "data": dict(self.data)}).encode()


@attrs.frozen
class ReceivedRequest:
    """One request that arrived."""

    endpoint: str
    authorization: str
    cookie: str
    body: bytes


class FaultServer(ThreadingHTTPServer):
    """Answers requests with `replies` in order, then with `default`. Logins are answered with `login`."""

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.replies: deque[Reply] = deque()
        self.default = Reply(data={"tasks": [], "queues": []})
        self.login = Reply(data={"token": TOKEN})
        self.expired = ""  # a token that is not accepted any more
        self.seen: list[ReceivedRequest] = []
        self.closed = threading.Event()
        self.to_close: list[socket.socket] = []  # connections with a reply that has `close_after`
        self.closed_count = 0  # how many of these are closed
        self._open: list[socket.socket] = []

    def shutdown_request(self, request: Any) -> None:
        """Close a connection, and count it if a reply asked for that."""
        super().shutdown_request(request)
        self.closed_count += request in self.to_close

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept a connection. It is recorded, as `stop` must close connections that are kept alive."""
        connection, address = super().get_request()
        self._open.append(connection)
        return connection, address

    def stop(self) -> None:
        """Close all connections at once, as a killed server does."""
        self.closed.set()
        self.shutdown()
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def endpoints(self) -> list[str]:
        """The endpoints of the received requests, without logins."""
        return [seen.endpoint for seen in self.seen if seen.endpoint != "auth.login"]

    def logins(self) -> int:
        return len(self.seen) - len(self.endpoints())

    def next_reply(self, endpoint: str, authorization: str) -> Reply:
        if endpoint == "auth.login":
            return self.login
        if authorization == f"Bearer {self.expired}":
            return Reply(401, 30, "invalid token")
        return self.replies.popleft() if self.replies else self.default

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore clients that disconnect, which some tests do on purpose."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        server = cast(FaultServer, self.server)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        endpoint = self.path.rsplit("/", 1)[-1]
        authorization, cookie = self.headers.get("Authorization", ""), self.headers.get("Cookie", "")
        server.seen.append(ReceivedRequest(endpoint, authorization, cookie, body))
        reply = server.next_reply(endpoint, authorization)
        server.closed.wait(reply.delay)
        if reply.cut == "before":
            self._disconnect()
            return
        answer = reply.body()
        self.send_response(reply.code)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer[: len(answer) // 2] if reply.cut == "half" else answer)
        if reply.close_after:
            server.to_close.append(self.connection)
        if reply.cut == "half" or reply.close_after:
            self.close_connection = True  # although no header announces it

    def _disconnect(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


@contextlib.contextmanager
def running(port: int = 0) -> Iterator[FaultServer]:
    """Run a fault server in a thread."""
    server = FaultServer(port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join()


def free_port() -> int:
    """A port without a listener."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
