"""Reads the parts of a state from JSON data. Anybody may have written them, so every type is checked.

The functions raise ValueError, TypeError, KeyError or OverflowError for data that makes no sense.
"""

from __future__ import annotations

import collections.abc
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from clearml_sched_widgets.policy.state import PAST_TIMES, ItemState, Launch, PastRun, ReadPosition, parse
from clearml_sched_widgets.surrogates import mended

T = TypeVar("T")


def time(value: object) -> datetime:
    """An aware time."""
    moment = parse(value) if isinstance(value, str) else None
    if moment is None:
        raise ValueError(f"expected a time with an offset, not {value!r:.80}")
    return moment


def optional_time(value: object) -> datetime | None:
    return None if value is None else time(value)


def item_state(data: Any) -> ItemState:
    return _record(ItemState, {**data, "watermark": time(data["watermark"])})


def launch(data: Any) -> Launch:
    times = {"nominal": time(data["nominal"]), "not_before": optional_time(data["not_before"])}
    return _record(Launch, {**data, **times, "lineage": tuple(data["lineage"])})


def past_run(data: Any) -> PastRun:
    return _record(PastRun, {**data, **{name: optional_time(data.get(name)) for name in PAST_TIMES}})


def read_position(data: Any) -> ReadPosition:
    cursor, ahead = optional_time(data["cursor"]), optional_time(data.get("ahead"))
    return _record(ReadPosition, {"cursor": cursor, "seen": dict(data["seen"]), "ahead": ahead})


def memory(data: Any) -> Mapping[str, Any]:
    """What a trigger remembers of objects. Its values are checked where they are used."""
    return dict(_checked(data, dict))


def flag(value: object) -> bool:
    return _checked(value, bool)


def text(value: object) -> str:
    return _checked(value, str)


def _record(kind: type[T], values: Mapping[str, Any]) -> T:
    """An object of an attrs class, whose fields have the types that it declares."""
    hints = get_type_hints(kind)
    for name, value in values.items():
        if not _fits(value, hints.get(name)):
            raise TypeError(f"{name} is {value!r:.80}")
    return kind(**mended(values))


def _checked(value: object, kind: type[T]) -> T:
    if not isinstance(value, kind):
        raise TypeError(f"expected {kind.__name__}, not {value!r:.80}")
    return mended(value)  # type: ignore[no-any-return]


def _fits(value: object, hint: Any) -> bool:
    """True if a value has a declared type. Knows those that the parts of a state have."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is tuple:
        return isinstance(value, tuple) and all(isinstance(each, arguments[0]) for each in value)
    if origin is collections.abc.Mapping:
        return isinstance(value, dict) and all(isinstance(each, str) for pair in value.items() for each in pair)
    if origin is not None:  # a time or None
        return any(isinstance(value, argument) for argument in arguments)
    return hint is not None and isinstance(value, hint) and (hint is bool) == isinstance(value, bool)
