"""The API as an ASGI application: reads a request, checks it, and runs its handler in one transaction."""

from __future__ import annotations

import gzip
import json
import logging
import re
import zlib
from email.utils import formatdate
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from clearml_sched_widgets.sandbox import clock, services, tokens
from clearml_sched_widgets.sandbox.call import Call, Endpoint, State, find_endpoint
from clearml_sched_widgets.sandbox.errors import ApiError
from clearml_sched_widgets.sandbox.identity import API_VERSION, new_id
from clearml_sched_widgets.sandbox.store import Doc
from clearml_sched_widgets.sandbox.validation import check

log = logging.getLogger("clearml_sched.sandbox")

_PATH = re.compile(r"^/?(?:v(?P<version>\d+\.?\d+)/)?(?P<name>[a-zA-Z_]\w+\.[a-zA-Z_]\w+)/?$")
services.load()


class ApiApp:
    """The API server. Handlers run one after another on the event loop, so requests never overlap."""

    def __init__(self, state: State) -> None:
        self.state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request. Ignores ASGI events of other types."""
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        body = await request.body()
        response = self.respond(request, body)
        response.headers["Date"] = formatdate(clock.now().timestamp(), usegmt=True)
        await response(scope, receive, send)

    def respond(self, request: Request, body: bytes) -> Response:
        """Return the response to one request."""
        match = _PATH.match(request.url.path)
        if request.method == "OPTIONS":
            return Response()
        if not match:
            return self._response(
                None, Call("", API_VERSION, self.state), 400, 0, f"Invalid request path {request.url.path}"
            )
        version = match["version"] or API_VERSION
        call = Call(match["name"], version, self.state)
        call.ip = request.client.host if request.client else ""
        call.worker = request.headers.get("x-clearml-worker") or request.headers.get("x-trains-worker") or call.ip
        endpoint = find_endpoint(call.name, version)
        if endpoint is None:
            log.warning("endpoint not implemented: %s (API %s)", call.name, version)
            msg = f"Unable to find endpoint for name {call.name} and version {version}"
            return self._response(None, call, 404, 0, msg)
        try:
            if endpoint.authorize:
                tokens.authorize(_authorization_header(request), self.state.token_key, self.state.credentials)
            _read_body(call, request, body)
            check(endpoint, call)
        except ApiError as error:
            return self._error_response(endpoint, call, error)
        return self._call_handler(endpoint, call)

    def _call_handler(self, endpoint: Endpoint, call: Call) -> Response:
        store = self.state.store
        store.begin()
        try:
            data = endpoint.handler(call)
        except ApiError as error:
            store.commit()  # as on the real server, a refused request keeps its changes (a failed enqueue makes some)
            return self._error_response(endpoint, call, error)
        except Exception as error:
            store.rollback()
            log.exception("failed: %s", call.name)
            return self._response(endpoint, call, 500, 0, f"General server error: {type(error).__name__}: {error}")
        store.commit()
        if call.raw is not None:
            return PlainTextResponse(call.raw[0], media_type=call.raw[1])
        return self._response(endpoint, call, 200, 0, "OK", data)

    def _error_response(self, endpoint: Endpoint, call: Call, error: ApiError) -> Response:
        log.info("refused: %s: %s/%s %s", call.name, error.code, error.subcode, error.msg)
        return self._response(endpoint, call, error.code, error.subcode, error.msg, error_data=error.data)

    @staticmethod
    def _response(
        endpoint: Endpoint | None,
        call: Call,
        code: int,
        subcode: int,
        msg: str,
        data: Doc | None = None,
        error_data: Doc | None = None,
    ) -> Response:
        identifier = new_id()
        meta = {
            "id": identifier,
            "trx": identifier,
            "endpoint": {
                "name": call.name,
                "requested_version": call.version,
                "actual_version": endpoint.since if endpoint else None,
            },
            "result_code": code,
            "result_subcode": subcode,
            "result_msg": msg,
            "error_stack": None,
            "error_data": error_data or {},
        }
        body = json.dumps({"meta": meta, "data": data or {}}, separators=(",", ":"), default=str)
        return Response(body.encode(), status_code=code, media_type="application/json")


def _authorization_header(request: Request) -> str | None:
    header = request.headers.get("authorization")
    cookie = request.cookies.get("clearml_token_basic")
    return header or (f"Bearer {cookie}" if cookie else None)


def _drop_non_finite(_: str) -> None:
    """Read NaN and infinities, which are not valid JSON, as null."""
    return


def _parse_json(text: bytes | str) -> Any:
    return json.loads(text, parse_constant=_drop_non_finite)


def _read_body(call: Call, request: Request, body: bytes) -> None:
    body = _decompress(request.headers.get("content-encoding", ""), body)
    try:
        if request.headers.get("content-type", "").startswith("application/json-lines"):
            call.batch = [_parse_json(line) for line in body.splitlines() if line.strip()]
            if not all(isinstance(item, dict) for item in call.batch):
                raise ApiError(400, 0, "json lines must contain objects")
            return
        data = _parse_json(body) if body.strip() else {}
    except ValueError as error:
        raise ApiError(400, 0, f"Failed to decode JSON object: {error}") from error
    if not isinstance(data, dict):
        raise ApiError(400, 0, "request body must be an object")
    for key, values in _query_parameters(request).items():
        data[key] = values
    call.data = data


def _decompress(encoding: str, body: bytes) -> bytes:
    try:
        if encoding == "gzip":
            return gzip.decompress(body)
        if encoding == "deflate":
            return zlib.decompress(body)
    except (OSError, EOFError, zlib.error) as error:
        raise ApiError(400, 0, f"request body is not {encoding}") from error
    return body


def _query_parameters(request: Request) -> Doc:
    data: Doc = {}
    for key in request.query_params:
        values = [_typed_value(value) for value in request.query_params.getlist(key)]
        data[key.removesuffix("[]")] = values if len(values) > 1 or key.endswith("[]") else values[0]
    return data


def _typed_value(value: str) -> Any:
    if value.replace(".", "", 1).isdigit():
        return float(value) if "." in value else int(value)
    return {"true": True, "false": False}.get(value.lower(), value)
