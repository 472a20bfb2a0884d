"""A process that was forked from one with a gateway: each of the two has connections, logins and locks of its own."""

from __future__ import annotations

import json
import multiprocessing
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast

import pytest

from clearml_sched_widgets.gateway import clearml
from clearml_sched_widgets.gateway.clearml import ClearMLGateway, connect
from clearml_sched_widgets.gateway.http import Account
from clearml_sched_widgets.records import RUN_TAG, Clone
from tests.waiting import until

# Newer Pythons warn of what this file is about.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")

THREADS, EACH = 4, 40
SECONDS = 30.0  # for what takes less than one, unless it hangs


class EchoServer(ThreadingHTTPServer):
    """Answers a clone request with the clone's name as its id, and each login with a new token.

    What contains "slow" is not answered before `go_on` is set.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.users: dict[int, set[str]] = {}  # by port of the client: the tokens that came from it
        self.logins = 0
        self.slow_login = False
        self.waiting = 0  # requests that wait for `go_on`
        self.go_on = threading.Event()

    def wait(self) -> None:
        self.waiting += 1
        self.go_on.wait(SECONDS)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        server = cast(EchoServer, self.server)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path.endswith("auth.login"):
            server.logins += 1
            self._answer({"token": f"token{server.logins}"}, slow=server.slow_login and server.logins == 1)
            return
        server.users.setdefault(self.client_address[1], set()).add(self.headers["Authorization"])
        self._answer({"id": body["new_task_name"]}, slow="slow" in body["new_task_name"])

    def _answer(self, data: dict[str, str], *, slow: bool) -> None:
        if slow:
            cast(EchoServer, self.server).wait()
        answer = json.dumps({"meta": {"result_code": 200}, "data": data}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[EchoServer]:
    server = EchoServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    account = Account(api_url=f"http://127.0.0.1:{server.server_address[1]}", key="key", secret="secret")
    monkeypatch.setattr(clearml, "configured_account", lambda: account)
    yield server
    server.go_on.set()
    server.shutdown()
    server.server_close()
    thread.join()


def clone(gateway: ClearMLGateway, name: str) -> str:
    request = Clone(task="t", name=name, project=None, parent="t", tags=(), system_tags=(RUN_TAG,), hyperparams={})
    return gateway.clone(request)


def send_many(gateway: ClearMLGateway, who: str) -> list[str]:
    """Send requests from several threads. Returns the wrong answers, and errors."""

    def send(number: int) -> list[str]:
        wrong = []
        for each in range(EACH):
            name = f"{who} {number} {each}"
            try:
                answer = clone(gateway, name)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is shown
                answer = repr(error)
            wrong += [f"{name}: {answer}"] if answer != name else []
        return wrong

    with ThreadPoolExecutor(THREADS) as pool:
        return [wrong for of_thread in pool.map(send, range(THREADS)) for wrong in of_thread]


def in_a_child(work: Callable[[], object]) -> Callable[[], object]:
    """Fork a child that works. Returns a function that waits for what the work returns."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    child = context.Process(target=lambda: theirs.send(work()), daemon=True)
    child.start()

    def result() -> object:
        try:
            assert ours.poll(SECONDS), "the child hangs"
            return ours.recv()
        finally:
            child.kill()
            child.join()

    return result


def test_k27_a_child_and_its_parent_send_at_the_same_time_and_no_answer_comes_to_the_other(server: EchoServer) -> None:
    gateway = ClearMLGateway()
    assert send_many(gateway, "before") == []
    old = set(server.users)
    of_child = in_a_child(lambda: send_many(gateway, "child"))
    assert send_many(gateway, "parent") == []
    assert of_child() == []
    new = {port: tokens for port, tokens in server.users.items() if port not in old}
    assert server.logins == 2
    assert [tokens for port, tokens in server.users.items() if port in old] == [{"Bearer token1"}] * len(old)
    assert {"Bearer token2"} in new.values()
    assert all(len(tokens) == 1 for tokens in new.values())


def test_k27_a_child_does_not_wait_for_what_a_thread_of_its_parent_was_doing(server: EchoServer) -> None:
    gateway = ClearMLGateway(workers=1)
    clone(gateway, "first")
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(clone, gateway, "slow")  # takes the only socket of the pool
        until(lambda: server.waiting)
        with gateway._api.clock._lock:
            of_child = in_a_child(lambda: clone(gateway, "child"))
        assert of_child() == "child"
        server.go_on.set()
        assert slow.result() == "slow"
    assert clone(gateway, "last") == "last"


def test_k27_a_child_forked_during_the_first_login_logs_in_itself(server: EchoServer) -> None:
    gateway = ClearMLGateway()
    server.slow_login = True
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(clone, gateway, "parent")
        until(lambda: server.waiting)
        assert in_a_child(lambda: clone(gateway, "child"))() == "child"
        server.go_on.set()
        assert slow.result() == "parent"
    assert server.logins == 2


def test_k27_the_gateway_of_the_process_connects_anew_in_a_child(
    server: EchoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clearml, "_default", ClearMLGateway())
    assert clone(connect(), "parent") == "parent"
    assert in_a_child(lambda: clone(connect(), "child"))() == "child"
    assert clone(connect(), "parent again") == "parent again"
    assert sorted(map(sorted, server.users.values())) == [["Bearer token1"], ["Bearer token2"]]


def test_an_own_connection_does_not_wait_for_the_others(server: EchoServer) -> None:
    gateway = ClearMLGateway(workers=1)
    own = gateway.own_connection()
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(clone, gateway, "slow")
        until(lambda: server.waiting)
        assert clone(own, "own") == "own"
        server.go_on.set()
        assert slow.result() == "slow"
    assert gateway.requests is own.requests
    assert gateway.requests["tasks.clone"] == 2
