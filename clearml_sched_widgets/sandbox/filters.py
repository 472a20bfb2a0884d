"""Compiles the filters of a list request to an SQL condition, with the real server's semantics."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from clearml_sched_widgets.sandbox import clock
from clearml_sched_widgets.sandbox.conditions import Condition, all_of, any_of, empty, none_of, operand
from clearml_sched_widgets.sandbox.errors import FIELD_VALUE, INVALID_REGEX, VALIDATION, ApiError
from clearml_sched_widgets.sandbox.kinds import DATE_FIELDS, Kind
from clearml_sched_widgets.sandbox.list_filters import read_list
from clearml_sched_widgets.sandbox.store import Doc

_JOINERS = {"_any_": " OR ", "_or_": " OR ", "_all_": " AND ", "_and_": " AND "}
_DATE = re.compile(r"^(>=|>|<=|<)?(.*)$")
_TIME_CONDITION = re.compile(r"^\(?(created|last_update|last_change|status_changed) >")
_LOOKUP_CONDITION = re.compile(r"^(status|project|parent) IN")


def compile_filters(kind: Kind, request: Doc) -> Condition:
    """Return the SQL condition for a list request.

    Raises:
        ApiError: with the real server's code, if a filter is malformed.
    """
    remaining = dict(request)
    spec = kind.filters
    structured = remaining.pop("filters", None) or {}
    if not isinstance(structured, dict):
        raise FIELD_VALUE("invalid value type, string expected", field=structured, value=str(structured))
    parts = [_pattern_filter(kind, field, remaining.pop(field)) for field in spec.pattern if remaining.get(field)]
    for field, value in _pop_fields(structured, spec.lists):
        parts.append(_structured_filter(kind, field, value))
        remaining.pop(field, None)
    parts += [_list_filter(kind, field, value) for field, value in _pop_fields(remaining, spec.lists)]
    parts += [_range_filter(kind, field, value) for field, value in _pop_fields(remaining, spec.ranges)]
    parts += [_equal_filter(kind, field, value) for field, value in _pop_fields(remaining, spec.plain)]
    parts += [_dates_filter(kind, field, value) for field, value in _pop_fields(remaining, spec.dates)]
    parts += [_multi_field_filter(kind, key, value) for key, value in remaining.items() if key in _JOINERS]
    if request.get("search_text"):
        parts.append(_text_filter(kind, str(request["search_text"])))
    return Condition.join(_prefer_time_index(parts), "AND")


def _pop_fields(request: Doc, patterns: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        prefix = pattern[:-1] if pattern.endswith("*") else None
        names = [name for name in request if (name.startswith(prefix) if prefix else name == pattern)]
        for name in names:
            value = request.pop(name)
            if value is not None:
                yield name, value


def _valid_regex(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise INVALID_REGEX(str(error)) from error
    return pattern


def literal(pattern: str) -> str | None:
    """Return the only string that a pattern matches, or None. Handles anchored patterns without special characters."""
    if not (pattern.startswith("^") and pattern.endswith("$")):
        return None
    inner = re.sub(r"\\([^a-zA-Z0-9])", "\0", pattern[1:-1])
    if re.search(r"[.^$*+?{}\[\]\\|()]", inner):
        return None
    return re.sub(r"\\(.)", r"\1", pattern[1:-1])


def _pattern_filter(kind: Kind, field: str, pattern: Any) -> Condition:
    expr = operand(kind, field)
    exact = literal(str(pattern))
    if exact is not None:
        return Condition(f"{expr.sql} = ?", *expr.params, exact)
    return Condition(f"{expr.sql} REGEXP ?", *expr.params, _valid_regex(str(pattern)))


def _equal_filter(kind: Kind, field: str, value: Any) -> Condition:
    expr = operand(kind, field)
    return Condition(f"{expr.sql} = ?", *expr.params, value)


def _prefer_time_index(conditions: list[Condition]) -> list[Condition]:
    """Make SQLite use the index on a time, which narrows the list better than one on status or project.

    The unary plus keeps SQLite from using the other index.
    """
    if not any(_TIME_CONDITION.match(condition.sql) for condition in conditions):
        return conditions
    return [Condition(_LOOKUP_CONDITION.sub(r"+\1 IN", condition.sql), *condition.params) for condition in conditions]


_ACTIONS = {"in": any_of, "nin": none_of, "all": all_of}


def _list_filter(kind: Kind, field: str, data: Any) -> Condition:
    joiner, allow_empty, actions = read_list(field, list(data) if isinstance(data, (list, tuple)) else [data])
    parts = [_ACTIONS[action](kind, field, sorted(set(values))) for action, values in actions.items()]
    condition = Condition.join(parts, joiner)
    if not allow_empty:
        return condition
    return Condition.join([condition, empty(kind, field)], "OR") if parts else empty(kind, field)


def _structured_filter(kind: Kind, field: str, data: Any) -> Condition:
    if not isinstance(data, dict):
        raise VALIDATION("invalid filter for field, dictionary expected", field=field, value=str(data))
    if not data:
        return Condition()
    if set(data) - {"any", "all", "op"} or data.get("op", "and") not in ("and", "or"):
        raise VALIDATION(field=field, value="Invalid list query filter")
    groups = []
    for name, joiner in (("any", "OR"), ("all", "AND")):
        group = data.get(name) or {}
        parts = []
        for values, include in ((group.get("include"), True), (group.get("exclude"), False)):
            parts += _structured_group(kind, field, values or [], name, include)
        if parts:
            groups.append(Condition.join(parts, joiner))
    return Condition.join(groups, data.get("op", "and").upper())


def _structured_group(kind: Kind, field: str, values: list[Any], group: str, include: bool) -> list[Condition]:
    parts = []
    if None in values:
        parts.append(empty(kind, field) if include else empty(kind, field).negated())
    named = sorted({str(value) for value in values if value is not None})
    if named and include:
        parts.append(any_of(kind, field, named) if group == "any" else all_of(kind, field, named))
    elif named:
        parts.append(all_of(kind, field, named).negated() if group == "any" else none_of(kind, field, named))
    return parts


def _filter_value(field: str, value: Any) -> Any:
    if field in DATE_FIELDS:
        try:
            return clock.stored(clock.parse(str(value)))
        except ValueError as error:
            raise FIELD_VALUE("failed parsing query field", error=str(error), field=field) from error
    if field.startswith("last_metrics.") and isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return value
    return value


def _range_filter(kind: Kind, field: str, data: Any) -> Condition:
    if not isinstance(data, (list, tuple)) or len(data) != 2:
        raise VALIDATION(f"Min and max values should be specified for range field {field}")
    low, high = data
    if low is None and high is None:
        raise VALIDATION(f"At least one of min or max values should be provided for field {field}")
    expr = operand(kind, field)
    parts = [
        Condition(f"{expr.sql} {sign} ?", *expr.params, _filter_value(field, limit))
        for sign, limit in ((">=", low), ("<=", high))
        if limit is not None
    ]
    condition = Condition.join(parts, "AND")
    # as on the real server, a range without a lower end also matches documents without the field
    return condition if low is not None else Condition.join([condition, empty(kind, field)], "OR")


def _dates_filter(kind: Kind, field: str, data: Any) -> Condition:
    values = data if isinstance(data, list) else [data]
    if len(values) == 2 and not any(str(value).startswith((">", "<")) for value in values if value is not None):
        return _range_filter(kind, field, values)
    expr = operand(kind, field)
    parts = []
    for value in values:
        match = _DATE.match(str(value))
        if not match:
            continue
        try:
            moment = clock.stored(clock.parse(match.group(2)))
        except ValueError:  # the real server ignores invalid times
            continue
        parts.append(Condition(f"{expr.sql} {match.group(1) or '='} ?", *expr.params, moment))
    return Condition.join(parts, "AND")


def _multi_field_filter(kind: Kind, key: str, value: Any) -> Condition:
    if not isinstance(value, dict) or set(value) - {"fields", "pattern", "datetime"}:
        raise _multi_field_error(key)
    fields, pattern, moment = value.get("fields") or [], value.get("pattern"), value.get("datetime")
    if (pattern is None) == (moment is None):
        raise _multi_field_error(key)
    if pattern is not None:
        wanted = "(?i)" + _valid_regex(str(pattern))
        return Condition.join([_field_matches(kind, field, wanted) for field in fields], _JOINERS[key])
    dated = [field for field in fields if field in kind.filters.dates]
    return Condition.join([_dates_filter(kind, field, moment) for field in dated], _JOINERS[key])


def _multi_field_error(key: str) -> ApiError:
    return FIELD_VALUE("failed parsing query field", error=f"incorrect field format: field={key}", field=key)


def _field_matches(kind: Kind, field: str, pattern: str) -> Condition:
    if field in kind.labels:
        sql = f"id IN (SELECT owner FROM labels WHERE kind = '{kind.name}' AND field = ? AND value REGEXP ?)"
        return Condition(sql, field, pattern)
    expr = operand(kind, field)
    return Condition(f"{expr.sql} REGEXP ?", *expr.params, pattern)


def _text_filter(kind: Kind, text: str) -> Condition:
    words = "|".join(re.escape(word) for word in re.findall(r"\w+", text))
    pattern = rf"(?i)\b({words})\b" if words else "(?!)"
    return Condition.join([_field_matches(kind, field, pattern) for field in kind.text], "OR")
