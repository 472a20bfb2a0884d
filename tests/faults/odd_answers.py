"""What ClearML's server answers, and what no server answers."""

from __future__ import annotations

import copy
import gzip
import json
import operator
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import attrs

from tests.unit.gateway.calls import MOMENT, OTHER, QUEUE, TASK

Data = dict[str, Any]
Wire = Callable[[bytes], bytes]  # makes the bytes of an answer, of the sane answer's body
INFINITE = "a number that is too large for a float"  # replaced in the JSON


# -- sane answers
TIME = MOMENT.isoformat()
TIMES = ("created", "started", "completed", "status_changed", "last_update", "last_change")
PARAM = {"section": "Scheduler", "name": "key", "value": "item@slot", "type": "str", "description": "text"}
OBJECT: Data = {
    "id": TASK,
    "name": "a name",
    "project": {"id": OTHER, "name": "P"},
    "user": {"id": "user", "name": "Somebody"},
    "tags": ["a", "b"],
    "system_tags": ["clearml-sched"],
    **dict.fromkeys(TIMES, TIME),
    "unknown": {"field": [1, 2.5, None]},
}
TASK_ROW: Data = {
    **OBJECT,
    "type": "training",
    "status": "created",
    "status_message": "",
    "status_reason": "because",
    "parent": OTHER,
    "execution": {"queue": {"id": QUEUE}},
    "hyperparams": {"Scheduler": {"key": PARAM}},
    "configuration": {"definition": {"name": "definition", "value": "{}", "type": "json", "description": "mark"}},
}
SANE: Mapping[str, Data] = {
    "auth.login": {"token": "token"},
    "users.get_current_user": {"user": {"id": "user", "name": "Somebody"}},
    "tasks.get_all_ex": {"tasks": [TASK_ROW]},
    "models.get_all_ex": {"models": [{**OBJECT, "ready": True}]},
    "projects.get_all": {"projects": [{"id": TASK, "name": "P", "description": "text", "last_update": TIME}]},
    "queues.get_all": {"queues": [{"id": QUEUE, "name": "default", "entries": [{"task": TASK, "added": TIME}]}]},
    "workers.get_all": {"workers": [{"id": "host:0", "queues": [{"id": QUEUE, "name": "default"}]}]},
    "events.get_task_log": {"events": [{"timestamp": 1767323045000, "level": "info", "msg": "one\ntwo\n"}]},
    "tasks.enqueue_many": {
        "succeeded": [{"id": TASK, "queued": True}],
        "failed": [{"id": OTHER, "error": {"codes": [400, 706], "msg": "already queued"}}],
        "queue_watched": False,
    },
    "tasks.clone": {"id": OTHER},
    "tasks.create": {"id": OTHER},
    "projects.create": {"id": OTHER},
}
META: Data = {"result_code": 200, "result_subcode": 0, "result_msg": "OK", "endpoint": {"name": "x"}}


def changes_something(endpoint: str) -> bool:
    """Whether a request to the endpoint changes something on the server."""
    return endpoint not in ("auth.login", "debug.ping") and ".get_" not in endpoint


def dumps(value: object) -> bytes:
    return json.dumps(value).replace(f'"{INFINITE}"', "1e999").encode()


# -- odd answers
@attrs.frozen
class Odd:
    """One odd answer.

    `then`: what follows the bytes of `wire`. The client has to wait for a whole second for each of them ("slow"), they
    are repeated for ever ("endless"), or nothing comes ("silence"); else the connection is kept ("keep"), closed
    ("close") or reset ("reset"). `outcome`: the request must fail ("fails"), succeed ("succeeds"), or either ("any").
    `refuses`: the answer says clearly that the request was not carried out. `later`: that it may be later.
    """

    name: str
    wire: Wire
    then: str = "keep"
    outcome: str = "fails"
    refuses: bool = False
    later: bool = False


