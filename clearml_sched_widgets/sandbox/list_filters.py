"""Parses filters of list fields: plain values mean "any of"; operators like `__$all` and a leading `-` change that."""

from __future__ import annotations

from typing import Any

from clearml_sched_widgets.sandbox.errors import FIELD_VALUE

_OPERATORS = {"__$all": "AND", "__$and": "AND", "__$any": "OR", "__$or": "OR"}


class _ListReader:
    """Reads a list filter item by item. Operators set the context, which decides the action for each value."""

    def __init__(self, field: str) -> None:
        self.field = field
        self.joiner: str | None = None
        self.actions: dict[str, list[str]] = {}
        self.allow_empty = False
        self._context = "OR"
        self._dash_excludes = True
        self.negate = False

    def take(self, value: Any) -> None:
        if value is None:
            self.allow_empty, self.negate = True, False
        elif not isinstance(value, str):
            raise FIELD_VALUE("invalid value type, string expected", field=self.field, value=str(value))
        elif value == "__$nop":
            self._context, self._dash_excludes, self.negate = "OR", True, False
        elif value.startswith("__$"):
            self._operator(value)
            return
        else:
            self._value(value)
        self.joiner = self.joiner or "AND"

    def _operator(self, value: str) -> None:
        if self.negate:
            raise FIELD_VALUE("Value is expected after", field=self.field, operator="__$not")
        if value == "__$not":
            self.negate = True
            return
        if value not in _OPERATORS:
            raise FIELD_VALUE("Unsupported operator", field=self.field, operator=value)
        self._context, self._dash_excludes = _OPERATORS[value], False
        self.joiner = self.joiner or self._context

    def _value(self, value: str) -> None:
        include, name = not self.negate, value
        if include and self._dash_excludes and value.startswith("-"):
            include, name = False, value[1:]
            if not name:
                raise FIELD_VALUE("Missing value after the exclude prefix -", field=self.field, value=name)
        self.negate = False
        action = ("all" if self._context == "AND" else "in") if include else "nin"
        self.actions.setdefault(action, []).append(name)


def read_list(field: str, data: list[Any]) -> tuple[str, bool, dict[str, list[str]]]:
    """Parse a list filter as the real server does.

    Returns how to join the actions (AND or OR), whether an empty list matches, and the values by action.
    """
    reader = _ListReader(field)
    for value in data:
        reader.take(value)
    if reader.negate:
        raise FIELD_VALUE("Value is expected after", operator="__$not")
    return reader.joiner or "AND", reader.allow_empty, reader.actions
