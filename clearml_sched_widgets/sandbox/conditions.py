"""SQL conditions on documents: their fields, and the members of their lists."""

from __future__ import annotations

from typing import Any

from clearml_sched_widgets.sandbox.errors import FIELD_VALUE
from clearml_sched_widgets.sandbox.kinds import Kind
from clearml_sched_widgets.sandbox.store import dumps

_FEW = 50


class Condition:
    """SQL text with its parameters."""

    def __init__(self, sql: str = "1", *params: Any) -> None:
        self.sql = sql
        self.params = list(params)

    @staticmethod
    def join(parts: list[Condition], by: str) -> Condition:
        """All parts connected by AND or OR; without parts: true."""
        if not parts:
            return Condition()
        joined = Condition(f"({f' {by.strip()} '.join(part.sql for part in parts)})")
        joined.params = [param for part in parts for param in part.params]
        return joined

    def negated(self) -> Condition:
        """True where this is false or unknown."""
        return Condition(f"(({self.sql}) IS NOT 1)", *self.params)


def unescape(part: str) -> str:
    """A field name's part as clients escape dots and dollars in it."""
    return part.replace("%2E", ".").replace("%24", "$").replace("%%", "%")


def operand(kind: Kind, field: str) -> Condition:
    """The SQL expression of a field's value."""
    column = kind.column(field)
    if column:
        return Condition(column)
    parts = [unescape(part) for part in field.split(".")]
    if any('"' in part for part in parts):
        raise FIELD_VALUE("unsupported character in field name", field=field)
    body = f"(SELECT body FROM {kind.bodies} WHERE seq = {kind.name}.seq)"
    return Condition(f"json_extract({body}, ?)", "$" + "".join(f'."{part}"' for part in parts))


def _among(expr: str, values: list[str]) -> Condition:
    """`expr` is one of these values. Few are spelled out, which SQLite evaluates faster within a subquery."""
    if len(values) <= _FEW:
        return Condition(f"{expr} IN ({', '.join('?' * len(values))})", *values)
    return Condition(f"{expr} IN (SELECT value FROM json_each(?))", dumps(values))


def _label(field: str, values: list[str] | None) -> Condition:
    chosen = Condition() if values is None else _among("value", values)
    return Condition(f"field = ? AND {chosen.sql}", field, *chosen.params)


def _members(kind: Kind, field: str, values: list[str]) -> Condition:
    label = _label(field, values)
    sql = f"id IN (SELECT owner FROM labels WHERE kind = '{kind.name}' AND {label.sql})"
    return Condition(sql, *label.params)


def _lacks(kind: Kind, field: str, values: list[str] | None) -> Condition:
    label = _label(field, values)
    anyone = f"NOT EXISTS (SELECT 1 FROM labels WHERE kind = '{kind.name}' AND {label.sql}"
    # first whether anyone at all has it, which SQLite asks once, then each row
    sql = f"({anyone}) OR {anyone} AND owner = {kind.name}.id))"
    return Condition(sql, *label.params, *label.params)


def any_of(kind: Kind, field: str, values: list[str]) -> Condition:
    """The field is one of these values, or its list holds one."""
    if field in kind.labels:
        return _members(kind, field, values)
    expr = operand(kind, field)
    among = _among(expr.sql, values)
    return Condition(among.sql, *expr.params, *among.params)


def none_of(kind: Kind, field: str, values: list[str]) -> Condition:
    """The field is none of these values, and its list holds none."""
    return _lacks(kind, field, values) if field in kind.labels else any_of(kind, field, values).negated()


def all_of(kind: Kind, field: str, values: list[str]) -> Condition:
    """The list holds all of these values."""
    return Condition.join([any_of(kind, field, [value]) for value in values], "AND")


def empty(kind: Kind, field: str) -> Condition:
    """The field is missing, or its list is empty."""
    if field in kind.labels:
        return _lacks(kind, field, None)
    expr = operand(kind, field)
    return Condition(f"{expr.sql} IS NULL", *expr.params)
