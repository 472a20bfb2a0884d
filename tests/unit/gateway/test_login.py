"""A login that is answered with nonsense: the first time the address may be wrong, later it is a fault that passes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from clearml_sched_widgets.errors import NotConfigured, Refused, Unavailable
from clearml_sched_widgets.gateway import clearml
from clearml_sched_widgets.gateway.clearml import ClearMLGateway
from clearml_sched_widgets.gateway.http import Account
from clearml_sched_widgets.records import TaskQuery
from tests.unit.gateway.fault_server import TOKEN, FaultServer, Reply, running

EXPIRED = Reply(401, 30, "invalid token")
NONSENSE = {
    "HTML": Reply(raw=b"<html>Please log in</html>"),
    "nothing": Reply(raw=b""),
    "no token": Reply(data={}),
    "a number": Reply(data={"token": 5}),
    "a token with a line break": Reply(data={"token": "a\nb"}),
    "a token in Greek": Reply(data={"token": "τοκεν"}),
}
PAGES = {"302": Reply(302, raw=b""), "403": Reply(403, raw=b"<html>"), "404": Reply(404, raw=b"<html>")}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultServer]:
    with running() as server:
        account = Account(api_url=server.url, key="key", secret="secret")
        monkeypatch.setattr(clearml, "configured_account", lambda: account)
        yield server


@pytest.mark.parametrize("login", NONSENSE.values(), ids=NONSENSE)
def test_a_first_login_that_makes_no_sense_says_what_to_configure(server: FaultServer, login: Reply) -> None:
    server.login = login
    with pytest.raises(NotConfigured, match=r"is not a ClearML API server\. Check api_server"):
        ClearMLGateway().queues()


@pytest.mark.parametrize("login", [*NONSENSE.values(), *PAGES.values()], ids=[*NONSENSE, *PAGES])
def test_k3_a_later_login_that_makes_no_sense_is_tried_again(server: FaultServer, login: Reply) -> None:
    gateway = ClearMLGateway()
    gateway.queues()
    server.replies.extend([EXPIRED, EXPIRED])
    server.login = login
    with pytest.raises(Unavailable, match="although an earlier one was; if this lasts, check api_server"):
        gateway.rename("task", "name")
    server.login = Reply(data={"token": "new"})
    gateway.rename("task", "name")
    assert [seen.authorization for seen in server.seen if seen.endpoint == "tasks.edit"] == [
        f"Bearer {TOKEN}",
        f"Bearer {TOKEN}",
        "Bearer new",
    ]


@pytest.mark.parametrize("login", [*NONSENSE.values(), *PAGES.values()], ids=[*NONSENSE, *PAGES])
def test_the_login_of_an_own_connection_is_a_later_one(server: FaultServer, login: Reply) -> None:
    own = ClearMLGateway().own_connection()
    server.login = login
    with pytest.raises(Unavailable, match="although an earlier one was"):
        own.tasks(TaskQuery())
    server.login = Reply(data={"token": TOKEN})
    assert own.tasks(TaskQuery()) == []


def test_a_proxys_page_in_place_of_a_first_login_keeps_its_advice(server: FaultServer) -> None:
    advice = "check api_server in clearml.conf and any proxy in between"
    server.login = PAGES["302"]
    with pytest.raises(Unavailable, match=advice):
        ClearMLGateway().queues()
    server.login = PAGES["403"]
    with pytest.raises(Refused, match=advice):
        ClearMLGateway().queues()
