"""Requests when the network or the server fails: errors are exact, and no write is sent twice."""

from __future__ import annotations

import os
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from pathlib import Path

import pytest

from clearml_sched_widgets.errors import (
    AccessDenied,
    Conflict,
    GatewayError,
    NotConfigured,
    NotFound,
    OutcomeUnknown,
    Refused,
    Unavailable,
)
from clearml_sched_widgets.gateway import clearml
from clearml_sched_widgets.gateway.clearml import ClearMLGateway
from clearml_sched_widgets.gateway.http import Account
from clearml_sched_widgets.records import RUN_TAG, Clone, LogLine, TaskQuery
from tests.unit.gateway.fault_server import TOKEN, FaultServer, Reply, free_port, running
from tests.waiting import until

SECRET = "secret-that-nobody-may-see"
Call = Callable[[ClearMLGateway], object]


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of whoever runs the tests."""
    for name in [name for name in os.environ if name.startswith(("CLEARML_", "TRAINS_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CLEARML_CONFIG_FILE", str(tmp_path / "clearml.conf"))
    monkeypatch.setenv("CLEARML_API_ACCESS_KEY", "key")
    monkeypatch.setenv("CLEARML_API_SECRET_KEY", SECRET)
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultServer]:
    with running() as server:
        account = Account(api_url=server.url, key="key", secret=SECRET)
        monkeypatch.setattr(clearml, "configured_account", lambda: account)  # reading a real one takes a quarter second
        yield server


@pytest.fixture
def gateway(server: FaultServer) -> ClearMLGateway:
    """A gateway that is logged in."""
    gateway = ClearMLGateway(timeout=5)
    gateway.queues()
    server.seen.clear()
    return gateway


def read(gateway: ClearMLGateway) -> object:
    return gateway.tasks(TaskQuery())


def clone(gateway: ClearMLGateway) -> str:
    request = Clone(task="t", name="run", project=None, parent="t", tags=(), system_tags=(RUN_TAG,), hyperparams={})
    return gateway.clone(request)


LINE = LogLine(time=datetime(2026, 1, 1, tzinfo=timezone.utc), level="info", text="hello")
WRITES: dict[str, Call] = {
    "tasks.clone": clone,
    "tasks.enqueue_many": lambda gateway: gateway.enqueue(["t"], "q"),
    "tasks.started": lambda gateway: gateway.set_status("t", "in_progress"),
    "tasks.stopped": lambda gateway: gateway.set_status("t", "stopped"),
    "tasks.completed": lambda gateway: gateway.set_status("t", "completed"),
    "tasks.failed": lambda gateway: gateway.set_status("t", "failed"),
    "tasks.reset": lambda gateway: gateway.set_status("t", "created"),
    "tasks.stop": lambda gateway: gateway.request_stop("t"),
    "tasks.edit": lambda gateway: gateway.rename("t", "name"),
    "tasks.edit_configuration": lambda gateway: gateway.write_configuration("t", {"a": "b"}),
    "tasks.delete_configuration": lambda gateway: gateway.delete_configuration("t", ["a"]),
    "tasks.ping": lambda gateway: gateway.ping("t"),
    "events.add_batch": lambda gateway: gateway.report_log("t", [LINE]),
}
READS: dict[str, Call] = {
    "tasks.get_all_ex": read,
    "queues.get_all": lambda gateway: gateway.queues(),
    "models.get_all_ex": lambda gateway: gateway.changed("model", None),
    "projects.get_all": lambda gateway: gateway.projects(),
    "events.get_task_log": lambda gateway: gateway.log("t"),
    "users.get_current_user": lambda gateway: gateway.server(),
}
writes = pytest.mark.parametrize(("endpoint", "call"), WRITES.items(), ids=WRITES)
reads = pytest.mark.parametrize(("endpoint", "call"), READS.items(), ids=READS)


# -- the connection
@writes
def test_a_write_whose_answer_is_lost_has_an_unknown_outcome_and_is_not_repeated(
    server: FaultServer, gateway: ClearMLGateway, endpoint: str, call: Call
) -> None:
    server.replies.extend([Reply(cut="before"), Reply()])
    with pytest.raises(OutcomeUnknown, match="Whether it was carried out is not known"):
        call(gateway)
    assert server.endpoints() == [endpoint]


def test_a_write_whose_answer_is_cut_in_the_middle_has_an_unknown_outcome(
    server: FaultServer, gateway: ClearMLGateway
) -> None:
    server.replies.append(Reply(data={"id": "x" * 1000}, cut="half"))
    with pytest.raises(OutcomeUnknown):
        clone(gateway)
    assert server.endpoints() == ["tasks.clone"]


@reads
def test_a_read_whose_connection_was_dead_is_sent_once_more(
    server: FaultServer, gateway: ClearMLGateway, endpoint: str, call: Call
) -> None:
    lists: dict[str, object] = {"tasks": [], "queues": [], "models": [], "projects": [], "events": []}
    server.default = Reply(data={**lists, "user": {"id": "u"}})
    server.replies.append(Reply(cut="before"))
    call(gateway)
    assert server.endpoints() == [endpoint, endpoint]


def test_a_read_that_is_cut_twice_finds_the_server_unavailable(server: FaultServer, gateway: ClearMLGateway) -> None:
    server.replies.extend([Reply(cut="before"), Reply(cut="half")])
    with pytest.raises(Unavailable, match="the connection was cut"):
        read(gateway)
    assert len(server.endpoints()) == 2


def test_no_answer_in_time_is_unknown_for_a_write_and_unavailable_for_a_read(server: FaultServer) -> None:
    gateway = ClearMLGateway(timeout=1)
    gateway.queues()
    server.seen.clear()
    server.replies.extend([Reply(delay=10), Reply(delay=10)])
    with pytest.raises(OutcomeUnknown, match="no answer in time"):
        clone(gateway)
    with pytest.raises(Unavailable, match="no answer in time"):
        read(gateway)
    assert server.endpoints() == ["tasks.clone", "tasks.get_all_ex"]


def test_a_large_batch_is_given_the_time_it_takes(server: FaultServer) -> None:
    gateway = ClearMLGateway(timeout=1)
    server.replies.append(Reply(data={"succeeded": [{"id": "t"}], "failed": []}, delay=1.5))
    gateway.enqueue(["t"] * 10, "q")
    assert server.endpoints() == ["tasks.enqueue_many"]


def test_a_connection_that_the_server_closed_while_idle_costs_a_write_nothing(
    server: FaultServer, gateway: ClearMLGateway
) -> None:
    server.replies.extend([Reply(data={"tasks": []}, close_after=True), Reply(data={"id": "new"})])
    read(gateway)
    until(lambda: server.closed_count)
    assert clone(gateway) == "new"
    assert server.endpoints() == ["tasks.get_all_ex", "tasks.clone"]


@pytest.mark.parametrize("call", [read, clone])
def test_a_server_that_is_down_is_unavailable_and_said_with_its_address(
    monkeypatch: pytest.MonkeyPatch, call: Call
) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    monkeypatch.setenv("CLEARML_API_HOST", url)
    with pytest.raises(Unavailable) as caught:
        call(ClearMLGateway())
    assert str(caught.value) == (
        f"The ClearML server at {url} cannot be reached (connection refused). Check that it is running and that "
        "api_server in clearml.conf (or CLEARML_API_HOST) is its address; it will be tried again"
    )


def test_a_name_that_nobody_knows_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEARML_API_HOST", "http://no-such-host.invalid:8008")
    with pytest.raises(Unavailable, match=r"no-such-host\.invalid:8008 cannot be reached \(its name is not known\)"):
        read(ClearMLGateway())


def test_a_gateway_goes_on_when_the_server_comes_up_or_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    monkeypatch.setenv("CLEARML_API_HOST", f"http://127.0.0.1:{port}")
    gateway = ClearMLGateway()
    with pytest.raises(Unavailable):
        read(gateway)
    with running(port):
        assert read(gateway) == []
    for call in (read, clone):
        with pytest.raises(Unavailable):
            call(gateway)
    with running(port) as server:
        server.default = Reply(data={"id": "new", "tasks": []})
        assert read(gateway) == []
        assert clone(gateway) == "new"


# -- the token
def test_an_expired_token_is_replaced_and_the_write_sent_again(server: FaultServer, gateway: ClearMLGateway) -> None:
    server.login = Reply(data={"token": "a new one"})
    server.replies.extend([Reply(401, 30, "invalid token"), Reply(data={"id": "new"})])
    assert clone(gateway) == "new"
    assert [(seen.endpoint, seen.authorization) for seen in server.seen[::2]] == [
        ("tasks.clone", f"Bearer {TOKEN}"),
        ("tasks.clone", "Bearer a new one"),
    ]


def test_many_threads_with_an_expired_token_log_in_once(server: FaultServer, gateway: ClearMLGateway) -> None:
    barrier = threading.Barrier(8)
    server.login = Reply(data={"token": "a new one"}, delay=0.2)
    server.expired = TOKEN

    def one(_: int) -> object:
        barrier.wait()
        return read(gateway)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(one, range(8))) == [[]] * 8
    assert server.logins() == 1


def test_credentials_that_are_revoked_are_denied(server: FaultServer, gateway: ClearMLGateway) -> None:
    server.login = Reply(401, 22, "unauthorized (invalid credentials)")
    server.replies.append(Reply(401, 30, "invalid token"))
    with pytest.raises(AccessDenied, match="create new ones in the web page"):
        read(gateway)


def test_a_fresh_token_that_is_not_accepted_is_not_tried_for_ever(server: FaultServer, gateway: ClearMLGateway) -> None:
    server.default = Reply(401, 30, "invalid token")
    with pytest.raises(AccessDenied):
        read(gateway)
    assert len(server.endpoints()) == 2


# -- the server's answers
BROKEN = [500, 502, 504]


@pytest.mark.parametrize("code", BROKEN)
@pytest.mark.parametrize("raw", [None, b"<html>Bad gateway</html>"])
def test_a_server_error_is_unknown_for_a_write_and_unavailable_for_a_read(
    server: FaultServer, gateway: ClearMLGateway, code: int, raw: bytes | None
) -> None:
    server.replies.extend([Reply(code, message="oh", raw=raw), Reply(code, message="oh", raw=raw)])
    with pytest.raises(OutcomeUnknown) as unknown:
        clone(gateway)
    with pytest.raises(Unavailable) as unavailable:
        read(gateway)
    assert (unknown.value.code, unavailable.value.code) == (code, code)
    assert server.endpoints() == ["tasks.clone", "tasks.get_all_ex"]


@pytest.mark.parametrize("code", [429, 503])
@pytest.mark.parametrize("raw", [None, b"Slow down"])
@pytest.mark.parametrize("call", [read, clone])
def test_a_front_end_that_does_not_pass_on_is_unavailable(
    server: FaultServer, gateway: ClearMLGateway, code: int, raw: bytes | None, call: Call
) -> None:
    server.replies.append(Reply(code, message="slow down", raw=raw))
    with pytest.raises(Unavailable):
        call(gateway)
    assert len(server.endpoints()) == 1


@pytest.mark.parametrize("raw", [b"<html>a page</html>", b"", b"[]", b'{"no": "meta"}', b"\xff\xfe"])
def test_an_answer_that_is_not_the_apis_leaves_a_write_unknown(
    server: FaultServer, gateway: ClearMLGateway, raw: bytes
) -> None:
    server.replies.extend([Reply(raw=raw), Reply(raw=raw)])
    with pytest.raises(OutcomeUnknown, match="not one of a ClearML API server"):
        clone(gateway)
    with pytest.raises(Unavailable):
        read(gateway)


@pytest.mark.parametrize("code", [301, 302, 307, 399])
def test_a_redirect_is_not_followed_and_says_what_to_check(
    server: FaultServer, gateway: ClearMLGateway, code: int
) -> None:
    redirect = Reply(code, raw=b"", headers={"Location": f"{server.url}/elsewhere"})
    server.replies.extend([redirect, redirect])
    with pytest.raises(OutcomeUnknown, match=r"check api_server in clearml\.conf and any proxy in between"):
        clone(gateway)
    with pytest.raises(Unavailable, match=r"check api_server in clearml\.conf and any proxy in between"):
        read(gateway)
    assert server.endpoints() == ["tasks.clone", "tasks.get_all_ex"]


@pytest.mark.parametrize("code", [400, 403, 404, 405, 413])
def test_a_page_of_a_proxy_that_refuses_was_certainly_not_carried_out(
    server: FaultServer, gateway: ClearMLGateway, code: int
) -> None:
    server.replies.append(Reply(code, raw=b"<html>no</html>"))
    with pytest.raises(Refused, match=r"check api_server in clearml\.conf and any proxy in between"):
        clone(gateway)


@pytest.mark.parametrize(
    ("code", "subcode", "kind"),
    [
        (400, 10, NotFound),
        (400, 101, NotFound),
        (400, 201, NotFound),
        (400, 401, NotFound),
        (400, 701, NotFound),
        (400, 75, AccessDenied),
        (400, 110, Conflict),
        (400, 121, Conflict),
        (400, 123, Conflict),
        (400, 706, Conflict),
        (400, 801, Conflict),
        (400, 11, Refused),
        (400, 12, Refused),
        (400, 407, Refused),
        (400, 9999, Refused),
        (403, 21, Refused),
        (404, 0, Refused),
    ],
)
def test_a_refusal_has_the_servers_codes_and_words(
    server: FaultServer, gateway: ClearMLGateway, code: int, subcode: int, kind: type[GatewayError]
) -> None:
    server.replies.append(Reply(code, subcode, "no such thing"))
    with pytest.raises(GatewayError) as caught:
        clone(gateway)
    assert type(caught.value) is kind
    assert (caught.value.code, caught.value.subcode) == (code, subcode)
    assert kind is AccessDenied or str(caught.value) == "tasks.clone: no such thing"


# -- what is sent
def test_no_credential_is_in_an_error_or_a_repr(server: FaultServer, gateway: ClearMLGateway) -> None:
    faults = [Reply(cut="before"), Reply(500), Reply(400, 101, "gone"), Reply(raw=b"?"), Reply(429)]
    server.replies.append(Reply(data={"user": {"id": "u"}}))
    texts = [repr(gateway), repr(gateway.server())]
    for fault in faults:
        server.replies.append(fault)
        with pytest.raises(GatewayError) as caught:
            clone(gateway)
        texts += [repr(caught.value), *traceback.format_exception(caught.value)]
        cause: BaseException | None = caught.value
        while cause is not None:
            assert not hasattr(cause, "request"), "the request holds the token"
            cause = cause.__cause__ or cause.__context__
    assert not [text for text in texts if SECRET in text or TOKEN in text]


def test_a_password_from_netrc_does_not_replace_the_token(
    server: FaultServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    read(ClearMLGateway())
    assert server.seen[-1].authorization == f"Bearer {TOKEN}"


def test_the_servers_cookies_are_not_sent_back(server: FaultServer) -> None:
    server.login = Reply(data={"token": TOKEN}, headers={"Set-Cookie": "clearml_token_basic=old; Path=/"})
    read(ClearMLGateway())
    assert [seen.cookie for seen in server.seen] == ["", ""]


def test_requests_are_counted_by_endpoint(server: FaultServer, gateway: ClearMLGateway) -> None:
    gateway.requests.clear()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: read(gateway), range(50)))
    gateway.queues()
    assert gateway.requests == {"tasks.get_all_ex": 50, "queues.get_all": 1}
    assert len(server.endpoints()) == 51


def test_no_more_requests_than_workers_are_sent_at_once(server: FaultServer) -> None:
    gateway = ClearMLGateway(workers=2)
    gateway.queues()
    server.default = Reply(data={"tasks": []}, delay=0.1)
    start = time.monotonic()
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: read(gateway), range(6)))
    assert time.monotonic() - start >= 0.3


@pytest.mark.parametrize("login", [Reply(raw=b"<html>the web page</html>"), Reply(404, raw=b"nginx"), Reply(data={})])
def test_what_is_no_api_server_is_said_to_be_none(server: FaultServer, login: Reply) -> None:
    server.login = login
    with pytest.raises(NotConfigured, match=r"is not a ClearML API server\. Check api_server"):
        read(ClearMLGateway())
