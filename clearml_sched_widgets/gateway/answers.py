"""The shapes of the server's answers: what an answer must have to make sense. Other fields are ignored.

`structured` reads an answer as one of the shapes, without converting anything: the text "5" is no number. Rows of lists
have no shape here, but a function in `parse`.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any, TypeVar

import attrs
import cattrs
from attrs.validators import matches_re, min_len

from clearml_sched_widgets.gateway.nonsense import Nonsense
from clearml_sched_widgets.surrogates import mended

Data = dict[str, Any]
Shape = TypeVar("Shape")
ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


@attrs.frozen
class Meta:
    """What came of a request. `result_code` is an HTTP status."""

    result_code: int
    result_subcode: int | None = None
    result_msg: str | None = None


@attrs.frozen
class Envelope:
    """Every answer. `data` depends on the endpoint."""

    meta: Meta
    data: Any = None


@attrs.frozen
class Login:
    """auth.login. The token becomes a header, which some characters would break."""

    token: str = attrs.field(validator=matches_re(r"[!-~][ -~]*"))


@attrs.frozen
class User:
    """A user of the server."""

    id: str = attrs.field(validator=min_len(1))
    name: str | None = None


@attrs.frozen
class CurrentUser:
    """users.get_current_user"""

    user: User


@attrs.frozen
class Created:
    """tasks.clone, tasks.create, projects.create, and a task that tasks.enqueue_many has put on a queue."""

    id: str = attrs.field(validator=min_len(1))


@attrs.frozen
class EnqueueError:
    """Why a task was not put on a queue. `codes` are the HTTP status and the server's sub-code."""

    codes: list[int] = attrs.field(factory=list)
    msg: str | None = None


@attrs.frozen
class NotEnqueued:
    """A task that tasks.enqueue_many has not put on a queue."""

    id: str = attrs.field(validator=min_len(1))
    error: EnqueueError | None = None


@attrs.frozen
class EnqueueMany:
    """tasks.enqueue_many"""

    succeeded: list[Created]
    failed: list[NotEnqueued]
    queue_watched: bool | None = None


def structured(data: object, shape: type[Shape]) -> Shape:
    """Read an answer's data as one of the shapes. Raises Nonsense."""
    if not isinstance(data, dict):  # cattrs raises different errors for it
        raise Nonsense("data", data)
    try:
        return _converter().structure(data, shape)
    except cattrs.BaseValidationError as error:
        place = cattrs.transform_error(error)[0].rpartition("@ $")[2]  # such as ".failed.error"
        raise Nonsense(place.removeprefix(".") or "data") from None


def envelope(body: bytes) -> Envelope | None:
    """Read an answer; None if it is not one of the API. Lone surrogates in it are replaced."""
    try:
        text = body.decode("utf-8-sig")
        answer = json.loads(text)
        if ESCAPED_SURROGATE.search(text):
            answer = mended(answer)
    except (ValueError, RecursionError):  # the latter if it is nested too deeply
        return None
    try:
        return structured(answer, Envelope)
    except Nonsense:
        return None


def rows(data: Data, field: str) -> list[object]:
    """The rows of a list. Raises Nonsense if there is no list."""
    found = data.get(field)
    if not isinstance(found, list):
        raise Nonsense(field, found)
    return found


@cache
def _converter() -> cattrs.Converter:
    converter = cattrs.Converter()
    for kind in (str, int, bool):
        converter.register_structure_hook(kind, _exactly)
    converter.register_structure_hook_func(lambda kind: getattr(kind, "__origin__", None) is list, _list)
    return converter


def _exactly(value: object, kind: type) -> Any:
    if type(value) is kind:
        return value
    raise TypeError(f"expected {kind.__name__}")


def _list(value: object, kind: Any) -> Any:
    if not isinstance(value, list):
        raise TypeError("expected a list")
    return [_converter().structure(each, kind.__args__[0]) for each in value]
