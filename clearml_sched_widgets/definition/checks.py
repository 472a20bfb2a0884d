"""How a definition's classes find everything wrong with them at once, not the first problem only.

A field's converter never raises: for a value that it cannot take it returns a `Bad` in the value's place. After all
converters have run, `collect` gathers the `Bad` values of all fields (those of nested objects too, which the codec
leaves in their places) and raises one `InvalidDefinition`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar, cast

import attrs

from clearml_sched_widgets.errors import InvalidDefinition, Problem

A = TypeVar("A")
B = TypeVar("B")


@attrs.frozen
class Bad:
    """Stands where a value was refused."""

    problems: tuple[Problem, ...]


def bad(value: object, message: str) -> Any:
    """A `Bad` for one refused value. Typed as anything: it stands in a field until `collect` finds it."""
    return Bad((Problem("", value, message),))


def guarded(parse: Callable[[A], B], value: A) -> B:
    """`parse(value)`, or a `Bad` that carries the message of the ValueError or TypeError it raised."""
    if isinstance(value, Bad):
        return cast(B, value)
    try:
        return parse(value)
    except InvalidDefinition as error:
        return cast(B, Bad(error.problems))
    except (ValueError, TypeError) as error:
        return cast(B, bad(value, str(error)))


def each(parse: Callable[[Any], B], values: Iterable[Any]) -> tuple[B, ...]:
    """`guarded(parse)` of every element: one bad element does not hide another."""
    return tuple(guarded(parse, value) for value in values)


def problems_in(value: object) -> Iterator[Problem]:
    """The problems of a field's value: of itself, or of its elements."""
    if isinstance(value, Bad):
        yield from value.problems
    elif isinstance(value, tuple):
        for index, element in enumerate(value):
            for problem in problems_in(element):
                yield problem.under(f"[{index}]")
    elif isinstance(value, dict):
        for key, element in value.items():
            for problem in problems_in(element):
                yield problem.under(f"[{key!r}]")


def key_of(attribute: Any) -> str:
    """The name of a field as users write it outside of Python: `from_` is `from`."""
    return cast(str, attribute.name).rstrip("_")


def collect(instance: Any, rules: Callable[[], Iterable[Problem]] = tuple) -> None:
    """Raise InvalidDefinition for all `Bad` fields of an attrs object; if there are none, for what `rules` yields."""
    found = [
        problem.under(key_of(attribute))
        for attribute in attrs.fields(type(instance))
        for problem in problems_in(getattr(instance, attribute.name))
    ]
    found = found or list(rules())
    if found:
        raise InvalidDefinition(found)
