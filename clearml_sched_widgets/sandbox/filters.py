"""A list request's filters compiled to an SQL condition, with the real server's semantics."""

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
_SINCE = re.compile(r"^\(?(created|last_update|last_change|status_changed) >")
_LOOKUP = re.compile(r"^(status|project|parent) IN")


def compile_filters(kind: Kind, request: Doc) -> Condition:
    """The condition of a list request.

    Raises:
        ApiError: with the real server's code, if a filter is malformed.
    """
    left = dict(request)
    spec = kind.filters
    structured = left.pop("filters", None) or {}
    if not isinstance(structured, dict):
        raise FIELD_VALUE("invalid value type, string expected", field=structured, value=str(structured))
    parts = [_pattern(kind, field, left.pop(field)) for field in spec.pattern if left.get(field)]
    for field, value in _take(structured, spec.lists):
        parts.append(_structured(kind, field, value))
        left.pop(field, None)
    parts += [_list(kind, field, value) for field, value in _take(left, spec.lists)]
    parts += [_range(kind, field, value) for field, value in _take(left, spec.ranges)]
    parts += [_equal(kind, field, value) for field, value in _take(left, spec.plain)]
    parts += [_dates(kind, field, value) for field, value in _take(left, spec.dates)]
    parts += [_multi(kind, key, value) for key, value in left.items() if key in _JOINERS]
    if request.get("search_text"):
        parts.append(_search_text(kind, str(request["search_text"])))
    return Condition.join(_prefer_time(parts), "AND")


def _take(request: Doc, patterns: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        prefix = pattern[:-1] if pattern.endswith("*") else None
        names = [name for name in request if (name.startswith(prefix) if prefix else name == pattern)]
        for name in names:
            value = request.pop(name)
            if value is not None:
                yield name, value


def _checked(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise INVALID_REGEX(str(error)) from error
    return pattern


def literal(pattern: str) -> str | None:
    """The one string that an anchored pattern without special characters matches, else None."""
    if not (pattern.startswith("^") and pattern.endswith("$")):
        return None
    inner = re.sub(r"\\([^a-zA-Z0-9])", "\0", pattern[1:-1])
    if re.search(r"[.^$*+?{}\[\]\\|()]", inner):
        return None
    return re.sub(r"\\(.)", r"\1", pattern[1:-1])


def _pattern(kind: Kind, field: str, pattern: Any) -> Condition:
    expr = operand(kind, field)
    exact = literal(str(pattern))
    if exact is not None:
        return Condition(f"{expr.sql} = ?", *expr.params, exact)
    return Condition(f"{expr.sql} REGEXP ?", *expr.params, _checked(str(pattern)))


def _equal(kind: Kind, field: str, value: Any) -> Condition:
    expr = operand(kind, field)
    return Condition(f"{expr.sql} = ?", *expr.params, value)


def _prefer_time(conditions: list[Condition]) -> list[Condition]:
    """Keep SQLite from looking up a status or a project where a point in time narrows the list better."""
    if not any(_SINCE.match(condition.sql) for condition in conditions):
        return conditions
    return [Condition(_LOOKUP.sub(r"+\1 IN", condition.sql), *condition.params) for condition in conditions]


_ACTIONS = {"in": any_of, "nin": none_of, "all": all_of}


def _list(kind: Kind, field: str, data: Any) -> Condition:
    joiner, allow_empty, actions = read_list(field, list(data) if isinstance(data, (list, tuple)) else [data])
    parts = [_ACTIONS[action](kind, field, sorted(set(values))) for action, values in actions.items()]
    condition = Condition.join(parts, joiner)
    if not allow_empty:
        return condition
    return Condition.join([condition, empty(kind, field)], "OR") if parts else empty(kind, field)


def _structured(kind: Kind, field: str, data: Any) -> Condition:
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
            parts += _structured_part(kind, field, values or [], name, include)
        if parts:
            groups.append(Condition.join(parts, joiner))
    return Condition.join(groups, data.get("op", "and").upper())


def _structured_part(kind: Kind, field: str, values: list[Any], group: str, include: bool) -> list[Condition]:
    parts = []
    if None in values:
        parts.append(empty(kind, field) if include else empty(kind, field).negated())
    named = sorted({str(value) for value in values if value is not None})
    if named and include:
        parts.append(any_of(kind, field, named) if group == "any" else all_of(kind, field, named))
    elif named:
        parts.append(all_of(kind, field, named).negated() if group == "any" else none_of(kind, field, named))
    return parts


def _value(field: str, value: Any) -> Any:
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


def _range(kind: Kind, field: str, data: Any) -> Condition:
    if not isinstance(data, (list, tuple)) or len(data) != 2:
        raise VALIDATION(f"Min and max values should be specified for range field {field}")
    low, high = data
    if low is None and high is None:
        raise VALIDATION(f"At least one of min or max values should be provided for field {field}")
    expr = operand(kind, field)
    parts = [
        Condition(f"{expr.sql} {sign} ?", *expr.params, _value(field, limit))
        for sign, limit in ((">=", low), ("<=", high))
        if limit is not None
    ]
    condition = Condition.join(parts, "AND")
    # as the real server: a range without a lower end also matches what lacks the field
    return condition if low is not None else Condition.join([condition, empty(kind, field)], "OR")


def _dates(kind: Kind, field: str, data: Any) -> Condition:
    values = data if isinstance(data, list) else [data]
    if len(values) == 2 and not any(str(value).startswith((">", "<")) for value in values if value is not None):
        return _range(kind, field, values)
    expr = operand(kind, field)
    parts = []
    for value in values:
        match = _DATE.match(str(value))
        if not match:
            continue
        try:
            moment = clock.stored(clock.parse(match.group(2)))
        except ValueError:  # the real server ignores what it cannot read
            continue
        parts.append(Condition(f"{expr.sql} {match.group(1) or '='} ?", *expr.params, moment))
    return Condition.join(parts, "AND")


def _multi(kind: Kind, key: str, value: Any) -> Condition:
    if not isinstance(value, dict) or set(value) - {"fields", "pattern", "datetime"}:
        raise _multi_error(key)
    fields, pattern, moment = value.get("fields") or [], value.get("pattern"), value.get("datetime")
    if (pattern is None) == (moment is None):
        raise _multi_error(key)
    if pattern is not None:
        wanted = "(?i)" + _checked(str(pattern))
        return Condition.join([_matches(kind, field, wanted) for field in fields], _JOINERS[key])
    dated = [field for field in fields if field in kind.filters.dates]
    return Condition.join([_dates(kind, field, moment) for field in dated], _JOINERS[key])


def _multi_error(key: str) -> ApiError:
    return FIELD_VALUE("failed parsing query field", error=f"incorrect field format: field={key}", field=key)


def _matches(kind: Kind, field: str, pattern: str) -> Condition:
    if field in kind.labels:
        sql = f"id IN (SELECT owner FROM labels WHERE kind = '{kind.name}' AND field = ? AND value REGEXP ?)"
        return Condition(sql, field, pattern)
    expr = operand(kind, field)
    return Condition(f"{expr.sql} REGEXP ?", *expr.params, pattern)


def _search_text(kind: Kind, text: str) -> Condition:
    words = "|".join(re.escape(word) for word in re.findall(r"\w+", text))
    pattern = rf"(?i)\b({words})\b" if words else "(?!)"
    return Condition.join([_matches(kind, field, pattern) for field in kind.text], "OR")
