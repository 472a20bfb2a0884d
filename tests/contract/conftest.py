"""Fixtures of the contract tests, which run on every kind of server.

The HTTP gateway runs against the sandbox, or against the server that CLEARML_SCHED_TEST_API, CLEARML_SCHED_TEST_KEY and
CLEARML_SCHED_TEST_SECRET name.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator

import pytest

from clearml_sched_widgets.gateway.clearml import ClearMLGateway
from clearml_sched_widgets.gateway.http import Account, Connection
from clearml_sched_widgets.gateway.present import ServerClock
from clearml_sched_widgets.sandbox import Sandbox
from tests.contract.memory_world import MemoryWorld
from tests.contract.server_world import ServerWorld
from tests.contract.worlds import World


@pytest.fixture(scope="session")
def account(request: pytest.FixtureRequest) -> Account:
    """The address of the server to test against, with a user's keys."""
    if url := os.environ.get("CLEARML_SCHED_TEST_API"):
        key, secret = os.environ["CLEARML_SCHED_TEST_KEY"], os.environ["CLEARML_SCHED_TEST_SECRET"]
        return Account(api_url=url.rstrip("/"), key=key, secret=secret)
    sandbox: Sandbox = request.getfixturevalue("sandbox")
    return Account(api_url=sandbox.api_url, key=sandbox.access_key, secret=sandbox.secret_key)


@pytest.fixture(scope="session")
def connection(account: Account) -> Connection:
    """A connection for requests to the server that do not go through the gateway."""
    return Connection(account, Counter(), ServerClock(), workers=1, timeout=60)


@pytest.fixture(scope="session")
def server_gateway(account: Account, tmp_path_factory: pytest.TempPathFactory) -> ClearMLGateway:
    """The gateway, configured by environment variables as a user does."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("CLEARML_", "TRAINS_"))]:
            patch.delenv(name)
        patch.setenv("CLEARML_CONFIG_FILE", str(tmp_path_factory.mktemp("home") / "none.conf"))
        patch.setenv("CLEARML_API_HOST", account.api_url)
        patch.setenv("CLEARML_API_ACCESS_KEY", account.key)
        patch.setenv("CLEARML_API_SECRET_KEY", account.secret)
        gateway = ClearMLGateway()
        gateway.server()
        return gateway


@pytest.fixture(params=["memory", "server"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """A server with its gateway, and methods that change it as other users do."""
    if request.param == "memory":
        yield MemoryWorld()
        return
    server = ServerWorld(request.getfixturevalue("server_gateway"), request.getfixturevalue("connection"))
    yield server
    server.clean_up()
    assert server.gateway.left_out() == (), "all that a server sends makes sense"
