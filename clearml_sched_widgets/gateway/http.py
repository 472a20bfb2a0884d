"""Sends requests to a ClearML API server: login, answers, and an exact error for each failure.

The SDK's session is not used: it repeats every request up to 240 times, even one that changes something, waits hours
for a server that is down, and shares its state with the user's own tasks.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import attrs
import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase, HTTPBasicAuth

from clearml_sched_widgets.gateway import failures

API_VERSION = "v2.23"  # the version of the oldest supported SDK; the server supports all older versions
CONNECT_TIMEOUT = 10.0  # seconds

Answer = dict[str, Any]


@attrs.frozen(kw_only=True)
class Account:
    """A server's addresses and the credentials for it. Its repr shows no secret."""

    api_url: str
    web_url: str = ""
    key: str = attrs.field(default="", repr=False)
    secret: str = attrs.field(default="", repr=False)
    token: str = attrs.field(default="", repr=False)  # replaces key and secret, for example under an agent
    verify: bool | str = True  # whether to check certificates, or the file of a CA to trust

    @property
    def host(self) -> str:
        """The API's address without user name and password, for messages."""
        parts = urlsplit(self.api_url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


class _BearerAuth(AuthBase):
    """Sends the token. Without an explicit `auth`, `requests` would send a password from ~/.netrc."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


@attrs.frozen
class _Request:
    endpoint: str
    body: str
    content: str = "application/json"
    read_only: bool = False  # changes nothing on the server
    timeout: float = 60.0  # seconds


class Connection:
    """A pool of sockets and a token for one account. Thread-safe. `counter` counts the requests by endpoint."""

    def __init__(self, account: Account, counter: Counter[str], *, workers: int, timeout: float) -> None:
        self.account = account
        self._counter = counter
        self._timeout = timeout
        self._counter_lock = threading.Lock()
        self._login_lock = threading.Lock()
        self._token = ""
        self._session = requests.Session()
        self._session.verify = account.verify
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = HTTPAdapter(pool_connections=1, pool_maxsize=workers, max_retries=0, pool_block=True)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    def read(self, endpoint: str, body: Mapping[str, Any]) -> Answer:
        """Send a request that changes nothing. Repeats it once if the connection broke."""
        return self._call(_Request(endpoint, json.dumps(body), read_only=True, timeout=self._timeout))

    def write(self, endpoint: str, body: Mapping[str, Any], *, timeout: float = 0) -> Answer:
        """Send a request that changes something, once. `timeout`: minimum seconds to wait for the answer."""
        return self._call(_Request(endpoint, json.dumps(body), timeout=max(self._timeout, timeout)))

    def write_lines(self, endpoint: str, items: Iterable[Mapping[str, Any]]) -> Answer:
        """Send a batch that changes something, once: one JSON object per line."""
        lines = "\n".join(json.dumps(item) for item in items)
        return self._call(_Request(endpoint, lines, content="application/json-lines", timeout=self._timeout))

    def login(self, stale: str = "") -> None:
        """Replace the token `stale` by a new one. Concurrent calls with the same `stale` send one login."""
        with self._login_lock:
            if self._token == stale:
                self._token = self._request_token()

    def _call(self, request: _Request) -> Answer:
        if not self._token:
            self.login()
        token = self._token
        response = self._send(request, _BearerAuth(token))
        if response.status_code == 401:
            # The token has expired. The server refused the request, so even a write may be sent again.
            self.login(stale=token)
            response = self._send(request, _BearerAuth(self._token))
        return self._answer_data(request, response)

    def _request_token(self) -> str:
        account = self.account
        auth: AuthBase = _BearerAuth(account.token) if account.token else HTTPBasicAuth(account.key, account.secret)
        request = _Request("auth.login", "{}", read_only=True, timeout=self._timeout)
        response = self._send(request, auth)
        if response.status_code in (200, 404) and _parse_envelope(response) is None:
            raise failures.not_an_api(account.host)
        token = self._answer_data(request, response).get("token")
        if not isinstance(token, str) or not token:
            raise failures.not_an_api(account.host)
        return token

    def _send(self, request: _Request, auth: AuthBase) -> requests.Response:
        try:
            return self._post(request, auth)
        except requests.exceptions.RequestException as error:
            failure = error
        if request.read_only and failures.connection_broke(failure):
            self._session.close()  # drops all idle sockets: they may be dead as well
            try:
                return self._post(request, auth)
            except requests.exceptions.RequestException as error:
                failure = error
        # Raised outside of the handlers, without a cause: exceptions of `requests` hold the request with the token.
        raise failures.lost_connection(self.account.host, request.endpoint, failure, read_only=request.read_only)

    def _post(self, request: _Request, auth: AuthBase) -> requests.Response:
        with self._counter_lock:
            self._counter[request.endpoint] += 1
        return self._session.post(
            f"{self.account.api_url}/{API_VERSION}/{request.endpoint}",
            data=request.body.encode(),
            headers={"Content-Type": request.content},
            auth=auth,
            timeout=(CONNECT_TIMEOUT, request.timeout),
            allow_redirects=False,  # a redirected POST becomes a GET
        )

    def _answer_data(self, request: _Request, response: requests.Response) -> Answer:
        """Return the data of a successful answer. Raises GatewayError for any other answer."""
        host, envelope = self.account.host, _parse_envelope(response)
        if envelope is None:
            raise failures.unreadable_answer(host, request.endpoint, response.status_code, read_only=request.read_only)
        meta = envelope["meta"]
        code = int(meta.get("result_code") or response.status_code)
        if code == 200:
            data = envelope.get("data")
            return data if isinstance(data, dict) else {}
        subcode, message = int(meta.get("result_subcode") or 0), str(meta.get("result_msg") or "")
        raise failures.refusal(host, request.endpoint, code, subcode, message, read_only=request.read_only)


def _parse_envelope(response: requests.Response) -> Answer | None:
    """Return the answer's JSON, or None if it is not an answer of the API."""
    try:
        envelope = json.loads(response.content)
    except ValueError:
        return None
    return envelope if isinstance(envelope, dict) and isinstance(envelope.get("meta"), dict) else None
