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
from requests.auth import AuthBase, HTTPBasicAuth

from clearml_sched_widgets.errors import GatewayError
from clearml_sched_widgets.gateway import answers, failures
from clearml_sched_widgets.gateway.answers import Data
from clearml_sched_widgets.gateway.deadline import TimedAdapter
from clearml_sched_widgets.gateway.nonsense import Nonsense
from clearml_sched_widgets.gateway.present import ServerClock

API_VERSION = "v2.23"  # the version of the oldest supported SDK; the server supports all older versions
CONNECT_TIMEOUT = 10.0  # seconds
CHUNK_BYTES = 2**16
MOST_BYTES = 2**27  # 128 MiB, unpacked; a longer answer makes no sense


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
    timeout: float = 60.0  # seconds for the whole answer


@attrs.frozen
class _Answer:
    status: int
    envelope: answers.Envelope | None  # None if the answer is not one of the API

    @property
    def data(self) -> Data | None:
        """What a successful request gave; None if it failed or the answer makes no sense."""
        if self.envelope is None or not self.status == self.envelope.meta.result_code == 200:
            return None
        return self.envelope.data if isinstance(self.envelope.data, dict) else None


class _Session(requests.Session):
    _settings: Mapping[str, Any] | None = None  # those of the environment, for the one server of this session

    def get_redirect_target(self, resp: requests.Response) -> None:
        """No redirect is followed: a redirected POST becomes a GET. Its address is not even read, as it may be bad."""

    def merge_environment_settings(self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any) -> Any:
        """The proxy and the certificates that the environment names. They are read once, for that takes 0.1 ms."""
        if self._settings is None:
            self._settings = super().merge_environment_settings(url, proxies, stream, verify, cert)
        return {**self._settings, "stream": stream}


class Connection:
    """A pool of sockets and a token for one account. Thread-safe.

    `counter` counts the requests by endpoint, `clock` learns the server's time from the answers. `proven`: a login
    to this account has succeeded before, so an answer that makes no sense does not mean that its address is wrong.
    """

    def __init__(
        self,
        account: Account,
        counter: Counter[str],
        clock: ServerClock,
        *,
        workers: int,
        timeout: float,
        proven: bool = False,
    ) -> None:
        self.account = account
        self._proven = proven
        self._clock = clock
        self._counter = counter
        self._timeout = timeout
        self._counter_lock = threading.Lock()
        self._login_lock = threading.Lock()
        self._token = ""
        self._session = _Session()
        self._session.verify = account.verify
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = TimedAdapter(pool_connections=1, pool_maxsize=workers, max_retries=0, pool_block=True)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    def read(self, endpoint: str, body: Mapping[str, Any]) -> Data:
        """Send a request that changes nothing. Repeats it once if the connection broke."""
        return self._call(_Request(endpoint, json.dumps(body), read_only=True, timeout=self._timeout))

    def write(self, endpoint: str, body: Mapping[str, Any], *, timeout: float = 0) -> Data:
        """Send a request that changes something, once. `timeout`: minimum seconds to wait for the answer."""
        return self._call(_Request(endpoint, json.dumps(body), timeout=max(self._timeout, timeout)))

    def write_lines(self, endpoint: str, items: Iterable[Mapping[str, Any]]) -> Data:
        """Send a batch that changes something, once: one JSON object per line."""
        lines = "\n".join(json.dumps(item) for item in items)
        return self._call(_Request(endpoint, lines, content="application/json-lines", timeout=self._timeout))

    def login(self, stale: str = "") -> None:
        """Replace the token `stale` by a new one. Concurrent calls with the same `stale` send one login."""
        with self._login_lock:
            if self._token == stale:
                self._token = self._request_token()

    def _call(self, request: _Request) -> Data:
        if not self._token:
            self.login()
        token = self._token
        answer = self._send(request, _BearerAuth(token))
        if answer.status == 401:
            # The token has expired. The server refused the request, so even a write may be sent again.
            self.login(stale=token)
            answer = self._send(request, _BearerAuth(self._token))
        if answer.data is None:
            raise self._failure(request, answer)
        return answer.data

    def _request_token(self) -> str:
        account = self.account
        auth: AuthBase = _BearerAuth(account.token) if account.token else HTTPBasicAuth(account.key, account.secret)
        request = _Request("auth.login", "{}", read_only=True, timeout=self._timeout)
        answer = self._send(request, auth)
        if answer.envelope is not None and answer.data is None:
            raise self._failure(request, answer)
        try:
            token = answers.structured(answer.data, answers.Login).token
        except Nonsense:
            token = ""
        if not token:
            raise self._no_api(request, answer)
        self._proven = True
        return token

    def _send(self, request: _Request, auth: AuthBase) -> _Answer:
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

    def _post(self, request: _Request, auth: AuthBase) -> _Answer:
        with self._counter_lock:
            self._counter[request.endpoint] += 1
        sent = self._clock.sending()
        response = self._session.post(
            f"{self.account.api_url}/{API_VERSION}/{request.endpoint}",
            data=request.body.encode(),
            headers={"Content-Type": request.content},
            auth=auth,
            timeout=(CONNECT_TIMEOUT, request.timeout),
            stream=True,  # the body is read below, as far as it makes sense
        )
        with response:
            answer = _Answer(response.status_code, answers.envelope(_read_body(response)))
        if answer.envelope is not None:  # the clock of a proxy is another one
            self._clock.saw_date(response.headers.get("Date"), sent)
        return answer

    def _failure(self, request: _Request, answer: _Answer) -> GatewayError:
        """The error for an answer without data."""
        host, endpoint, read_only = self.account.host, request.endpoint, request.read_only
        meta = answer.envelope.meta if answer.envelope else answers.Meta(0)
        code = max(answer.status, meta.result_code)
        if answer.envelope is None or not 400 <= code < 600:
            return failures.unreadable_answer(host, endpoint, answer.status, read_only=read_only)
        subcode, message = meta.result_subcode or 0, meta.result_msg or ""
        return failures.refusal(host, endpoint, code, subcode, message, read_only=read_only)

    def _no_api(self, request: _Request, answer: _Answer) -> GatewayError:
        """The error for an answer to a login that is none of the API."""
        if self._proven:
            return failures.unreadable_login(self.account.host, answer.status)
        if answer.status in (200, 404):
            return failures.not_an_api(self.account.host)
        return self._failure(request, answer)


def _read_body(response: requests.Response) -> bytes:
    """The whole body, unpacked; empty if it cannot be read or unpacked, or is too long."""
    body = bytearray()
    try:
        for chunk in response.iter_content(CHUNK_BYTES):
            body += chunk
            if len(body) > MOST_BYTES:
                return b""
    except (requests.exceptions.ContentDecodingError, ValueError):  # the latter for a chunk of a negative length
        return b""
    return bytes(body)
