"""What the gateway takes from the user's ClearML configuration, and what it says where that is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from clearml_sched_widgets.errors import AccessDenied, NotConfigured
from clearml_sched_widgets.gateway.clearml import ClearMLGateway, connect
from clearml_sched_widgets.gateway.configuration import configured_account
from tests.unit.gateway.fault_server import TOKEN, FaultServer, Reply, running

SECRET = "secret-that-nobody-may-see"
NOT_CONFIGURED = (
    "No ClearML configuration was found. Run `clearml-init` in a terminal, or set CLEARML_API_HOST, "
    "CLEARML_API_ACCESS_KEY and CLEARML_API_SECRET_KEY, then try again. "
    "To try without a server: `clearml-sched sandbox`"
)


def clean(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in environment.items() if not name.startswith(("CLEARML_", "TRAINS_"))}


@pytest.fixture
def conf(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where the configuration file would be, in an environment without anything else."""
    for name in set(os.environ) - set(clean(os.environ)):
        monkeypatch.delenv(name)
    path = tmp_path / "clearml.conf"
    monkeypatch.setenv("CLEARML_CONFIG_FILE", str(path))
    monkeypatch.setenv("NO_PROXY", "*")
    return path


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with running() as server:
        server.default = Reply(data={"user": {"id": "u", "name": "Somebody"}})
        yield server


def write(conf: Path, url: str, secret: str = SECRET, web: str = "") -> None:
    text = (
        f'api {{ api_server: "{url}", web_server: "{web}", credentials {{ access_key: "K", secret_key: "{secret}" }} }}'
    )
    conf.write_text(text)


def run(code: str, home: Path, **environment: str) -> str:
    """What a new interpreter prints, in a home of its own."""
    env = {**clean(os.environ), "HOME": str(home), **environment}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, cwd=Path.cwd(), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


SAY = """
from clearml_sched_widgets.errors import GatewayError
from clearml_sched_widgets.gateway.clearml import connect
try:
    print(connect().server().user)
except GatewayError as error:
    print(type(error).__name__, error)
"""


def test_without_any_configuration_it_says_how_to_make_one(tmp_path: Path) -> None:
    assert run(SAY, tmp_path) == f"NotConfigured {NOT_CONFIGURED}\n"


