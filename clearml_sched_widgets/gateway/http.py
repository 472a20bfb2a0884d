"""Requests to a ClearML API server: login, the answer's envelope, and a clear word on what happened to each request.

We do not send through the SDK's session. That one repeats any request up to 240 times, those that change something
included, waits for hours on a server that is away, and shares its state with the user's own tasks.
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

API = "v2.23"  # what the oldest supported SDK speaks; the server keeps every version
CONNECT_TIMEOUT = 10.0  # seconds

Answer = dict[str, Any]


@attrs.frozen(kw_only=True)
class Account:
    """Which server, and as whom. The secrets stay out of its repr."""

    api_url: str
    web_url: str = ""
    key: str = attrs.field(default="", repr=False)
    secret: str = attrs.field(default="", repr=False)
    token: str = attrs.field(default="", repr=False)  # given instead of a key, for example by an agent
    verify: bool | str = True  # check the server's certificate; or the file of the authority to trust

    @property
    def host(self) -> str:
        """The address to show: without a password that somebody put into it."""
        parts = urlsplit(self.api_url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


class _Bearer(AuthBase):
    """Sends the token. An explicit one, or `requests` would put a password from ~/.netrc in its place."""

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
    safe: bool = False  # it changes nothing
    timeout: float = 60.0  # seconds


class Connection:
    """An account's connection: a pool of sockets and a token. Safe to use from several threads."""

    def __init__(self, account: Account, counter: Counter[str], *, workers: int, timeout: float) -> None:
        self.account = account
        self._counter = counter
        self._timeout = timeout
        self._counting = threading.Lock()
        self._logging_in = threading.Lock()
        self._token = ""
        self._http = requests.Session()
        self._http.verify = account.verify
        self._http.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = HTTPAdapter(pool_connections=1, pool_maxsize=workers, max_retries=0, pool_block=True)
        self._http.mount("http://", adapter)
        self._http.mount("https://", adapter)

    def read(self, endpoint: str, body: Mapping[str, Any]) -> Answer:
        """Send a request that changes nothing. Sent once more if it hit a connection that was dead already."""
        return self._call(_Request(endpoint, json.dumps(body), safe=True, timeout=self._timeout))

    def write(self, endpoint: str, body: Mapping[str, Any], *, timeout: float = 0) -> Answer:
        """Send a request that changes something, once. `timeout`: seconds to wait for the answer, at least."""
        return self._call(_Request(endpoint, json.dumps(body), timeout=max(self._timeout, timeout)))

    def write_lines(self, endpoint: str, items: Iterable[Mapping[str, Any]]) -> Answer:
        """Send a batch that changes something, once: a JSON object a line."""
        lines = "\n".join(json.dumps(item) for item in items)
        return self._call(_Request(endpoint, lines, content="application/json-lines", timeout=self._timeout))

    def login(self, stale: str = "") -> None:
        """Get a token in place of `stale`. One login, however many threads ask for it at once."""
        with self._logging_in:
            if self._token == stale:
                self._token = self._log_in()

    def _call(self, request: _Request) -> Answer:
        if not self._token:
            self.login()
        token = self._token
        response = self._send(request, _Bearer(token))
        if response.status_code == 401:
            # The token has expired. The request was refused, so it may be sent again, whatever it does.
            self.login(stale=token)
            response = self._send(request, _Bearer(self._token))
        return self._data(request, response)

    def _log_in(self) -> str:
        account = self.account
        auth: AuthBase = _Bearer(account.token) if account.token else HTTPBasicAuth(account.key, account.secret)
        request = _Request("auth.login", "{}", safe=True, timeout=self._timeout)
        response = self._send(request, auth)
        if response.status_code in (200, 404) and _envelope(response) is None:
            raise failures.not_an_api(account.host)
        token = self._data(request, response).get("token")
        if not isinstance(token, str) or not token:
            raise failures.not_an_api(account.host)
        return token

    def _send(self, request: _Request, auth: AuthBase) -> requests.Response:
        try:
            return self._post(request, auth)
        except requests.exceptions.RequestException as error:
            broken = error
        if request.safe and failures.cut(broken):
            self._http.close()  # drops the sockets that wait in the pool: they may be dead as well
            try:
                return self._post(request, auth)
            except requests.exceptions.RequestException as error:
                broken = error
        # Raised here and not above: the exceptions of `requests` hold the request, and with it the token.
        raise failures.lost_connection(self.account.host, request.endpoint, broken, safe=request.safe)

    def _post(self, request: _Request, auth: AuthBase) -> requests.Response:
        with self._counting:
            self._counter[request.endpoint] += 1
        return self._http.post(
            f"{self.account.api_url}/{API}/{request.endpoint}",
            data=request.body.encode(),
            headers={"Content-Type": request.content},
            auth=auth,
            timeout=(CONNECT_TIMEOUT, request.timeout),
            allow_redirects=False,  # a redirected POST becomes a GET
        )

    def _data(self, request: _Request, response: requests.Response) -> Answer:
        """The data of an answer that says yes; any other raises."""
        host, envelope = self.account.host, _envelope(response)
        if envelope is None:
            raise failures.unreadable(host, request.endpoint, response.status_code, safe=request.safe)
        meta = envelope["meta"]
        code = int(meta.get("result_code") or response.status_code)
        if code == 200:
            data = envelope.get("data")
            return data if isinstance(data, dict) else {}
        subcode, message = int(meta.get("result_subcode") or 0), str(meta.get("result_msg") or "")
        raise failures.refusal(host, request.endpoint, code, subcode, message, safe=request.safe)


def _envelope(response: requests.Response) -> Answer | None:
    """The answer as the API wraps it; None if something else answered."""
    try:
        envelope = json.loads(response.content)
    except ValueError:
        return None
    return envelope if isinstance(envelope, dict) and isinstance(envelope.get("meta"), dict) else None
