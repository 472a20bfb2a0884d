"""Reads the fields of rows of the server's lists. Missing and null ones are empty; a wrong type raises Nonsense."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from clearml_sched_widgets.gateway.nonsense import Nonsense

Row = Mapping[str, Any]
YEARS = range(1970, 2200)  # a time outside would overflow when somebody adds a duration or converts its zone


def row(value: object) -> Row:
    """The row itself, which must be an object."""
    if isinstance(value, dict):
        return value
    raise Nonsense("the row", value)


def text(row: Row, name: str) -> str:
    """A text."""
    value = row.get(name)
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    raise Nonsense(name, value)


def required(row: Row, name: str) -> str:
    """A text that must not be empty."""
    value = row.get(name)
    if isinstance(value, str) and value:
        return value
    raise Nonsense(name, value)


def time(row: Row, name: str) -> datetime | None:
    """A time, in UTC."""
    value = row.get(name)
    if value is None or value == "":
        return None
    moment = utc_time(value)
    if moment is None:
        raise Nonsense(name, value)
    return moment


def utc_time(value: object) -> datetime | None:
    """Read an ISO time as UTC; a time without an offset is UTC already. None if it is no plausible time."""
    if not isinstance(value, str) or not value:
        return None
    try:
        moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
        moment = moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment.astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year in YEARS else None


def items(row: Row, name: str) -> list[Any]:
    """A list."""
    value = row.get(name)
    if isinstance(value, list):
        return value
    if value is None:
        return []
    raise Nonsense(name, value)


def tags(row: Row, name: str) -> tuple[str, ...]:
    """A list of texts."""
    found = items(row, name)
    for tag in found:
        if not isinstance(tag, str):
            raise Nonsense(name, tag)
    return tuple(found)


def mapping(row: Row, name: str) -> dict[str, Any]:
    """An object."""
    value = row.get(name)
    if isinstance(value, dict):
        return value
    if value is None:
        return {}
    raise Nonsense(name, value)


def reference(row: Row, name: str) -> tuple[str | None, str]:
    """The id and name of a referenced object. The server sends either an object or only its id."""
    value = row.get(name)
    if isinstance(value, dict):
        found = value.get("id")
        if found is None or isinstance(found, str):
            return found, text(value, "name")
    elif value is None or isinstance(value, str):
        return value, ""
    raise Nonsense(name, value)
