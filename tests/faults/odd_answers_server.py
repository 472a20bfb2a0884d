"""A server on loopback that answers like ClearML's, but for one endpoint at a time, which it answers oddly."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import struct
import threading
import time
from collections.abc import Iterator
from typing import cast

from tests.faults.odd_answers import CHUNKED, META, SANE, Odd, dumps, http

PAUSE = 0.02  # seconds between the bytes of a slow answer


class OddServer(socketserver.ThreadingTCPServer):
    """Answers requests below `/<client>/`. `plans` has, by client, an endpoint and its odd answer.

    `expired` has the clients whose next request is answered by "the token has expired".
    """

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.plans: dict[str, tuple[str, Odd]] = {}
        self.expired: set[str] = set()
        self.seen: list[tuple[str, str]] = []  # client and endpoint
        self.stopped = False

    def url(self, client: str) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/{client}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore clients that give up."""


class _Handler(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self) -> None:
        while path := self._read_request():
            _, client, _, endpoint = path.split("/")
            if not self._respond(cast(OddServer, self.server), client, endpoint):
                return

    def _read_request(self) -> str:
        """Read a whole request. Returns its path, or an empty text when the client has closed the connection."""
        first, length = self.rfile.readline(), 0
        while first and (line := self.rfile.readline().strip()):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        self.rfile.read(length)
        return first.split()[1].decode() if first else ""

    def _respond(self, server: OddServer, client: str, endpoint: str) -> bool:
        """Answer one request. Returns whether the connection is kept."""
        server.seen.append((client, endpoint))
        body = dumps({"meta": META, "data": SANE.get(endpoint, {})})
        if endpoint != "auth.login" and client in server.expired:
            server.expired.discard(client)
            self.wfile.write(http(dumps({"meta": {**META, "result_code": 401}, "data": {}}), "401 Unauthorized"))
            return True
        odd_endpoint, odd = server.plans.get(client, ("", None))
        if odd is None or endpoint != odd_endpoint:
            self.wfile.write(http(body))
            return True
        return self._be_odd(odd, odd.wire(body))

    def _be_odd(self, odd: Odd, wire: bytes) -> bool:
        if odd.then.endswith("body"):
            self.wfile.write(http(b"", length="1000000000"))
        elif odd.then.endswith("chunks"):
            self.wfile.write(http(b"", "200 OK", CHUNKED, length=""))
            wire = b"".join(b"1\r\n%c\r\n" % byte for byte in wire)
        if odd.then.startswith("slow"):
            for number in range(len(wire)):
                self.wfile.write(wire[number : number + 1])
                time.sleep(PAUSE)
            return False
        self.wfile.write(wire)
        while odd.then.startswith("endless"):
            self.wfile.write(wire)
        if odd.then == "silence":
            self.rfile.read(1)  # until the client gives up
        if odd.then == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return odd.then == "keep"


@contextlib.contextmanager
def running() -> Iterator[OddServer]:
    """Run a server in a thread."""
    server = OddServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
