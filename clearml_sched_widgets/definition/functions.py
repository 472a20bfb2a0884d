"""Holds the Python functions of actions, and checks that they can be called."""

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

    A saved definition has only the name: `call` is None after it was read.
    """

    name: str
    call: Callable[..., Any] | None = None

    def __repr__(self) -> str:
        return self.name


def _qualified_name(call: Any) -> str:
    while isinstance(call, functools.partial):
        call = call.func
    kind = call if hasattr(call, "__qualname__") else type(call)
    return f"{kind.__module__}.{kind.__qualname__}"[:LONGEST_NAME]


def optional_function(value: Callable[..., Any] | Function | str | None) -> Function | None:
    """A function given by a user, or its name as read from a saved definition."""
    if value is None or isinstance(value, Function):
        return value
    if isinstance(value, str) and 0 < len(value.strip()) <= LONGEST_NAME:
        return Function(value.strip())
    if not callable(value):
        return bad(value, "expected a Python function")  # type: ignore[no-any-return]
    if inspect.iscoroutinefunction(value):
        return bad(value, "expected a plain function: an async one would never be awaited")  # type: ignore[no-any-return]
    return Function(_qualified_name(value), value)


def signature_problems(function: Function | None, arguments: tuple[str, ...]) -> Iterator[Problem]:
    """A problem if the function cannot be called with these arguments."""
    if function is None or function.call is None:
        return
    try:
        inspect.signature(function.call).bind(*arguments)
    except TypeError as error:
        given = f"one argument, {arguments[0]}" if arguments else "no argument"
        yield Problem("action.function", function.name, f"expected a function that can be called with {given}: {error}")
    except ValueError:
        return  # some built-in functions have no signature
