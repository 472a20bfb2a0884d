"""The settings in a sandbox's folder (credentials and ports), and its `clearml.conf` for clients."""

from __future__ import annotations

import json
import os
import secrets
import string
from dataclasses import asdict, dataclass
from pathlib import Path

_ALPHABET = string.ascii_uppercase + string.digits
_CONF = """# Written by the sandbox. Point CLEARML_CONFIG_FILE at this file.
api {{
    web_server: "{web_url}"
    api_server: "{api_url}"
    files_server: "{files_url}"
    credentials {{
        "access_key" = "{access_key}"
        "secret_key" = "{secret_key}"
    }}
}}
# Reports from a thread: with the SDK's default, a subprocess, every script takes ten more seconds to end.
sdk.development.report_use_subprocess: false
"""


@dataclass
class Settings:
    """The settings that a sandbox keeps between two starts."""

    access_key: str
    secret_key: str
    token_key: str
    api_port: int = 0
    files_port: int = 0

    @property
    def api_url(self) -> str:
        """The address of the API server."""
        return f"http://127.0.0.1:{self.api_port}"

    @property
    def files_url(self) -> str:
        """The address of the file server."""
        return f"http://127.0.0.1:{self.files_port}"

    @property
    def web_url(self) -> str:
        """The address that clients print for the web page. The sandbox has no web page, so it is the API's address."""
        return self.api_url


def conf_file(folder: Path) -> Path:
    """The path of the configuration file for clients."""
    return folder / "clearml.conf"


def _settings_file(folder: Path) -> Path:
    return folder / "sandbox.json"


def load(folder: Path) -> Settings:
    """Read the folder's settings. For a new folder, create settings with new credentials."""
    if _settings_file(folder).exists():
        return Settings(**json.loads(_settings_file(folder).read_text()))
    access = "".join(secrets.choice(_ALPHABET) for _ in range(20))
    return Settings(access, secrets.token_urlsafe(36), secrets.token_hex(32))


def save(folder: Path, settings: Settings) -> None:
    """Write the settings and the clients' configuration. Only their owner can read the files."""
    _write(_settings_file(folder), json.dumps(asdict(settings)))
    conf_values = {
        name: getattr(settings, name) for name in ("web_url", "api_url", "files_url", "access_key", "secret_key")
    }
    _write(conf_file(folder), _CONF.format(**conf_values))


def _write(path: Path, text: str) -> None:
    partial = path.with_name(path.name + ".part")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    partial.replace(path)
