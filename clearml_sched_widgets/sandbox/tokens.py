"""Login tokens (JWT, HS256), and the check of a request's credentials."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

from clearml_sched_widgets.sandbox import identity
from clearml_sched_widgets.sandbox.errors import (
    BAD_AUTH_TYPE,
    BAD_CREDENTIALS,
    INVALID_CREDENTIALS,
    INVALID_TOKEN,
    NO_CREDENTIALS,
)

DEFAULT_EXPIRATION_SEC = 30 * 24 * 3600
MAX_EXPIRATION_SEC = 365 * 24 * 3600


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _signature(key: bytes, body: str) -> str:
    return _encode(hmac.new(key, body.encode(), hashlib.sha256).digest())


def sign(payload: Mapping[str, Any], key: bytes) -> str:
    """Create a JWT of `payload`."""
    header = _encode(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
    body = f"{header}.{_encode(json.dumps(payload).encode())}"
    return f"{body}.{_signature(key, body)}"


def unsign(token: str, key: bytes) -> dict[str, Any]:
    """Return the payload of a JWT created by `sign`.

    Raises:
        ValueError: if the token is malformed or its signature is wrong.
    """
    body, _, signature = token.rpartition(".")
    if not hmac.compare_digest(signature.encode(), _signature(key, body).encode()):
        raise ValueError("Signature verification failed")
    payload = json.loads(_decode(body.partition(".")[2]))
    if not isinstance(payload, dict):
        raise ValueError("Invalid payload")
    return payload


def make_token(key: bytes, expiration_sec: int | None = None) -> str:
    """Create a login token of the default user, valid for `expiration_sec` seconds (30 days by default)."""
    now = int(time.time())
    lifetime = min(expiration_sec or DEFAULT_EXPIRATION_SEC, MAX_EXPIRATION_SEC)
    payload = {
        "auth_type": "Bearer",
        "identity": {
            "user": identity.USER_ID,
            "company": identity.COMPANY_ID,
            "role": identity.USER_ROLE,
            "user_name": identity.USER_NAME,
            "company_name": identity.COMPANY_NAME,
        },
        "session_id": identity.new_id(),
        "iat": now,
        "exp": now + lifetime,
        "env": "sandbox",
        "api_version": identity.API_VERSION,
        "server_version": identity.SERVER_VERSION,
        "server_build": "",
        "feature_set": "basic",
    }
    return sign(payload, key)


def authorize(header: str | None, key: bytes, credentials: Mapping[str, str]) -> None:
    """Check a request's Authorization header.

    Raises:
        ApiError: 401 with a sub-code for the kind of error.
    """
    if not header:
        raise NO_CREDENTIALS()
    scheme, _, value = header.partition(" ")
    if scheme == "Bearer":
        _check_token(value, key)
    elif scheme == "Basic":
        _check_keys(value, credentials)
    else:
        raise BAD_AUTH_TYPE()


def _check_token(token: str, key: bytes) -> None:
    try:
        payload = unsign(token, key)
    except (ValueError, binascii.Error) as error:
        raise INVALID_TOKEN("invalid jwt token", reason=str(error)) from error
    if payload.get("exp", 0) <= time.time():
        raise INVALID_TOKEN("invalid jwt token", reason="Signature has expired")


def _check_keys(value: str, credentials: Mapping[str, str]) -> None:
    try:
        access, _, secret = base64.b64decode(value).decode("latin-1").partition(":")
    except binascii.Error as error:
        raise BAD_CREDENTIALS(str(error)) from error
    expected = credentials.get(access)
    if expected is None or not hmac.compare_digest(expected.encode(), secret.encode()):
        raise INVALID_CREDENTIALS("failed to locate provided credentials")
