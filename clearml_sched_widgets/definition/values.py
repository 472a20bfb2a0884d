"""Converts the simple values of a definition from what users may write to what is stored.

Each public function is the attrs converter of one kind of field. None of them raises; see `checks`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta, timezone
from numbers import Real
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from clearml_sched_widgets.definition.checks import Bad, bad, distinct, each, guarded
from clearml_sched_widgets.definition.fixed import FixedDict
from clearml_sched_widgets.surrogates import has_half

LONE_SURROGATE = "expected text that can be sent: it has half of a surrogate pair"
MAX_NAME = 200
SHORTEST_NAME = 3  # of tasks and of each part of a project's name; the server's own rule
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
SINCE = "since"  # in the metadata of a field: the version of the definition's format that has it, if that is not 1
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def listed(value: Any) -> Any:
    """A tuple of values: a string is split at its commas (`6:20, 18:20`). What is no list is returned unchanged."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    if isinstance(value, Iterable) and not isinstance(value, Mapping):
        return tuple(value)
    return (value,) if isinstance(value, (int, time)) else value


def _time(value: str | time) -> time:
    if isinstance(value, time):
        if value.tzinfo is not None:
            raise ValueError("a time of day has no zone of its own; set the rule's timezone")
        return time(value.hour, value.minute, value.second)
    match = re.fullmatch(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", value.strip()) if isinstance(value, str) else None
    if not match:
        raise ValueError('expected a time of day such as "06:20" or "18:20:30"')
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError('expected a time from "00:00" to "23:59"')
    return time(hour, minute, second)


def times_of_day(value: str | Iterable[str | time]) -> tuple[time, ...]:
    """Times of day, sorted, each once."""
    parts = listed(value)
    if not parts:
        return bad(value, 'expected at least one time of day such as "06:20"')  # type: ignore[no-any-return]
    return distinct(each(_time, parts), lambda clock: clock)


def _duration(value: str | timedelta) -> timedelta:
    if isinstance(value, timedelta):
        if value.microseconds:
            raise ValueError("expected a duration of whole seconds")
        return value
    parts = re.findall(r"(\d+)\s*([smhdw])", value) if isinstance(value, str) else []
    if not parts or re.sub(r"(\d+)\s*([smhdw])|\s", "", value):
        raise ValueError('expected a duration such as "90s", "15m", "2h" or "1d"')
    try:
        return sum((timedelta(**{UNITS[unit]: int(number)}) for number, unit in parts), timedelta())
    except OverflowError:
        raise ValueError("expected a duration of less than a million years") from None


def _positive(value: str | timedelta) -> timedelta:
    length = _duration(value)
    if length <= timedelta(0):
        raise ValueError("expected a duration longer than zero")
    return length


def duration(value: str | timedelta) -> timedelta:
    """A length of time greater than zero: a timedelta or "90s", "15m", "2h", "1d", "1h30m"."""
    return guarded(_positive, value)


def _not_negative(value: str | timedelta) -> timedelta:
    length = _duration(value)
    if length < timedelta(0):
        raise ValueError("expected a duration of zero or more")
    return length


def window(value: str | timedelta) -> timedelta:
    """A length of time of zero or more."""
    return guarded(_not_negative, value)


def duration_text(length: timedelta) -> str:
    """The shortest text that `duration` reads back: whole days, hours, minutes, else seconds."""
    seconds = int(length.total_seconds())
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def _plain_iso(text: str) -> str:
    """The text in the form that Python 3.10 reads: no Z, offsets with a colon, six digits of a fraction or none."""
    text = re.sub(r"[zZ]$", "+00:00", text)
    text = re.sub(r"([T ].*[+-]\d\d)(\d\d)?$", lambda match: f"{match[1]}:{match[2] or '00'}", text)
    return re.sub(r"[.,](\d+)", lambda match: f".{match[1]:0<6.6}", text)


def _moment(value: str | datetime) -> datetime:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(_plain_iso(value.strip()))
        except ValueError:
            value = None  # type: ignore[assignment]
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValueError('expected a time with its offset such as "2026-12-01T06:20:00+01:00" or "…Z"')
    return value.astimezone(timezone.utc)


def moment(value: str | datetime) -> datetime:
    """An instant, kept in UTC: an aware datetime, or ISO 8601 with an offset or Z."""
    return guarded(_moment, value)


def optional_moment(value: str | datetime | None) -> datetime | None:
    return None if value is None else guarded(_moment, value)


def _day(value: str | date) -> date:
    if isinstance(value, datetime) or not isinstance(value, (date, str)):
        raise ValueError('expected a date such as "2026-12-01"')
    try:
        return value if isinstance(value, date) else date.fromisoformat(value.strip())
    except ValueError:
        raise ValueError('expected a date that exists, such as "2026-12-01"') from None


def day(value: str | date) -> date:
    return guarded(_day, value)


def _zone(value: str) -> str:
    if not isinstance(value, str) or value not in available_zones():
        raise ValueError('expected the name of an IANA time zone such as "UTC" or "Europe/Berlin"')
    return value


_zones: frozenset[str] = frozenset()


def available_zones() -> frozenset[str]:
    """The names of all time zones on this machine; read from disk once."""
    global _zones
    if not _zones:
        _zones = frozenset(available_timezones())
    return _zones


def zone(value: str | ZoneInfo) -> str:
    """The name of an IANA time zone."""
    return guarded(_zone, value.key if isinstance(value, ZoneInfo) and value.key else value)  # type: ignore[arg-type]


def _weekday(value: str) -> str:
    text = value.strip().lower() if isinstance(value, str) else ""
    for name in WEEKDAYS:
        if text in (name, name[:3]):
            return name
    raise ValueError('expected a weekday such as "monday" or "mon"')


def weekdays(value: str | Iterable[str]) -> tuple[str, ...]:
    """Weekdays, each once, from Monday to Sunday in whatever order they were given."""
    parts = listed(value)
    if not parts:
        return bad(value, 'expected at least one weekday such as "monday"')  # type: ignore[no-any-return]
    return distinct(each(_weekday, parts), WEEKDAYS.index)


def _required_text(value: str) -> str:
    if not isinstance(value, str):
        raise ValueError("expected some text")
    if not value.strip():
        raise ValueError("must not be empty")
    return _short_text(value)


def _short_text(value: str) -> str:
    if not isinstance(value, str):
        raise ValueError("expected text")
    if len(value) > MAX_NAME:
        raise ValueError(f"expected at most {MAX_NAME} characters, got {len(value)}")
    if has_half(value):
        raise ValueError(LONE_SURROGATE)
    return value.strip()


def text(value: str) -> str:
    """Text that may not be empty."""
    return guarded(_required_text, value)


def description(value: str) -> str:
    """Text of at most 10,000 characters; it may be empty."""
    return guarded(_long_text, value)


def _long_text(value: str) -> str:
    if not isinstance(value, str) or len(value) > 10_000:
        raise ValueError("expected text of at most 10,000 characters")
    return value


def optional_text(value: str | None) -> str | None:
    """A short text; None and blank are the same."""
    return None if value is None else guarded(_short_text, value) or None


def _task_name(value: str) -> str:
    name = _required_text(value)
    if len(name) < SHORTEST_NAME:
        raise ValueError(f"expected at least {SHORTEST_NAME} characters: ClearML takes no shorter name")
    return name


def task_name(value: str) -> str:
    """A name that ClearML takes for a task."""
    return guarded(_task_name, value)


def optional_task_name(value: str | None) -> str | None:
    """A name that ClearML takes for a task; None and blank are the same."""
    return optional_text(value) if value is None or not str(value).strip() else guarded(_task_name, value)


def _project(value: str) -> str:
    name = _required_text(value)
    if any(len(part.strip()) < SHORTEST_NAME for part in name.split("/")):
        raise ValueError(f'expected at least {SHORTEST_NAME} characters in each part, such as "Vision/nightly"')
    return name


def required_project(value: str) -> str:
    """The full name of a project; it may not be empty."""
    return guarded(_project, value)


def optional_project(value: str | None) -> str | None:
    """The full name of a project; None and blank are the same."""
    return optional_text(value) if value is None or not str(value).strip() else guarded(_project, value)


def texts(value: str | Iterable[str]) -> tuple[str, ...]:
    """A list of short texts, each once, in the order given."""
    return distinct(each(_required_text, listed(value)))


def _flag(value: bool) -> bool:
    if not isinstance(value, bool):
        raise ValueError("expected true or false")
    return value


def flag(value: bool) -> bool:
    return guarded(_flag, value)


def _count(value: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError("expected a whole number of 1 or more")
    return value


def optional_count(value: int | None) -> int | None:
    return None if value is None else guarded(_count, value)


def _parameters(value: Mapping[str, Any]) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise ValueError('expected a mapping such as {"Args/lr": 0.1}')
    names = {key: guarded(_parameter_name, key) for key in value}
    return FixedDict(
        {key: name if isinstance(name, Bad) else guarded(_parameter_value, value[key]) for key, name in names.items()}
    )


def _parameter_name(key: str) -> str:
    section, slash, name = key.partition("/") if isinstance(key, str) else ("", "", "")
    if not (section and slash and name):
        raise ValueError('expected a parameter named "Section/name", such as "Args/lr"')
    if section == "Scheduler":
        raise ValueError("the section Scheduler is written by the scheduler itself")
    return key


def _parameter_value(value: Any) -> str:
    if value is None or isinstance(value, (str, Real)):  # Real includes numpy's numbers
        return "" if value is None else str(value)
    raise ValueError("expected text, a number, true or false as the value of a parameter")


def parameters(value: Mapping[str, Any]) -> dict[str, str]:
    """Hyperparameters by "Section/name"; values become the text that ClearML keeps."""
    return guarded(_parameters, value)
