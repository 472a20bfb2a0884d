"""The configuration as we read it beside the same one as the SDK reads it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from clearml.backend_api.session import defs
from clearml.backend_config import config as sdk_config
from clearml.backend_config import defs as sdk_files
from clearml.backend_config.environment import EnvEntry

from clearml_sched_widgets.errors import NotConfigured
from clearml_sched_widgets.gateway import plain_configuration, sdk_configuration
from clearml_sched_widgets.gateway.configuration import configured_account
from clearml_sched_widgets.gateway.http import Account

LOGIN = 'credentials { access_key: "K", secret_key: "S/+=" }'
API = f'api {{ api_server: "http://api.example.org", web_server: "http://web.example.org/", {LOGIN} }}'
NOTHING: dict[str, str] = {}
ENV = {
    "CLEARML_API_HOST": "https://h.example.org/",
    "CLEARML_API_ACCESS_KEY": "EK",
    "CLEARML_API_SECRET_KEY": "ES",
}

# (what, clearml.conf, trains.conf, variables)
Case = tuple[str, str | None, str | None, dict[str, str]]
PLAIN: list[Case] = [
    ("the usual file", API, None, NOTHING),
    (
        "what clearml-init writes",
        f"api {{\n  # a note\n  api_server: https://api.clear.ml\n  {LOGIN}\n}}\nsdk {{\n}}",
        None,
        {},
    ),
    ("quoted keys", API.replace("credentials {", '"credentials" {').replace("access_key", '"access_key"'), None, {}),
    (
        "equals signs",
        'api { api_server = "http://a:8008"\n credentials { access_key = K\n secret_key = "S" } }',
        None,
        {},
    ),
    (
        "paths",
        'api.api_server: "http://a:8008"\napi.credentials.access_key: K\napi.credentials.secret_key: S',
        None,
        {},
    ),
    ("two sections", f'api {{ api_server: "http://a" }}\napi {{ {LOGIN} }}', None, {}),
    ("a later value", f'{API}\napi.api_server: "http://later"', None, {}),
    ("JSON", '{"api": {"api_server": "http://a", "credentials": {"access_key": "K", "secret_key": "S"}}}', None, {}),
    ("the old name", f'api {{ host: "http://old:8008", {LOGIN} }}', None, {}),
    ("both names", f'api {{ host: "http://old", api_server: "http://new", {LOGIN} }}', None, {}),
    ("an empty name", f'api {{ host: "http://old", api_server: "", {LOGIN} }}', None, {}),
    ("a slash", f'api {{ api_server: "http://a/", {LOGIN} }}', None, {}),
    ("api.", f'api {{ api_server: "http://api.x.org", {LOGIN} }}', None, {}),
    ("demoapi.", f'api {{ api_server: "http://demoapi.x.org", {LOGIN} }}', None, {}),
    ("port 8008", f'api {{ api_server: "http://x.org:8008", {LOGIN} }}', None, {}),
    ("a bad port", f'api {{ api_server: "http://x.org:port", {LOGIN} }}', None, {}),
    ("no page", f'api {{ api_server: "http://x.org", {LOGIN} }}', None, {}),
    ("unverified", f'api {{ api_server: "http://a", verify_certificate: false, {LOGIN} }}', None, {}),
    ("a CA", f'api {{ api_server: "http://a", verify_certificate: "/ca.pem", {LOGIN} }}', None, {}),
    ("no secret", 'api { api_server: "http://a", credentials { access_key: K } }', None, {}),
    ("no server", f"api {{ {LOGIN} }}", None, {}),
    ("no api", "sdk { a: 1 }", None, {}),
    ("an empty file", "", None, {}),
    ("no file", None, None, {}),
    ("a comment that includes", f'# include "other.conf"\n// ${{HOME}}\n{API}', None, {}),
    ("the older file", None, API, {}),
    ("both files", f'api {{ api_server: "http://new", {LOGIN} }}', API, {}),
    ("halves in both files", f"api {{ {LOGIN} }}", 'api { api_server: "http://old" }', {}),
    ("variables alone", None, None, ENV),
    ("variables of old", None, None, {name.replace("CLEARML", "TRAINS"): text for name, text in ENV.items()}),
    ("new variables before old ones", None, None, {**ENV, "TRAINS_API_HOST": "http://old"}),
    ("a blank variable", API, None, {"CLEARML_API_HOST": "  "}),
    ("a variable before the file", API, None, {"CLEARML_API_HOST": " http://env "}),
    ("a key before the file's", API, None, {"CLEARML_API_ACCESS_KEY": "EK"}),
    ("a page", API, None, {"CLEARML_WEB_HOST": "http://page/"}),
    ("a token", 'api { api_server: "http://a" }', None, {"CLEARML_AUTH_TOKEN": "T"}),
    ("verify no", API, None, {"CLEARML_API_HOST_VERIFY_CERT": "No"}),
    ("verify a file", API, None, {"TRAINS_API_HOST_VERIFY_CERT": "/ca.pem"}),
    ("credentials alone", None, None, {"CLEARML_API_ACCESS_KEY": "K", "CLEARML_API_SECRET_KEY": "S"}),
    ("a named file that is not there", API, None, {"CLEARML_CONFIG_FILE": "/nowhere/clearml.conf"}),
    ("a named file in the home", API, None, {"TRAINS_CONFIG_FILE": "~/clearml.conf"}),
    ("Windows line ends", API.replace(", ", "\r\n"), None, {}),
    ("letters of many languages", API.replace('"K"', '"Schlüssel-鍵"'), None, {}),
]
LEFT: list[Case] = [
    ("an include", f'include "other.conf"\n{API}', None, {}),
    ("a substitution", f'server: "http://s"\napi {{ api_server: ${{server}}, {LOGIN} }}', None, {}),
    (
        "a variable in the file",
        f"api {{ api_server: ${{SERVER_OF_TEST}}, {LOGIN} }}",
        None,
        {"SERVER_OF_TEST": "http://e"},
    ),
    ("three quotes", API.replace('"K"', '"""K"""'), None, {}),
    ("an addition", f"{API}\nsdk.a += 1", None, {}),
    ("a number for a key", API.replace('"K"', "12345"), None, {}),
    ("a list for a server", f"api {{ api_server: [1], {LOGIN} }}", None, {}),
    ("a text for the section", "api: nonsense", None, {}),
    ("a byte order mark", f"\ufeff{API}", None, {}),
    ("blanks", f'api {{ api_server: "  http://a  ", {LOGIN} }}', None, {}),
    ("null", f'api {{ api_server: "http://a", web_server: null, {LOGIN} }}', None, {}),
    ("a key that begins like a period", API.replace('"K"', "5d-abc_Q"), None, {}),
    ("a server that begins like a period", f"api {{ api_server: 7s-x.org:8008, {LOGIN} }}", None, {}),
    ("a blank environment", API, None, {"CLEARML_ENV": ""}),
    ("a section that is printed", f"api: x\n{API}", None, {}),
    ("deep nesting", "a:" + "{b:" * 400 + "1" + "}" * 400 + f"\n{API}", None, {}),
    ("half a file", API[:-4], None, {}),
    ("another environment", API, None, {"CLEARML_ENV": "local"}),
    ("a folder", API, None, {"CLEARML_CONFIG_PATH": "/nowhere"}),
]


def name_of(case: Case) -> str:
    return case[0]


def outcome(read: Callable[[], Account]) -> Account | str:
    try:
        return read()
    except NotConfigured as error:
        return str(error)


def prepare(case: Case, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, new, old, variables = case
    for name in os.environ:
        if name.startswith(("CLEARML_", "TRAINS_")):
            monkeypatch.delenv(name)
    for name, text in {**variables, "HOME": str(home)}.items():
        monkeypatch.setenv(name, text)
    paths = [home / "trains.conf", home / "clearml.conf"]
    for path, content in zip(paths, (old, new), strict=True):
        if content is not None:
            path.write_bytes(content.encode())
    texts = [str(path) for path in paths]  # the SDK has read HOME when it was imported
    monkeypatch.setattr(sdk_config, "LOCAL_CONFIG_FILES", texts)
    monkeypatch.setattr(sdk_files, "LOCAL_CONFIG_FILES", texts)


@pytest.mark.parametrize("case", PLAIN, ids=name_of)
def test_a_plain_configuration_is_read_as_the_sdk_reads_it(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(case, tmp_path, monkeypatch)
    assert outcome(plain_configuration.account) == outcome(sdk_configuration.account)


@pytest.mark.parametrize("case", LEFT, ids=name_of)
def test_what_is_not_plain_is_left_to_the_sdk(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(case, tmp_path, monkeypatch)
    with pytest.raises(plain_configuration.NotPlain):
        plain_configuration.account()
    assert outcome(configured_account) == outcome(sdk_configuration.account)


def entry(*keys: str) -> tuple[str, ...]:
    found = [
        value.keys
        for module in (defs, sdk_files)
        for value in vars(module).values()
        if isinstance(value, EnvEntry) and value.keys[0] == keys[0]
    ]
    assert len(found) == 1, keys
    return tuple(found[0])


@pytest.mark.parametrize(
    "names",
    [
        plain_configuration.HOST,
        plain_configuration.WEB_HOST,
        plain_configuration.ACCESS_KEY,
        plain_configuration.SECRET_KEY,
        plain_configuration.AUTH_TOKEN,
        plain_configuration.VERIFY_CERT,
        plain_configuration.CONFIG_FILE,
    ],
    ids=lambda names: names[0],
)
def test_the_names_of_the_variables_are_the_sdks(names: tuple[str, ...]) -> None:
    assert names == entry(*names)


def test_every_variable_with_which_the_sdk_reads_more_is_known() -> None:
    """A new one of the SDK has to be looked at here: either we read it, or it does not concern the account."""
    ours = {
        *(name for names in vars(plain_configuration).values() if isinstance(names, tuple) for name in names),
    }
    theirs = {
        key
        for module in (defs, sdk_files)
        for value in vars(module).values()
        if isinstance(value, EnvEntry)
        for key in value.keys
    }
    not_of_the_account = {
        *("CLEARML_FILES_HOST", "TRAINS_FILES_HOST", "CLEARML_API_VERBOSE", "TRAINS_API_VERBOSE"),
        *("CLEARML_OFFLINE_MODE", "TRAINS_OFFLINE_MODE", "CLEARML_NO_DEFAULT_SERVER", "TRAINS_NO_DEFAULT_SERVER"),
        *("CLEARML_DISABLE_VAULT_SUPPORT", "CLEARML_ENABLE_ENV_CONFIG_SECTION", "CLEARML_ENABLE_FILES_CONFIG_SECTION"),
        *("CLEARML_DEFERRED_TASK_INIT", "CLEARML_IGNORE_MISSING_CONFIG", "CLEARML_API_DEFAULT_REQ_METHOD"),
        *("CLEARML_API_EXTRA_RETRY_CODES", "CLEARML_FORCE_MAX_API_VERSION"),
    }
    assert theirs - ours == not_of_the_account
    assert sdk_files.ENV_VAR in ours