@pytest.fixture(scope="module")
def connected(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What a new interpreter says that connected by the file in its home: of the user, and of the SDK's own session."""
    home = tmp_path_factory.mktemp("home")
    code = (
        f"{SAY}\nfrom clearml.backend_api import Session\nfrom clearml import Task\n"
        "print(Session._sessions_created, Task.current_task())"
    )
    with running() as server:
        server.default = Reply(data={"user": {"id": "u", "name": "Somebody"}})
        write(home / "clearml.conf", server.url)
        return run(code, home, NO_PROXY="*").splitlines()


def test_the_file_in_the_home_folder_is_the_configuration(connected: list[str]) -> None:
    assert connected[0] == "Somebody"


def test_connecting_leaves_the_sdks_own_session_alone(connected: list[str]) -> None:
    assert connected[1:] == ["0 None"]


def test_credentials_alone_do_not_mean_somebodys_public_server(conf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEARML_API_ACCESS_KEY", "K")
    monkeypatch.setenv("CLEARML_API_SECRET_KEY", SECRET)
    with pytest.raises(NotConfigured, match="No ClearML configuration was found"):
        ClearMLGateway().server()
    assert not conf.exists()


def test_a_server_without_credentials_is_not_configured(conf: Path) -> None:
    conf.write_text('api { api_server: "http://127.0.0.1:1" }')
    with pytest.raises(NotConfigured, match="No ClearML configuration was found"):
        ClearMLGateway().server()


@pytest.mark.parametrize(
    "text", [f'api {{ a: "{SECRET}" }}\n]]] {SECRET}', f"a: {SECRET}${{nothing}}", "a: [1 }", "\udcff"]
)
def test_a_file_that_cannot_be_read_is_named_but_not_quoted(conf: Path, text: str) -> None:
    conf.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(NotConfigured) as caught:
        ClearMLGateway().server()
    assert str(caught.value) == (
        f"The ClearML configuration file {conf} cannot be read: it is not valid HOCON. "
        "Correct it, or run `clearml-init` in a terminal to write a new one"
    )
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_a_wrong_key_says_where_to_make_a_new_one(conf: Path, server: FaultServer) -> None:
    write(conf, server.url)
    server.login = Reply(401, 22, f"unauthorized (invalid credentials) {SECRET}")
    with pytest.raises(AccessDenied) as caught:
        ClearMLGateway().server()
    assert str(caught.value) == (
        f"The ClearML server at {server.url} does not accept the credentials; create new ones in the web page under "
        "Settings > Workspace, then put them in clearml.conf"
    )


def test_the_environment_comes_before_the_file(
    conf: Path, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(conf, "http://127.0.0.1:1", "other")
    monkeypatch.setenv("CLEARML_API_HOST", f"{server.url}/")
    monkeypatch.setenv("CLEARML_API_SECRET_KEY", SECRET)
    account = configured_account()
    assert (account.api_url, account.key, account.secret) == (server.url, "K", SECRET)
    assert SECRET not in repr(account)


def test_a_token_from_the_environment_is_exchanged_for_a_fresh_one(
    conf: Path, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(conf, server.url)
    monkeypatch.setenv("CLEARML_AUTH_TOKEN", "from an agent")
    ClearMLGateway().server()
    assert [seen.authorization for seen in server.seen] == ["Bearer from an agent", f"Bearer {TOKEN}"]


def test_a_denied_gateway_takes_new_credentials_once_they_are_in_the_file(conf: Path, server: FaultServer) -> None:
    write(conf, server.url, "wrong")
    server.login = Reply(401, 22, "no")
    gateway = ClearMLGateway()
    with pytest.raises(AccessDenied):
        gateway.server()
    write(conf, server.url)
    server.login = Reply(data={"token": TOKEN})
    assert gateway.server().user == "Somebody"


def test_a_new_gateway_sees_a_changed_file(conf: Path, server: FaultServer) -> None:
    write(conf, server.url)
    first = ClearMLGateway()
    first.server()
    with running() as other:
        other.default = Reply(data={"user": {"id": "v", "name": "Somebody else"}})
        write(conf, other.url)
        assert ClearMLGateway().server().user == "Somebody else"
    assert first.server().user == "Somebody"


@pytest.mark.parametrize(
    ("api", "web", "expected"),
    [
        ("https://api.clear.ml", "", "https://app.clear.ml"),
        ("http://localhost:8008", "", "http://localhost:8080"),
        ("http://localhost:8008", "http://web:80/", "http://web:80"),
        ("https://clearml.example.org/api", "", ""),
    ],
)
def test_the_web_page_is_the_configured_or_the_usual_one(conf: Path, api: str, web: str, expected: str) -> None:
    write(conf, api, web=web)
    assert configured_account().web_url == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("true", True), ("false", False), ("0", False), ("/ca.pem", "/ca.pem"), (None, True)]
)
def test_the_certificate_is_checked_unless_configured_otherwise(
    conf: Path, monkeypatch: pytest.MonkeyPatch, text: str | None, expected: bool | str
) -> None:
    write(conf, "http://localhost:8008")
    if text is not None:
        monkeypatch.setenv("CLEARML_API_HOST_VERIFY_CERT", text)
    assert configured_account().verify == expected


def test_a_password_in_the_address_is_not_shown(conf: Path, server: FaultServer) -> None:
    write(conf, server.url.replace("://", f"://somebody:{SECRET}@"))
    gateway = ClearMLGateway()
    assert gateway.server().api_url == server.url
    assert SECRET not in repr(gateway)


def test_an_address_without_a_scheme_is_said_to_be_wrong(conf: Path) -> None:
    write(conf, "localhost:8008")
    with pytest.raises(NotConfigured, match=r"begins with http:// or https://"):
        ClearMLGateway().server()


def test_the_gateway_of_the_process_is_one_and_reads_nothing_until_it_is_used(tmp_path: Path) -> None:
    code = (
        "import sys; from clearml_sched_widgets.gateway.clearml import connect\n"
        "print(connect() is connect(), connect(), 'clearml' in sys.modules)"
    )
    assert run(code, tmp_path) == "True ClearMLGateway(not connected) False\n"
    assert connect() is connect()
