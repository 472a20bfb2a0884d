"""Collects all problems of a definition at once, instead of stopping at the first.

A field's converter never raises: for a value that it cannot take it returns a `Bad` in the value's place. After all
converters have run, `collect` gathers the `Bad` values of all fields (those of nested objects too, which the codec
leaves in their places) and raises one `InvalidDefinition`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, TypeVar, cast

import attrs

from clearml_sched_widgets.errors import InvalidDefinition, Problem

A = TypeVar("A")
B = TypeVar("B")


@attrs.frozen
class Bad:
    """Takes the place of a value that was refused."""

    problems: tuple[Problem, ...]


def bad(value: object, message: str) -> Any:
    """A `Bad` for one refused value. Typed as Any, because it can stand in any field until `collect` finds it."""
    return Bad((Problem("", value, message),))


def guarded(parse: Callable[[A], B], value: A) -> B:
    """`parse(value)`, or a `Bad` that carries the message of the ValueError, TypeError or OverflowError it raised."""
    if isinstance(value, Bad):
        return cast(B, value)
    try:
        return parse(value)
    except InvalidDefinition as error:
        return cast(B, Bad(error.problems))
    except (ValueError, TypeError, OverflowError) as error:
        return cast(B, bad(value, str(error)))


def is_a(kinds: type[A] | tuple[type[A], ...], expected: str, value: A) -> A:
    """The value, or a `Bad` if it is not of one of these classes."""
    return value if isinstance(value, (Bad, kinds)) else cast(A, bad(value, expected))


def each(parse: Callable[[Any], B], values: Any) -> tuple[B, ...]:
    """`guarded(parse)` of every element: one bad element does not hide another. A `Bad` for what is not a list."""
    if isinstance(values, Bad):
        return cast("tuple[B, ...]", values)
    if isinstance(values, (str, Mapping)) or not isinstance(values, Iterable):
        return cast("tuple[B, ...]", bad(values, "expected a list"))
    return tuple(guarded(parse, value) for value in values)


def distinct(parsed: tuple[A, ...], order: Callable[[A], Any] | None = None) -> tuple[A, ...]:
    """The elements without duplicates, sorted by `order` if given. Unchanged if one is `Bad`: its index must stay."""
    if isinstance(parsed, Bad) or any(isinstance(element, Bad) for element in parsed):
        return parsed
    once = dict.fromkeys(parsed)
    return tuple(once) if order is None else tuple(sorted(once, key=order))


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


def collect(
    instance: Any, rules: Callable[[], Iterable[Problem]] = tuple, needs: Collection[str] | None = None
) -> None:
    """Raise InvalidDefinition for all `Bad` fields of an attrs object, and for what `rules` yields about its fields.

    `rules` is called only if no field in `needs` is `Bad`; by default, only if no field at all is.
    """
    by_field = [
        (attribute.name, problem.under(key_of(attribute)))
        for attribute in attrs.fields(type(instance))
        for problem in problems_in(getattr(instance, attribute.name))
    ]
    refused = {name for name, _ in by_field}
    problems = [problem for _, problem in by_field]
    if not (refused if needs is None else refused.intersection(needs)):
        problems += rules()
    if problems:
        raise InvalidDefinition(problems)
