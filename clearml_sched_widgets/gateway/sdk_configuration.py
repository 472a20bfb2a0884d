"""Reads the ClearML configuration as the SDK does. The only module that imports clearml, and only if it has to."""

from __future__ import annotations

import contextlib
import io
import sys
import threading
from collections.abc import Iterator
from typing import Any, TextIO

from clearml_sched_widgets.errors import NotConfigured
from clearml_sched_widgets.gateway import failures
from clearml_sched_widgets.gateway.http import Account
from clearml_sched_widgets.gateway.plain_configuration import verify


def account() -> Account:
    """The account that the SDK would use. Raises NotConfigured."""
    # Import the package before its submodules. Another thread may be importing clearml right now, and importing a
    # submodule first could deadlock: each thread would hold one import lock and wait for the other.
    try:
        import clearml  # noqa: F401
    except ImportError:
        raise NotConfigured(
            "This ClearML configuration has what only the SDK reads (such as `include` or `${...}`), and the package "
            "clearml is not installed here"
        ) from None
    from clearml.backend_api import Session, load_config
    from clearml.backend_api.session import defs
    from clearml.backend_config.defs import get_active_config_file
    from clearml.backend_config.errors import ConfigurationError
    from clearml.utilities.pyhocon.exceptions import ConfigException

    problem, found = "", None
    try:
        with _silent_thread():  # the SDK prints a section that it cannot merge, secrets and all
            config = load_config()
        found = _account(config, defs, Session)
    except (ConfigurationError, ConfigException, UnicodeDecodeError):
        problem = "it is not valid HOCON"
    except OSError as error:
        problem = error.strerror or "it cannot be opened"
    except (AttributeError, TypeError):
        problem = "its section `api` has a value of a wrong kind; texts are expected"
    except RecursionError:
        problem = "it is nested too deeply"
    except ValueError:
        problem = "CLEARML_ENV or TRAINS_ENV names no environment that the SDK knows"
    if problem:  # raised outside of the handler: the parser's error quotes the file with its secrets
        raise failures.bad_configuration(str(get_active_config_file() or ""), problem)
    if found is None:
        raise failures.not_configured()
    return found


class _SilentThread(io.TextIOBase):
    """Drops what the thread that made it writes, and passes on what others write."""

    def __init__(self, out: TextIO) -> None:
        self._out, self._thread = out, threading.get_ident()

    def write(self, text: str) -> int:
        return len(text) if threading.get_ident() == self._thread else self._out.write(text)

    def flush(self) -> None:
        self._out.flush()


@contextlib.contextmanager
def _silent_thread() -> Iterator[None]:
    with contextlib.redirect_stdout(_SilentThread(sys.stdout)):
        yield


def _account(config: Any, defs: Any, session: Any) -> Account | None:
    """The account in a configuration; None if there is no server or no login."""
    # Session.get_api_server_host would return ClearML's public server if nothing is configured.
    host = defs.ENV_HOST.get() or config.get("api.api_server", None) or config.get("api.host", None)
    token = defs.ENV_AUTH_TOKEN.get() or ""
    key = defs.ENV_ACCESS_KEY.get() or config.get("api.credentials.access_key", None) or ""
    secret = defs.ENV_SECRET_KEY.get() or config.get("api.credentials.secret_key", None) or ""
    if not host or not (token or (key and secret)):
        return None
    return Account(
        api_url=host.strip().rstrip("/"),
        web_url=_web_url(session, config),
        key=str(key),
        secret=str(secret),
        token=str(token),
        verify=verify(defs.ENV_HOST_VERIFY_CERT.get(default=config.get("api.verify_certificate", True))),
    )


def _web_url(session: Any, config: Any) -> str:
    try:
        return str(session.get_app_server_host(config)).rstrip("/")
    except (AttributeError, ValueError):
        return ""  # it is null, or not configured and the SDK cannot derive it from the API's address
