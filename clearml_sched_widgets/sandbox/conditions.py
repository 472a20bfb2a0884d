"""SQL conditions on the fields of documents. A label is one member of a list field, such as one tag."""

from __future__ import annotations

from typing import Any

from clearml_sched_widgets.sandbox.errors import FIELD_VALUE
from clearml_sched_widgets.sandbox.kinds import Kind
from clearml_sched_widgets.sandbox.store import dumps

_MAX_INLINE_VALUES = 50


class Condition:
    """An SQL condition with its parameters."""

    def __init__(self, sql: str = "1", *params: Any) -> None:
        self.sql = sql
        self.params = list(params)

    @staticmethod
    def join(parts: list[Condition], by: str) -> Condition:
        """Join conditions with AND or OR. Without conditions, the result is true."""
        if not parts:
            return Condition()
        joined = Condition(f"({f' {by.strip()} '.join(part.sql for part in parts)})")
        joined.params = [param for part in parts for param in part.params]
        return joined

    def negated(self) -> Condition:
        """A condition that is true where this one is false or NULL."""
        return Condition(f"(({self.sql}) IS NOT 1)", *self.params)


def unescape(part: str) -> str:
    """Undo the escaping of dots, dollars and percent signs in one part of a field path."""
    return part.replace("%2E", ".").replace("%24", "$").replace("%%", "%")


def operand(kind: Kind, field: str) -> Condition:
    """The SQL expression for a field's value."""
    column = kind.column(field)
    if column:
        return Condition(column)
    parts = [unescape(part) for part in field.split(".")]
    if any('"' in part for part in parts):
        raise FIELD_VALUE("unsupported character in field name", field=field)
    body = f"(SELECT body FROM {kind.bodies} WHERE seq = {kind.name}.seq)"
    return Condition(f"json_extract({body}, ?)", "$" + "".join(f'."{part}"' for part in parts))


def _is_in(expr: str, values: list[str]) -> Condition:
    """`expr` is one of these values. Lists a few values inline, which SQLite evaluates faster in a subquery."""
    if len(values) <= _MAX_INLINE_VALUES:
        return Condition(f"{expr} IN ({', '.join('?' * len(values))})", *values)
    return Condition(f"{expr} IN (SELECT value FROM json_each(?))", dumps(values))


def _label_condition(field: str, values: list[str] | None) -> Condition:
    chosen = Condition() if values is None else _is_in("value", values)
    return Condition(f"field = ? AND {chosen.sql}", field, *chosen.params)


def _has_label(kind: Kind, field: str, values: list[str]) -> Condition:
    label = _label_condition(field, values)
    sql = f"id IN (SELECT owner FROM labels WHERE kind = '{kind.name}' AND {label.sql})"
    return Condition(sql, *label.params)


def _has_no_label(kind: Kind, field: str, values: list[str] | None) -> Condition:
    label = _label_condition(field, values)
    none_exists = f"NOT EXISTS (SELECT 1 FROM labels WHERE kind = '{kind.name}' AND {label.sql}"
    # SQLite evaluates the first part once: no document at all has the label. The second part runs for each row.
    sql = f"({none_exists}) OR {none_exists} AND owner = {kind.name}.id))"
    return Condition(sql, *label.params, *label.params)


def any_of(kind: Kind, field: str, values: list[str]) -> Condition:
    """The field is one of these values, or its list contains one of them."""
    if field in kind.labels:
        return _has_label(kind, field, values)
    expr = operand(kind, field)
    among = _is_in(expr.sql, values)
    return Condition(among.sql, *expr.params, *among.params)


def none_of(kind: Kind, field: str, values: list[str]) -> Condition:
    """The field is none of these values, and its list contains none of them."""
    return _has_no_label(kind, field, values) if field in kind.labels else any_of(kind, field, values).negated()


def all_of(kind: Kind, field: str, values: list[str]) -> Condition:
    """The list contains all of these values."""
    return Condition.join([any_of(kind, field, [value]) for value in values], "AND")


def empty(kind: Kind, field: str) -> Condition:
    """The field is missing, or its list is empty."""
    if field in kind.labels:
        return _has_no_label(kind, field, None)
    expr = operand(kind, field)
    return Condition(f"{expr.sql} IS NULL", *expr.params)