def http(body: bytes, status: str = "200 OK", *headers: str, length: str | None = None) -> bytes:
    """An answer. `length`: another Content-Length than the body's; empty for none."""
    lines = [f"HTTP/1.1 {status}", *headers]
    if length != "":
        lines.append(f"Content-Length: {length or len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def headed(status: str = "200 OK", *headers: str, length: str | None = None, pack: Wire = bytes) -> Wire:
    """The sane body with other headers. `pack` makes another body of it."""
    return lambda body: http(pack(body), status, *headers, length=length)


def constant(body: bytes, status: str = "200 OK", *headers: str) -> Wire:
    """Always the same body."""
    return lambda _body: http(body, status, *headers)


def with_field(field: bytes) -> Wire:
    """The sane envelope with one more field."""
    return lambda body: http(body[:-1] + b", " + field + b"}")


def enveloped(data: object = None, **meta: object) -> Wire:
    """An answer whose envelope has other data or another meta. A field that is "missing" is left out."""

    def wire(body: bytes) -> bytes:
        envelope = json.loads(body)
        envelope["meta"] = {k: v for k, v in {**envelope["meta"], **meta}.items() if v != "missing"}
        if data is not None:
            envelope["data"] = None if data == "null" else data
        return http(dumps(envelope))

    return wire


NO_ENVELOPES = {
    "HTML": b"<!doctype html><html><body>Please log in</body></html>",
    "nothing": b"",
    "white space": b"  \n ",
    "a list": b"[]",
    "a list of envelopes": b'[{"meta": {"result_code": 200}, "data": {}}]',
    "null": b"null",
    "a number": b"5",
    "a text": b'"OK"',
    "an empty object": b"{}",
    "a meta that is null": b'{"meta": null, "data": {}}',
    "a meta that is a list": b'{"meta": [], "data": {}}',
    "a meta that is a text": b'{"meta": "OK", "data": {}}',
    "an empty meta": b'{"meta": {}, "data": {}}',
    "data alone": b'{"data": {}}',
    "single quotes": b"{'meta': {'result_code': 200}, 'data': {}}",
    "XML": b"<?xml version='1.0'?><meta><result_code>200</result_code></meta>",
    "bytes that are no text": bytes(range(256)),
    "a nesting of 100,000 lists": b"[" * 100_000 + b"]" * 100_000,
    "a nesting of 100,000 objects": b'{"meta":' * 100_000 + b"5" + b"}" * 100_000,
    "a number of 10,000 digits": b'{"meta": {"result_code": ' + b"2" * 10_000 + b'}, "data": {}}',
}


def _bodies() -> Iterator[Odd]:
    """Bodies with status 200 that are no envelope, or one with odd fields."""
    for name, text in NO_ENVELOPES.items():
        yield Odd(name, constant(text))
    yield Odd("half of the JSON", headed(pack=lambda body: body[: len(body) // 2]))
    yield Odd("the JSON without its last byte", headed(pack=lambda body: body[:-1]))
    yield Odd("the JSON twice", headed(pack=lambda body: body + body))
    yield Odd("JSON in a comment", headed(pack=lambda body: b"/* " + body + b" */"))
    for depth, outcome in ((100_000, "fails"), (400, "any")):
        yield Odd(f"a field nested {depth} deep", with_field(b'"x": ' + b"[" * depth + b"]" * depth), outcome=outcome)
    yield Odd("half a surrogate pair", with_field(rb'"half": "\ud800"'), outcome="succeeds")
    yield Odd("NaN and infinity", with_field(b'"x": [NaN, Infinity, 1e999]'), outcome="succeeds")
    yield Odd("one more field", with_field(b'"more": {"a": [1]}'), outcome="succeeds")


def _envelopes() -> Iterator[Odd]:
    """Envelopes with odd codes, and odd data."""
    codes: Sequence[object] = (
        *("missing", None, "200", "abc", [200], {}, True, False, 2.0, 200.5, INFINITE, 10**400),
        *(-1, 0, 1, 100, 199, 201, 302, 399, 600, 999),
    )
    for code in codes:
        yield Odd(f"result_code {code!r:.30}", enveloped(result_code=code))
    subcodes: Sequence[object] = ("101", [], 1.5, INFINITE, None)
    for code in (400, 403, 404):
        yield Odd(f"result_code {code} with status 200", enveloped(result_code=code), refuses=True)
        for subcode in subcodes:
            wire = enveloped(result_code=code, result_subcode=subcode)
            yield Odd(f"result_code {code}, subcode {subcode!r}", wire, refuses=True)
    messages: Sequence[object] = (5, [], {"a": 1}, True)
    for message in messages:
        yield Odd(f"result_msg {message!r}", enveloped(result_msg=message))
    data: Sequence[object] = ("null", [], [1], "text", 5, True, [{"id": TASK}])
    for each in data:
        yield Odd(f"data {each!r}", enveloped(each))


def _statuses() -> Iterator[Odd]:
    for status in ("201 Created", "202 Accepted", "204 No Content", "206 Partial Content", "304 Not Modified"):
        yield Odd(f"status {status}", headed(status))
    for location in ("/elsewhere", "http://[", "\xff\xfe", "", "http://127.0.0.1:1/"):
        yield Odd(f"a redirect to {location!r}", constant(b"", "302 Found", f"Location: {location}"))
    yield Odd("status 302 and an envelope", headed("302 Found", "Location: /x"))
    for code in (300, 301, 303, 307, 308, 399):
        yield Odd(f"status {code} and HTML", constant(b"<html>moved</html>", f"{code} Moved", "Location: /x"))
    for code in (400, 401, 403, 404, 405, 407, 408, 411, 413, 418, 421, 451, 499):
        yield Odd(f"status {code} and HTML", constant(b"<html>no</html>", f"{code} No"), refuses=True)
        yield Odd(f"status {code} and an envelope", headed(f"{code} No"), refuses=True)
    for code in (429, 503):
        yield Odd(f"status {code}", constant(b"<html>busy</html>", f"{code} Busy"), later=True)
    for code in (500, 501, 502, 504, 520, 599, 600, 999):
        yield Odd(f"status {code}", constant(b"<html>oh</html>", f"{code} Oh"))
        yield Odd(f"status {code} and an envelope", headed(f"{code} Oh"))


def _lengths() -> Iterator[Odd]:
    """Wrong lengths and wrong chunks."""
    yield Odd("too large a length, then closed", lambda body: http(body, length=str(len(body) + 9)), "close", "any")
    yield Odd("too large a length, then silence", lambda body: http(body, length=str(len(body) + 9)), "silence")
    yield Odd("too small a length", lambda body: http(body, length=str(len(body) - 9)))
    yield Odd("no length", headed(length=""), "close", "succeeds")
    yield Odd("no length, never closed", headed(length=""), "silence")
    for length in ("0", "-5", "abc", "1e3", "9" * 30, "5, 7"):
        yield Odd(f"length {length}", headed(length=length), "close", "any")
    yield Odd("two lengths", headed("200 OK", "Content-Length: 5"), "close", "any")

    def chunks(name: str, wire: Wire, then: str = "close", outcome: str = "fails") -> Odd:
        return Odd(f"chunks: {name}", headed("200 OK", CHUNKED, length="", pack=wire), then, outcome)

    yield chunks("sane", lambda body: b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body), "keep", "succeeds")
    yield chunks("no size", lambda body: body)
    yield chunks("a size that is no number", lambda body: b"xyz\r\n" + body)
    yield chunks("a negative size", lambda body: b"-5\r\n" + body)
    yield chunks("an immense size", lambda body: b"FFFFFFFFFFFFFFFF\r\n" + body)
    yield chunks("no end", lambda body: b"%x\r\n%b\r\n" % (len(body), body), "close", "any")
    yield chunks("no end and silence", lambda body: b"%x\r\n%b\r\n" % (len(body), body), "silence")
    yield chunks("cut in the middle", lambda body: b"%x\r\n%b" % (len(body), body[:9]))


def _packed_and_cut(pack: Wire, body: bytes) -> bytes:
    return pack(body)[:20]


PACKED: Mapping[str, Wire] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "gzip, gzip": lambda body: gzip.compress(gzip.compress(body)),
}


def _encodings() -> Iterator[Odd]:
    """Other encodings of texts, and packed bodies that cannot be unpacked."""
    yield Odd("utf-16", headed(pack=lambda body: body.decode().encode("utf-16")))
    yield Odd("utf-16 without a mark", headed(pack=lambda body: body.decode().encode("utf-16-le")))
    yield Odd("utf-32", headed(pack=lambda body: body.decode().encode("utf-32")))
    yield Odd("utf-8 with a mark", headed(pack=lambda body: b"\xef\xbb\xbf" + body), outcome="succeeds")
    yield Odd("latin-1", with_field('"x": "é"'.encode("latin-1")))
    yield Odd("a surrogate in utf-8", with_field(b'"x": "\xed\xa0\x80"'))
    for name, pack in PACKED.items():
        header = f"Content-Encoding: {name}"
        yield Odd(name, headed("200 OK", header, pack=pack), outcome="succeeds")
        yield Odd(f"{name}, not packed", headed("200 OK", header))
        yield Odd(f"{name}, cut", headed("200 OK", header, pack=partial(_packed_and_cut, pack)))
    bomb = gzip.compress(b" " * 5_000_000)
    yield Odd("a bomb", headed("200 OK", "Content-Encoding: gzip", pack=lambda body: bomb + gzip.compress(body)))
    for encoding, outcome in ((", ".join(["gzip"] * 20), "fails"), ("rot13", "any"), ("br", "any"), ("zstd", "any")):
        yield Odd(f"{encoding:.20}, not packed", headed("200 OK", f"Content-Encoding: {encoding}"), outcome=outcome)


FIRST_LINES = ("GARBAGE", "HTTP/1.1", "HTTP/1.1 abc OK", "HTTP/9.9 200 OK", "ICY 200 OK", "SSH-2.0", "\x16\x03")
HEADERS = {
    "without a colon": "nonsense",
    "with a zero byte": "X: \x00",
    "in latin-1": "X-\xe9: \xff",
    "with an odd cookie": "Set-Cookie: =;;;expires=nonsense; domain=\xff; path",
    "with a date that is none": "Date: yesterday",
    "with a date without a day": "Date: Thu, 99 Foo 99999 99:99:99 GMT",
    "with a date of the year 9999": "Date: Fri, 31 Dec 9999 23:59:59 -2359",
    "with a date of the year 1": "Date: Mon, 01 Jan 0001 00:00:00 +2359",
    "with an odd charset": "Content-Type: application/json; charset=nonsense",
}
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
CHUNKED = "Transfer-Encoding: chunked"


def _protocols() -> Iterator[Odd]:
    """What is hardly HTTP."""
    yield Odd("no answer, closed", lambda _body: b"", "close")
    yield Odd("no answer, reset", lambda _body: b"", "reset")
    yield Odd("half of the headers", lambda body: http(body)[:20], "close")
    yield Odd("half of the body, reset", lambda body: http(body)[:-9], "reset")
    for line in FIRST_LINES:
        yield Odd(f"first line {line!r}", partial(operator.add, f"{line}\r\n\r\n".encode()), "close", "any")
    yield Odd("101 headers", headed("200 OK", *(f"X-{number}: y" for number in range(101))), "close")
    yield Odd("a header of 70,000 bytes", headed("200 OK", "X: " + "y" * 70_000), "close")
    for name, header in HEADERS.items():
        yield Odd(f"a header {name}", headed("200 OK", header), outcome="any")
    yield Odd("to be continued", lambda body: CONTINUE + http(body), outcome="succeeds")
    yield Odd("switching protocols", constant(b"", "101 Switching Protocols"), "close")


def _slow_and_endless() -> Iterator[Odd]:
    yield Odd("silence", lambda _body: b"", "silence")
    yield Odd("headers byte by byte", http, "slow")
    yield Odd("a body byte by byte", bytes, "slow body")
    yield Odd("chunks byte by byte", bytes, "slow chunks")
    yield Odd("always to be continued", lambda _body: CONTINUE, "endless")
    yield Odd("an endless body", lambda _body: b" " * 65536, "endless body")


ODD = [*_bodies(), *_envelopes(), *_statuses(), *_lengths(), *_encodings(), *_protocols(), *_slow_and_endless()]

WRONG: Sequence[object] = (
    *("missing", None, 5, -1, True, "text", "", "\ud800", [], [None], [5], {}, {"id": 5}, {"value": [5]}),
    *(10**400, INFINITE, "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59"),
)


def odd_data(endpoint: str) -> Iterator[Odd]:
    """The sane answer of an endpoint, with one field after the other replaced by each wrong value, or missing."""
    sane = SANE.get(endpoint, {})
    for path in _paths(sane):
        for value in WRONG:
            name = f"{'.'.join(map(str, path))} = {value!r:.30}"
            yield Odd(name, enveloped(_replaced(sane, path, value)), outcome="any")
    deep: Any = TASK
    for _ in range(300):
        deep = {"id": [deep]}
    for path in _paths(sane):
        yield Odd(f"{path} nested", enveloped(_replaced(sane, path, deep)), outcome="any")


def _paths(value: object, start: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    inner: Sequence[tuple[str | int, object]] = ()
    if isinstance(value, dict):
        inner = [*value.items()]
    elif isinstance(value, list):
        inner = [*enumerate(value)]
    for key, item in inner:
        yield (*start, key)
        yield from _paths(item, (*start, key))


def _replaced(sane: Data, path: Sequence[str | int], value: object) -> Data:
    data = copy.deepcopy(sane)
    place: Any = data
    for key in path[:-1]:
        place = place[key]
    if value == "missing":
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return data
