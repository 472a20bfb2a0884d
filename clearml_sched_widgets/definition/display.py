"""Gives the parts of a definition a `repr` that is the Python call to create them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, cast

import attrs

from clearml_sched_widgets.definition.values import duration_text


class Part:
    """Base of the classes whose `repr` is the call that creates them, without fields that have their default."""

    __slots__ = ()

    def __repr__(self) -> str:
        fields = attrs.fields(cast(Any, type(self)))
        changed = [(field.name, getattr(self, field.name)) for field in fields if not is_default(self, field)]
        return f"{type(self).__name__}({', '.join(f'{name}={as_code(value)}' for name, value in changed)})"


def is_default(part: object, field: Any) -> bool:
    """Whether a field of an attrs object has its default."""
    default = field.default
    if isinstance(default, attrs.Factory):  # type: ignore[arg-type]
        default = default.factory()
    return bool(getattr(part, field.name) == default)


def as_code(value: object) -> str:
    """A value as a user would write it in Python."""
    if isinstance(value, tuple):
        return f"[{', '.join(as_code(element) for element in value)}]"
    if isinstance(value, timedelta):
        return repr(duration_text(value))
    if isinstance(value, time):
        return repr(time_text(value))
    if isinstance(value, datetime):
        return repr(moment_text(value))
    return repr(value.isoformat() if isinstance(value, date) else value)


def time_text(clock: time) -> str:
    """A time of day as "06:20", with seconds only if they are not zero."""
    return clock.strftime("%H:%M:%S" if clock.second else "%H:%M")


def moment_text(moment: datetime) -> str:
    """A moment in UTC as ISO 8601 with Z."""
    return moment.isoformat().replace("+00:00", "Z")
