"""Finds the account in a plain ClearML configuration without importing clearml, which takes seconds and 90 MB.

Reads what is plain, in the SDK's order: the `CLEARML_*` and `TRAINS_*` variables, then `~/trains.conf` and
`~/clearml.conf` or the file that a variable names (`clearml.backend_config.config.Config`, `backend_api.Session`).
Everything else raises NotPlain, and is left to the SDK.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from clearml_sched_widgets.gateway import failures
from clearml_sched_widgets.gateway.http import Account

# The variables of each value, the first that is set counts. A test compares the names with the SDK's.
HOST = ("CLEARML_API_HOST", "TRAINS_API_HOST")
WEB_HOST = ("CLEARML_WEB_HOST", "TRAINS_WEB_HOST")
ACCESS_KEY = ("CLEARML_API_ACCESS_KEY", "TRAINS_API_ACCESS_KEY")
SECRET_KEY = ("CLEARML_API_SECRET_KEY", "TRAINS_API_SECRET_KEY")
AUTH_TOKEN = ("CLEARML_AUTH_TOKEN",)
VERIFY_CERT = ("CLEARML_API_HOST_VERIFY_CERT", "TRAINS_API_HOST_VERIFY_CERT")
CONFIG_FILE = ("CLEARML_CONFIG_FILE", "TRAINS_CONFIG_FILE")
# With one of these the SDK reads more than the files, or says what it reads.
FOR_THE_SDK = ("CLEARML_ENV", "TRAINS_ENV", "CLEARML_CONFIG_PATH", "TRAINS_CONFIG_PATH", "CLEARML_CONFIG_VERBOSE")

FILES = ("~/trains.conf", "~/clearml.conf")  # merged in this order
DEMO_API, USUAL_API, API_PORT, WEB_PORT = "://demoapi.", "://api.", 8008, 8080
# Outside of comments and quotes: another file, a substitution, an addition to a list, and a text over several lines.
NOT_PLAIN = re.compile(r'\binclude\b|\$\{|\+=|"""')
COMMENT = re.compile(r"^\s*(#|//).*$", re.MULTILINE)
QUOTED = re.compile(r'(?<!")"(?:\\.|[^"\\\n])+"(?!")')
Plain = str | bool


class NotPlain(Exception):
    """The configuration has something that is left to the SDK."""


def account() -> Account:
    """The account that the SDK would use. Raises NotPlain, NotConfigured."""
    values = _Values(os.environ)
    if not values.host or not (values.token or (values.key and values.secret)):
        raise failures.not_configured()
    return Account(
        api_url=values.host,
        web_url=values.web_url(),
        key=values.key,
        secret=values.secret,
        token=values.token,
        verify=verify(values.verify),
    )


class _Values:
    """What the variables and the files say. Raises NotPlain."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        if any(name in environ for name in FOR_THE_SDK):
            raise NotPlain
        self._environ = environ
        texts = _file_texts(environ)
        api = _Section(_parse(texts) if texts else {}, texts)
        self.host = (self._variable(HOST) or api.text("api_server") or api.text("host")).strip().rstrip("/")
        self._web_server = self._variable(WEB_HOST) or api.text("web_server")
        self.token = self._variable(AUTH_TOKEN)
        self.key = self._variable(ACCESS_KEY) or api.text("credentials.access_key")
        self.secret = self._variable(SECRET_KEY) or api.text("credentials.secret_key")
        self.verify: Plain = self._variable(VERIFY_CERT) or api.plain("verify_certificate", True)

    def _variable(self, names: tuple[str, ...]) -> str:
        return first_set(self._environ, names)

    def web_url(self) -> str:
        """The address of the web page: the configured or the usual one, as in `Session.get_app_server_host`."""
        if self._web_server.rstrip("/"):
            return self._web_server.rstrip("/")
        if DEMO_API in self.host:
            return self.host.replace(DEMO_API, "://demoapp.", 1)
        if USUAL_API in self.host:
            return self.host.replace(USUAL_API, "://app.", 1)
        try:
            usual_port = urlsplit(self.host).port == API_PORT
        except ValueError:
            return ""
        return self.host.replace(f":{API_PORT}", f":{WEB_PORT}", 1) if usual_port else ""


def first_set(environ: Mapping[str, str], names: tuple[str, ...]) -> str:
    """The first of the variables that is not blank, without surrounding blanks; empty if there is none."""
    return next((text for name in names if (text := environ.get(name, "").strip())), "")


def verify(value: object) -> bool | str:
    """Whether to check certificates, or the file of a CA to trust. Accepts the same words as the SDK."""
    words = {"true": True, "yes": True, "1": True, "on": True, "false": False, "no": False, "0": False, "off": False}
    if isinstance(value, str):
        return words.get(value.strip().lower(), value)
    return bool(value)


def _file_texts(environ: Mapping[str, str]) -> list[str]:
    """The texts of the files that are there. Raises NotPlain, also for a file that cannot be read."""
    named = first_set(environ, CONFIG_FILE)
    try:
        paths = [Path(path).expanduser() for path in ([named] if named else FILES)]
        texts = [path.read_text(encoding="utf-8") for path in paths if path.is_file()]
    except (OSError, RuntimeError, UnicodeDecodeError):
        raise NotPlain from None  # the SDK's error is told
    if any(NOT_PLAIN.search(QUOTED.sub("", COMMENT.sub("", text))) for text in texts):
        raise NotPlain
    return texts


def _parse(texts: list[str]) -> Mapping[str, Any]:
    from pyhocon import ConfigFactory, ConfigTree

    merged = ConfigTree()
    try:
        for text in texts:
            merged = ConfigTree.merge_configs(merged, ConfigFactory.parse_string(text), copy_trees=True)
        api: object = merged.get("api", {})
    except Exception:  # noqa: BLE001 - pyparsing has many; the SDK tells what is wrong
        raise NotPlain from None  # the parser's error quotes the file with its secrets
    if not isinstance(api, Mapping):
        raise NotPlain
    return api


class _Section:
    """The section `api`. Its methods raise NotPlain for a value of an unexpected kind."""

    def __init__(self, data: Mapping[str, Any], texts: list[str]) -> None:
        self._data = data
        self._texts = texts

    def text(self, path: str) -> str:
        """A text; empty if there is none."""
        value = self.plain(path, "")
        if isinstance(value, bool):
            raise NotPlain
        return value

    def plain(self, path: str, default: Plain) -> Plain:
        """A text or a boolean; the default if there is none."""
        found: object = self._data
        for name in path.split("."):
            if not isinstance(found, Mapping):
                raise NotPlain
            if name not in found:
                return default
            found = found[name]
        if not isinstance(found, str | bool):
            raise NotPlain
        # The SDK's own copy of the parser reads some unquoted texts otherwise, such as a key that begins with "5d".
        if isinstance(found, str) and (found != found.strip() or not any(found in text for text in self._texts)):
            raise NotPlain
        return found
