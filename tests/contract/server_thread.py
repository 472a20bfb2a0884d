"""Serves the sandbox's API over HTTP from a thread. Its store can be replaced by an empty one at any time."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any

import requests
import uvicorn

from clearml_sched_widgets.sandbox.app import ApiApp
from clearml_sched_widgets.sandbox.call import State
from clearml_sched_widgets.sandbox.server import prepare
from clearml_sched_widgets.sandbox.store import Store, dumps

KEY, SECRET = "KEY", "SECRET"


class _ServerWithoutSignals(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class ThreadedServer:
    """An API server and a client that is logged in to it."""

    def __init__(self) -> None:
        self._sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._sock.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._sock.getsockname()[1]}"
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._app = ApiApp(self._in_loop(self._new_state()))
        config = uvicorn.Config(self._app, log_level="warning", lifespan="off")
        self._server = _ServerWithoutSignals(config)
        self._serving = asyncio.run_coroutine_threadsafe(self._server.serve(sockets=[self._sock]), self._loop)
        self.http = requests.Session()

    def _in_loop(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _new_state(self) -> State:
        store = Store(":memory:")  # made in the thread that uses it, as SQLite requires
        prepare(store)
        return State(store, b"key", {KEY: SECRET})

    async def _replace_store(self) -> None:
        self._app.state.store.close()
        self._app.state = await self._new_state()

    def reset(self) -> None:
        """Start over with an empty store."""
        self._in_loop(self._replace_store())
        answer = self.http.post(f"{self.url}/auth.login", auth=(KEY, SECRET), timeout=10)
        self.http.headers["Authorization"] = f"Bearer {answer.json()['data']['token']}"

    def post(self, endpoint: str, data: Any, version: str = "v2.30") -> requests.Response:
        """Send one request. A list is sent as JSON lines."""
        url = "/".join(filter(None, (self.url, version, endpoint)))
        if isinstance(data, list):
            body = "\n".join(dumps(item) for item in data)
            return self.http.post(url, data=body, headers={"Content-Type": "application/json-lines"}, timeout=10)
        return self.http.post(url, json=data, timeout=10)

    def call(self, endpoint: str, **data: Any) -> dict[str, Any]:
        """The data of a request that must succeed."""
        answer = self.post(endpoint, data)
        assert answer.status_code == 200, (endpoint, data, answer.json()["meta"])
        return dict(answer.json()["data"])

    def stop(self) -> None:
        """End the server and its thread."""
        self.http.close()
        self._server.should_exit = True
        self._serving.result(10)
        self._in_loop(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
        self._sock.close()

    async def _close(self) -> None:
        self._app.state.store.close()
