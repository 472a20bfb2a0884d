"""Builds this package's errors for refused requests and broken connections.

The codes are the server's own (`apierrors/errors.conf` in its source). No error contains a credential.
"""

from __future__ import annotations

import ssl

import requests
import urllib3.exceptions

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

# Sub-codes of 400: an object that the request names does not exist.
NOT_FOUND_SUBCODES = frozenset({10, 101, 130, 201, 301, 401, 403, 701})
# Sub-codes of 400: the object is not in the state that the request needs, or exists already.
CONFLICT_SUBCODES = frozenset(
    {15, 110, 111, 112, 113, 114, 120, 121, 123, 125, 129}
    | {202, 203, 205, 206, 402, 405, 406, 413, 414, 702, 703, 704, 705, 706, 801}
)
INVALID_KEY_SUBCODE = 75
EVENTS_NOT_ADDED_SUBCODE = 131
# HTTP codes of a proxy that did not forward the request. The API server itself sends neither.
UNAVAILABLE_STATUSES = frozenset({429, 503})

NO_CONFIGURATION = (
    "No ClearML configuration was found. Run `clearml-init` in a terminal, or set CLEARML_API_HOST, "
    "CLEARML_API_ACCESS_KEY and CLEARML_API_SECRET_KEY, then try again. "
    "To try without a server: `clearml-sched sandbox`"
)

CHECK_ADDRESS = "check api_server in clearml.conf and any proxy in between"


def not_configured() -> NotConfigured:
    """The error for a missing configuration."""
    return NotConfigured(NO_CONFIGURATION)


def bad_configuration(path: str, why: str) -> NotConfigured:
    """The error for an unreadable configuration file. Does not quote the file, which contains a secret."""
    return NotConfigured(
        f"The ClearML configuration file {path} cannot be read: {why}. "
        "Correct it, or run `clearml-init` in a terminal to write a new one"
    )


def access_denied(host: str, code: int = 401, subcode: int = 0) -> AccessDenied:
    """The error for wrong or revoked credentials."""
    return AccessDenied(
        f"The ClearML server at {host} does not accept the credentials; create new ones in the web page under "
        "Settings > Workspace, then put them in clearml.conf",
        code=code,
        subcode=subcode,
    )


def not_an_api(host: str) -> NotConfigured:
    """The error for an address where something other than a ClearML API server answers."""
    return NotConfigured(
        f"What answers at {host} is not a ClearML API server. Check api_server in clearml.conf or CLEARML_API_HOST: "
        "it is the address of the API (often port 8008), not of the web page"
    )


def bad_address(url: str) -> NotConfigured:
    """The error for an address that is not a valid URL."""
    return NotConfigured(
        f"The address of the ClearML server, {url!r}, is not valid: it begins with http:// or https://. "
        "Correct api_server in clearml.conf or CLEARML_API_HOST"
    )


def unreadable_answer(host: str, endpoint: str, status: int, *, read_only: bool) -> GatewayError:
    """The error for an answer that is not one of the API, such as a proxy's page or a truncated answer."""
    text = f"The answer of {host} to {endpoint} is not one of a ClearML API server (HTTP {status})"
    if status in UNAVAILABLE_STATUSES:
        return Unavailable(f"The ClearML server at {host} is not available just now (HTTP {status})", code=status)
    if status < 500:
        text = f"{text}; {CHECK_ADDRESS}"
    if 400 <= status < 500:
        return Refused(text, code=status)
    return _unavailable_or_unknown(text, read_only=read_only, code=status)


def unreadable_login(host: str, status: int) -> Unavailable:
    """The error for an answer to a login that is not one of the API, although an earlier login succeeded."""
    return Unavailable(
        f"The answer of {host} to auth.login is not one of a ClearML API server (HTTP {status}), although an earlier "
        f"one was; if this lasts, {CHECK_ADDRESS}",
        code=status,
    )


def nonsense(host: str, endpoint: str, field: str, *, read_only: bool) -> GatewayError:
    """The error for an answer of the API that lacks what it must have, or has something else in its place."""
    text = f"The answer of {host} to {endpoint} makes no sense: its {field!r} is missing or wrong"
    return _unavailable_or_unknown(text, read_only=read_only, code=200)


