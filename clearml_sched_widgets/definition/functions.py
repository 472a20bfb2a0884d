"""Python functions as actions: what a definition holds of one, and how one must be called."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import attrs

from clearml_sched_widgets.definition.checks import bad
from clearml_sched_widgets.errors import Problem

LONGEST_NAME = 200


@attrs.frozen(repr=False)
class Function:
    """A user's Python function: its qualified name and, in the kernel that has it, the function itself.

    A document keeps the name alone: code is no data. `call` is None in what was read from one.
    """

    name: str
    call: Callable[..., Any] | None = None

    def __repr__(self) -> str:
        return self.name


def _name_of(call: Any) -> str:
    while isinstance(call, functools.partial):
        call = call.func
    kind = call if hasattr(call, "__qualname__") else type(call)
    return f"{kind.__module__}.{kind.__qualname__}"[:LONGEST_NAME]


def optional_function(value: Callable[..., Any] | Function | str | None) -> Function | None:
    """A function of the user's; from a document its name."""
    if value is None or isinstance(value, Function):
        return value
    if isinstance(value, str) and 0 < len(value.strip()) <= LONGEST_NAME:
        return Function(value.strip())
    if not callable(value):
        return bad(value, "expected a Python function")  # type: ignore[no-any-return]
    if inspect.iscoroutinefunction(value):
        return bad(value, "expected a plain function: an async one would never be awaited")  # type: ignore[no-any-return]
    return Function(_name_of(value), value)


def misfits(function: Function | None, arguments: tuple[str, ...]) -> Iterator[Problem]:
    """The problem with a function that cannot be called with these arguments."""
    if function is None or function.call is None:
        return
    try:
        inspect.signature(function.call).bind(*arguments)
    except TypeError as error:
        given = f"one argument, {arguments[0]}" if arguments else "no argument"
        yield Problem("action.function", function.name, f"expected a function that can be called with {given}: {error}")
    except ValueError:
        return  # one that is built in may not tell its signature
