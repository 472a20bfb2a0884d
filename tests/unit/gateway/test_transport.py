"""How an answer comes: slowly, without end, or from somebody in between."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest

from clearml_sched_widgets.errors import OutcomeUnknown, Unavailable
from clearml_sched_widgets.gateway import clearml, http
from clearml_sched_widgets.gateway.clearml import ClearMLGateway
from clearml_sched_widgets.gateway.http import Account
from tests.faults.odd_answers import CONTINUE, Odd, constant, headed
from tests.faults.odd_answers_server import OddServer, running
from tests.unit.gateway.calls import CLONE

SLOW = [
    Odd("no answer", lambda _body: b"", "silence"),
    Odd("headers byte by byte", headed(), "slow"),
    Odd("a body byte by byte", lambda body: body, "slow body"),
    Odd("chunks byte by byte", lambda body: body, "slow chunks"),
    Odd("always to be continued", lambda _body: CONTINUE, "endless"),
]


@pytest.fixture
def server() -> Iterator[OddServer]:
    with running() as server:
        yield server


def connected(server: OddServer, monkeypatch: pytest.MonkeyPatch, timeout: float = 0.5) -> ClearMLGateway:
    account = Account(api_url=server.url("client"), key="key", secret="secret")
    monkeypatch.setattr(clearml, "configured_account", lambda: account)
    gateway = ClearMLGateway(timeout=30)
    gateway.rename("task", "name")
    gateway._api._connection._timeout = timeout  # type: ignore[union-attr]
    return gateway


@pytest.mark.parametrize("odd", SLOW, ids=lambda odd: odd.name)
def test_k3_the_time_of_a_whole_answer_is_limited(server: OddServer, monkeypatch: pytest.MonkeyPatch, odd: Odd) -> None:
    gateway = connected(server, monkeypatch)
    server.plans["client"] = ("tasks.clone", odd)
    with pytest.raises(OutcomeUnknown, match="no answer in time"):
        gateway.clone(CLONE)
    server.plans["client"] = ("queues.get_all", odd)
    with pytest.raises(Unavailable, match="no answer in time"):
        gateway.queues()
    sent = [endpoint for _, endpoint in server.seen[2:]]
    assert sent == ["tasks.clone", "queues.get_all"], "what took too long is not asked for again"


def test_k3_the_length_of_an_answer_is_limited(server: OddServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MOST_BYTES", 1_000_000)
    gateway = connected(server, monkeypatch, timeout=30)
    server.plans["client"] = ("queues.get_all", Odd("", lambda _body: b" " * 65536, "endless body"))
    with pytest.raises(Unavailable, match="not one of a ClearML API server"):
        gateway.queues()
    server.plans.clear()
    assert len(gateway.queues()) == 1


def test_the_time_of_a_proxys_page_is_not_the_servers(server: OddServer, monkeypatch: pytest.MonkeyPatch) -> None:
    gateway = connected(server, monkeypatch, timeout=30)
    page = constant(b"<html>", "200 OK", "Date: Fri, 01 Jan 2100 00:00:00 GMT")
    server.plans["client"] = ("queues.get_all", Odd("", page))
    with pytest.raises(Unavailable):
        gateway.queues()
    assert gateway.present(ask=False).uncertainty >= timedelta(hours=1)
    server.plans["client"] = ("queues.get_all", Odd("", headed("200 OK", "Date: Fri, 01 Jan 2100 00:00:00 GMT")))
    gateway.queues()
    present = gateway.present(ask=False)
    assert abs(present.time - datetime(2100, 1, 1, tzinfo=timezone.utc)) < timedelta(minutes=1)
