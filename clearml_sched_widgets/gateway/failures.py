"""What went wrong, as this package's errors: refusals by the server's codes, and broken connections by what was sent.

The codes are the server's own (`apierrors/errors.conf` in its source). No error carries a credential.
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

# Sub-codes of 400: what is named in the request does not exist …
MISSING = frozenset({10, 101, 130, 201, 301, 401, 403, 701})
# … or exists, but in another state than the request needs, or exists already.
CONFLICTS = frozenset(
    {15, 110, 111, 112, 113, 114, 120, 121, 123, 125, 129}
    | {202, 203, 205, 206, 402, 405, 406, 413, 414, 702, 703, 704, 705, 706, 801}
)
BAD_KEY = 75
EVENTS_NOT_ADDED = 131
# What a front end answers when it did not pass the request on. The API server itself sends neither.
NOT_PASSED_ON = frozenset({429, 503})

NO_CONFIGURATION = (
    "No ClearML configuration was found. Run `clearml-init` in a terminal, or set CLEARML_API_HOST, "
    "CLEARML_API_ACCESS_KEY and CLEARML_API_SECRET_KEY, then try again. "
    "To try without a server: `clearml-sched sandbox`"
)


def not_configured() -> NotConfigured:
    """There is nothing to connect with."""
    return NotConfigured(NO_CONFIGURATION)


def bad_configuration(path: str, why: str) -> NotConfigured:
    """The configuration file cannot be read. What stands in it is not repeated: it holds a secret."""
    return NotConfigured(
        f"The ClearML configuration file {path} cannot be read: {why}. "
        "Correct it, or run `clearml-init` in a terminal to write a new one"
    )


def access_denied(host: str, code: int = 401, subcode: int = 0) -> AccessDenied:
    """The credentials are wrong or revoked."""
    return AccessDenied(
        f"The ClearML server at {host} does not accept the credentials; create new ones in the web page under "
        "Settings > Workspace, then put them in clearml.conf",
        code=code,
        subcode=subcode,
    )


def not_an_api(host: str) -> NotConfigured:
    """Something answers there, but not as a ClearML API server does."""
    return NotConfigured(
        f"What answers at {host} is not a ClearML API server. Check api_server in clearml.conf or CLEARML_API_HOST: "
        "it is the address of the API (often port 8008), not of the web page"
    )


def bad_address(url: str) -> NotConfigured:
    """The address is none."""
    return NotConfigured(
        f"The address of the ClearML server, {url!r}, is not valid: it begins with http:// or https://. "
        "Correct api_server in clearml.conf or CLEARML_API_HOST"
    )


def unreadable(host: str, endpoint: str, status: int, *, safe: bool) -> GatewayError:
    """An answer that is not the API's: a proxy's page, or a cut one."""
    text = f"The answer of {host} to {endpoint} is not one of a ClearML API server (HTTP {status})"
    if status in NOT_PASSED_ON:
        return Unavailable(f"The ClearML server at {host} is not available just now (HTTP {status})", code=status)
    if 300 <= status < 500:
        return Refused(f"{text}; check api_server in clearml.conf and any proxy in between", code=status)
    return _broken(text, safe=safe, code=status)


def refusal(host: str, endpoint: str, code: int, subcode: int, message: str, *, safe: bool) -> GatewayError:
    """The error for an answer that says no."""
    text = f"{endpoint}: {message or 'no reason given'}"
    if code == 401 or (code == 400 and subcode == BAD_KEY):
        return access_denied(host, code, subcode)
    if code in NOT_PASSED_ON:
        return Unavailable(
            f"The ClearML server at {host} is not available just now: {text}", code=code, subcode=subcode
        )
    if code >= 500:
        return _broken(f"The ClearML server at {host} failed: {text}", safe=safe, code=code, subcode=subcode)
    return _kind(code, subcode, message)(text, code=code, subcode=subcode)


def _kind(code: int, subcode: int, message: str) -> type[GatewayError]:
    if code != 400:
        return Refused
    if subcode in MISSING or (subcode == EVENTS_NOT_ADDED and "invalid task id" in message.lower()):
        return NotFound
    return Conflict if subcode in CONFLICTS else Refused


def _broken(text: str, *, safe: bool, code: int = 0, subcode: int = 0) -> GatewayError:
    """A request that only reads can be repeated; whether one that writes was carried out must be read first."""
    if safe:
        return Unavailable(text, code=code, subcode=subcode)
    return OutcomeUnknown(f"{text}. Whether it was carried out is not known", code=code, subcode=subcode)


def lost_connection(host: str, endpoint: str, error: Exception, *, safe: bool) -> GatewayError:
    """The error for a request that got no answer."""
    if isinstance(
        error, (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, requests.exceptions.MissingSchema)
    ):
        return bad_address(host)
    if surely_not_sent(error):
        return Unavailable(
            f"The ClearML server at {host} cannot be reached ({_reason(error)}). Check that it is running and that "
            "api_server in clearml.conf (or CLEARML_API_HOST) is its address; it will be tried again"
        )
    return _broken(f"The ClearML server at {host} did not answer {endpoint} ({_reason(error)})", safe=safe)


def surely_not_sent(error: Exception) -> bool:
    """Whether the connection was never made, so that the server cannot have seen the request."""
    if isinstance(error, (requests.exceptions.ConnectTimeout, requests.exceptions.ProxyError)):
        return True
    return isinstance(_root(error), (urllib3.exceptions.NewConnectionError, ssl.SSLCertVerificationError))


def cut(error: Exception) -> bool:
    """Whether a connection that had been made broke, as one does that waited too long in the pool."""
    return not surely_not_sent(error) and not isinstance(error, requests.exceptions.Timeout)


def _root(error: BaseException) -> BaseException:
    """The innermost cause that urllib3 and requests have wrapped."""
    inner: object = getattr(error, "reason", None)
    if not isinstance(inner, BaseException):
        inner = next((arg for arg in reversed(error.args) if isinstance(arg, BaseException)), None)
    if isinstance(error, urllib3.exceptions.NewConnectionError) or not isinstance(inner, BaseException):
        return error
    return _root(inner)


def _reason(error: Exception) -> str:
    """A few words for a person."""
    root = _root(error)
    text = str(root).lower()
    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy refuses the connection"
    if isinstance(root, ssl.SSLCertVerificationError):
        return "its certificate is not trusted"
    if isinstance(error, requests.exceptions.Timeout):
        return "no answer in time"
    if isinstance(root, ConnectionRefusedError) or "refused" in text:
        return "connection refused"
    if "resolve" in text or "name or service" in text:
        return "its name is not known"
    return "no connection" if isinstance(root, urllib3.exceptions.NewConnectionError) else "the connection was cut"