def refusal(host: str, endpoint: str, code: int, subcode: int, message: str, *, read_only: bool) -> GatewayError:
    """The error for a request that the server refused."""
    text = f"{endpoint}: {message or 'no reason given'}"
    if code == 401 or (code == 400 and subcode == INVALID_KEY_SUBCODE):
        return access_denied(host, code, subcode)
    if code in UNAVAILABLE_STATUSES:
        return Unavailable(
            f"The ClearML server at {host} is not available just now: {text}", code=code, subcode=subcode
        )
    if code >= 500:
        return _unavailable_or_unknown(
            f"The ClearML server at {host} failed: {text}", read_only=read_only, code=code, subcode=subcode
        )
    return _error_class(code, subcode, message)(text, code=code, subcode=subcode)


def _error_class(code: int, subcode: int, message: str) -> type[GatewayError]:
    if code != 400:
        return Refused
    if subcode in NOT_FOUND_SUBCODES or (subcode == EVENTS_NOT_ADDED_SUBCODE and "invalid task id" in message.lower()):
        return NotFound
    return Conflict if subcode in CONFLICT_SUBCODES else Refused


def _unavailable_or_unknown(text: str, *, read_only: bool, code: int = 0, subcode: int = 0) -> GatewayError:
    """Unavailable for a read-only request, which may be repeated; OutcomeUnknown for any other."""
    if read_only:
        return Unavailable(text, code=code, subcode=subcode)
    return OutcomeUnknown(f"{text}. Whether it was carried out is not known", code=code, subcode=subcode)


def lost_connection(host: str, endpoint: str, error: Exception, *, read_only: bool) -> GatewayError:
    """The error for a request that got no answer."""
    if isinstance(
        error, (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, requests.exceptions.MissingSchema)
    ):
        return bad_address(host)
    if surely_not_sent(error):
        return Unavailable(
            f"The ClearML server at {host} cannot be reached ({_cause_text(error)}). Check that it is running and that "
            "api_server in clearml.conf (or CLEARML_API_HOST) is its address; it will be tried again"
        )
    return _unavailable_or_unknown(
        f"The ClearML server at {host} did not answer {endpoint} ({_cause_text(error)})", read_only=read_only
    )


def surely_not_sent(error: Exception) -> bool:
    """True if no connection was made, so the server cannot have seen the request."""
    if isinstance(error, (requests.exceptions.ConnectTimeout, requests.exceptions.ProxyError)):
        return True
    return isinstance(_root_cause(error), (urllib3.exceptions.NewConnectionError, ssl.SSLCertVerificationError))


def connection_broke(error: Exception) -> bool:
    """True if an existing connection broke, as an idle one in the pool does when the server closes it."""
    return not surely_not_sent(error) and not _timed_out(error)


def _timed_out(error: Exception) -> bool:
    """True if no answer came in time, or only a part of it."""
    timeout = isinstance(error, requests.exceptions.Timeout)
    return timeout or isinstance(_root_cause(error), urllib3.exceptions.ReadTimeoutError)


def _root_cause(error: BaseException) -> BaseException:
    """The innermost cause that urllib3 and requests have wrapped."""
    inner: object = getattr(error, "reason", None)
    if not isinstance(inner, BaseException):
        inner = next((arg for arg in reversed(error.args) if isinstance(arg, BaseException)), None)
    if isinstance(error, urllib3.exceptions.NewConnectionError) or not isinstance(inner, BaseException):
        return error
    return _root_cause(inner)


def _cause_text(error: Exception) -> str:
    """The cause in a few words, for an error message."""
    root = _root_cause(error)
    text = str(root).lower()
    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy refuses the connection"
    if isinstance(root, ssl.SSLCertVerificationError):
        return "its certificate is not trusted"
    if _timed_out(error):
        return "no answer in time"
    if isinstance(root, ConnectionRefusedError) or "refused" in text:
        return "connection refused"
    if "resolve" in text or "name or service" in text:
        return "its name is not known"
    return "no connection" if isinstance(root, urllib3.exceptions.NewConnectionError) else "the connection was cut"
